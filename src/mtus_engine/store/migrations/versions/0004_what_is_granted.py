"""What of an item is approved, where a physician approves a part of it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the tables one revision further."""
    op.add_column("outcomes", sa.Column("granted", sa.Text(), nullable=True))
