"""Decides what happens while somebody joins: is the phone free, is the month possible, what is kept."""

from collections.abc import Callable
from datetime import date
from typing import Protocol

from pos_app.domain.members import SOME_YEAR, Child, Purpose
from pos_app.errors import PosError, Refused
from pos_app.services.member_models import MemberCard, MemberRow, PhoneStanding, PhoneState, SignUp
from pos_app.ui.presenters.sign_up_models import (
    BIRTHDAY_DIGITS,
    PHONE_DIGITS,
    ChildForm,
    ChildKind,
    ChildNote,
    PhoneLook,
    PhoneNote,
    SignUpForm,
    SignUpStart,
)
from pos_app.ui.presenters.tasks import Errands, TaskRunner

OLDEST_MONTHS = 18 * 12
LONGEST_WAIT_MONTHS = 10
SHORTEST_REFERRER = 4


class SignUpView(Protocol):
    """What the sign-up sheet can show."""

    def show_start(self, start: SignUpStart) -> None: ...
    def show_phone(self, note: PhoneNote) -> None: ...
    def show_child(self, note: ChildNote) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class JoinDesk(Protocol):
    """The member desk, as far as joining needs it."""

    def phone_state(self, text: str) -> PhoneState: ...
    def find(self, text: str, limit: int = 20) -> tuple[MemberRow, ...]: ...
    def sign_up(self, form: SignUp) -> MemberCard: ...


class SignUpPresenter:
    """Checks the phone as it is typed, registers at most once, and hands the member to whoever opened the sheet.

    ``joined`` gets the new member's card; ``attach`` the id of the member who has the phone already.
    """

    def __init__(
        self,
        view: SignUpView,
        desk: JoinDesk,
        tasks: TaskRunner,
        joined: Callable[[MemberCard], None],
        attach: Callable[[str], None],
    ) -> None:
        self._view, self._desk = view, desk
        self._errands = Errands(tasks)
        self._joined, self._attach = joined, attach
        self._today = date.min
        self._phone = ""
        self._note = PhoneNote(PhoneLook.SHORT)
        self._busy = False

    def start(self, phone: str, earns: int, today: date) -> None:
        """Open with the digits that were looked for and what the open sale would earn (points)."""
        self._today = today
        self._view.show_start(SignUpStart(phone, earns, today))
        self.type_phone(phone)

    def type_phone(self, text: str) -> None:
        """Check the phone as typed so far; only the answer to the newest text counts."""
        self._phone = text
        if len(text) < PHONE_DIGITS:
            self._show_phone(PhoneNote(PhoneLook.SHORT))
            return
        self._show_phone(PhoneNote(PhoneLook.CHECKING))
        self._errands.run(lambda: self._desk.phone_state(text), lambda state: self._checked(text, state), self._failed)

    def check_child(self, child: ChildForm, agreed: frozenset[Purpose]) -> None:
        """Say what will be kept about the child."""
        self._view.show_child(child_note(child, agreed, self._today))

    def submit(self, form: SignUpForm) -> None:
        """Register; what cannot be right is said and nothing is kept."""
        if self._busy:
            return
        if self._note.look is PhoneLook.REGISTERED:
            self._attach(self._note.member_id)
            return
        try:
            children = kept_children(form.child, form.agreed, self._today)
            birthday = told_birthday(form.birthday)
            if Purpose.MEMBERSHIP not in form.agreed:
                raise Refused("consent.membership_needed")
        except Refused as error:
            self._view.show_problem(error)
            return
        self._busy = True
        self._view.set_busy(True)
        self._errands.run(lambda: self._register(form, children, birthday), self._registered, self._failed)

    def close(self) -> None:
        """Leave the sheet; answers still under way are dropped."""
        self._errands.close()

    def _register(self, form: SignUpForm, children: tuple[Child, ...], birthday: date | None) -> MemberCard:
        """Run on the database lane: find the referrer, then register."""
        return self._desk.sign_up(
            SignUp(
                phone=form.phone,
                name=form.name.strip(),
                children=children,
                agreed=form.agreed,
                referrer=self._referrer_id(form.referrer.strip()),
                birthday=birthday,
            )
        )

    def _referrer_id(self, text: str) -> str:
        if not text:
            return ""
        found = self._desk.find(text, 2) if len(text) >= SHORTEST_REFERRER else ()
        if len(found) != 1:
            raise Refused("referrer.unknown" if not found else "referrer.ambiguous")
        return found[0].member_id

    def _checked(self, text: str, state: PhoneState) -> None:
        if text != self._phone:
            return
        if state.standing is PhoneStanding.REGISTERED and state.member is not None:
            holder = state.member
            self._show_phone(PhoneNote(PhoneLook.REGISTERED, holder.name, holder.member_id))
        else:
            free = state.standing is PhoneStanding.FREE
            self._show_phone(PhoneNote(PhoneLook.FREE if free else PhoneLook.INVALID))

    def _show_phone(self, note: PhoneNote) -> None:
        self._note = note
        self._view.show_phone(note)

    def _registered(self, card: MemberCard) -> None:
        self._busy = False
        self._view.set_busy(False)
        self._joined(card)

    def _failed(self, error: PosError) -> None:
        self._busy = False
        self._view.set_busy(False)
        self._view.show_problem(error)


def child_note(child: ChildForm, agreed: frozenset[Purpose], today: date) -> ChildNote:
    """Return what is said about the child as typed: its age, that the month is impossible, or that it is dropped."""
    if child.is_blank():
        return ChildNote()
    if child.month and child.year:
        months = (today.year - child.year) * 12 + today.month - child.month
        if not _possible(child, months):
            return ChildNote("wrong")
        if Purpose.CHILD not in agreed:
            return ChildNote("dropped")
        return ChildNote("expected", -months) if child.kind is ChildKind.EXPECTED else ChildNote("age", months)
    return ChildNote("dropped" if Purpose.CHILD not in agreed else "none")


def kept_children(child: ChildForm, agreed: frozenset[Purpose], today: date) -> tuple[Child, ...]:
    """Return the child to keep: none without the guardian's consent, whatever was typed.

    Raises:
        Refused: ``child.month`` for a month that is missing or cannot be right.
    """
    if child.is_blank() or Purpose.CHILD not in agreed:
        return ()
    if child_note(child, agreed, today).kind not in {"age", "expected"}:
        raise Refused("child.month")
    expected = child.kind is ChildKind.EXPECTED
    return (Child(child.name.strip(), date(child.year, child.month, 1), sex=child.sex, expected=expected),)


def told_birthday(text: str) -> date | None:
    """Return the day of a birthday told as MMDD, None for not told; raises Refused ``birthday.day``."""
    if not text:
        return None
    try:
        if len(text) != BIRTHDAY_DIGITS:
            raise ValueError(text)
        return date(SOME_YEAR, int(text[:2]), int(text[2:]))
    except ValueError as error:
        raise Refused("birthday.day") from error


def _possible(child: ChildForm, months: int) -> bool:
    if not 1 <= child.month <= 12:
        return False
    if child.kind is ChildKind.EXPECTED:
        return -LONGEST_WAIT_MONTHS <= months <= 0
    return 0 <= months <= OLDEST_MONTHS
