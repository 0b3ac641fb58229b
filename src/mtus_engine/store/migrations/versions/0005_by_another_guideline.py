"""Which guideline that is not here a reviewer judged an item by."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Bring the tables one revision further."""
    op.add_column("outcomes", sa.Column("guideline", sa.Text(), nullable=True))
