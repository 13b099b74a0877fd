"""The running till: joins window, presenters and what comes from other threads, and knows the way between screens."""

from datetime import date

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from pos_app import i18n
from pos_app.domain.codes import DynamicCode, MemberCode, PhoneNumber, ReceiptCode, StaffCode, parse
from pos_app.domain.programme import Programme
from pos_app.domain.staff import MAY, Act, Role
from pos_app.errors import Damaged, PosError
from pos_app.i18n import _
from pos_app.services.day import DayFigures, DayState
from pos_app.services.staff import SignedIn
from pos_app.services.words import brand_name, store_name
from pos_app.ui import desk_wording
from pos_app.ui.desk_floor import DeskFloor
from pos_app.ui.idle import IdleWatch
from pos_app.ui.keymap import Action, Keymap, Shortcuts
from pos_app.ui.presenters import chips, sale_words
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.customer_display import CustomerPresenter
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.presenters.sale_faces import local_date
from pos_app.ui.presenters.sign_in import SignInDesks, SignInPresenter
from pos_app.ui.presenters.sign_in_models import LockNote, SyncNote, Till
from pos_app.ui.presenters.tasks import drop_answer
from pos_app.ui.presenters.training import TrainingPresenter
from pos_app.ui.sale_floor import SaleFloor
from pos_app.ui.scan_filter import ScanFilter
from pos_app.ui.second_screen import SecondScreen
from pos_app.ui.sounds import Sounds
from pos_app.ui.window import SIGN_IN, SYNC, TillWindow
from pos_app.ui.world import UiWorld

TICK_MS = 1_000
# What this program offers; keys of other actions are left alone.
OFFERED = frozenset(Action) - {
    Action.TODAY,
    Action.ORDERS,
    Action.REPORTS,
    Action.SETTINGS,
}
PLACES = {
    Action.SELL: face.Section.SELL,
    Action.MEMBERS: face.Section.MEMBERS,
    Action.CALLS: face.Section.CALLS,
    Action.CLOSE: face.Section.CLOSE,
    Action.AUDIT: face.Section.AUDIT,
}
NEEDED = {
    face.Section.SELL: Act.SELL,
    face.Section.MEMBERS: Act.SELL,
    face.Section.CALLS: Act.CALL,
    face.Section.CLOSE: Act.READ_X,
    face.Section.AUDIT: Act.AUDIT,
}


class TillApplication(QObject):
    """One per process. ``window`` is built here; ``start`` shows the sign-in screen."""

    def __init__(self, world: UiWorld, keymap: Keymap) -> None:
        super().__init__()
        keymap = keymap.only(OFFERED)
        self.world = world
        self.window = TillWindow(keymap)
        self.shell = self.window.shell
        self.sounds = Sounds()
        self.signed_in: SignedIn | None = None
        self._locked_by: SignedIn | None = None
        self.day: DayState | None = None
        self._receipt_no = ""
        self._rules: Programme | None = None
        self._camera_on = False
        self._diary = chips.LinkDiary()
        self.second_screen = SecondScreen(world.customer_screen, self.shell.show_device, parent=self)
        self.override = OverridePresenter(
            self.window.override, world.desks.sign_in.approvers, world.lanes.db, world.clock.mono_ms
        )
        self.sale = SaleFloor(self, CustomerPresenter(self.second_screen))
        self.desk = DeskFloor(self)
        entry = SignInDesks(world.desks.sign_in, world.desks.day, self.override, world.clock.mono_ms)
        self.sign_in = SignInPresenter(self.window.sign_in, entry, world.lanes.db, self._ready, self.signed_out)
        self.training = TrainingPresenter(
            self.window, world.desks.training, world.lanes.db, world.clock.mono_ms, self.say_failed
        )
        self._scans = ScanFilter(world.decoder, world.key_time_s, parent=self)
        self._shortcuts = Shortcuts(keymap, self.window)
        self._idle = IdleWatch(world.clock.mono_ms, self)
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self.tick_once)
        self._scans.scanned.connect(self.take_scan)
        self._shortcuts.asked.connect(self.act)

    def start(self) -> None:
        """Watch the keys, show who may sign in, and let the clock run."""
        self._scans.watch(_qt())
        self.window.winId()  # makes the window that the window system knows
        self._idle.watch(self.window.windowHandle())
        self._tick.start()
        self._show_place()
        if self.world.is_training:
            self.shell.show_training(training=True)
            self.window.sign_in.place.show_training(training=True)
            self.training.show()
        self.second_screen.start(_qt())
        self._learn_brand()
        self.tick_once()
        self._cover(None)

    def stop(self) -> None:
        """Watch no keys any more and stop the clock; before the lanes are closed."""
        self._scans.rest(_qt())
        self._tick.stop()
        self.second_screen.stop()

    def switch_language(self, code: str) -> None:
        """Say everything in another language, at once."""
        i18n.use(code)
        self.world.keep_language(code)
        self.shell.retranslate()
        self._show_place()
        self._show_staff()
        if self.world.is_training:
            self.training.show()
        self.sale.retranslate()
        self.desk.retranslate()

    def say_bug(self) -> None:
        """Say that the program made a mistake; it is in the log."""
        self.sale.checkout.failed(Damaged("till.bug"))

    # ---- from the window

    def act(self, name: str) -> None:
        """Do what a key or a button asks for, by its action's name."""
        action = Action(name)
        if action is Action.LANGUAGE:
            self.switch_language("en" if i18n.language() == "zh_CN" else "zh_CN")
        elif action is Action.HELP:
            self.shell.show_help()
        elif self.signed_in is None:
            return
        elif action is Action.LOCK:
            self.lock()
        elif self.window.open_sheet() is None:
            self._act_signed_in(action)

    def take_scan(self, code: str) -> None:
        """Take a code from scanner or camera, wherever the person is; refused audibly where nobody may sell."""
        self._idle.touch()
        if self._dealt_with(code):
            return
        if self.sale.takes(code):
            return
        if self.window.payment.is_open() and not self.window.payment.is_done():
            self.sale.leave_payment()
        self.window.close_sheets()
        if self._is_looking() and isinstance(parse(code), MemberCode | DynamicCode | PhoneNumber):
            self.desk.profile.find(code)
        else:
            self.sale.scan(code)

    def _dealt_with(self, code: str) -> bool:
        """Deal with a scan that is not about a sale: where nobody is, where nobody may sell, and in the audit."""
        meant = parse(code)
        if self.signed_in is None and isinstance(meant, StaffCode):
            self.sign_in.scan(meant.card)
        elif self.signed_in is None:
            self.sounds.play("error")
            self.window.sign_in.show_scan_refused()
        elif self.desk.audit is not None and isinstance(meant, ReceiptCode):
            self.desk.audit.search(meant.receipt_no)
        elif face.Section.SELL not in sections(self.signed_in.role):
            self.sounds.play("error")
        else:
            return False
        return True

    def _act_signed_in(self, action: Action) -> None:
        here = self.shell.stage.currentWidget()
        if action in PLACES:
            if self.signed_in is not None and PLACES[action] in sections(self.signed_in.role):
                self.go(PLACES[action])
        elif action is Action.DRAWER and here is self.window.close_day:
            self.window.close_day.ask_cash()
        elif action is Action.PRINT_AGAIN:
            self._print_here()
        elif action is Action.MEMBER and self._is_looking():
            self.sale.find_member()
        elif here is self.window.checkout:
            if action is Action.CAMERA and not self.window.payment.is_open():
                self._toggle_camera()
            else:
                self.sale.act(action)

    def _print_here(self) -> None:
        if self.shell.stage.currentWidget() is self.window.calls:
            self.desk.calls.print_run()
        elif self.shell.stage.currentWidget() is self.window.close_day:
            self.window.close_day.ask_print()
        elif self.desk.audit is not None:
            self.desk.audit.export()
        else:
            self.sale.checkout.reprint()

    # ---- House: the way between the floors

    def go(self, section: face.Section) -> None:
        """Show a place of the till; whoever handed over or closed has nothing more to do here, and goes."""
        if self.desk.is_closed():
            self.desk.after_close()
            return
        self.window.close_sheets()
        if section is not face.Section.SELL and self.window.payment.is_open():
            self.sale.leave_payment()
        self.desk.leave()
        self.shell.show_section(section)
        if section is face.Section.MEMBERS:
            self.sale.find_member()
        else:
            self.desk.enter(section)
            self.shell.focus_home()

    def open_profile(self, member_id: str) -> None:
        """Show all that is known of a member."""
        self.desk.open_profile(member_id)

    def attach(self, member_id: str) -> None:
        """Serve a member."""
        self.sale.attach(member_id)

    def open_call(self, call: str) -> None:
        """Record what came of a call."""
        self.desk.open_call(call)

    def open_held(self) -> None:
        """Show the held sales."""
        self.sale.open_held()

    def show_receipt_no(self, receipt_no: str) -> None:
        """Show the number of the next receipt."""
        self._receipt_no = receipt_no
        self._show_place()

    def count_calls(self) -> None:
        """Show anew how many calls are due."""
        if self.world.is_training:
            self.training.look()
        self.world.lanes.db.run(self.world.desks.day.figures, self._show_badges, self.say_failed)

    def say_failed(self, error: PosError) -> None:
        """Say what did not work, on the sale screen."""
        self.window.checkout.show_notice(sale_words.failed(error))

    def today(self) -> date:
        """Return the local date by the till's clock."""
        return local_date(self.world.clock.now_ms())

    # ---- who is at the till

    def _is_looking(self) -> bool:
        return self.shell.stage.currentWidget() is self.window.profile

    def lock(self) -> None:
        """Put the sign-in screen over everything; what is under way stays below it as it is, and is not readable."""
        who, state = self.signed_in, self.sale.checkout.state
        if who is None:
            return
        for sheet in (self.window.override, self.window.consent, self.window.drawer, self.shell.keys):
            sheet.dismiss()
        if self._camera_on:
            self._toggle_camera()
        self._locked_by, self.signed_in = who, None
        has_sale = state is not None and not state.basket.is_empty
        self._cover(LockNote(who.staff_id, who.name, self.world.clock.now_ms(), has_sale))

    def sign_out(self) -> None:
        """Sign out at once, as after the close of the day."""
        self.world.lanes.db.run(self.world.desks.sign_in.sign_out, drop_answer, self.say_failed)
        self.signed_out()

    def signed_out(self) -> None:
        """Nobody is at the till any more; an open sale, and what was paid of it, stays for the next person."""
        self.window.close_sheets()
        self.desk.forget_close()
        self._locked_by, self.signed_in = None, None
        self._cover(None)

    def _cover(self, lock: LockNote | None) -> None:
        self.desk.profile.leave()
        self.sale.mirror()
        self.shell.show_page(SIGN_IN)
        self.shell.focus_home()
        self.sign_in.start(lock)

    def _ready(self, who: SignedIn, day: DayState) -> None:
        before, self._locked_by = self._locked_by, None
        self.signed_in, self.day = who, day
        self._idle.touch()
        self._show_staff()
        self._learn_brand()
        if before is not None and before.staff_id == who.staff_id:
            self._resume()
            return
        self.desk.forget_close()
        self.window.close_sheets()
        if self.window.payment.is_open():  # what was paid of the sale stays paid
            self._resume()
        else:
            self.go(sections(who.role)[0])
            self.sale.checkout.start()
        if before is not None:
            self.sale.checkout.tell(lambda: sale_words.handed_over(before.name, who.name))
        self.count_calls()
        if self.world.is_training:
            self.training.begin()

    def _resume(self) -> None:
        """Take the cover away; everything is as it was."""
        self.shell.uncover()
        self.sale.mirror()
        self.sale.focus_back()

    # ---- from other threads

    def take_sync(self, report: chips.SyncReport) -> None:
        self.shell.show_sync(chips.sync_chip(report))
        note = SyncNote(str(report.state) == "online", report.last_ok_at_ms, report.unsent, report.detail)
        self.window.sign_in.show_sync(note)
        if self.signed_in is None:
            self.sign_in.renew()
        self.desk.sync_centre.update(self._diary.take(report, self.world.clock.now_ms()))

    def take_device(self, report: chips.DeviceReport) -> None:
        chip = chips.device_chip(report)
        if chip is None:
            return
        self.shell.show_device(chip)
        if chip.device is face.Device.CAMERA and chip.state is not face.DeviceState.READY:
            self.window.checkout.show_camera_off()
        if chip.device is face.Device.PRINTER:
            self.sale.payment.show_print_state(chips.print_state(report))

    def take_frame(self, frame: chips.Picture) -> None:
        if self._camera_on:
            self.window.checkout.show_camera_frame(chips.packed(frame), frame.width, frame.height)

    def take_camera_scan(self, scan: chips.CameraScan) -> None:
        self.take_scan(scan.text)

    # ---- small things

    def _toggle_camera(self) -> None:
        self._camera_on = not self._camera_on
        self.world.set_camera(self._camera_on)

    def _show_badges(self, figures: DayFigures) -> None:
        self.shell.show_badges({face.Section.CALLS: figures.calls_due})

    def _learn_brand(self) -> None:
        self.world.lanes.db.run(self.world.desks.checkout.programme, self._show_brand, drop_answer)

    def _show_brand(self, rules: Programme) -> None:
        self._rules = rules
        self._show_place()

    def _show_place(self) -> None:
        identity = self.world.identity
        store, brand = store_name(identity), "" if self._rules is None else brand_name(self._rules)
        till = _("Till {lane}").format(lane=f"{identity.lane:02d}")
        place = _("Training") if self.world.is_training else store
        self.shell.show_till(face.TillFace(_joined(brand, store), till, self._receipt_no))
        self.second_screen.show_brand(_joined(brand, place))
        self.window.sign_in.show_till(Till(brand or store, store if brand else "", identity.lane, self.world.version))

    def _show_staff(self) -> None:
        who = self.signed_in
        if who is None:
            self.shell.show_staff(None)
            return
        shift = _("shift {n}").format(n=self.day.shift_no) if self.day else ""
        self.shell.show_staff(face.StaffFace(who.name, desk_wording.role_text(who.role), shift, sections(who.role)))

    def tick_once(self) -> None:
        now_ms = self.world.clock.now_ms()
        self.shell.show_clock(now_ms)
        if self.world.is_training:
            self.training.tick()
        self.window.sign_in.show_clock(now_ms)
        if 0 < self.world.idle_lock_s * 1_000 <= self._idle.idle_ms():
            self.lock()
        if 0 < self.world.auto_hold_s * 1_000 <= self._idle.idle_ms():
            self.sale.put_unattended_aside()
        if self.shell.stage.currentWidget() is self.window.sync_centre:
            self.desk.sync_centre.tick()

    def mute(self, muted: bool) -> None:
        self.sounds.muted = muted
        self.shell.show_muted(muted=muted)

    def switch_training(self) -> None:
        """Open the training till, or the real one again; a sale in hand is not left behind."""
        if self.world.is_training:
            self.world.switch_training()
        else:
            may_begin, show_problem = self.world.desks.training.may_begin, self.window.sign_in.show_problem
            self.world.lanes.db.run(may_begin, lambda _none: self.world.switch_training(), show_problem)

    def show_sync_page(self) -> None:
        if self.signed_in is None:
            return
        if self.world.is_training:
            self.window.training.open_sheet()
        else:
            self.window.close_sheets()
            self.shell.show_page(SYNC)
            self.desk.sync_centre.tick()
            self.shell.focus_home()


def sections(role: Role) -> tuple[face.Section, ...]:
    """Return the places that a role has; the first is its home. What it can never have is not there at all."""
    return tuple(section for section, act in NEEDED.items() if act in MAY[role])


def _joined(*names: str) -> str:
    return " · ".join(filter(None, names))


def _qt() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
