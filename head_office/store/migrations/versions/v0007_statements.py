"""Receipts by member: what a statement of points is made of. Those of before are not looked through."""

import sqlalchemy as sa
from alembic import op

revision = "v0007"
down_revision = "v0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    op.add_column("receipt", sa.Column("member_id", sa.Text(), nullable=False, server_default=""))
    op.create_index(
        "ix_receipt_member",
        "receipt",
        ["member_id", "business_date"],
        postgresql_where=sa.text("member_id <> ''"),
        sqlite_where=sa.text("member_id <> ''"),
    )
