"""The shape of ``directory.db``: head office builds the file, the terminal installs it and keeps it current.

A member's rarely read parts are one JSON body; what look-up sorts by and what the result list shows stands in columns,
so that the covering indexes answer alone. It carries no identity: no terminal, epoch, log or grant.

The body is the JSON itself, or a zstd frame of it over the dictionary in ``packing`` (``docs/decisions/0005``): what
every member has in common is then said once.
"""

SCHEMA_VERSION = 4

TABLES = """
CREATE TABLE meta (k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE packing (kind TEXT PRIMARY KEY, dictionary BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE item (
    item_id INTEGER PRIMARY KEY, barcode TEXT NOT NULL, name TEXT NOT NULL, name_en TEXT NOT NULL,
    initials TEXT NOT NULL, category TEXT NOT NULL, price_minor INTEGER NOT NULL, version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
CREATE TABLE programme (
    rules_version TEXT PRIMARY KEY, valid_from TEXT NOT NULL, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE campaign (
    campaign_id TEXT PRIMARY KEY, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, version INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE staff (
    staff_id TEXT PRIMARY KEY, store_id TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE member (
    member_no INTEGER PRIMARY KEY, member_id TEXT NOT NULL, card_no TEXT NOT NULL, phone TEXT NOT NULL,
    last4 TEXT NOT NULL, name TEXT NOT NULL, initials TEXT NOT NULL, tier TEXT NOT NULL,
    last_visit INTEGER NOT NULL, points INTEGER NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE alias (
    loser TEXT PRIMARY KEY, survivor TEXT NOT NULL, version INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE call (
    call_id TEXT PRIMARY KEY, code TEXT NOT NULL, member_id TEXT NOT NULL, due_on TEXT NOT NULL, state TEXT NOT NULL,
    version INTEGER NOT NULL, body BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE feed_state (
    shard TEXT PRIMARY KEY, incarnation TEXT NOT NULL, pos INTEGER NOT NULL, checksum INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE feed_kept (
    shard TEXT NOT NULL, pos INTEGER NOT NULL, kind TEXT NOT NULL, body BLOB NOT NULL, reason TEXT NOT NULL,
    entity_id TEXT NOT NULL DEFAULT '', PRIMARY KEY (shard, pos)
) STRICT, WITHOUT ROWID;
"""

INDEXES = """
CREATE UNIQUE INDEX item_barcode ON item (barcode);
CREATE INDEX item_initials ON item (initials);
CREATE INDEX item_name ON item (name);
CREATE INDEX item_price ON item (price_minor DESC);
CREATE UNIQUE INDEX member_id ON member (member_id);
CREATE UNIQUE INDEX member_card ON member (card_no);
CREATE INDEX member_phone ON member (phone);
CREATE INDEX member_last4 ON member (last4, last_visit DESC, member_id, name, tier, phone, points);
CREATE INDEX member_name ON member (name, last_visit DESC, member_id, tier, phone, points);
CREATE INDEX member_initials ON member (initials, last_visit DESC, member_id, name, tier, phone, points);
CREATE INDEX alias_survivor ON alias (survivor);
CREATE INDEX call_due ON call (state, due_on);
CREATE UNIQUE INDEX call_code ON call (code);
"""
# member.last_visit is days since 1970-01-01 (0 = never); last4 the last four digits of the phone; initials lower case.
# Phones are not unique: two stores may register one phone offline, and registering is never refused.
