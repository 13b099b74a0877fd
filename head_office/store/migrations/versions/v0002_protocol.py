"""The whole protocol: one function a feature."""

import sqlalchemy as sa
from alembic import op

from pos_app.sync.wire.checksum import MODULUS, START, term

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the database to this revision."""
    _merged_members()
    _store_days()
    _quarantine()
    _lots()
    _lives()
    _receipts()
    _issued_lots()
    _feed_checksums()
    op.add_column("life", sa.Column("protocol", sa.BigInteger(), nullable=False, server_default="1"))
    _backlog()
    _keys()
    _closed_flags()


def _merged_members() -> None:
    op.create_table(
        "member_alias",
        sa.Column("alias_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("loser", sa.Text(), nullable=False),
        sa.Column("survivor", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("merged_by", sa.Text(), nullable=False),
        sa.Column("undone_at_ms", sa.BigInteger(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=False),
        sa.CheckConstraint("loser <> survivor", name=op.f("ck_member_alias_two_members")),
        sa.PrimaryKeyConstraint("alias_no", name=op.f("pk_member_alias")),
    )
    op.create_index(op.f("ix_member_alias_loser"), "member_alias", ["loser"], unique=False)
    op.create_index(op.f("ix_member_alias_survivor"), "member_alias", ["survivor"], unique=False)
    in_force = sa.text("undone_at_ms IS NULL")
    op.create_index(
        "uq_member_alias_in_force",
        "member_alias",
        ["loser"],
        unique=True,
        postgresql_where=in_force,
        sqlite_where=in_force,
    )
    op.create_table(
        "merge_candidate",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("other_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "other_id", name=op.f("pk_merge_candidate")),
    )
    op.create_index(op.f("ix_merge_candidate_state"), "merge_candidate", ["state"], unique=False)
    of_merges = sa.text("code IN ('merge', 'unmerge')")
    op.create_index(
        "ix_transfer_merge", "transfer", ["link_id"], unique=False, postgresql_where=of_merges, sqlite_where=of_merges
    )


def _store_days() -> None:
    op.create_table(
        "store_day",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("roster", sa.LargeBinary(), nullable=False),
        sa.Column("complete_on", sa.Text(), nullable=True),
        sa.Column("sealed_on", sa.Text(), nullable=True),
        sa.Column("sealed_by", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("store_id", "business_date", name=op.f("pk_store_day")),
    )
    op.create_table(
        "not_trading",
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("terminal_id", sa.Text(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "business_date", "terminal_id", name=op.f("pk_not_trading")),
    )
    op.create_table(
        "late_adjustment",
        sa.Column("late_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("store_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.Column("posting_date", sa.Text(), nullable=False),
        sa.Column("life_no", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("late_no", name=op.f("pk_late_adjustment")),
    )
    op.create_index("ix_late_adjustment_day", "late_adjustment", ["store_id", "business_date"], unique=False)


def _quarantine() -> None:
    op.add_column("posting", sa.Column("depends_on", sa.Text(), nullable=False, server_default=""))
    waiting = sa.text("depends_on <> ''")
    op.create_index(
        "ix_posting_waiting",
        "posting",
        ["depends_on"],
        unique=False,
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_table(
        "settlement",
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("posting_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("life_no", "seq", name=op.f("pk_settlement")),
    )


def _lots() -> None:
    """Rights in coupons, punch cards and sold lines besides points."""
    op.add_column("rights_grant", sa.Column("lot", sa.Text(), nullable=False, server_default=""))
    op.add_column("rights_request", sa.Column("asset", sa.Text(), nullable=False, server_default="points"))
    op.add_column("rights_request", sa.Column("lot", sa.Text(), nullable=False, server_default=""))
    held = sa.Column("held", sa.LargeBinary(), nullable=False, server_default=sa.text("'[]'"))
    op.add_column("rights_request", held)


def _lives() -> None:
    """Fences, recovery after a restore, acts of head office."""
    held = sa.text("holder <> ''")
    op.create_index("ix_account_holder", "account", ["holder"], postgresql_where=held, sqlite_where=held)
    op.create_table(
        "fence",
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("declared_by", sa.Text(), nullable=False),
        sa.Column("confirmed_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("exposure", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("life_no", name=op.f("pk_fence")),
    )
    op.create_table(
        "recovery",
        sa.Column("incarnation_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("began_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("restored_to", sa.Text(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger()),
        sa.Column("ended_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incarnation_no", name=op.f("pk_recovery")),
    )
    op.create_table(
        "recovery_roster",
        sa.Column("incarnation_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("life_no", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("awaited_seq", sa.BigInteger()),
        sa.Column("settled_at_ms", sa.BigInteger()),
        sa.Column("settled_as", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("incarnation_no", "life_no", name=op.f("pk_recovery_roster")),
    )
    op.create_table(
        "act",
        sa.Column("act_no", NUMBER, autoincrement=True, nullable=False),
        sa.Column("act_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("waits", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("act_no", name=op.f("pk_act")),
        sa.UniqueConstraint("act_id", name=op.f("uq_act_act_id")),
    )


def _receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("life_no", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sale_id", sa.Text(), nullable=False),
        sa.Column("business_date", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("receipt_no", name=op.f("pk_receipt")),
    )
    op.create_index(op.f("ix_receipt_sale_id"), "receipt", ["sale_id"], unique=False)


def _feed_checksums() -> None:
    op.add_column("feed", sa.Column("checksum", sa.BigInteger(), nullable=True))
    op.add_column("feed_head", sa.Column("checksum", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("snapshot", sa.Column("shard", sa.Text(), nullable=False, server_default=""))
    _sum_old_changes(op.get_bind())


def _sum_old_changes(connection: sa.Connection) -> None:
    """Give the changes that were numbered before their checksums."""
    heads: dict[str, int] = {}
    after = ("", 0)
    while True:
        rows = connection.execute(
            sa.text(
                "SELECT shard, pos, feed_no, kind, entity_id, body FROM feed WHERE pos IS NOT NULL"
                " AND (shard > :shard OR (shard = :shard AND pos > :pos)) ORDER BY shard, pos LIMIT 5000"
            ),
            {"shard": after[0], "pos": after[1]},
        ).all()
        if not rows:
            break
        sums = []
        for row in rows:
            heads[row.shard] = (
                heads.get(row.shard, START) + term(row.pos, row.kind, row.entity_id, row.body)
            ) % MODULUS
            sums.append({"no": row.feed_no, "checksum": heads[row.shard]})
        connection.execute(sa.text("UPDATE feed SET checksum = :checksum WHERE feed_no = :no"), sums)
        after = (rows[-1].shard, rows[-1].pos)
    for shard, checksum in heads.items():
        moved = sa.text("UPDATE feed_head SET checksum = :checksum WHERE shard = :shard")
        connection.execute(moved, {"shard": shard, "checksum": checksum})


def _keys() -> None:
    """Device keys that follow each other."""
    op.add_column("life", sa.Column("next_key", sa.LargeBinary(), nullable=True))
    op.add_column("life", sa.Column("challenges", sa.BigInteger(), nullable=False, server_default="0"))


def _closed_flags() -> None:
    op.add_column("flag", sa.Column("closed_at_ms", sa.BigInteger(), nullable=True))
    op.add_column("flag", sa.Column("closed_by", sa.Text(), nullable=False, server_default=""))
    opened = sa.text("state = 'open'")
    op.create_index("ix_flag_open", "flag", ["code"], unique=False, postgresql_where=opened, sqlite_where=opened)


def _issued_lots() -> None:
    op.create_table(
        "lot",
        sa.Column("lot", sa.Text(), nullable=False),
        sa.Column("asset", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("expires_on", sa.Text(), nullable=False),
        sa.Column("issue_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("lot", name=op.f("pk_lot")),
    )
    op.create_index(op.f("ix_lot_member_id"), "lot", ["member_id"], unique=False)


def downgrade() -> None:
    """Facts are never dropped: restore a backup instead."""
    raise NotImplementedError


def _backlog() -> None:
    """What is stored and not posted yet: until now each push posted all that it stored."""
    op.add_column("life", sa.Column("posted_seq", sa.BigInteger(), nullable=False, server_default="0"))
    op.execute("UPDATE life SET posted_seq = last_seq")
