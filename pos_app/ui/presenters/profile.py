"""Decides what the member's 360° shows: whom, with or without the whole number, and what may be changed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.masking import spaced_phone
from pos_app.domain.members import Child, Purpose
from pos_app.domain.statement import Statement
from pos_app.errors import PosError, Refused
from pos_app.services.member_models import MemberCard, MemberRow
from pos_app.services.overrides import Override
from pos_app.services.profile import Profile
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.profile_faces import edit_face, profile_face
from pos_app.ui.presenters.profile_models import EditFace, EditForm, ProfileFace
from pos_app.ui.presenters.sign_up import kept_children
from pos_app.ui.presenters.tasks import Errands, TaskRunner


class ProfileView(Protocol):
    """What the screen can show; see ``views/profile.py``."""

    def show_profile(self, profile: ProfileFace) -> None: ...
    def show_nobody(self) -> None: ...
    def show_reading(self) -> None: ...
    def show_phone(self, phone: str) -> None: ...
    def show_answered(self, purpose: Purpose, *, granted: bool) -> None: ...
    def show_saved(self) -> None: ...
    def show_merge_asked(self) -> None: ...
    def show_card(self, card_no: str) -> None: ...
    def show_problem(self, error: PosError) -> None: ...


class EditView(Protocol):
    """What the sheet of corrections can show; see ``views/member_edit.py``."""

    def show_edit(self, edit: EditFace) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def dismiss(self) -> None: ...


class ProfileDesk(Protocol):
    """The profile desk, as far as the screen needs it."""

    def open(self, member_id: str) -> Profile: ...
    def again(self, member_id: str) -> Profile: ...
    def reveal(self, member_id: str) -> str: ...


class MemberChanges(Protocol):
    """What can be changed about a member."""

    def find(self, text: str, limit: int = 20) -> tuple[MemberRow, ...]: ...
    def answer(self, member_id: str, purpose: Purpose, *, granted: bool, method: str = "screen") -> object: ...
    def amend(
        self,
        member_id: str,
        *,
        name: str | None = None,
        children: tuple[Child, ...] | None = None,
        phone: str | None = None,
        override: Override | None = None,
    ) -> object: ...
    def replace_card(self, member_id: str, override: Override | None = None) -> MemberCard: ...
    def ask_merge(self, member_id: str, other_id: str) -> object: ...


@dataclass(frozen=True, slots=True)
class OfficeLine:
    """Head office: whether it can be asked, and its statement of a member's points, which blocks on ``tasks``."""

    tasks: TaskRunner
    is_online: Callable[[], bool]
    statement: Callable[[str], Statement]


@dataclass(frozen=True, slots=True)
class ProfileDesks:
    """Where the screen looks and changes things, on ``tasks``, and head office."""

    profiles: ProfileDesk
    members: MemberChanges
    approvals: Approvals
    tasks: TaskRunner
    office: OfficeLine


class ProfilePresenter:
    """One per window. ``attach`` takes the member into the sale."""

    def __init__(
        self,
        view: ProfileView,
        sheet: EditView,
        desks: ProfileDesks,
        *,
        now_ms: Callable[[], int],
        attach: Callable[[str], None],
    ) -> None:
        self._view, self._sheet = view, sheet
        self._desk, self._changes, self._office = desks.profiles, desks.members, desks.office
        self._approvals = desks.approvals
        self._errands, self._asking = Errands(desks.tasks), Errands(desks.office.tasks)
        self._now_ms, self._attach = now_ms, attach
        self._profile: Profile | None = None
        self._statement: Statement | None = None
        self._wanted = ""

    def open(self, member_id: str) -> None:
        """Open a profile, which is written down."""
        self._wanted, self._statement = member_id, None
        self._view.show_reading()
        self._errands.run(lambda: self._desk.open(member_id), self._opened, self._not_opened)

    def find(self, code: str) -> None:
        """Open the profile that a scanned card or phone leads to."""

        def found(rows: tuple[MemberRow, ...]) -> None:
            if rows:
                self.open(rows[0].member_id)

        self._errands.run(lambda: self._changes.find(code, 1), found, self._view.show_problem)

    def leave(self) -> None:
        """Show nobody: whoever comes next to the screen sees no customer of before."""
        self._profile, self._statement, self._wanted = None, None, ""
        self._view.show_nobody()

    def is_open(self) -> bool:
        """Say whether somebody is shown."""
        return self._profile is not None

    def reveal(self) -> None:
        """Show the whole phone number, which is written down."""
        if self._profile is not None:
            member_id = self._profile.card.member.member_id
            self._errands.run(
                lambda: self._desk.reveal(member_id),
                lambda phone: self._view.show_phone(spaced_phone(phone)),
                self._view.show_problem,
            )

    def answer(self, purpose: Purpose, granted: bool, method: str) -> None:
        """Take a consent back, or note that it was given again."""
        if self._profile is None:
            return
        member_id = self._profile.card.member.member_id

        def said(profile: Profile) -> None:
            self._show(profile)
            self._view.show_answered(purpose, granted=granted)

        def change() -> Profile:
            self._changes.answer(member_id, purpose, granted=granted, method=method)
            return self._desk.again(member_id)

        self._errands.run(change, said, self._view.show_problem)

    def edit(self) -> None:
        """Open the sheet of corrections."""
        if self._profile is not None:
            self._sheet.show_edit(edit_face(self._profile))

    def save(self, form: EditForm) -> None:
        """Put right what was corrected; what cannot be is said in the sheet, which stays open."""
        profile = self._profile
        if profile is None:
            return
        member = profile.card.member
        try:
            agreed = frozenset({Purpose.CHILD}) if member.agrees_to(Purpose.CHILD) else frozenset[Purpose]()
            children = tuple(member.known_children()[place] for place in form.kept)
            children += kept_children(form.added, agreed, profile.today)
        except Refused as error:
            self._sheet.show_problem(error)
            return
        # Without consent the children are not told here, and so not put right.
        told = children if agreed else None

        def change(override: Override | None) -> Profile:
            phone = form.phone or None
            self._changes.amend(member.member_id, name=form.name, children=told, phone=phone, override=override)
            return self._desk.again(member.member_id)

        self._approvals.attempt(change, self._saved, self._sheet.show_problem)

    def replace_card(self) -> None:
        """Give a new card for a lost one."""
        if self._profile is None:
            return
        member_id = self._profile.card.member.member_id

        def change(override: Override | None) -> tuple[str, Profile]:
            card = self._changes.replace_card(member_id, override)
            return card.member.card_no, self._desk.again(member_id)

        def done(answer: tuple[str, Profile]) -> None:
            self._saved(answer[1])
            self._view.show_card(answer[0])

        self._approvals.attempt(change, done, self._sheet.show_problem)

    def ask_merge(self, other_id: str) -> None:
        """Say that the member in view and whoever has the phone that was typed are one person."""
        if self._profile is None:
            return
        member_id = self._profile.card.member.member_id

        def done(_card: object) -> None:
            self._sheet.dismiss()
            self._view.show_merge_asked()

        self._errands.run(lambda: self._changes.ask_merge(member_id, other_id), done, self._sheet.show_problem)

    def attach(self) -> None:
        """Take the member into the sale."""
        if self._profile is not None:
            self._attach(self._profile.card.member.member_id)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._profile is not None:
            self._show(self._profile)

    def close(self) -> None:
        """Answers still under way are dropped."""
        self._errands.close()
        self._asking.close()

    def _opened(self, profile: Profile) -> None:
        """Show the profile; where head office can be asked, have its figure of the points opened up."""
        self._show(profile)
        wanted, member_id = self._wanted, profile.card.member.member_id
        if wanted and self._office.is_online():

            def told(statement: Statement) -> None:
                if wanted == self._wanted and self._profile is not None:
                    self._statement = statement
                    self._show(self._profile)

            self._asking.run(lambda: self._office.statement(member_id), told, _nothing)

    def _show(self, profile: Profile) -> None:
        if not self._wanted:
            return  # left meanwhile
        self._profile = profile
        self._view.show_profile(profile_face(profile, self._now_ms(), self._statement))

    def _saved(self, profile: Profile) -> None:
        self._sheet.dismiss()
        self._show(profile)
        self._view.show_saved()

    def _not_opened(self, error: PosError) -> None:
        self.leave()
        self._view.show_problem(error)


def _nothing(_error: PosError) -> None:
    """Without an answer head office's figure stays as it is shown: one line, with its time."""
