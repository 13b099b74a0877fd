"""The shape of ``till.db`` as a list of steps: appended to, never edited.

Integer keys inside; identities that leave the terminal are text. Hot tables have few and narrow indexes, since every
page that a sale touches is written and synced.
"""

from pathlib import Path

from sqlite_utils import Migrations

from pos_app.errors import Damaged
from pos_app.store.connection import Database
from pos_app.store.errors import edge

till_migrations = Migrations("till")

_V1 = (
    "CREATE TABLE meta (k TEXT PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TABLE number (name TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE event (
        seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, schema_version INTEGER NOT NULL,
        prev_hash BLOB NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    """CREATE TRIGGER event_contiguous BEFORE INSERT ON event
        WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM event)
        BEGIN SELECT RAISE(ABORT, 'log.gap'); END""",
    "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'append-only'); END",
    """CREATE TABLE holding (
        holding_no INTEGER PRIMARY KEY, gid TEXT NOT NULL UNIQUE, member_id TEXT NOT NULL, asset TEXT NOT NULL,
        amount INTEGER NOT NULL CHECK (amount > 0),
        remaining INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND amount),
        expires_on TEXT NOT NULL, lease_until_ms INTEGER
    ) STRICT""",
    "CREATE INDEX holding_live ON holding (member_id) WHERE remaining > 0",
    """CREATE TABLE sale (
        receipt_n INTEGER PRIMARY KEY, seq INTEGER NOT NULL REFERENCES event (seq), sale_id TEXT NOT NULL UNIQUE,
        receipt_no TEXT NOT NULL, member_id TEXT, business_date TEXT NOT NULL, sold_at_ms INTEGER NOT NULL,
        staff_id TEXT NOT NULL, due_minor INTEGER NOT NULL, rounding_minor INTEGER NOT NULL,
        points INTEGER NOT NULL, paper_job INTEGER NOT NULL, reprints INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX sale_member ON sale (member_id, seq, points) WHERE member_id IS NOT NULL",
    """CREATE TABLE sale_line (
        receipt_n INTEGER NOT NULL REFERENCES sale (receipt_n), line_no INTEGER NOT NULL, item_id INTEGER NOT NULL,
        quantity INTEGER NOT NULL, net_minor INTEGER NOT NULL, paid_minor INTEGER NOT NULL, points INTEGER NOT NULL,
        earned INTEGER NOT NULL, PRIMARY KEY (receipt_n, line_no)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tender (
        receipt_n INTEGER NOT NULL REFERENCES sale (receipt_n), tender_no INTEGER NOT NULL, kind TEXT NOT NULL,
        amount_minor INTEGER NOT NULL, given_minor INTEGER NOT NULL, change_minor INTEGER NOT NULL,
        reference TEXT NOT NULL, PRIMARY KEY (receipt_n, tender_no)
    ) STRICT, WITHOUT ROWID""",
    "CREATE TABLE basket_step (step_no INTEGER PRIMARY KEY, body BLOB NOT NULL) STRICT",
    """CREATE TABLE basket_item (
        item_id INTEGER NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (item_id, version)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE held_sale (
        hold_id INTEGER PRIMARY KEY AUTOINCREMENT, held_at_ms INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE joined_here (
        member_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, card_no TEXT NOT NULL UNIQUE, phone TEXT NOT NULL,
        last4 TEXT NOT NULL, name TEXT NOT NULL, initials TEXT NOT NULL, body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX joined_phone ON joined_here (phone)",
    "CREATE INDEX joined_last4 ON joined_here (last4)",
    "CREATE INDEX joined_name ON joined_here (name)",
    "CREATE INDEX joined_initials ON joined_here (initials)",
    """CREATE TABLE answered_here (
        member_id TEXT NOT NULL, purpose TEXT NOT NULL, at_ms INTEGER NOT NULL, seq INTEGER NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (member_id, purpose, at_ms)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE call_here (
        call_id TEXT PRIMARY KEY, code TEXT NOT NULL UNIQUE, member_id TEXT NOT NULL, due_on TEXT NOT NULL,
        state TEXT NOT NULL, version INTEGER NOT NULL, body BLOB NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX call_here_due ON call_here (state, due_on)",
    "CREATE INDEX call_here_member ON call_here (member_id)",
    """CREATE TABLE print_job (
        job_id INTEGER PRIMARY KEY AUTOINCREMENT, printer TEXT NOT NULL, task TEXT NOT NULL, state TEXT NOT NULL,
        detail TEXT NOT NULL DEFAULT '', subject TEXT NOT NULL, reprint_no INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL, paper_json TEXT NOT NULL
    ) STRICT""",
    "CREATE INDEX print_open ON print_job (printer, state, task, job_id) WHERE state <> 'printed'",
    """CREATE TABLE shift (
        shift_no INTEGER PRIMARY KEY, business_date TEXT NOT NULL, opened_seq INTEGER NOT NULL,
        opened_at_ms INTEGER NOT NULL, staff_id TEXT NOT NULL, float_minor INTEGER NOT NULL,
        closed_seq INTEGER, z_no INTEGER UNIQUE
    ) STRICT""",
    "CREATE UNIQUE INDEX shift_open ON shift (closed_seq IS NULL) WHERE closed_seq IS NULL",
    """CREATE TABLE pin_try (
        staff_id TEXT PRIMARY KEY, wrong INTEGER NOT NULL, locked_until_ms INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE used_step (
        card_no TEXT NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (card_no, step)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE feed_state (
        shard TEXT PRIMARY KEY, incarnation TEXT NOT NULL, pos INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@till_migrations()
def first_tables(database: Database) -> None:
    """Everything that the first version keeps."""
    for statement in _V1:
        database.conn.execute(statement)


_HOLDING_LOT = ("ALTER TABLE holding ADD COLUMN lot TEXT NOT NULL DEFAULT ''",)


@till_migrations()
def holding_lot(database: Database) -> None:
    """Rights in one coupon, punch card or sold line."""
    for statement in _HOLDING_LOT:
        database.conn.execute(statement)


_RELEASES = (
    "ALTER TABLE holding ADD COLUMN touched_ms INTEGER NOT NULL DEFAULT 0",
    """CREATE TABLE recall (
        recall_id TEXT PRIMARY KEY, member_id TEXT NOT NULL, asset TEXT NOT NULL, lot TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@till_migrations()
def releases(database: Database) -> None:
    """When a holding was last used, and what head office wants back."""
    for statement in _RELEASES:
        database.conn.execute(statement)


_FEED_CHECKSUMS = (
    "ALTER TABLE feed_state ADD COLUMN checksum INTEGER",
    """CREATE TABLE feed_kept (
        shard TEXT NOT NULL, pos INTEGER NOT NULL, kind TEXT NOT NULL, entity_id TEXT NOT NULL, body BLOB NOT NULL,
        reason TEXT NOT NULL, PRIMARY KEY (shard, pos)
    ) STRICT, WITHOUT ROWID""",
)


@till_migrations()
def feed_checksums(database: Database) -> None:
    """The rolling checksum beside the cursor, and changes of the own shard that this program cannot read."""
    for statement in _FEED_CHECKSUMS:
        database.conn.execute(statement)


_ANSWERED = ("ALTER TABLE recall ADD COLUMN is_answered INTEGER NOT NULL DEFAULT 0 CHECK (is_answered IN (0, 1))",)


@till_migrations()
def answered_recalls(database: Database) -> None:
    """Which recalls were answered: they come again when the shard is read again."""
    for statement in _ANSWERED:
        database.conn.execute(statement)


_DAY_PAPERS = (
    """CREATE TABLE day_paper (
        paper_no INTEGER PRIMARY KEY, kind TEXT NOT NULL, number INTEGER NOT NULL, business_date TEXT NOT NULL,
        printed_at_ms INTEGER NOT NULL, paper_job INTEGER NOT NULL, reprints INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX shift_date ON shift (business_date, shift_no)",
)


@till_migrations()
def day_papers(database: Database) -> None:
    """X, shift and Z papers that can be printed again, and the shifts of a day."""
    for statement in _DAY_PAPERS:
        database.conn.execute(statement)


_ABOUT_MEMBER = (
    """CREATE TABLE about_member (
        member_id TEXT NOT NULL, seq INTEGER NOT NULL REFERENCES event (seq), PRIMARY KEY (member_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO about_member
        SELECT coalesce(json_extract(said, '$.fact.member_id'), json_extract(said, '$.fact.member.member_id')), seq
        FROM (SELECT seq, CAST(body AS TEXT) AS said FROM event
            WHERE kind IN ('member_registered', 'consent_changed', 'call_recorded'))""",
)


@till_migrations()
def about_member(database: Database) -> None:
    """Which events are about whom; sales have an index of their own."""
    for statement in _ABOUT_MEMBER:
        database.conn.execute(statement)


_ASSET_MOVES = (
    """CREATE TABLE asset_move (
        seq INTEGER NOT NULL, n INTEGER NOT NULL, member_id TEXT NOT NULL, asset TEXT NOT NULL, lot TEXT NOT NULL,
        expires_on TEXT NOT NULL, amount INTEGER NOT NULL, PRIMARY KEY (seq, n)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX asset_move_member ON asset_move (member_id, seq)",
)


@till_migrations()
def asset_moves(database: Database) -> None:
    """What the facts of this till gave members and took from them: stored value, coupons, punch cards."""
    for statement in _ASSET_MOVES:
        database.conn.execute(statement)


_REFUNDS = (
    """CREATE TABLE refund (
        refund_n INTEGER PRIMARY KEY, refund_id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL REFERENCES event (seq),
        sale_id TEXT NOT NULL, member_id TEXT, points INTEGER NOT NULL, paper_job INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX refund_sale ON refund (sale_id)",
    "CREATE INDEX refund_member ON refund (member_id, seq, points) WHERE member_id IS NOT NULL",
    "CREATE INDEX sale_line_item ON sale_line (item_id, receipt_n)",
)


@till_migrations()
def refunds(database: Database) -> None:
    """What came back, and sales by the item that is brought."""
    for statement in _REFUNDS:
        database.conn.execute(statement)


@till_migrations()
def pin_lock_outs(database: Database) -> None:
    """Which run of the machine a lock-out counts by."""
    database.conn.execute("ALTER TABLE pin_try ADD COLUMN boot_id TEXT NOT NULL DEFAULT ''")


_TIERS = (
    "ALTER TABLE sale ADD COLUMN counts_minor INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE sale ADD COLUMN raised TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE sale ADD COLUMN terms BLOB NOT NULL DEFAULT X'5B5D'",
)


@till_migrations()
def tiers(database: Database) -> None:
    """What a sale counts for its member's tier, the tier it raised them to, and the terms that it sold."""
    for statement in _TIERS:
        database.conn.execute(statement)


_PINS_SET_HERE = (
    """CREATE TABLE pin_set_here (
        member_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, pin_hash TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
)


@till_migrations()
def pins_set_here(database: Database) -> None:
    """PINs that members chose here, until head office has published them."""
    for statement in _PINS_SET_HERE:
        database.conn.execute(statement)


_CAMPAIGN_USES = (
    """CREATE TABLE campaign_use (
        member_id TEXT NOT NULL, campaign_id TEXT NOT NULL, times INTEGER NOT NULL,
        PRIMARY KEY (member_id, campaign_id)
    ) STRICT, WITHOUT ROWID""",
)


@till_migrations()
def campaign_uses(database: Database) -> None:
    """How often campaigns were applied here."""
    for statement in _CAMPAIGN_USES:
        database.conn.execute(statement)


_LOST_CARDS = ("CREATE TABLE lost_card (card_no TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID",)


@till_migrations()
def lost_cards(database: Database) -> None:
    """Cards that were reported lost here."""
    for statement in _LOST_CARDS:
        database.conn.execute(statement)


_TOPUPS = (
    """CREATE TABLE topup (
        topup_n INTEGER PRIMARY KEY, topup_id TEXT NOT NULL UNIQUE, seq INTEGER NOT NULL REFERENCES event (seq)
    ) STRICT""",
)


@till_migrations()
def topups(database: Database) -> None:
    """Stored value that was sold here."""
    for statement in _TOPUPS:
        database.conn.execute(statement)


_NOTED = (
    """CREATE TABLE noted (
        seq INTEGER PRIMARY KEY, part TEXT NOT NULL, business_date TEXT NOT NULL,
        staff_id TEXT NOT NULL, subject TEXT NOT NULL
    ) STRICT""",
    """INSERT INTO noted
        SELECT seq, CASE kind WHEN 'staff_signed_in' THEN 'people' WHEN 'basket_voided' THEN 'voids'
                WHEN 'sale_refunded' THEN 'refunds' WHEN 'drawer_opened' THEN 'cash'
                WHEN 'receipt_reprinted' THEN 'reprints' WHEN 'clock_stepped' THEN 'clock' ELSE 'days' END,
            json_extract(said, '$.at.business_date'), json_extract(said, '$.at.staff_id'),
            coalesce(json_extract(said, '$.fact.name'), json_extract(said, '$.fact.receipt_no'),
                json_extract(said, '$.fact.refund_no'), json_extract(said, '$.fact.sale_id'), '')
        FROM (SELECT seq, kind, CAST(body AS TEXT) AS said FROM event
            WHERE kind IN ('staff_signed_in', 'basket_voided', 'sale_refunded', 'drawer_opened', 'receipt_reprinted',
                'clock_stepped', 'day_opened', 'day_closed'))""",
    "CREATE INDEX noted_date ON noted (business_date)",
    "CREATE INDEX noted_staff ON noted (staff_id, part)",
    "CREATE INDEX noted_part ON noted (part)",
    "CREATE INDEX noted_subject ON noted (subject) WHERE subject <> ''",
)


@till_migrations()
def audit_index(database: Database) -> None:
    """Which events are not plain selling, by day, person, part and subject: kinds that older programs said."""
    for statement in _NOTED:
        database.conn.execute(statement)


_CHARGES = (
    """CREATE TABLE payment_intent (
        charge_id TEXT PRIMARY KEY, sale_id TEXT NOT NULL, kind TEXT NOT NULL,
        amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), state TEXT NOT NULL,
        taken_minor INTEGER NOT NULL CHECK (taken_minor >= 0), reference TEXT NOT NULL, decided_by TEXT NOT NULL,
        business_date TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX payment_intent_sale ON payment_intent (sale_id)",
    "CREATE INDEX payment_intent_date ON payment_intent (business_date)",
    "CREATE INDEX payment_intent_open ON payment_intent (state) WHERE state IN ('meant', 'asked', 'unknown')",
)


@till_migrations()
def charges(database: Database) -> None:
    """Charges through a payment gateway."""
    for statement in _CHARGES:
        database.conn.execute(statement)


_TOPUP_REFUNDS = (
    """CREATE TABLE topup_refund (
        refund_n INTEGER PRIMARY KEY, refund_id TEXT NOT NULL UNIQUE, topup_id TEXT NOT NULL,
        seq INTEGER NOT NULL REFERENCES event (seq)
    ) STRICT""",
    "CREATE INDEX topup_refund_of ON topup_refund (topup_id)",
)


@till_migrations()
def topup_refunds(database: Database) -> None:
    """Stored value that came back for money here."""
    for statement in _TOPUP_REFUNDS:
        database.conn.execute(statement)


_CAMPAIGN_USES_BY_SALE = (
    "ALTER TABLE campaign_use RENAME TO campaign_use_sum",
    """CREATE TABLE campaign_use (
        member_id TEXT NOT NULL, campaign_id TEXT NOT NULL, seq INTEGER NOT NULL, times INTEGER NOT NULL,
        PRIMARY KEY (member_id, campaign_id, seq)
    ) STRICT, WITHOUT ROWID""",
    """INSERT INTO campaign_use SELECT member_id, campaign_id,
        CASE WHEN member_id = '' THEN 0 ELSE 9223372036854775807 END, times FROM campaign_use_sum""",
    "DROP TABLE campaign_use_sum",
)


@till_migrations()
def campaign_uses_by_sale(database: Database) -> None:
    """The sale that used a campaign, so that what head office counts is not counted twice; it counts none before."""
    for statement in _CAMPAIGN_USES_BY_SALE:
        database.conn.execute(statement)


@till_migrations()
def vesting(database: Database) -> None:
    """The first day of points that may not be spent at once; those of before may."""
    database.conn.execute("ALTER TABLE holding ADD COLUMN usable_from TEXT")


_PAYBACKS = (
    """CREATE TABLE payment_back (
        payback_id TEXT PRIMARY KEY, charge_id TEXT NOT NULL, refund_no TEXT NOT NULL, kind TEXT NOT NULL,
        amount_minor INTEGER NOT NULL CHECK (amount_minor > 0), state TEXT NOT NULL, business_date TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX payment_back_date ON payment_back (business_date)",
    "CREATE INDEX payment_back_open ON payment_back (state) WHERE state IN ('meant', 'asked')",
)


@till_migrations()
def paybacks(database: Database) -> None:
    """Money that a payment gateway gives back."""
    for statement in _PAYBACKS:
        database.conn.execute(statement)


@till_migrations()
def owed_points(database: Database) -> None:
    """What sales set off against points owed, below zero, and what refunds made their members owe, until published."""
    for table in ("sale", "refund"):
        database.conn.execute(f"ALTER TABLE {table} ADD COLUMN owed INTEGER NOT NULL DEFAULT 0")


_TOPUP_CHARGES = (
    "ALTER TABLE payment_intent ADD COLUMN awaits_topup INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX payment_intent_topup ON payment_intent (state) WHERE awaits_topup = 1",
)


@till_migrations()
def topup_charges(database: Database) -> None:
    """Charges for top-ups that are not sold yet."""
    for statement in _TOPUP_CHARGES:
        database.conn.execute(statement)


@till_migrations()
def tender_references(database: Database) -> None:
    """Find the sale that a slip's reference paid for."""
    database.conn.execute("CREATE INDEX tender_reference ON tender (reference) WHERE reference <> ''")


def migrate(database: Database, path: Path, steps: Migrations = till_migrations) -> None:
    """Bring ``till.db`` to this version; a copy under the same key is taken before a file with data is changed.

    Raises Damaged ``store.newer`` for a file that a newer program has changed.
    """
    with edge():
        done = {step.name for step in steps.applied(database)}
        pending = [step.name for step in steps.pending(database)]
        unknown = done - _names(steps)
        if unknown:
            raise Damaged("store.newer", steps=sorted(unknown))
        if not pending:
            return
        if done:
            copy = path.with_name(f"{path.stem}-before-{pending[0]}.db")
            copy.unlink(missing_ok=True)
            database.conn.execute("VACUUM INTO ?", [str(copy)])
        steps.apply(database)


def _names(steps: Migrations) -> set[str]:
    """Return the names of all steps: those that an empty database would need."""
    empty = Database(memory=True)
    try:
        return {step.name for step in steps.pending(empty)}
    finally:
        empty.close()
