"""Store days: OPEN → PROVISIONAL → COMPLETE → SEALED, by what the lanes said and never by a clock.

COMPLETE is said of a day when every lane that opened it has closed it, all its facts are here, and each lane of the
roster that never opened was declared not trading by a person. SEALED is final: what is posted to the date later keeps
its business date and is listed as a late adjustment, so that sealed figures and late adjustments add up to what the
books say. The row of a day is locked last of all, so that a fact is either inside the seal or late, never neither.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec
import sqlalchemy as sa

from head_office import lives
from head_office.books import days
from head_office.books.ledger import Cause
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.posting import Transfer

_DAY, _LANE, _LIFE = schema.store_day.c, schema.lane_day.c, schema.life.c
_ACCOUNT, _POSTING, _RESTING = schema.account.c, schema.posting.c, schema.not_trading.c
COUNTED = ("posted",)  # facts that count; the others wait for a person, a program or another fact, or were voided
_LOG = (_LIFE.last_seq, _LIFE.posted_seq)
_LOCKED = (
    sa.select(schema.store_day)
    .where(_DAY.store_id == sa.bindparam("store_id"), _DAY.business_date == sa.bindparam("on"))
    .with_for_update()
)
_OPENED = (
    sa.select(_LIFE.terminal_id, _LIFE.epoch, _LIFE.status.label("life"), *_LOG, schema.lane_day)
    .join(schema.life, _LIFE.life_no == _LANE.life_no)
    .where(_LANE.store_id == sa.bindparam("store_id"), _LANE.business_date == sa.bindparam("on"))
    .order_by(_LIFE.terminal_id, _LIFE.life_no, _LANE.opened_seq)
)
_DECLARED = sa.select(_RESTING.terminal_id).where(
    _RESTING.store_id == sa.bindparam("store_id"), _RESTING.business_date == sa.bindparam("on")
)
_BEHIND = sa.select(_LIFE.terminal_id).where(
    _LIFE.store_id == sa.bindparam("store_id"), _LIFE.posted_seq < _LIFE.last_seq
)
_BALANCES = (
    sa.select(_ACCOUNT.ledger, _ACCOUNT.kind, sa.func.sum(_ACCOUNT.credit - _ACCOUNT.debit))
    .where(_ACCOUNT.owner == sa.bindparam("store_id"), _ACCOUNT.dated == sa.bindparam("on"))
    .group_by(_ACCOUNT.ledger, _ACCOUNT.kind)
)
_FACTS = (
    sa.select(_POSTING.kind, sa.func.count())
    .where(_POSTING.store_id == sa.bindparam("store_id"), _POSTING.business_date == sa.bindparam("on"))
    .where(_POSTING.status.in_(COUNTED))
    .group_by(_POSTING.kind)
)

Figures = dict[str, int]


class DayStatus(StrEnum):
    """How far a store's day is."""

    OPEN = "open"
    PROVISIONAL = "provisional"  # some lanes have closed, others are missing
    COMPLETE = "complete"
    SEALED = "sealed"


class LaneStatus(StrEnum):
    """How far a lane's part of the day is."""

    OPEN = days.OPEN
    CLOSED = days.CLOSED
    ALARM = days.ALARM  # closed, but head office computes something else
    LOST = "lost"  # open, and its life has ended: nobody will close it
    MISSING = "missing"  # on the roster, and never opened
    NOT_TRADING = "not trading"  # never opened, as a person declared


SETTLED = frozenset({LaneStatus.CLOSED, LaneStatus.ALARM, LaneStatus.NOT_TRADING})
TWO_PEOPLE = frozenset({LaneStatus.ALARM, LaneStatus.LOST})


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane's part of a day: the events from its opening to its close, or to the last that is here."""

    terminal_id: str
    status: LaneStatus
    epoch: str = ""
    seq_from: int = 0
    seq_to: int = 0


def status_of(lanes: Iterable[Lane]) -> DayStatus:
    """Return how far a day is that is not sealed."""
    seen = {lane.status for lane in lanes}
    if seen <= SETTLED:
        return DayStatus.COMPLETE
    return DayStatus.PROVISIONAL if seen & {LaneStatus.CLOSED, LaneStatus.ALARM} else DayStatus.OPEN


def is_due(complete_on: date, today: date, days_after: int) -> bool:
    """Say whether a day that has been complete since ``complete_on`` may be sealed without being asked for."""
    return (today - complete_on).days >= days_after


def locked_day(connection: sa.Connection, store_id: str, on: date) -> sa.Row[tuple[object, ...]]:
    """Lock the day's row, made with the roster of now if there is none yet."""
    day = {"store_id": store_id, "on": on.isoformat()}
    row = connection.execute(_LOCKED, day).one_or_none()
    if row is not None:
        return row
    live = sa.select(_LIFE.terminal_id).where(_LIFE.store_id == store_id, _LIFE.status == lives.LIVE).distinct()
    new = {
        "store_id": store_id,
        "business_date": on.isoformat(),
        "status": DayStatus.OPEN.value,
        "roster": msgspec.json.encode(sorted(connection.execute(live).scalars())),
        "sealed_by": "",
        "approved_by": "",
    }
    insert_rows(connection, schema.store_day, [new], clash="ignore")
    return connection.execute(_LOCKED, day).one()


def lanes_of(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> list[Lane]:
    """Return the lanes of a day: those that opened it, and the others of its roster."""
    day = {"store_id": row.store_id, "on": row.business_date}
    lanes = [_lane(each) for each in connection.execute(_OPENED, day)]
    declared = set(connection.execute(_DECLARED, day).scalars())
    absent = {*msgspec.json.decode(row.roster, type=list[str]), *declared} - {lane.terminal_id for lane in lanes}
    lanes += [
        Lane(terminal_id, LaneStatus.NOT_TRADING if terminal_id in declared else LaneStatus.MISSING)
        for terminal_id in sorted(absent)
    ]
    return sorted(lanes, key=lambda lane: lane.terminal_id)


def lanes_behind(connection: sa.Connection, store_id: str) -> list[str]:
    """Return the terminals of a store of which head office has events that it has not posted yet."""
    return sorted(set(connection.execute(_BEHIND, {"store_id": store_id}).scalars()))


def restate(connection: sa.Connection, row: sa.Row[tuple[object, ...]], today: date) -> DayStatus:
    """Bring the stored status of a locked day up to what its lanes say; a sealed day stays as it is."""
    if row.status == DayStatus.SEALED:
        return DayStatus.SEALED
    status = status_of(lanes_of(connection, row))
    if status != row.status:
        values = {"status": status.value, "complete_on": today.isoformat() if status is DayStatus.COMPLETE else None}
        connection.execute(sa.update(schema.store_day).where(_is(row)).values(values))
    return status


def seal(connection: sa.Connection, row: sa.Row[tuple[object, ...]], values: Mapping[str, object]) -> None:
    """Make a locked day final."""
    figures = figures_now(connection, row.store_id, row.business_date)
    sealed = {"status": DayStatus.SEALED.value, "figures": msgspec.json.encode(figures), **values}
    connection.execute(sa.update(schema.store_day).where(_is(row), _DAY.status != DayStatus.SEALED).values(sealed))


def figures_now(connection: sa.Connection, store_id: str, business_date: str) -> Figures:
    """Return what the books say of a day: credits minus debits of each account of it, and how many facts count."""
    day = {"store_id": store_id, "on": business_date}
    found = {f"{ledger} {kind}": int(total) for ledger, kind, total in connection.execute(_BALANCES, day)}
    found.update({f"facts {kind}": int(count) for kind, count in connection.execute(_FACTS, day)})
    return {name: found[name] for name in sorted(found) if found[name]}


def figures_of(transfers: Iterable[Transfer], store_id: str, business_date: str, kinds: Iterable[str] = ()) -> Figures:
    """Return what some transfers, and facts of some kinds, add to the figures of a day."""
    found: Counter[str] = Counter(f"facts {kind}" for kind in kinds)
    for transfer in transfers:
        for account, change in ((transfer.debit, -transfer.amount), (transfer.credit, transfer.amount)):
            if account.owner == store_id and account.dated == business_date:
                found[f"{account.ledger} {account.kind}"] += change
    return {name: found[name] for name in sorted(found) if found[name]}


def added(parts: Iterable[Figures]) -> Figures:
    """Return the sum of figures."""
    total: Counter[str] = Counter()
    for part in parts:
        for name, amount in part.items():
            total[name] += amount
    return {name: total[name] for name in sorted(total) if total[name]}


@dataclass(frozen=True, slots=True)
class Posted:
    """One event as it was posted: what a sealed day lists as late."""

    life_no: int
    seq: int
    business_date: date
    cause: str
    kinds: tuple[str, ...]


def note(
    connection: sa.Connection,
    store_id: str,
    posted: Collection[Posted],
    booked: Iterable[tuple[Transfer, Cause]],
    today: date,
) -> None:
    """Bring the days of these events up to date, the last act of their transaction; list what came after a seal.

    Days are locked in the order of their dates.
    """
    sealed = set()
    for on in sorted({each.business_date for each in posted}):
        if restate(connection, locked_day(connection, store_id, on), today) is DayStatus.SEALED:
            sealed.add(on)
    if not sealed:
        return
    moved: dict[int | None, list[Transfer]] = {}
    for transfer, cause in booked:
        moved.setdefault(cause.seq, []).append(transfer)
    late: list[dict[str, object]] = [
        {
            "store_id": store_id,
            "business_date": each.business_date.isoformat(),
            "posting_date": today.isoformat(),
            "life_no": each.life_no,
            "seq": each.seq,
            "cause": each.cause,
            "figures": msgspec.json.encode(
                figures_of(moved.get(each.seq, ()), store_id, each.business_date.isoformat(), each.kinds)
            ),
        }
        for each in posted
        if each.business_date in sealed
    ]
    insert_rows(connection, schema.late_adjustment, late)


def _lane(row: sa.Row[tuple[object, ...]]) -> Lane:
    status = LaneStatus(row.status)
    if status is LaneStatus.OPEN and row.life != lives.LIVE and row.posted_seq >= row.last_seq:
        status = LaneStatus.LOST
    if row.closed_seq is not None and row.last_seq < row.closed_seq:
        status = LaneStatus.OPEN  # closed, but not all of it is here
    return Lane(row.terminal_id, status, row.epoch, row.opened_seq, row.closed_seq or row.last_seq)


def _is(row: sa.Row[tuple[object, ...]]) -> sa.ColumnElement[bool]:
    return sa.and_(_DAY.store_id == row.store_id, _DAY.business_date == row.business_date)
