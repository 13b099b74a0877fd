"""How often members used campaigns with a cap, and terminals those with a budget."""

import sqlalchemy as sa
from alembic import op

revision = "v0009"
down_revision = "v0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision; what was used before it is counted by the tills alone."""
    op.add_column("member", sa.Column("uses", sa.LargeBinary(), nullable=False, server_default=sa.text("'[]'")))
    op.create_table(
        "campaign_spent",
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("terminal_id", "campaign_id", name=op.f("pk_campaign_spent")),
    )
