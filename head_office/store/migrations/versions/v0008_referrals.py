"""Who brought whom."""

import sqlalchemy as sa
from alembic import op

revision = "v0008"
down_revision = "v0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision; nobody was brought by anybody before it."""
    op.create_table(
        "referral",
        sa.Column("newcomer_id", sa.Text(), nullable=False),
        sa.Column("referrer_id", sa.Text(), nullable=False),
        sa.Column("joined_on", sa.Text(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("newcomer_points", sa.BigInteger(), nullable=False),
        sa.Column("referrer_points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("newcomer_id", name=op.f("pk_referral")),
    )
