"""Decides what happens before the till can be used: who is chosen, whether the PIN counts, whether a day is to open."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from pos_app.domain.staff import MAY, Act
from pos_app.errors import PosError
from pos_app.services.day import DayState
from pos_app.services.overrides import Override
from pos_app.services.staff import SignedIn, StaffTile
from pos_app.ui.presenters.lock_outs import LockOuts
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.sign_in_models import DayNote, LockNote, Opening, Person
from pos_app.ui.presenters.tasks import Errands, TaskRunner, whole


class SignInView(Protocol):
    """What the sign-in screen can show."""

    def show_lock(self, lock: LockNote | None) -> None: ...
    def show_unsent(self, count: int) -> None: ...
    def show_people(self, people: tuple[Person, ...], chosen_id: str) -> None: ...
    def show_chosen(self, staff_id: str) -> None: ...
    def show_day(self, day: DayNote) -> None: ...
    def show_wrong(self, left: int) -> None: ...
    def show_locked(self, wait_s: int) -> None: ...
    def show_opening(self, opening: Opening) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class SignInDesk(Protocol):
    """Who may sign in, and whether a PIN is theirs."""

    def tiles(self) -> tuple[StaffTile, ...]: ...
    def with_card(self, card: str) -> StaffTile: ...
    def sign_in(self, staff_id: str, pin: str) -> SignedIn: ...
    def sign_out(self) -> None: ...
    def unsent(self) -> int: ...
    def end_lock_out(self, staff_id: str, override: Override | None = None) -> None: ...


class DayOpener(Protocol):
    """Whether a day is open, and opening one."""

    def state(self) -> DayState: ...
    def open_day(self, float_minor: int, *, sure_of: date | None) -> DayState: ...


@dataclass(frozen=True, slots=True)
class SignInDesks:
    """The use cases behind sign-in. ``mono_ms`` never runs backwards, in milliseconds: a lock-out counts by it."""

    staff: SignInDesk
    days: DayOpener
    approvals: Approvals
    mono_ms: Callable[[], int]


class SignInPresenter:
    """Signs one person in, opens the day if none is open, then says who is ready.

    A till that is locked goes back to whoever locked it, or over to another person. ``ready`` is called once with who
    signed in and the day, ``left`` when whoever locked the till signs out.
    """

    def __init__(
        self,
        view: SignInView,
        desks: SignInDesks,
        tasks: TaskRunner,
        ready: Callable[[SignedIn, DayState], None],
        left: Callable[[], None],
    ) -> None:
        self._view, self._desk, self._days, self._approvals = view, desks.staff, desks.days, desks.approvals
        self._errands = Errands(tasks)
        self._lock_outs = LockOuts(desks.mono_ms)
        self._left = left
        self._lock: LockNote | None = None
        self._ready = ready
        self._people: tuple[Person, ...] = ()
        self._chosen_id = ""
        self._signed_in: SignedIn | None = None
        self._doubted: date | None = None  # the date that would open now, long after the day before
        self._busy = False

    def start(self, lock: LockNote | None = None) -> None:
        """Show the people and the state of the day, and who locked the till if somebody did."""
        self._lock, self._chosen_id = lock, ""
        self._view.show_lock(lock)
        self._errands.run(self._desk.tiles, self._show_people, self._view.show_problem)
        self._errands.run(self._days.state, self._show_day, self._view.show_problem)

    def renew(self) -> None:
        """Show who may sign in by now, while nobody is chosen yet: a new till hears of its people from head office."""
        if not self._busy and not self._chosen_id:
            self._errands.run(self._desk.tiles, self._show_news, self._view.show_problem)

    def choose(self, staff_id: str) -> None:
        """Ask for this person's PIN; a lock-out that is still on goes on counting."""
        if self._busy or not staff_id:
            return
        self._chosen_id = staff_id
        self._view.show_chosen(staff_id)
        if wait_s := self._lock_outs.wait_s(staff_id):
            self._view.show_locked(wait_s)

    def scan(self, card: str) -> None:
        """Ask for the PIN of whose staff card this is."""
        if not self._busy:
            self._errands.run(
                lambda: self._desk.with_card(card), lambda tile: self.choose(tile.staff_id), self._view.show_problem
            )

    def enter(self, pin: str) -> None:
        """Try the PIN of the person chosen."""
        staff_id = self._chosen_id
        if self._busy or not staff_id or self._lock_outs.wait_s(staff_id):
            return
        self._set_busy(True)
        self._errands.run(lambda: self._desk.sign_in(staff_id, pin), self._entered, self._refused)

    def open_day(self, float_minor: int) -> None:
        """Open the day with this float; a date that lies far ahead is said, and opened when this is asked again."""
        if self._busy or self._signed_in is None:
            return
        self._set_busy(True)
        sure_of, self._doubted = self._doubted, None
        self._errands.run(lambda: self._days.open_day(float_minor, sure_of=sure_of), self._opened, self._not_opened)

    def back(self) -> None:
        """Let somebody else sign in instead of opening the day."""
        if self._busy:
            return
        self._signed_in = None
        self._errands.run(self._desk.sign_out, self._signed_out, self._view.show_problem)

    def sign_out(self, *, sure: bool = False) -> None:
        """Let whoever locked the till leave it; while facts are unsent it is said how many, and asked once."""
        if self._busy or self._lock is None:
            return
        if sure:
            self._errands.run(self._desk.sign_out, lambda _none: self._left(), self._gone)
        else:
            self._errands.run(self._desk.unsent, self._warn_or_leave, self._view.show_problem)

    def ask_unlock(self) -> None:
        """Let somebody approve that the person who is locked out tries again."""
        staff_id = self._chosen_id

        def ended(_none: None) -> None:
            self._lock_outs.end(staff_id)
            self.choose(staff_id)

        self._approvals.attempt(
            lambda override: self._desk.end_lock_out(staff_id, override), ended, self._view.show_problem
        )

    def tick(self) -> None:
        """Count a lock-out down; called about once a second while one is shown."""
        self._view.show_locked(self._lock_outs.wait_s(self._chosen_id))

    def close(self) -> None:
        """Leave the screen; answers still under way are dropped."""
        self._errands.close()

    def _show_news(self, tiles: tuple[StaffTile, ...]) -> None:
        if not self._chosen_id and _people(tiles) != self._people:
            self._show_people(tiles)

    def _show_people(self, tiles: tuple[StaffTile, ...]) -> None:
        people = _people(tiles)
        if self._chosen_id and people == self._people:  # somebody was chosen while the list was read
            return
        self._people = people
        self._chosen_id = self._people[0].staff_id if len(self._people) == 1 else ""
        if self._lock is not None and any(person.staff_id == self._lock.staff_id for person in self._people):
            self._chosen_id = self._lock.staff_id
        self._view.show_people(self._people, self._chosen_id)

    def _show_day(self, day: DayState) -> None:
        self._view.show_day(DayNote(day.is_open, day.business_date or day.proposed_date, day.shift_no))

    def _entered(self, who: SignedIn) -> None:
        self._signed_in = who
        self._errands.run(self._days.state, self._go_on, self._failed)

    def _go_on(self, day: DayState) -> None:
        self._set_busy(False)
        self._show_day(day)
        who = self._signed_in
        assert who is not None
        if day.is_open or Act.SELL not in MAY[who.role]:
            self._ready(who, day)
        else:
            self._view.show_opening(Opening(who.name, day.proposed_date, day.shift_no, day.float_minor))

    def _opened(self, day: DayState) -> None:
        self._set_busy(False)
        who = self._signed_in
        assert who is not None
        self._ready(who, day)

    def _not_opened(self, error: PosError) -> None:
        on = error.facts.get("on")
        self._doubted = on if isinstance(on, date) else None
        self._failed(error)

    def _signed_out(self, _none: None) -> None:
        self._chosen_id = ""
        self._view.show_people(self._people, "")

    def _warn_or_leave(self, unsent: int) -> None:
        if unsent:
            self._view.show_unsent(unsent)
        else:
            self.sign_out(sure=True)

    def _gone(self, error: PosError) -> None:
        """Whoever leaves has left, whatever could not be written about it."""
        self._left()
        self._view.show_problem(error)

    def _refused(self, error: PosError) -> None:
        self._set_busy(False)
        if error.code == "pin.wrong":
            self._view.show_wrong(whole(error.facts.get("left")))
        elif error.code == "pin.locked":
            wait_s = whole(error.facts.get("wait_s"))
            self._lock_outs.begin(self._chosen_id, wait_s)
            self._view.show_locked(wait_s)
        else:
            self._view.show_problem(error)

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        self._view.show_problem(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)


def _people(tiles: tuple[StaffTile, ...]) -> tuple[Person, ...]:
    return tuple(Person(tile.staff_id, tile.name, tile.role) for tile in tiles)
