"""What people do with store days: declare a lane not trading, seal, look."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec
import sqlalchemy as sa

from head_office.acts import keep, record
from head_office.books.store_days import (
    SETTLED,
    TWO_PEOPLE,
    DayStatus,
    Figures,
    Lane,
    added,
    figures_now,
    is_due,
    lanes_behind,
    lanes_of,
    locked_day,
    restate,
    seal,
    status_of,
)
from head_office.flags import FLAG, close_flags
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.errors import Refused

SEAL, NOT_TRADING = "seal", "not-trading"
_DAY, _LATE, _LIFE = schema.store_day.c, schema.late_adjustment.c, schema.life.c
_POSTING, _TERMINAL, _LANE = schema.posting.c, schema.terminal.c, schema.lane_day.c
_STORED = sa.select(schema.store_day).where(
    _DAY.store_id == sa.bindparam("store_id"), _DAY.business_date == sa.bindparam("on")
)
_LATER = (
    sa.select(_LIFE.terminal_id, _LIFE.epoch, schema.late_adjustment)
    .join(schema.life, _LIFE.life_no == _LATE.life_no)
    .where(_LATE.store_id == sa.bindparam("store_id"), _LATE.business_date == sa.bindparam("on"))
    .order_by(_LATE.late_no)
)
_WAITING = (
    sa.select(sa.func.count())
    .where(_POSTING.store_id == sa.bindparam("store_id"), _POSTING.business_date == sa.bindparam("on"))
    .where(_POSTING.status.in_(("quarantined", "deferred")))
)
FIGURES = dict[str, int]


@dataclass(frozen=True, slots=True)
class Late:
    """What was posted to a date after it was sealed."""

    terminal_id: str
    epoch: str
    seq: int
    posting_date: str
    cause: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class StoreDay:
    """A store's day as the books have it. ``sealed`` and ``late`` add up to ``restated``; an open day has neither."""

    store_id: str
    business_date: str
    status: DayStatus
    lanes: tuple[Lane, ...]
    sealed: Figures | None
    late: tuple[Late, ...]
    restated: Figures
    waiting: int  # events of the day that wait for a person, a program, or another event

    @property
    def adds_up(self) -> bool:
        """Say whether the seal and what came late make up what the books say now."""
        return self.sealed is None or added([self.sealed, *(late.figures for late in self.late)]) == self.restated


class StoreDays:
    """The days of stores."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def look(self, store_id: str, on: date) -> StoreDay:
        """Return a day; raises Refused ``day.unknown`` for one that nobody opened."""
        with self._office.database.read() as connection:
            row = connection.execute(_STORED, {"store_id": store_id, "on": on.isoformat()}).one_or_none()
            if row is None:
                raise Refused("day.unknown", store_id=store_id, business_date=on.isoformat())
            return look(connection, row)

    def not_trading(self, store_id: str, lane: int, on: date, by: str) -> DayStatus:
        """Declare that a lane did not open on a date.

        Raises:
            Refused: ``terminal.unknown``, ``day.lane_opened``, ``day.sealed``, ``day.backlog {lanes}`` while events of
                the lane wait to be posted, of which one may be its opening.
        """
        terminal_id = f"{store_id}-{lane}"

        def work(connection: sa.Connection) -> DayStatus:
            if (
                connection.execute(sa.select(_TERMINAL.lane).where(_TERMINAL.terminal_id == terminal_id)).first()
                is None
            ):
                raise Refused("terminal.unknown", terminal_id=terminal_id)
            row = self._unsealed(connection, store_id, on)
            if terminal_id in lanes_behind(connection, store_id):
                raise Refused("day.backlog", lanes=[terminal_id])
            if any(each.terminal_id == terminal_id and each.epoch for each in lanes_of(connection, row)):
                raise Refused("day.lane_opened", terminal_id=terminal_id, business_date=on.isoformat())
            declared = {
                "store_id": store_id,
                "business_date": on.isoformat(),
                "terminal_id": terminal_id,
                "declared_by": by,
                "at_ms": self._office.clock.now_ms(),
            }
            insert_rows(connection, schema.not_trading, [declared], clash="ignore")
            body = {"store_id": store_id, "lane": lane, "on": on.isoformat(), "by": by}
            name = f"{NOT_TRADING}/{terminal_id}/{on.isoformat()}"
            record(connection, NOT_TRADING, name, self._office.clock.now_ms(), body)
            return restate(connection, row, self._office.clock.today())

        status = self._office.database.write(work)
        keep(self._office)
        return status

    def seal(self, store_id: str, on: date, by: str, approved_by: str = "") -> StoreDay:
        """Make a day final.

        Args:
            approved_by: a second person, needed where a lane's close is in alarm or will never come.

        Raises:
            Refused: ``day.unknown``, ``day.sealed``, ``day.not_complete {lanes}``, ``day.two_people {lanes}``,
                ``day.backlog {lanes}`` while head office has events of the store that it has not posted yet.
        """

        def work(connection: sa.Connection) -> StoreDay:
            if connection.execute(_STORED, {"store_id": store_id, "on": on.isoformat()}).first() is None:
                raise Refused("day.unknown", store_id=store_id, business_date=on.isoformat())
            row = self._unsealed(connection, store_id, on)
            behind = lanes_behind(connection, store_id)
            if behind:
                raise Refused("day.backlog", lanes=behind)
            lanes = lanes_of(connection, row)
            awaited = [lane.terminal_id for lane in lanes if lane.status not in SETTLED | TWO_PEOPLE]
            if awaited:
                raise Refused("day.not_complete", lanes=awaited)
            doubtful = [lane.terminal_id for lane in lanes if lane.status in TWO_PEOPLE]
            if doubtful and approved_by in ("", by):
                raise Refused("day.two_people", lanes=doubtful)
            today, now_ms = self._office.clock.today(), self._office.clock.now_ms()
            closes = sa.select(_LANE.life_no).where(
                *(_LANE.store_id == store_id, _LANE.business_date == on.isoformat()),
                *(_LANE.life_no == FLAG.life_no, _LANE.closed_seq == FLAG.seq),
            )
            close_flags(connection, by, now_ms, FLAG.code == "day.mismatch", sa.exists(closes))
            seal(connection, row, {"sealed_on": today.isoformat(), "sealed_by": by, "approved_by": approved_by})
            sealed = look(connection, connection.execute(_STORED, {"store_id": store_id, "on": on.isoformat()}).one())
            body = {"store_id": store_id, "on": on.isoformat(), "by": by, "approved_by": approved_by}
            name = f"{SEAL}/{store_id}/{on.isoformat()}"
            record(connection, SEAL, name, self._office.clock.now_ms(), {**body, "figures": sealed.sealed})
            return sealed

        sealed = self._office.database.write(work)
        keep(self._office)
        return sealed

    def seal_due(self, days_after: int, by: str) -> list[tuple[str, str]]:
        """Seal the days that have been complete for ``days_after`` days and that nobody has to approve."""
        today = self._office.clock.today()
        with self._office.database.read() as connection:
            complete = sa.select(_DAY.store_id, _DAY.business_date, _DAY.complete_on)
            rows = connection.execute(
                complete.where(_DAY.status == DayStatus.COMPLETE.value).order_by(_DAY.business_date, _DAY.store_id)
            ).all()
        due = [
            row for row in rows if row.complete_on and is_due(date.fromisoformat(row.complete_on), today, days_after)
        ]
        named = [(str(row.store_id), str(row.business_date)) for row in due]
        return [day for day in named if self._sealed(*day, by)]

    def _sealed(self, store_id: str, business_date: str, by: str) -> bool:
        try:
            self.seal(store_id, date.fromisoformat(business_date), by)
        except Refused:
            return False  # a lane is in alarm, or somebody was faster
        return True

    def _unsealed(self, connection: sa.Connection, store_id: str, on: date) -> sa.Row[tuple[object, ...]]:
        row = locked_day(connection, store_id, on)
        if row.status == DayStatus.SEALED:
            raise Refused("day.sealed", store_id=store_id, business_date=on.isoformat())
        return row


def look(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> StoreDay:
    """Return a stored day with what the lanes and the books say of it now."""
    lanes = tuple(lanes_of(connection, row))
    day = {"store_id": row.store_id, "on": row.business_date}
    return StoreDay(
        store_id=row.store_id,
        business_date=row.business_date,
        status=DayStatus.SEALED if row.status == DayStatus.SEALED else status_of(lanes),
        lanes=lanes,
        sealed=None if row.figures is None else msgspec.json.decode(row.figures, type=FIGURES),
        late=tuple(_late(each) for each in connection.execute(_LATER, day)),
        restated=figures_now(connection, row.store_id, row.business_date),
        waiting=int(connection.execute(_WAITING, day).scalar_one()),
    )


def every_day(connection: sa.Connection) -> list[dict[str, Any]]:
    """Return every store day as plain values, for the report."""
    rows = connection.execute(sa.select(schema.store_day).order_by(_DAY.store_id, _DAY.business_date)).all()
    found = [look(connection, row) for row in rows]
    return [{**msgspec.json.decode(msgspec.json.encode(day)), "adds_up": day.adds_up} for day in found]


def lines(day: StoreDay) -> list[str]:
    """Return a day for people: how far it is, what is missing, the Z as sealed, what came late, and the sum."""
    said = [f"{day.store_id} {day.business_date}: {day.status}" + (f", {day.waiting} waiting" if day.waiting else "")]
    said += [
        f"  {lane.terminal_id} {lane.status}" + (f" {lane.epoch} {lane.seq_from}–{lane.seq_to}" if lane.epoch else "")
        for lane in day.lanes
    ]
    if day.sealed is not None:
        said += _block("sealed", day.sealed)
    for late in day.late:
        said += _block(
            f"late {late.terminal_id} {late.epoch}/{late.seq} {late.cause} {late.posting_date}", late.figures
        )
    return said + _block("restated" if day.late else "now", day.restated)


def _block(title: str, figures: Figures) -> list[str]:
    return [f"  {title}", *(f"    {name}: {amount}" for name, amount in figures.items())]


def _late(row: sa.Row[Any]) -> Late:
    figures = msgspec.json.decode(row.figures, type=FIGURES)
    return Late(row.terminal_id, row.epoch, row.seq, row.posting_date, row.cause, figures)
