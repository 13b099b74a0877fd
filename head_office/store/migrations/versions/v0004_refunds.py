"""Which sale a refund takes back."""

import sqlalchemy as sa
from alembic import op

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision; no terminal has said a refund before it."""
    op.add_column("receipt", sa.Column("of_sale", sa.Text(), nullable=False, server_default=""))
    refunds = sa.text("of_sale <> ''")
    op.create_index("ix_receipt_of_sale", "receipt", ["of_sale"], postgresql_where=refunds, sqlite_where=refunds)
