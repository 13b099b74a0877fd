"""The till in use: which terminal, who is signed in, which business date, and how a fact gets its circumstances."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from typing import TypeVar

from pos_app.domain.events import Circumstances, ClockStepped, Fact, LogEvent
from pos_app.domain.staff import Act, StaffMember
from pos_app.domain.till import Identity, Shift
from pos_app.errors import Refused, Unavailable
from pos_app.services.ports import Clock, Link, Rng, Store, Unit

_T = TypeVar("_T")

CLOCK_TOLERANCE_MS = 60_000  # time servers move clocks by seconds; a wrong battery moves them by days
RECEIPT_PRINTER = "receipt"


@dataclass(slots=True)
class TillSession:
    """Shared by the use cases of one running till; lives on the database lane.

    ``zone`` is the store's time zone, None for the machine's. ``boot_id`` names this run of the machine.
    """

    store: Store
    clock: Clock
    rng: Rng
    link: Link
    boot_id: str
    zone: tzinfo | None = None
    staff: StaffMember | None = None

    def today(self) -> date:
        """Return the calendar date that the wall clock proposes; the open shift decides."""
        return self.local(self.clock.now_ms()).date()

    def hears_office(self, unit: Unit) -> bool:
        """Say whether head office answers, and has told this run of the machine what time it is."""
        return self.link.is_online() and unit.till.heard_boot() == self.boot_id

    def calendar_day(self, unit: Unit) -> date:
        """Return the calendar date: by head office's clock while it is heard, else by the one on the wall."""
        ahead_ms = unit.till.note("ho_offset_ms") or 0 if self.hears_office(unit) else 0
        return self.local(self.clock.now_ms() + ahead_ms).date()

    def local(self, at_ms: int) -> datetime:
        """Return an instant (UTC milliseconds) as the store's clocks show it."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone)

    def run(self, work: Callable[[Unit], _T]) -> _T:
        """Run one writing transaction; once more if the disk was full and the ballast made room."""
        try:
            with self.store.unit() as unit:
                return work(unit)
        except Unavailable as error:
            if error.code != "store.full" or not error.facts.get("freed"):
                raise
        with self.store.unit() as unit:
            return work(unit)

    def identity(self, unit: Unit) -> Identity:
        """Return who this terminal is; raises Refused ``till.not_enrolled``."""
        identity = unit.till.identity()
        if identity is None:
            raise Refused("till.not_enrolled")
        return identity

    def cashier(self, act: Act = Act.SELL) -> StaffMember:
        """Return who is signed in; raises Refused ``staff.nobody`` or ``staff.not_allowed``."""
        if self.staff is None:
            raise Refused("staff.nobody")
        if not self.staff.may(act):
            raise Refused("staff.not_allowed", act=act.value)
        return self.staff

    def shift(self, unit: Unit) -> Shift:
        """Return the open shift; raises Refused ``day.not_open``."""
        shift = unit.days.open_shift()
        if shift is None:
            raise Refused("day.not_open")
        return shift

    def business_date(self, unit: Unit) -> date:
        """Return the open business date, or the calendar's where no day is open."""
        shift = unit.days.open_shift()
        return self.today() if shift is None else shift.business_date

    def care_date(self, unit: Unit) -> date:
        """Return the day that calls and care go by: the calendar's, where the business day was left open over it."""
        return max(self.business_date(unit), self.today())

    def say(self, unit: Unit, fact: Fact, business_date: date | None = None) -> LogEvent:
        """Append a fact with its circumstances; a clock that stepped back is said first."""
        on = business_date or self.business_date(unit)
        self.mind_clock(unit, on)
        now = self.clock.now_ms()
        event = unit.log.say(fact, self._circumstances(unit, on, now))
        if now > (unit.till.note("newest_ms") or 0):
            unit.till.remember("newest_ms", now)
        return event

    def mind_clock(self, unit: Unit, business_date: date) -> None:
        """Say that the clock stepped back, if it did: then it counts from where it stands, and redeeming is locked."""
        now = self.clock.now_ms()
        newest = unit.till.note("newest_ms") or 0
        if now < newest - CLOCK_TOLERANCE_MS:
            unit.log.say(ClockStepped(newest, now), self._circumstances(unit, business_date, now))
            unit.till.remember("newest_ms", now)
            unit.till.remember("clock_behind", 1)

    def clock_is_behind(self, unit: Unit) -> bool:
        """Say whether the wall clock stands before the newest fact, or did and nobody has vouched for it since."""
        newest = unit.till.note("newest_ms") or 0
        return bool(unit.till.note("clock_behind")) or self.clock.now_ms() < newest - CLOCK_TOLERANCE_MS

    def latest_ms(self, unit: Unit) -> int:
        """Return the latest instant known (UTC): a clock that was set back makes no lease last longer."""
        notes = (unit.till.note("newest_ms"), unit.till.note("office_ms"))
        return max(self.clock.now_ms(), *(note or 0 for note in notes))

    def _circumstances(self, unit: Unit, on: date, now_ms: int) -> Circumstances:
        return Circumstances(
            business_date=on,
            staff_id="" if self.staff is None else self.staff.staff_id,
            wall_utc_ms=now_ms,
            mono_ms=self.clock.mono_ms(),
            boot_id=self.boot_id,
            ho_offset_ms=unit.till.note("ho_offset_ms"),
        )
