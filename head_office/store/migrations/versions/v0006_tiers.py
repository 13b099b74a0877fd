"""Tiers follow from what members bought by day and from terms that they hold."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "v0006"
down_revision = "v0005"
branch_labels = None
depends_on = None

GIVEN_MONTHS = 12


def upgrade() -> None:
    """Bring the database to this revision; whoever has a tier keeps it for a year, given, whatever was spent."""
    op.add_column("member", sa.Column("facts", sa.LargeBinary(), nullable=False, server_default=sa.text("'{}'")))
    op.add_column("member", sa.Column("tier_due", sa.Text()))
    op.create_index("ix_member_tier_due", "member", ["tier_due"])
    op.create_table(
        "tier_day",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("spend_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "business_date", name=op.f("pk_tier_day")),
    )
    op.create_table(
        "tier_term",
        sa.Column("term_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Text(), nullable=False),
        sa.Column("months", sa.BigInteger(), nullable=False),
        sa.Column("is_bought", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("term_id", name=op.f("pk_tier_term")),
    )
    op.create_index("ix_tier_term_member_id", "tier_term", ["member_id"])
    today = datetime.now(UTC).date().isoformat()
    given = sa.text(
        "INSERT INTO tier_term (term_id, member_id, tier, from_on, months, is_bought)"
        " SELECT 'given/' || member_id, member_id, tier, :today, :months, :bought FROM member WHERE tier <> 'normal'"
    )
    op.get_bind().execute(given, {"today": today, "months": GIVEN_MONTHS, "bought": False})
    op.get_bind().execute(sa.text("UPDATE member SET tier_due = :today WHERE tier <> 'normal'"), {"today": today})
