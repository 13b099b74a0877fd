"""The quarantine: what waits for a person, and what a person decided on it.

Settling is a fact of head office beside the event: transfers of their own that name the parked ones, and a row that
says who, what and why. The event stays as it came. What was deferred because it depends on it is posted then.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from head_office import lives
from head_office.acts import keep, record
from head_office.batch import Batch
from head_office.books import store_days
from head_office.books.store_days import Posted
from head_office.flags import FLAG, close_flags
from head_office.intake import Intake
from head_office.office import Office
from head_office.posting import Aftermath
from head_office.reading import Letter, Reading, read
from head_office.rights import terms_of
from head_office.store import schema
from pos_app.domain import posting
from pos_app.domain.events import GrantsInstalled, Sale, SaleRefunded, ToppedUp, TopUpRefunded
from pos_app.domain.ids import Origin
from pos_app.domain.posting import SUSPENSE, Account, Transfer
from pos_app.domain.settling import Decision
from pos_app.errors import Damaged, Refused

_POSTING, _LIFE, _INBOX = schema.posting.c, schema.life.c, schema.inbox.c
QUARANTINED, DEFERRED = "quarantined", "deferred"
SETTLE = "settle"
AFTER = {"post": "posted", "void": "void"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """An event that is stored and not in the books, and why."""

    terminal_id: str
    epoch: str
    seq: int
    kind: str
    store_id: str
    business_date: str
    status: str
    code: str
    depends_on: str


class SettleDesk:
    """Lists the quarantine and settles it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def waiting(self) -> list[Waiting]:
        """Return what is quarantined or deferred, in the order of the logs."""
        columns = (_LIFE.terminal_id, _LIFE.epoch, _POSTING.seq, _POSTING.kind, _POSTING.store_id)
        more = (_POSTING.business_date, _POSTING.status, _POSTING.code, _POSTING.depends_on)
        wanted = (
            sa.select(*columns, *more)
            .join(schema.life, _LIFE.life_no == _POSTING.life_no)
            .where(_POSTING.status.in_((QUARANTINED, DEFERRED)))
            .order_by(_LIFE.terminal_id, _LIFE.epoch, _POSTING.seq)
        )
        with self._office.database.read() as connection:
            return [Waiting(*row) for row in connection.execute(wanted)]

    def settle(self, origin: Origin, decision: Decision, by: str, note: str) -> None:
        """Take a quarantined event as said (``post``) or as not said (``void``); a deferred one can only be voided.

        Raises:
            Refused: ``terminal.unknown``, ``settle.not_waiting``, ``settle.waits {depends_on}``,
                ``settle.unreadable``, ``settle.contradiction {code}``.
        """
        aftermath = Aftermath()
        self._office.database.write(
            lambda connection: self._settle(connection, origin, decision, (by, note), aftermath)
        )
        keep(self._office)
        Intake(self._office).follow(aftermath)
        self._office.bell.ring()

    def _settle(
        self,
        connection: sa.Connection,
        origin: Origin,
        decision: Decision,
        said: tuple[str, str],
        aftermath: Aftermath,
    ) -> None:
        life = lives.named(connection, origin.terminal_id, origin.epoch)
        mine = sa.and_(_POSTING.life_no == life.life_no, _POSTING.seq == origin.seq)
        row = connection.execute(sa.select(schema.posting).where(mine)).one_or_none()
        if row is None or row.status not in (QUARANTINED, DEFERRED):
            raise Refused("settle.not_waiting", event=str(origin))
        if row.status == DEFERRED and decision == "post":
            raise Refused("settle.waits", event=str(origin), depends_on=row.depends_on)
        terms = terms_of(self._office, connection, life)
        reading = _reading(connection, life.life_no, origin.seq, terms.today, row.business_date)
        if reading.fact is None and decision == "post":
            raise Refused("settle.unreadable", event=str(origin))
        batch = Batch(connection, terms)
        if row.status == QUARANTINED:
            batch.load([reading])
            try:
                batch.settle(reading, _parked(connection, origin, reading), decision)
            except Damaged as damaged:
                raise Refused("settle.contradiction", event=str(origin), cause=damaged.code) from damaged
            batch.write()
        status = AFTER[decision]
        connection.execute(sa.update(schema.posting).where(mine).values(status=status, depends_on=""))
        by, note = said
        of_it = (FLAG.life_no == life.life_no, FLAG.seq == origin.seq, FLAG.code == row.code)
        close_flags(connection, by, terms.now_ms, *of_it)
        row_of_it = {
            "life_no": life.life_no,
            "seq": origin.seq,
            "decision": decision,
            "settled_by": by,
            "note": note,
            "at_ms": terms.now_ms,
            "posting_date": terms.today.isoformat(),
        }
        connection.execute(sa.insert(schema.settlement).values(row_of_it))
        whose = {"terminal_id": origin.terminal_id, "epoch": origin.epoch, "seq": origin.seq}
        record(
            connection, SETTLE, f"{SETTLE}/{origin}", terms.now_ms, {**whose, "as": decision, "by": by, "note": note}
        )
        kinds = (reading.kind,) if decision == "post" else ()
        posted = Posted(life.life_no, origin.seq, reading.business_date, "settled", kinds)
        store_days.note(connection, life.store_id, [posted], batch.booked, terms.today)
        aftermath.candidates.update(batch.candidates)
        aftermath.resolved.update(batch.resolved, {f"event:{origin}"})


def _reading(connection: sa.Connection, life_no: int, seq: int, today: date, business_date: str) -> Reading:
    """Return the event as it was read when it came, on the date that it was parked on."""
    body = connection.execute(sa.select(_INBOX.body).where(_INBOX.life_no == life_no, _INBOX.seq == seq)).scalar_one()
    return replace(read(Letter(seq, body), today), business_date=date.fromisoformat(business_date), trouble="")


def _parked(connection: sa.Connection, origin: Origin, reading: Reading) -> Sequence[Transfer]:
    """Return the transfers by which the event lies in suspense."""
    fact = reading.fact
    if fact is None:
        return ()
    most = 4 + 2 * len(posting.spends_of(fact))
    if isinstance(fact, (Sale, SaleRefunded, ToppedUp, TopUpRefunded)):
        most += len(fact.tenders)
    most += len(posting.self_grants_of(fact))
    if isinstance(fact, GrantsInstalled):
        most += len(fact.grants)
    names = [origin.part("transfer", n) for n in range(most)]
    debit, credit, moved = sa.alias(schema.account), sa.alias(schema.account), schema.transfer.c
    rows = connection.execute(
        sa.select(moved.transfer_id, moved.amount, moved.code, *_columns(debit, "debit"), *_columns(credit, "credit"))
        .join(debit, debit.c.account_no == moved.debit_no)
        .join(credit, credit.c.account_no == moved.credit_no)
        .where(moved.transfer_id.in_(names), sa.or_(debit.c.kind == SUSPENSE, credit.c.kind == SUSPENSE))
        .order_by(moved.transfer_id)
    )
    return [
        Transfer(row.transfer_id, _account(row, "debit"), _account(row, "credit"), row.amount, row.code) for row in rows
    ]


PARTS = ("ledger", "kind", "owner", "holder", "dated")


def _columns(side: sa.FromClause, name: str) -> list[sa.ColumnElement[str]]:
    return [side.c[part].label(f"{name}_{part}") for part in PARTS]


def _account(row: sa.Row[Any], name: str) -> Account:
    return Account(*(str(getattr(row, f"{name}_{part}")) for part in PARTS))
