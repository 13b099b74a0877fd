"""Decides how somebody approves one act: runs it, asks when it goes too far, and runs the very same again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

from pos_app.domain.staff import Act
from pos_app.errors import PosError
from pos_app.services.overrides import Override
from pos_app.services.staff import StaffTile
from pos_app.ui.presenters.lock_outs import LockOuts
from pos_app.ui.presenters.sign_in_models import Person
from pos_app.ui.presenters.tasks import TaskRunner, whole

T = TypeVar("T")
Say: TypeAlias = str | Callable[[], str]
# What may be wrong with the approval itself: said in the sheet, which stays open for another try.
ABOUT_THE_APPROVAL = frozenset({"override.own", "override.needs_reason", "staff.not_allowed", "staff.unknown"})
GOODS = ("damaged", "wrong_label", "goodwill", "price_match")
REASONS: dict[Act, tuple[str, ...]] = {
    Act.DISCOUNT_LINE: GOODS,
    Act.DISCOUNT_ORDER: GOODS,
    Act.SET_PRICE: GOODS,
    Act.REFUND: ("quality", "wrong_item", "allergy", "goodwill"),
    Act.VOID: ("mistyped", "customer_left", "cannot_pay", "goodwill"),
    Act.OPEN_DRAWER: ("change", "swap_note", "wrong_change", "check_cash"),
    Act.REPRINT: ("paper_lost", "badly_printed", "for_invoice", "for_complaint"),
    Act.MOVE_CASH: ("change", "bank", "paid_out", "check_cash"),
    Act.CLOSE_DAY: ("counted_together", "manager_busy", "manager_leaves"),  # with a difference its reason counts
    Act.HAND_OVER: ("wrong_change", "counterfeit", "paid_out"),
    Act.UNLOCK: ("forgot_pin", "mistyped"),
    Act.VOUCH: ("knows_member", "checked_clock", "saw_card"),
    Act.RENEW_PROOF: ("knows_member", "saw_id"),
    Act.SETTLE_CHARGE: ("seen_phone", "seen_slip", "called_provider", "customer_left"),
}


@dataclass(frozen=True, slots=True)
class OverrideFace:
    """What is to be approved, by whom, and why; ``reason`` is given where the act has asked for it already.

    ``detail`` says more of the act in words, such as ``318.00 → 250.00, −21%``.
    """

    act: Act
    subject: str
    amount_minor: int
    detail: Say
    reasons: tuple[str, ...]
    reason: str
    people: tuple[Person, ...]


class OverrideView(Protocol):
    """What the sheet can show."""

    def open_override(self, asked: OverrideFace) -> None: ...
    def show_wrong(self, left: int) -> None: ...
    def show_locked(self, wait_s: int) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...
    def dismiss(self) -> None: ...


class Approvals(Protocol):
    """How a presenter has an act done that may need somebody's approval."""

    def attempt(
        self,
        work: Callable[[Override | None], T],
        done: Callable[[T], None],
        failed: Callable[[PosError], None],
        *,
        detail: Say = "",
        reason: str = "",
        given_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Run ``work(None)``; where it needs an approval, ask for one and run it again with that."""
        ...


@dataclass(frozen=True, slots=True)
class _Pending:
    """The act that waits for an approval."""

    again: Callable[[Override], None]
    failed: Callable[[PosError], None]
    given_up: Callable[[], None]


class OverridePresenter:
    """One per window. An approval is used by one call, and is not kept.

    ``approvers`` runs on the lane. ``mono_ms`` is a clock that never runs backwards, in milliseconds.
    """

    def __init__(
        self,
        view: OverrideView,
        approvers: Callable[[], tuple[StaffTile, ...]],
        tasks: TaskRunner,
        mono_ms: Callable[[], int],
    ) -> None:
        self._view = view
        self._approvers = approvers
        self._tasks = tasks
        self._lock_outs = LockOuts(mono_ms)
        self._pending: _Pending | None = None
        self._chosen_id = ""
        self._busy = False
        self._left = False

    def attempt(
        self,
        work: Callable[[Override | None], T],
        done: Callable[[T], None],
        failed: Callable[[PosError], None],
        *,
        detail: Say = "",
        reason: str = "",
        given_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Run ``work(None)``; where it needs an approval, ask for one and run it again with that.

        Args:
            detail: what is being allowed, in more words than the act has.
            reason: where the person has said already why; then nobody is asked for it again.
            given_up: called when the sheet is left without approval; nothing has changed then.
        """

        def passed(result: T) -> None:
            self._end()
            done(result)

        def again(override: Override) -> None:
            self._tasks.run(lambda: work(override), passed, self._refused)

        def refused(error: PosError) -> None:
            if error.code != "override.needed":
                failed(error)
                return
            self._pending = _Pending(again, failed, given_up)
            self._tasks.run(self._approvers, lambda people: self._open(error, people, detail, reason), failed)

        self._tasks.run(lambda: work(None), done, refused)

    def choose(self, staff_id: str) -> None:
        """Ask this person; a lock-out that is still on goes on counting."""
        self._chosen_id = staff_id
        self._view.show_locked(self._lock_outs.wait_s(staff_id))

    def enter(self, reason: str, pin: str) -> None:
        """Run the act again, approved by the person chosen."""
        pending, staff_id = self._pending, self._chosen_id
        if pending is None or self._busy or not staff_id or self._lock_outs.wait_s(staff_id):
            return
        self._set_busy(True)
        pending.again(Override(staff_id, pin, reason))

    def give_up(self) -> None:
        """Leave everything as it was; what is being done at this moment is still answered."""
        if self._busy:
            self._left = True
        elif self._pending is not None:
            pending, self._pending = self._pending, None
            pending.given_up()

    def tick(self) -> None:
        """Count a lock-out down; called about once a second while one is shown."""
        self._view.show_locked(self._lock_outs.wait_s(self._chosen_id))

    def _open(self, error: PosError, tiles: tuple[StaffTile, ...], detail: Say, reason: str) -> None:
        act = Act(str(error.facts.get("act")))
        people = tuple(Person(tile.staff_id, tile.name, tile.role) for tile in tiles)
        subject, amount_minor = str(error.facts.get("subject", "")), whole(error.facts.get("amount_minor"))
        self._set_busy(False)
        self._left = False
        self._chosen_id = people[0].staff_id if people else ""
        self._view.open_override(OverrideFace(act, subject, amount_minor, detail, REASONS[act], reason, people))
        if self._chosen_id and self._lock_outs.wait_s(self._chosen_id):
            self.tick()

    def _refused(self, error: PosError) -> None:
        self._set_busy(False)
        if self._left:
            self.give_up()
        elif error.code == "pin.wrong":
            self._view.show_wrong(whole(error.facts.get("left")))
        elif error.code == "pin.locked":
            self._lock_outs.begin(self._chosen_id, whole(error.facts.get("wait_s")))
            self.tick()
        elif error.code in ABOUT_THE_APPROVAL:
            self._view.show_problem(error)
        else:
            pending = self._pending
            self._end()
            if pending is not None:
                pending.failed(error)

    def _end(self) -> None:
        self._set_busy(False)
        self._pending = None
        self._view.dismiss()

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)
