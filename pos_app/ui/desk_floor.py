"""The desk beside the sale: members, calls, the close of the day, the audit, and what is still to be sent."""

from pos_app.ui.house import House
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.audit import AuditPresenter
from pos_app.ui.presenters.call_outcome import OutcomePresenter
from pos_app.ui.presenters.calls import CallsPresenter
from pos_app.ui.presenters.cash import CashPresenter
from pos_app.ui.presenters.close import CloseDesks, ClosePresenter
from pos_app.ui.presenters.past_papers import PastPapersPresenter
from pos_app.ui.presenters.profile import OfficeLine, ProfileDesks, ProfilePresenter
from pos_app.ui.presenters.sync_centre import SyncCentrePresenter
from pos_app.ui.presenters.tasks import drop_answer


class DeskFloor:
    """The close and the audit are begun anew at each visit; the other presenters live as long as the till."""

    def __init__(self, house: House) -> None:
        self._house, self._window, self._world = house, house.window, house.world
        self.close_day: ClosePresenter | None = None
        self.audit: AuditPresenter | None = None
        self._make_presenters()

    def enter(self, section: face.Section) -> None:
        """Load what a place shows."""
        if section is face.Section.CALLS:
            self.calls.start()
        elif section is face.Section.CLOSE:
            self._open_close()
        elif section is face.Section.AUDIT:
            self._open_audit()

    def leave(self) -> None:
        """Forget the person who was looked at, and check the chain no further."""
        self.profile.leave()
        if self.audit is not None:
            self.audit.close()
            self.audit = None

    def retranslate(self) -> None:
        """Say again what was made of words."""
        self.profile.retranslate()
        if self.audit is not None:
            self.audit.retranslate()

    # ---- members

    def open_profile(self, member_id: str) -> None:
        """Show all that is known of a member."""
        self._window.finder.dismiss()
        self._window.shell.show_section(face.Section.MEMBERS)
        self.profile.open(member_id)
        self._window.shell.focus_home()

    # ---- calls

    def open_call(self, call: str) -> None:
        """Record what came of a call."""
        self.outcome.open(call)

    def calls_changed(self) -> None:
        """Show the list, and how many are due, as they are now."""
        self._house.count_calls()
        if self._window.shell.stage.currentWidget() is self._window.calls:
            self.calls.start()

    def _calls_done(self) -> None:
        self._window.outcome.dismiss()
        self.calls_changed()

    # ---- the close

    def closing(self) -> ClosePresenter:
        """Return the close in hand."""
        assert self.close_day is not None
        return self.close_day

    def is_closed(self) -> bool:
        """Say whether whoever was at the till has handed over or closed, and has nothing more to do here."""
        return self.close_day is not None and self.close_day.is_finished

    def after_close(self) -> None:
        """Send what there is, keep a copy, and let the person go."""
        self._world.sync_now()
        self._world.lanes.db.run(self._world.keep_copy, drop_answer, self._house.say_failed)
        self._house.sign_out()

    def forget_close(self) -> None:
        """Drop the close in hand."""
        if self.close_day is not None:
            self.close_day.close()
        self.close_day = None

    def act_on_check(self, code: str) -> None:
        """Go where something still stands in the way of the close."""
        if code in {"basket", "held"}:
            self._house.go(face.Section.SELL)
            if code == "held":
                self._house.open_held()
        elif code == "calls":
            self._house.go(face.Section.CALLS)
        elif code == "unsent":
            self._world.sync_now()

    def _open_close(self) -> None:
        self.forget_close()
        who = self._house.signed_in
        assert who is not None
        desks = CloseDesks(self._world.desks.day, self._house.override, self._world.lanes.db)
        self.close_day = ClosePresenter(self._window.close_day, desks, who, self.after_close)
        self.close_day.start()

    # ---- the audit

    def auditing(self) -> AuditPresenter:
        """Return the audit in hand."""
        assert self.audit is not None
        return self.audit

    def _open_audit(self) -> None:
        """Open the audit anew: what it checked before is checked again."""
        desks, tasks = self._world.desks, self._world.lanes.db
        self.audit = AuditPresenter(self._window.audit, desks.audit, tasks, self._world.keep_file)
        self.audit.start()

    def _make_presenters(self) -> None:
        house, world, window = self._house, self._world, self._window
        desks, db = world.desks, world.lanes.db
        said = window.close_day
        self.cash = CashPresenter(window.cash, desks.cash, house.override, said.show_moved, said.show_problem)
        self.past_papers = PastPapersPresenter(
            window.past_papers, desks.day_papers, db, said.show_copied, said.show_problem
        )
        office = OfficeLine(world.lanes.line, world.is_online, world.statement)
        profiles = ProfileDesks(desks.profiles, desks.members, house.override, db, office)
        self.profile = ProfilePresenter(
            window.profile, window.member_edit, profiles, now_ms=world.clock.now_ms, attach=house.attach
        )
        self.calls = CallsPresenter(window.calls, desks.calls, db, self.open_call)
        self.outcome = OutcomePresenter(window.outcome, desks.calls, db, 3, self._calls_done)
        self.sync_centre = SyncCentrePresenter(window.sync_centre, desks.unsent, db, world.sync_now, world.clock.now_ms)
