"""The first shape."""

import sqlalchemy as sa
from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision."""
    _books()
    _terminals()
    _shop()
    _feed()


def _books() -> None:
    op.create_table(
        "account",
        sa.Column(
            "account_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("dated", sa.Text(), nullable=False),
        sa.Column("credit", sa.BigInteger(), nullable=False),
        sa.Column("debit", sa.BigInteger(), nullable=False),
        sa.Column("min_zero", sa.Boolean(), nullable=False),
        sa.CheckConstraint("NOT min_zero OR credit >= debit", name=op.f("ck_account_never_negative")),
        sa.CheckConstraint("credit >= 0 AND debit >= 0", name=op.f("ck_account_turnover")),
        sa.PrimaryKeyConstraint("account_no", name=op.f("pk_account")),
        sa.UniqueConstraint(
            "owner", "kind", "ledger", "holder", "dated", name=op.f("uq_account_owner_kind_ledger_holder_dated")
        ),
    )
    op.create_table(
        "redemption",
        sa.Column(
            "redemption_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("redemption_no", name=op.f("pk_redemption")),
    )
    op.create_index("ix_redemption_tier", "redemption", ["tier", "redemption_no"], unique=False)
    op.create_table(
        "rights_grant",
        sa.Column("gid", sa.Text(), nullable=False),
        sa.Column("life_no", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=False),
        sa.Column("lease_until_ms", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name=op.f("ck_rights_grant_covered")),
        sa.PrimaryKeyConstraint("gid", name=op.f("pk_rights_grant")),
    )
    op.create_index("ix_rights_grant_holder", "rights_grant", ["life_no", "member_id"], unique=False)
    op.create_table(
        "rights_request",
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("request_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("grants", sa.LargeBinary(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("available", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("life_no", "request_no", name=op.f("pk_rights_request")),
    )
    op.create_table(
        "transfer",
        sa.Column("transfer_id", sa.Text(), nullable=False),
        sa.Column("debit_no", sa.BigInteger(), nullable=False),
        sa.Column("credit_no", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("ledger", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("posting_date", sa.Text(), nullable=False),
        sa.Column("life_no", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("link_id", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfer_moves")),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfer")),
    )


def _terminals() -> None:
    op.create_table(
        "enrol_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("used_by", sa.LargeBinary(), nullable=True),
        sa.Column("life_no", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_enrol_code")),
    )
    op.create_table(
        "flag",
        sa.Column("flag_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("life_no", sa.BigInteger(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("flag_no", name=op.f("pk_flag")),
    )
    op.create_table(
        "inbox",
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("life_no", "seq", name=op.f("pk_inbox")),
    )
    op.create_table(
        "lane_day",
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened_seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closed_seq", sa.BigInteger(), nullable=True),
        sa.Column("declared", sa.LargeBinary(), nullable=True),
        sa.Column("computed", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("life_no", "opened_seq", name=op.f("pk_lane_day")),
    )
    op.create_index("ix_lane_day_store", "lane_day", ["store_id", "business_date"], unique=False)
    op.create_table(
        "life",
        sa.Column("life_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("device_key", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.LargeBinary(), nullable=False),
        sa.Column("stable_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_heard_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("life_no", name=op.f("pk_life")),
        sa.UniqueConstraint("terminal_id", "epoch", name=op.f("uq_life_terminal_id_epoch")),
    )
    op.create_table(
        "meta",
        sa.Column("k", sa.Text(), nullable=False),
        sa.Column("v", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("k", name=op.f("pk_meta")),
    )
    op.create_table(
        "posting",
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("posted_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("life_no", "seq", name=op.f("pk_posting")),
    )
    op.create_index(
        "ix_posting_open",
        "posting",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status <> 'posted'"),
        sqlite_where=sa.text("status <> 'posted'"),
    )
    op.create_index("ix_posting_store_date", "posting", ["store_id", "business_date", "kind"], unique=False)
    op.create_table(
        "store",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("store_no", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name=op.f("pk_store")),
        sa.UniqueConstraint("store_no", name=op.f("uq_store_store_no")),
    )
    op.create_table(
        "terminal",
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("lane", sa.BigInteger(), nullable=False),
        sa.Column("lives", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_terminal")),
        sa.UniqueConstraint("store_id", "lane", name=op.f("uq_terminal_store_id_lane")),
    )


def _shop() -> None:
    op.create_table(
        "follow_up",
        sa.Column("call_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_follow_up")),
    )
    op.create_index("ix_follow_up_store", "follow_up", ["store_id", "state"], unique=False)
    op.create_table(
        "item",
        sa.Column("item_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("barcode", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item")),
        sa.UniqueConstraint("barcode", name=op.f("uq_item_barcode")),
    )
    op.create_table(
        "member",
        sa.Column(
            "member_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("card_no", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("home_store_id", sa.Text(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("last_visit_on", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("purchases", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("member_no", name=op.f("pk_member")),
        sa.UniqueConstraint("member_id", name=op.f("uq_member_member_id")),
    )
    op.create_index(op.f("ix_member_card_no"), "member", ["card_no"], unique=False)
    op.create_index("ix_member_home", "member", ["home_store_id", "last_visit_on"], unique=False)
    op.create_index(op.f("ix_member_phone"), "member", ["phone"], unique=False)
    op.create_table(
        "member_tie",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("last_visit_on", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "member_id", name=op.f("pk_member_tie")),
    )
    op.create_index("ix_member_tie_member_id", "member_tie", ["member_id"], unique=False)
    op.create_table(
        "programme",
        sa.Column("rules_version", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("rules_version", name=op.f("pk_programme")),
    )
    op.create_table(
        "staff",
        sa.Column("staff_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_staff")),
    )
    op.create_index(op.f("ix_staff_store_id"), "staff", ["store_id"], unique=False)


def _feed() -> None:
    op.create_table(
        "feed",
        sa.Column("feed_no", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("feed_no", name=op.f("pk_feed")),
        sa.UniqueConstraint("shard", "pos", name=op.f("uq_feed_shard_pos")),
    )
    op.create_index(
        "ix_feed_unnumbered",
        "feed",
        ["shard", "feed_no"],
        unique=False,
        postgresql_where=sa.text("pos IS NULL"),
        sqlite_where=sa.text("pos IS NULL"),
    )
    op.create_table(
        "feed_head",
        sa.Column("shard", sa.Text(), nullable=False),
        sa.Column("pos", sa.BigInteger(), nullable=False),
        sa.Column("floor_pos", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("shard", name=op.f("pk_feed_head")),
    )
    op.create_table(
        "snapshot",
        sa.Column("snapshot_id", sa.Text(), nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("built_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("file_key", sa.LargeBinary(), nullable=False),
        sa.Column("manifest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_snapshot")),
    )


def downgrade() -> None:
    """Facts are never dropped: restore a backup instead."""
    raise NotImplementedError
