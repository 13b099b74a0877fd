"""Every table of the head office database, for SQLite and PostgreSQL alike.

Hot rows are keyed by member or by store and day, so that a large chain can be partitioned. Instants are UTC
milliseconds, dates ISO text, values of the shared domain JSON as bytes.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only in a column of exactly this type.
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

meta = sa.Table(
    "meta", metadata, sa.Column("k", sa.Text, primary_key=True), sa.Column("v", sa.LargeBinary, nullable=False)
)

store = sa.Table(
    "store",
    metadata,
    sa.Column("store_id", sa.Text, primary_key=True),
    sa.Column("store_no", sa.BigInteger, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("name_en", sa.Text, nullable=False),
)

enrol_code = sa.Table(
    "enrol_code",
    metadata,
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("lane", sa.BigInteger, nullable=False),
    sa.Column("expires_at_ms", sa.BigInteger, nullable=False),
    sa.Column("used_by", sa.LargeBinary),  # device key
    sa.Column("life_no", sa.BigInteger),
)

terminal = sa.Table(
    "terminal",
    metadata,
    sa.Column("terminal_id", sa.Text, primary_key=True),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("lane", sa.BigInteger, nullable=False),
    sa.Column("lives", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("store_id", "lane"),
)

# One life of one terminal's database. Its row lock is the mutex of that terminal.
life = sa.Table(
    "life",
    metadata,
    sa.Column("life_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("terminal_id", sa.Text, nullable=False),
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("device_key", sa.LargeBinary, nullable=False),
    sa.Column("next_key", sa.LargeBinary),  # good too, and the only one from its first challenge on
    sa.Column("status", sa.Text, nullable=False),  # as ``lives`` names them
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("last_hash", sa.LargeBinary, nullable=False),
    sa.Column("posted_seq", sa.BigInteger, nullable=False),  # what lies behind it in the inbox waits for the postman
    sa.Column("stable_seq", sa.BigInteger, nullable=False),  # also in a copy off this machine; backups move it
    sa.Column("last_heard_ms", sa.BigInteger),
    sa.Column("protocol", sa.BigInteger, nullable=False, server_default="1"),  # of the client, as last heard
    sa.Column("challenges", sa.BigInteger, nullable=False, server_default="0"),  # given so far, by any process
    sa.UniqueConstraint("terminal_id", "epoch"),
)

# The raw log as it came, never edited.
inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("received_at_ms", sa.BigInteger, nullable=False),
)

posting = sa.Table(
    "posting",
    metadata,
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # posted | quarantined | deferred | void
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("business_date", sa.Text, nullable=False),
    sa.Column("posted_at_ms", sa.BigInteger, nullable=False),
    sa.Column("depends_on", sa.Text, nullable=False, server_default=""),  # the key a deferred one waits for
    sa.Index("ix_posting_store_date", "store_id", "business_date", "kind"),
    sa.Index(
        "ix_posting_waiting",
        "depends_on",
        postgresql_where=sa.text("depends_on <> ''"),
        sqlite_where=sa.text("depends_on <> ''"),
    ),
    sa.Index(
        "ix_posting_open",
        "status",
        postgresql_where=sa.text("status <> 'posted'"),
        sqlite_where=sa.text("status <> 'posted'"),
    ),
)

# Coupons that head office gave out and punch cards that anybody stamped, and whose they are.
lot = sa.Table(
    "lot",
    metadata,
    sa.Column("lot", sa.Text, primary_key=True),
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("member_id", sa.Text, nullable=False, index=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("expires_on", sa.Text, nullable=False),
    sa.Column("issue_id", sa.Text, nullable=False),
)

# What was sold under which number; the number is said once.
receipt = sa.Table(
    "receipt",
    metadata,
    sa.Column("receipt_no", sa.Text, primary_key=True),
    sa.Column("life_no", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("sale_id", sa.Text, nullable=False, index=True),
    sa.Column("business_date", sa.Text, nullable=False),
    sa.Column("of_sale", sa.Text, nullable=False, server_default=""),  # the sale that a refund takes back
    sa.Column("member_id", sa.Text, nullable=False, server_default=""),
    sa.Index(
        "ix_receipt_member",
        "member_id",
        "business_date",
        postgresql_where=sa.text("member_id <> ''"),
        sqlite_where=sa.text("member_id <> ''"),
    ),
    sa.Index(
        "ix_receipt_of_sale",
        "of_sale",
        postgresql_where=sa.text("of_sale <> ''"),
        sqlite_where=sa.text("of_sale <> ''"),
    ),
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("account_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("ledger", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("dated", sa.Text, nullable=False),  # last day of a lot (and its first), or business date
    sa.Column("credit", sa.BigInteger, nullable=False),
    sa.Column("debit", sa.BigInteger, nullable=False),
    sa.Column("min_zero", sa.Boolean(create_constraint=False), nullable=False),
    sa.UniqueConstraint("owner", "kind", "ledger", "holder", "dated"),
    sa.Index(
        "ix_account_holder",
        "holder",
        postgresql_where=sa.text("holder <> ''"),
        sqlite_where=sa.text("holder <> ''"),
    ),
    sa.CheckConstraint("NOT min_zero OR credit >= debit", name="never_negative"),
    sa.CheckConstraint("credit >= 0 AND debit >= 0", name="turnover"),
)

transfer = sa.Table(
    "transfer",
    metadata,
    sa.Column("transfer_id", sa.Text, primary_key=True),
    sa.Column("debit_no", sa.BigInteger, nullable=False),
    sa.Column("credit_no", sa.BigInteger, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("ledger", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("business_date", sa.Text, nullable=False),
    sa.Column("posting_date", sa.Text, nullable=False),
    sa.Column("life_no", sa.BigInteger),
    sa.Column("seq", sa.BigInteger),
    sa.Column("link_id", sa.Text, nullable=False),
    sa.Index(
        "ix_transfer_merge",
        "link_id",
        postgresql_where=sa.text("code IN ('merge', 'unmerge')"),
        sqlite_where=sa.text("code IN ('merge', 'unmerge')"),
    ),
    sa.CheckConstraint("amount > 0", name="moves"),
)

grant = sa.Table(
    "rights_grant",
    metadata,
    sa.Column("gid", sa.Text, primary_key=True),
    sa.Column("life_no", sa.BigInteger, nullable=False),
    sa.Column("member_id", sa.Text, nullable=False),
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("remaining", sa.BigInteger, nullable=False),
    sa.Column("expires_on", sa.Text, nullable=False),
    sa.Column("lease_until_ms", sa.BigInteger),
    sa.Column("source", sa.Text, nullable=False),  # float | request | earned | rebooked
    sa.Column("lot", sa.Text, nullable=False, server_default=""),
    sa.Column("usable_from", sa.Text),
    sa.Index("ix_rights_grant_holder", "life_no", "member_id"),
    sa.CheckConstraint("remaining >= 0 AND remaining <= amount", name="covered"),
)

rights_request = sa.Table(
    "rights_request",
    metadata,
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("request_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("member_id", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("grants", sa.LargeBinary, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("available", sa.BigInteger, nullable=False),
    sa.Column("asset", sa.Text, nullable=False, server_default="points"),
    sa.Column("lot", sa.Text, nullable=False, server_default=""),
    sa.Column("held", sa.LargeBinary, nullable=False, server_default=sa.text("'[]'")),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("member_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("member_id", sa.Text, nullable=False, unique=True),
    sa.Column("card_no", sa.Text, nullable=False, index=True),
    sa.Column("phone", sa.Text, nullable=False, index=True),  # never unique: registering is never refused
    sa.Column("home_store_id", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("last_visit_on", sa.Text),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("purchases", sa.LargeBinary, nullable=False),
    sa.Column("facts", sa.LargeBinary, nullable=False, server_default=sa.text("'{}'")),  # of the tier
    sa.Column("uses", sa.LargeBinary, nullable=False, server_default=sa.text("'[]'")),  # of campaigns with a cap
    sa.Column("tier_due", sa.Text, index=True),  # the day on which time alone may change the tier
    sa.Index("ix_member_home", "home_store_id", "last_visit_on"),
)

# What a member paid for what they kept, by the day that it was bought on.
tier_day = sa.Table(
    "tier_day",
    metadata,
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("business_date", sa.Text, primary_key=True),
    sa.Column("spend_minor", sa.BigInteger, nullable=False),
)

# Who brought whom, and the purchase for which both were given points.
referral = sa.Table(
    "referral",
    metadata,
    sa.Column("newcomer_id", sa.Text, primary_key=True),
    sa.Column("referrer_id", sa.Text, nullable=False),
    sa.Column("joined_on", sa.Text, nullable=False),
    sa.Column("sale_id", sa.Text, nullable=False),
    sa.Column("newcomer_points", sa.BigInteger, nullable=False),
    sa.Column("referrer_points", sa.BigInteger, nullable=False),
)

tier_term = sa.Table(
    "tier_term",
    metadata,
    sa.Column("term_id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text, nullable=False, index=True),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("from_on", sa.Text, nullable=False),
    sa.Column("months", sa.BigInteger, nullable=False),  # 0: all of it was given back
    sa.Column("is_bought", sa.Boolean(create_constraint=False), nullable=False),
)

member_tie = sa.Table(
    "member_tie",
    metadata,
    sa.Column("store_id", sa.Text, primary_key=True),
    sa.Column("member_id", sa.Text, primary_key=True),
    sa.Column("last_visit_on", sa.Text, nullable=False),  # joining counts as a visit
    sa.Index("ix_member_tie_member_id", "member_id"),
)

# Who is the same person as whom, for ever: an undone merge keeps its row. Rows in force name each loser once.
member_alias = sa.Table(
    "member_alias",
    metadata,
    sa.Column("alias_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("loser", sa.Text, nullable=False, index=True),
    sa.Column("survivor", sa.Text, nullable=False, index=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("merged_by", sa.Text, nullable=False),
    sa.Column("undone_at_ms", sa.BigInteger),
    sa.Column("undone_by", sa.Text, nullable=False),
    sa.Index(
        "uq_member_alias_in_force",
        "loser",
        unique=True,
        postgresql_where=sa.text("undone_at_ms IS NULL"),
        sqlite_where=sa.text("undone_at_ms IS NULL"),
    ),
    sa.CheckConstraint("loser <> survivor", name="two_members"),
)

merge_candidate = sa.Table(
    "merge_candidate",
    metadata,
    sa.Column("member_id", sa.Text, primary_key=True),  # who joined later
    sa.Column("other_id", sa.Text, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),  # open | merged | apart
    sa.Column("decided_by", sa.Text, nullable=False),
)

redemption = sa.Table(
    "redemption",
    metadata,
    sa.Column("redemption_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("member_id", sa.Text, nullable=False),
    sa.Column("tier", sa.Text, nullable=False),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("business_date", sa.Text, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Index("ix_redemption_tier", "tier", "redemption_no"),
)

item = sa.Table(
    "item",
    metadata,
    sa.Column("item_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("barcode", sa.Text, nullable=False, unique=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

programme = sa.Table(
    "programme",
    metadata,
    sa.Column("rules_version", sa.Text, primary_key=True),
    sa.Column("valid_from", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("valid_from", sa.Text, nullable=False),
    sa.Column("valid_to", sa.Text, nullable=False),
    sa.Column("withdrawn", sa.Boolean(create_constraint=False), nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

# How often a terminal, in all its lives, used a campaign with a budget.
campaign_spent = sa.Table(
    "campaign_spent",
    metadata,
    sa.Column("terminal_id", sa.Text, primary_key=True),
    sa.Column("campaign_id", sa.Text, primary_key=True),
    sa.Column("times", sa.BigInteger, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("staff_id", sa.Text, primary_key=True),
    sa.Column("store_id", sa.Text, nullable=False, index=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

call = sa.Table(
    "follow_up",
    metadata,
    sa.Column("call_id", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("member_id", sa.Text, nullable=False),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("due_on", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Index("ix_follow_up_store", "store_id", "state"),
)

lane_day = sa.Table(
    "lane_day",
    metadata,
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("opened_seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("business_date", sa.Text, nullable=False),
    sa.Column("status", sa.Text, nullable=False),  # open | closed | alarm
    sa.Column("closed_seq", sa.BigInteger),
    sa.Column("declared", sa.LargeBinary),
    sa.Column("computed", sa.LargeBinary),
    sa.Index("ix_lane_day_store", "store_id", "business_date"),
)

# ``figures`` are those of the moment it was sealed; a sealed row never changes.
store_day = sa.Table(
    "store_day",
    metadata,
    sa.Column("store_id", sa.Text, primary_key=True),
    sa.Column("business_date", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),  # open | provisional | complete | sealed
    sa.Column("roster", sa.LargeBinary, nullable=False),  # the terminals that were live when its first lane opened
    sa.Column("complete_on", sa.Text),
    sa.Column("sealed_on", sa.Text),
    sa.Column("sealed_by", sa.Text, nullable=False),
    sa.Column("approved_by", sa.Text, nullable=False),
    sa.Column("figures", sa.LargeBinary),
)

not_trading = sa.Table(
    "not_trading",
    metadata,
    sa.Column("store_id", sa.Text, primary_key=True),
    sa.Column("business_date", sa.Text, primary_key=True),
    sa.Column("terminal_id", sa.Text, primary_key=True),
    sa.Column("declared_by", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
)

# What was posted to a date after it was sealed: the fact, and what it moved.
late_adjustment = sa.Table(
    "late_adjustment",
    metadata,
    sa.Column("late_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("business_date", sa.Text, nullable=False),
    sa.Column("posting_date", sa.Text, nullable=False),
    sa.Column("life_no", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("cause", sa.Text, nullable=False),  # kind of the fact, or "settled"
    sa.Column("figures", sa.LargeBinary, nullable=False),
    sa.Index("ix_late_adjustment_day", "store_id", "business_date"),
)

# A person's word on a quarantined event, which itself stays as it came.
settlement = sa.Table(
    "settlement",
    metadata,
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("decision", sa.Text, nullable=False),  # post | void
    sa.Column("settled_by", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("posting_date", sa.Text, nullable=False),
)

flag = sa.Table(
    "flag",
    metadata,
    sa.Column("flag_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("life_no", sa.BigInteger),
    sa.Column("seq", sa.BigInteger),
    sa.Column("entity_id", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # open | closed
    sa.Column("closed_at_ms", sa.BigInteger),
    sa.Column("closed_by", sa.Text, nullable=False, server_default=""),
    sa.Index(
        "ix_flag_open", "code", postgresql_where=sa.text("state = 'open'"), sqlite_where=sa.text("state = 'open'")
    ),
)

# ``pos`` and ``checksum`` are given by the numbering step, after the commit (PostgreSQL) or within it (SQLite).
feed = sa.Table(
    "feed",
    metadata,
    sa.Column("feed_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("shard", sa.Text, nullable=False),
    sa.Column("pos", sa.BigInteger),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("entity_id", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("checksum", sa.BigInteger),  # of the shard, up to here
    sa.Index(
        "ix_feed_unnumbered",
        "shard",
        "feed_no",
        postgresql_where=sa.text("pos IS NULL"),
        sqlite_where=sa.text("pos IS NULL"),
    ),
    sa.UniqueConstraint("shard", "pos"),
)

# A cursor below ``floor_pos`` needs a snapshot: what stood before was loaded whole, or compacted away.
feed_head = sa.Table(
    "feed_head",
    metadata,
    sa.Column("shard", sa.Text, primary_key=True),
    sa.Column("pos", sa.BigInteger, nullable=False),
    sa.Column("floor_pos", sa.BigInteger, nullable=False),
    sa.Column("checksum", sa.BigInteger, nullable=False, server_default="0"),  # at ``pos``
)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("snapshot_id", sa.Text, primary_key=True),
    sa.Column("store_id", sa.Text, nullable=False),
    sa.Column("shard", sa.Text, nullable=False, server_default=""),  # the one it holds; empty: all of the directory
    sa.Column("built_at_ms", sa.BigInteger, nullable=False),
    sa.Column("file_key", sa.LargeBinary, nullable=False),
    sa.Column("manifest", sa.LargeBinary, nullable=False),
)

# A life whose rights were taken back, who said so, and what it held then.
fence = sa.Table(
    "fence",
    metadata,
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("declared_by", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("exposure", sa.LargeBinary, nullable=False),
)

# One row for each incarnation that began with a restored database; ``ended_at_ms`` is null while it recovers.
recovery = sa.Table(
    "recovery",
    metadata,
    sa.Column("incarnation_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("began_at_ms", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("restored_to", sa.Text, nullable=False),
    sa.Column("ended_at_ms", sa.BigInteger),
    sa.Column("ended_by", sa.Text, nullable=False),
)

# The lives that a recovering head office waits for. ``awaited_seq`` is what the life had when it was bound to the new
# incarnation, null before; ``settled_at_ms`` when head office held all of it.
recovery_roster = sa.Table(
    "recovery_roster",
    metadata,
    sa.Column("incarnation_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("life_no", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("awaited_seq", sa.BigInteger),
    sa.Column("settled_at_ms", sa.BigInteger),
    sa.Column("settled_as", sa.Text, nullable=False),
)

# What only head office knows, copied to a file that no restore takes back; see ``acts``.
act = sa.Table(
    "act",
    metadata,
    sa.Column("act_no", NUMBER, primary_key=True, autoincrement=True),
    sa.Column("act_id", sa.Text, nullable=False, unique=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("waits", sa.Text, nullable=False),  # the code why it could not be done again after a restore
)
