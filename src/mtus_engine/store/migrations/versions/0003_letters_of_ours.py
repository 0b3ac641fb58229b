"""Which documents of a case are letters of ours: they are no papers of its request."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the tables one revision further."""
    op.add_column("case_documents", sa.Column("letter", sa.String(length=120), nullable=True))
