"""The running till: joins window, presenters and what comes from other threads, and knows the way between screens."""

from datetime import date
from typing import Protocol

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from pos_app import i18n
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import DynamicCode, MemberCode, PaymentCode, PhoneNumber, ReceiptCode, parse
from pos_app.domain.members import Purpose
from pos_app.domain.staff import MAY, Act, Role
from pos_app.errors import Damaged, PosError
from pos_app.i18n import _
from pos_app.services.day import DayFigures, DayState
from pos_app.services.member_models import MemberCard, MemberRow
from pos_app.services.refund_models import Exchange, RefundDone
from pos_app.services.refunding import NO_SALE, NewSale
from pos_app.services.sale_models import SaleDone, SaleState
from pos_app.services.staff import SignedIn
from pos_app.ui import desk_wording
from pos_app.ui.idle import IdleWatch
from pos_app.ui.keymap import Action, Keymap, Shortcuts
from pos_app.ui.messages import sentence
from pos_app.ui.presenters import chips, sale_words
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.audit import AuditPresenter
from pos_app.ui.presenters.call_outcome import OutcomePresenter
from pos_app.ui.presenters.calls import CallsPresenter
from pos_app.ui.presenters.cash import CashPresenter
from pos_app.ui.presenters.charging import ChargeDesks, Charging
from pos_app.ui.presenters.checkout import CheckoutPresenter, SaleDesks
from pos_app.ui.presenters.close import CloseDesks, ClosePresenter
from pos_app.ui.presenters.customer_display import CustomerPresenter
from pos_app.ui.presenters.drawer import DrawerPresenter
from pos_app.ui.presenters.finder import FinderDesks, FinderPresenter
from pos_app.ui.presenters.hand_price import HandPricePresenter
from pos_app.ui.presenters.held import HeldPresenter, Recalled
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.presenters.past_papers import PastPapersPresenter
from pos_app.ui.presenters.payment import PaymentDesks, PaymentPresenter
from pos_app.ui.presenters.profile import OfficeLine, ProfileDesks, ProfilePresenter
from pos_app.ui.presenters.redeem import RedeemDesks, RedeemPresenter
from pos_app.ui.presenters.refund import RefundDesks, RefundPresenter
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.sale_faces import local_date
from pos_app.ui.presenters.sign_in import SignInDesks, SignInPresenter
from pos_app.ui.presenters.sign_in_models import LockNote, SyncNote, Till
from pos_app.ui.presenters.sign_up import SignUpPresenter
from pos_app.ui.presenters.sync_centre import SyncCentrePresenter
from pos_app.ui.presenters.top_up import TopUpDesks, TopUpPresenter
from pos_app.ui.presenters.training import TrainingPresenter
from pos_app.ui.presenters.why import WhyPresenter
from pos_app.ui.scan_filter import ScanFilter
from pos_app.ui.second_screen import SecondScreen
from pos_app.ui.sounds import Sounds
from pos_app.ui.window import SIGN_IN, SYNC, TillWindow
from pos_app.ui.world import UiWorld

TICK_MS = 1_000
BRAND_ZH, BRAND_EN = "禾苗母婴", "Seedling"
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
        self._day: DayState | None = None
        self._receipt_no = ""
        self._camera_on = False
        self._diary = chips.LinkDiary()
        self.close_day: ClosePresenter | None = None
        self.audit: AuditPresenter | None = None
        self.second_screen = SecondScreen(world.customer_screen, self.shell.show_device, parent=self)
        self.customer = CustomerPresenter(self.second_screen)
        self._make_presenters()
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
        self.window.sign_in.retranslate()
        self.shell.retranslate()
        for page in (
            self.window.profile,
            self.window.calls,
            self.window.close_day,
            self.window.audit,
            self.window.sync_centre,
            *self.window.sheets(),
        ):
            again = getattr(page, "retranslate", None)
            if again is not None:
                again()
        self._show_place()
        self._show_staff()
        if self.world.is_training:
            self.training.show()
        self.checkout.retranslate()
        self.profile.retranslate()
        if self.audit is not None:
            self.audit.retranslate()
        if self.window.payment.is_open():
            self.payment.retranslate()
        self._retell_sheets()

    def _retell_sheets(self) -> None:
        """Have the presenters of open sheets say again what they made of words."""
        window = self.window
        presenters: dict[QWidget, Retold] = {
            window.redeem: self.redeem,
            window.hold: self.held,
            window.hand_price: self.hand_price,
            window.why: self.why,
            window.finder: self.finder,
            window.refund: self.refund,
        }
        for sheet, presenter in presenters.items():
            if not sheet.isHidden():
                presenter.retranslate()

    # ---- Elsewhere: where the sale leads

    def open_payment(self, way: str) -> None:
        """Take the money for the sale in hand."""
        state, programme = self.checkout.state, self.checkout.programme
        if state is None or programme is None or state.basket.is_empty:
            return
        if way == face.Way.POINTS.value:
            self.open_redeem()
            return
        self.go(face.Section.SELL)
        chosen = face.Way(way) if way else face.Way.CASH
        self.window.payment.open(chosen)
        self.payment.open(state, programme, chosen, online=self.world.is_online())

    def open_redeem(self) -> None:
        """Choose what to redeem; without a member, find one first."""
        state, programme = self.checkout.state, self.checkout.programme
        if state is None or programme is None:
            return
        if state.member is None:
            self.finder.open(face.FinderKind.MEMBER)
            return
        self.window.redeem.open_sheet()
        self.redeem.open(state, programme)

    def open_top_up(self) -> None:
        """Sell stored value; without a member, find one first."""
        state = self.checkout.state
        if state is None:
            return
        if state.member is None:
            self.finder.open(face.FinderKind.MEMBER)
            return
        self.top_up.open(state)

    def change_price(self) -> None:
        """Change the price of the selected line, or of the whole order, by hand."""
        if self.checkout.state is not None:
            self.hand_price.open(self.checkout.state, self.checkout.selected)

    def explain(self) -> None:
        """Say why the selected line costs what it costs."""
        if self.checkout.state is not None:
            self.why.open(self.checkout.state, self.checkout.selected)

    def open_held(self) -> None:
        """Show the held sales."""
        self.window.hold.open_sheet()
        self.held.open()

    def open_sign_up(self, phone: str) -> None:
        """Sign somebody up."""
        self.window.finder.dismiss()
        state = self.checkout.state
        today = self._day.business_date if self._day and self._day.business_date else self._today()
        digits = phone.removeprefix("+86")
        self.sign_up.start(digits, state.earning_if_joined if state else 0, today)
        self.customer.show_joining(frozenset())

    def open_call(self, call: str) -> None:
        """Record what came of a call."""
        self.outcome.open(call)

    def open_refund(self, receipt_no: str = "") -> None:
        """Take goods back, of this receipt where it is known already."""
        state, new = self.checkout.state, NO_SALE
        if state is not None and state.priced is not None:
            points = state.priced.earned_points - state.priced.points
            new = NewSale(state.basket.sale_id, due_minor=state.priced.due_minor, points=points)
        self.window.refund.open_refund(with_exchange=new.due_minor > 0)
        self.refund.open(receipt_no, new)

    def _pay_with_goods(self, goods: Exchange, worth_minor: int) -> None:
        """Open the screen of paying with what the goods pay taken already; nothing left to pay finishes the sale."""
        self.open_payment("")
        self.payment.pay_with_goods(goods, worth_minor)

    def choose_member(self, rows: tuple[MemberRow, ...]) -> None:
        """Pick one of several members."""
        self.finder.open_members(rows)

    def find_item(self) -> None:
        """Look for an item."""
        self.finder.open(face.FinderKind.ITEM)

    def choose_item(self, items: tuple[Item, ...]) -> None:
        """Pick one of several items."""
        self.finder.open_items(items)

    def begin_next(self) -> None:
        """Put the finished sale away: its successor is loaded already."""
        if self.window.payment.is_done():
            self.leave_payment()

    def sound(self, name: str) -> None:
        """Play a tone."""
        self.sounds.play(name)

    def sale_shown(self, state: SaleState) -> None:
        """Show the number of the next receipt, and the customer the sale; a finished one stays until it is put away."""
        self._receipt_no = state.next_receipt_no
        self._show_place()
        if not self.window.payment.is_done():
            self._mirror_sale()

    # ---- AfterPayment

    def sale_changed(self, state: SaleState) -> None:
        """The basket changed in the redeem sheet or while paying."""
        self.checkout.show(state)
        if self.window.payment.is_open() and self.checkout.programme is not None:
            self.payment.refresh(state)

    def payment_shown(self, payment: face.PaymentFace, way: face.Way) -> None:
        """Show the customer what is owed while it is being paid."""
        if self.window.payment.is_open():
            self.customer.show_payment(payment, way)

    def member_card(self, state: SaleState) -> face.MemberCard | None:
        """Say who is served, in the language in force."""
        return self.checkout.member_card(state)

    def sale_done(self, done: SaleDone) -> None:
        """The sale is paid."""
        self.customer.show_done(done)
        self.sounds.play("paid")
        self.checkout.start()
        self._count_calls()

    def say_bug(self) -> None:
        """Say that the program made a mistake; it is in the log."""
        self.checkout.failed(Damaged("till.bug"))

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
        if self._is_for_sheet(code):
            return
        if self.window.payment.is_open():
            if self.payment.is_paying() and isinstance(parse(code), PaymentCode):
                self.payment.pay_by_code(code)
                return
            if self.payment.takes_proof() and isinstance(parse(code), MemberCode | DynamicCode):
                self.payment.prove(code)
                return
            if not self.window.payment.is_done():
                self.leave_payment()
        for sheet in self.window.sheets():
            sheet.dismiss()
        if self._is_looking() and isinstance(parse(code), MemberCode | DynamicCode | PhoneNumber):
            self.profile.find(code)
            return
        self.go(face.Section.SELL)
        self.window.checkout.take_scan(code)

    def _is_for_sheet(self, code: str) -> bool:
        """Give a code to the sheet that waits for one; say whether there was one."""
        if not self.window.redeem.isHidden():
            self.redeem.take_scan(code)
        elif not self.window.refund.isHidden() and self.window.override.isHidden():
            self.refund.search(code)
        else:
            return False
        return True

    def _dealt_with(self, code: str) -> bool:
        """Deal with a scan that is not about a sale: where nobody is, where nobody may sell, and in the audit."""
        meant = parse(code)
        if self.signed_in is None:
            self.sounds.play("error")
            self.window.sign_in.show_scan_refused()
        elif self.audit is not None and isinstance(meant, ReceiptCode):
            self.audit.search(meant.receipt_no)
        elif face.Section.SELL not in sections(self.signed_in.role):
            self.sounds.play("error")
        else:
            return False
        return True

    def _act_signed_in(self, action: Action) -> None:
        acts = {
            Action.MEMBER: lambda: self.finder.open(face.FinderKind.MEMBER),
            Action.FIND: lambda: self.finder.open(face.FinderKind.ITEM),
            Action.CAMERA: self._toggle_camera,
            Action.REDEEM: self.open_redeem,
            Action.TOP_UP: self.open_top_up,
            Action.HOLD: self.checkout.hold_or_recall,
            Action.RECALL: self.open_held,
            Action.DISCOUNT: self.change_price,
            Action.WHY: self.explain,
            Action.DRAWER: self.drawer.start,
            Action.REFUND: self.open_refund,
            Action.PAY: self._pay_key,
            Action.REMOVE_LINE: self.checkout.remove_selected,
            Action.VOID_SALE: self.checkout.cancel_sale,
            Action.UNDO: self.checkout.undo,
        }
        here = self.shell.stage.currentWidget()
        if action in PLACES:
            if self.signed_in is not None and PLACES[action] in sections(self.signed_in.role):
                self.go(PLACES[action])
        elif action is Action.DRAWER and here is self.window.close_day:
            self.window.close_day.ask_cash()
        elif action is Action.PRINT_AGAIN:
            self._print_here()
        elif action is Action.MEMBER and self._is_looking():
            self.find_profile()
        elif here is self.window.checkout and action in acts:
            if action is not Action.PAY and self.window.payment.is_open():
                return
            acts[action]()

    def _pay_key(self) -> None:
        if not self.window.payment.is_open():
            self.open_payment("")
        elif self.window.payment.is_done():
            self.next_customer()
        else:
            self.window.payment.press()

    def _print_here(self) -> None:
        if self.shell.stage.currentWidget() is self.window.calls:
            self.calls.print_run()
        elif self.shell.stage.currentWidget() is self.window.close_day:
            self.window.close_day.ask_print()
        elif self.audit is not None:
            self.audit.export()
        else:
            self.checkout.reprint()

    def next_customer(self) -> None:
        self.leave_payment()
        self.checkout.start()

    def leave_payment(self) -> None:
        self.payment.leave()
        self.window.payment.close()
        self._mirror_sale()

    def _mirror_sale(self) -> None:
        """Show the customer the sale in hand, or nobody's where nobody is signed in."""
        state, programme = self.checkout.state, self.checkout.programme
        if self.signed_in is None or state is None or programme is None:
            self.customer.rest()
        else:
            self.customer.show_sale(state, programme, self._today())

    def go(self, section: face.Section) -> None:
        if self.close_day is not None and self.close_day.is_finished:
            self._after_close()  # whoever handed over or closed has nothing more to do here
            return
        if section is not face.Section.SELL and self.window.payment.is_open():
            self.leave_payment()
        self.profile.leave()
        self.leave_audit()
        self.shell.show_section(section)
        if section is face.Section.MEMBERS:
            self.find_profile()
            return
        if section is face.Section.CALLS:
            self.calls.start()
        elif section is face.Section.CLOSE:
            self._open_close()
        elif section is face.Section.AUDIT:
            self._open_audit()
        self.shell.focus_home()

    def _open_audit(self) -> None:
        """Open the audit anew: what it checked before is checked again."""
        self.leave_audit()
        desks, tasks = self.world.desks, self.world.lanes.db
        self.audit = AuditPresenter(self.window.audit, desks.audit, tasks, self.world.keep_file)
        self.audit.start()

    def leave_audit(self) -> None:
        """Check the chain no further."""
        if self.audit is not None:
            self.audit.close()
            self.audit = None

    def auditing(self) -> AuditPresenter:
        """Return the audit in hand."""
        assert self.audit is not None
        return self.audit

    def find_profile(self) -> None:
        """Look for a member to know all about."""
        self.finder.open(face.FinderKind.PROFILE)

    def open_profile(self, member_id: str) -> None:
        """Show all that is known of a member."""
        self.window.finder.dismiss()
        self.shell.show_section(face.Section.MEMBERS)
        self.profile.open(member_id)
        self.shell.focus_home()

    def open_attached_profile(self) -> None:
        """Show all that is known of whoever is served."""
        state = self.checkout.state
        if state is not None and state.member is not None:
            self.open_profile(state.member.member.member_id)

    def _is_looking(self) -> bool:
        return self.shell.stage.currentWidget() is self.window.profile

    def _open_close(self) -> None:
        if self.close_day is not None:
            self.close_day.close()
        assert self.signed_in is not None
        desks = CloseDesks(self.world.desks.day, self.world.desks.sign_in, self.world.lanes.db)
        self.close_day = ClosePresenter(self.window.close_day, desks, self.signed_in, self._after_close)
        self.close_day.start()

    def _after_close(self) -> None:
        self.world.sync_now()
        self.world.lanes.db.run(self.world.keep_copy, _nothing, self._say_failed)
        self.sign_out()

    def lock(self) -> None:
        """Put the sign-in screen over everything; what is under way stays below it as it is, and is not readable."""
        who, state = self.signed_in, self.checkout.state
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
        self.world.lanes.db.run(self.world.desks.sign_in.sign_out, _nothing, self._say_failed)
        self.signed_out()

    def signed_out(self) -> None:
        """Nobody is at the till any more; an open sale, and what was paid of it, stays for the next person."""
        for sheet in self.window.sheets():
            sheet.dismiss()
        self._forget_close()
        self._locked_by, self.signed_in = None, None
        self._cover(None)

    def _forget_close(self) -> None:
        if self.close_day is not None:
            self.close_day.close()
        self.close_day = None

    def _cover(self, lock: LockNote | None) -> None:
        self.profile.leave()
        self._mirror_sale()
        self.shell.show_page(SIGN_IN)
        self.shell.focus_home()
        self.sign_in.start(lock)

    def _ready(self, who: SignedIn, day: DayState) -> None:
        before, self._locked_by = self._locked_by, None
        self.signed_in, self._day = who, day
        self._idle.touch()
        self._show_staff()
        if before is not None and before.staff_id == who.staff_id:
            self._resume()
            return
        self._forget_close()
        for sheet in self.window.sheets():
            sheet.dismiss()
        if self.window.payment.is_open():  # what was paid of the sale stays paid
            self._resume()
        else:
            self.go(sections(who.role)[0])
            self.checkout.start()
        if before is not None:
            self.checkout.tell(lambda: sale_words.handed_over(before.name, who.name))
        self._count_calls()
        if self.world.is_training:
            self.training.begin()

    def _resume(self) -> None:
        """Take the cover away; everything is as it was."""
        self.shell.uncover()
        self._mirror_sale()
        sheet = self.window.open_sheet()
        if sheet is not None:
            sheet.resume()
        else:
            self.focus_back()

    def ask_customer(self, _child: object, agreed: frozenset[Purpose]) -> None:
        """Show the customer the consents as they stand in the sign-up sheet."""
        if not self.window.sign_up.isHidden():
            self.customer.show_joining(agreed)

    def sign_up_closed(self) -> None:
        """The sheet is gone: show the customer the sale again."""
        self.customer.leave_joining()
        self.shell.focus_home()

    def _joined(self, card: MemberCard) -> None:
        self._attach(card.member.member_id)

    def _attach(self, member_id: str) -> None:
        self.window.finder.dismiss()
        self.window.sign_up.dismiss()
        self.go(face.Section.SELL)
        self.checkout.attach(member_id)

    def _add_item(self, item_id: int) -> None:
        self.window.finder.dismiss()
        self.checkout.add_item(item_id)

    def _recalled(self, state: SaleState) -> None:
        self.window.hold.dismiss()
        self.checkout.show(state)

    def _not_recalled(self, error: PosError) -> None:
        self.window.hold.dismiss()
        self.checkout.failed(error)

    def _calls_done(self) -> None:
        self.window.outcome.dismiss()
        self.calls_changed()

    def calls_changed(self) -> None:
        self._count_calls()
        if self.shell.stage.currentWidget() is self.window.calls:
            self.calls.start()

    def act_on_check(self, code: str) -> None:
        if code in {"basket", "held"}:
            self.go(face.Section.SELL)
            if code == "held":
                self.open_held()
        elif code == "calls":
            self.go(face.Section.CALLS)
        elif code == "unsent":
            self.world.sync_now()

    # ---- from other threads

    def take_sync(self, report: chips.SyncReport) -> None:
        self.shell.show_sync(chips.sync_chip(report))
        note = SyncNote(str(report.state) == "online", report.last_ok_at_ms, report.unsent, report.detail)
        self.window.sign_in.show_sync(note)
        self.sync_centre.update(self._diary.take(report, self.world.clock.now_ms()))

    def take_device(self, report: chips.DeviceReport) -> None:
        chip = chips.device_chip(report)
        if chip is None:
            return
        self.shell.show_device(chip)
        if chip.device is face.Device.CAMERA and chip.state is not face.DeviceState.READY:
            self.window.checkout.show_camera_off()
        if chip.device is face.Device.PRINTER:
            self.payment.show_print_state(chips.print_state(report))

    def take_frame(self, frame: chips.Picture) -> None:
        if self._camera_on:
            self.window.checkout.show_camera_frame(chips.packed(frame), frame.width, frame.height)

    def take_camera_scan(self, scan: chips.CameraScan) -> None:
        self.take_scan(scan.text)

    # ---- small things

    def _toggle_camera(self) -> None:
        self._camera_on = not self._camera_on
        self.world.set_camera(self._camera_on)

    def _count_calls(self) -> None:
        if self.world.is_training:
            self.training.look()
        self.world.lanes.db.run(self.world.desks.day.figures, self._show_badges, self._say_failed)

    def _show_badges(self, figures: DayFigures) -> None:
        self.shell.show_badges({face.Section.CALLS: figures.calls_due})

    def _show_place(self) -> None:
        identity = self.world.identity
        chinese = i18n.language() == "zh_CN"
        brand = BRAND_ZH if chinese else BRAND_EN
        store = identity.store_name if chinese or not identity.store_name_en else identity.store_name_en
        till = _("Till {lane}").format(lane=f"{identity.lane:02d}")
        self.shell.show_till(face.TillFace(f"{brand} · {store}", till, self._receipt_no))
        place = _("Training") if self.world.is_training else store
        self.second_screen.show_brand(f"{brand} · {place}")
        self.window.sign_in.show_till(Till(brand, store, identity.lane, self.world.version))

    def _show_staff(self) -> None:
        who = self.signed_in
        if who is None:
            self.shell.show_staff(None)
            return
        shift = _("shift {n}").format(n=self._day.shift_no) if self._day else ""
        self.shell.show_staff(face.StaffFace(who.name, desk_wording.role_text(who.role), shift, sections(who.role)))

    def tick_once(self) -> None:
        now_ms = self.world.clock.now_ms()
        self.shell.show_clock(now_ms)
        if self.world.is_training:
            self.training.tick()
        self.window.sign_in.show_clock(now_ms)
        if 0 < self.world.idle_lock_s * 1_000 <= self._idle.idle_ms():
            self.lock()
        if self.shell.stage.currentWidget() is self.window.sync_centre:
            self.sync_centre.tick()

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
            self.shell.show_page(SYNC)
            self.sync_centre.tick()
            self.shell.focus_home()

    def _say_failed(self, error: PosError) -> None:
        self.window.checkout.show_notice(face.Notice(face.NoticeKind.BAD, sentence(error)))

    def _today(self) -> date:
        return local_date(self.world.clock.now_ms())

    def _make_presenters(self) -> None:
        world, window, db = self.world, self.window, self.world.lanes.db
        desks = world.desks
        gate = RightsGate(desks.rights, world.ask_rights, world.is_online, world.lanes)
        self.override = OverridePresenter(window.override, desks.sign_in.approvers, db, world.clock.mono_ms)
        sale = SaleDesks(
            desks.checkout, desks.receipts, desks.day.figures, world.is_online, gate, self.override, world.clock
        )
        self.checkout = CheckoutPresenter(window.checkout, sale, db, self)
        charging = None
        if world.gateway is not None:
            charging = Charging(
                ChargeDesks(desks.charging, world.gateway, db, world.lanes.pay or world.lanes.line, self.override)
            )
            db.run(desks.charging.start, _nothing, self._say_failed)
        paying = PaymentDesks(desks.checkout, desks.value, gate, self.override, db, charging)
        self.payment = PaymentPresenter(window.payment, paying, self)
        self.redeem = RedeemPresenter(
            window.redeem,
            RedeemDesks(desks.checkout, desks.shelf, gate, db, world.is_online, world.clock.now_ms, self.sale_changed),
        )
        recalled = Recalled(self._recalled, self.checkout.show, self._not_recalled)
        self.held = HeldPresenter(window.hold, desks.checkout, db, world.clock.now_ms, recalled)
        self.drawer = DrawerPresenter(
            window.drawer, desks.drawer, self.override, self._drawer_opened, self.checkout.failed
        )
        self.top_up = TopUpPresenter(window.top_up, TopUpDesks(desks.topups, desks.value, db, self.checkout.start))
        self.why = WhyPresenter(window.why)
        self.hand_price = HandPricePresenter(
            window.hand_price, desks.checkout, self.override, db, self.checkout.show, self.checkout.failed
        )
        said = window.close_day
        self.cash = CashPresenter(window.cash, desks.cash, self.override, said.show_moved, said.show_problem)
        self.past_papers = PastPapersPresenter(
            window.past_papers, desks.day_papers, db, said.show_copied, said.show_problem
        )
        self.finder = FinderPresenter(
            window.finder,
            FinderDesks(
                desks.members, desks.shelf, db, self._attach, self.open_profile, self._add_item, self.open_sign_up
            ),
        )
        back = RefundDesks(
            desks.refunds,
            self.override,
            world.lanes,
            world.ask_rights,
            world.look_up,
            world.is_online,
            self._gives_cash,
        )
        self.refund = RefundPresenter(window.refund, back, self._refunded, self._pay_with_goods)
        entry = SignInDesks(desks.sign_in, desks.day, self.override, world.clock.mono_ms)
        self.sign_in = SignInPresenter(window.sign_in, entry, db, self._ready, self.signed_out)
        self.sign_up = SignUpPresenter(window.sign_up, desks.members, db, self._joined, self._attach)
        office = OfficeLine(world.lanes.line, world.is_online, world.statement)
        profiles = ProfileDesks(desks.profiles, desks.members, db, office)
        self.profile = ProfilePresenter(
            window.profile, window.member_edit, profiles, now_ms=world.clock.now_ms, attach=self._attach
        )
        self.calls = CallsPresenter(window.calls, desks.calls, db, self.open_call)
        self.outcome = OutcomePresenter(window.outcome, desks.calls, db, 3, self._calls_done)
        self.training = TrainingPresenter(window, desks.training, db, world.clock.mono_ms, self._say_failed)
        self.sync_centre = SyncCentrePresenter(window.sync_centre, desks.unsent, db, world.sync_now, world.clock.now_ms)

    def closing(self) -> ClosePresenter:
        assert self.close_day is not None
        return self.close_day

    def quick_cash(self, given_minor: int) -> None:
        """One tap: cash was handed over and pays all of it; the screen of paying shows only if it does not."""
        state, programme = self.checkout.state, self.checkout.programme
        if state is None or programme is None or state.basket.is_empty:
            return
        self.payment.begin(state, programme, online=self.world.is_online())
        self.payment.pay_cash(given_minor)

    def refuse_amount(self) -> None:
        """What was typed is no amount."""
        self.sounds.play("error")

    def take_tender(self, tender: str, amount_minor: int, reference: str) -> None:
        kind = face.Tender(tender)
        if kind is face.Tender.CASH:
            self.payment.pay_cash(amount_minor)
        elif kind is face.Tender.FOREIGN:
            self.payment.pay_foreign(reference, amount_minor)
        elif kind is face.Tender.VALUE:
            self.payment.pay_value(amount_minor, reference)
        else:
            self.payment.pay_by_reference(kind, amount_minor, reference)

    def use_points(self) -> None:
        self.redeem.keep()
        self.window.redeem.dismiss()

    def _gives_cash(self) -> bool:
        programme = self.checkout.programme
        return programme is not None and programme.refund_in_cash

    def _refunded(self, done: RefundDone) -> None:
        self.sounds.play("paid")
        self.checkout.start()
        self.checkout.tell(lambda: sale_words.refunded(done))

    def _drawer_opened(self, reason: str) -> None:
        self.checkout.tell(lambda: sale_words.drawer_opened(reason))

    def redeem_closed(self) -> None:
        self.redeem.take_back()
        self.focus_back()

    def focus_back(self) -> None:
        """Give the focus back to what lies below a sheet that was closed."""
        if not self.window.refund.isHidden():
            self.window.refund.focus_home()
        elif self.window.payment.is_open() and self.signed_in is not None:
            self.window.payment.focus_home()
        else:
            self.shell.focus_home()


class Retold(Protocol):
    """What says again what it made of words."""

    def retranslate(self) -> None: ...


def sections(role: Role) -> tuple[face.Section, ...]:
    """Return the places that a role has; the first is its home. What it can never have is not there at all."""
    return tuple(section for section, act in NEEDED.items() if act in MAY[role])


def _qt() -> QApplication:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def _nothing(_answer: object) -> None:
    """Take an answer that nobody waits for."""
