"""The first day of points that may not be spent at once."""

import sqlalchemy as sa
from alembic import op

revision = "v0010"
down_revision = "v0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision; points granted before it may be spent at once."""
    op.add_column("rights_grant", sa.Column("usable_from", sa.Text()))
