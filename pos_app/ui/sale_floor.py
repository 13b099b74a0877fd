"""The sale from the first scan to the paid receipt: its presenters, its sheets, and the way between them."""

from typing import Protocol

from PySide6.QtWidgets import QWidget

from pos_app.domain.catalogue import Item
from pos_app.domain.codes import DynamicCode, MemberCode, PaymentCode, parse
from pos_app.domain.members import Purpose
from pos_app.domain.paybacks import PayBack
from pos_app.errors import Damaged, PosError
from pos_app.services.member_models import MemberCard, MemberRow
from pos_app.services.refund_models import Exchange, RefundDone
from pos_app.services.refunding import NO_SALE, NewSale
from pos_app.services.sale_models import SaleDone, SaleState
from pos_app.ui.house import House
from pos_app.ui.keymap import Action
from pos_app.ui.presenters import sale_words
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.charging import ChargeDesks, Charging
from pos_app.ui.presenters.checkout import CheckoutPresenter, SaleDesks
from pos_app.ui.presenters.coupons import CouponDesks, CouponPresenter
from pos_app.ui.presenters.customer_display import CustomerPresenter
from pos_app.ui.presenters.drawer import DrawerPresenter
from pos_app.ui.presenters.finder import FinderDesks, FinderPresenter
from pos_app.ui.presenters.hand_price import HandPricePresenter
from pos_app.ui.presenters.held import HeldPresenter, Recalled
from pos_app.ui.presenters.paying_back import PayBackDesks, PayingBack
from pos_app.ui.presenters.payment import PaymentDesks, PaymentPresenter
from pos_app.ui.presenters.redeem import RedeemDesks, RedeemPresenter
from pos_app.ui.presenters.refund import RefundDesks, RefundPresenter
from pos_app.ui.presenters.rights_gate import RightsGate
from pos_app.ui.presenters.sign_up import SignUpPresenter
from pos_app.ui.presenters.tasks import drop_answer
from pos_app.ui.presenters.top_up import TopUpDesks, TopUpPresenter
from pos_app.ui.presenters.top_up_back import TopUpBackDesks, TopUpBackPresenter
from pos_app.ui.presenters.weigh import WeighDesks, WeighPresenter
from pos_app.ui.presenters.why import WhyPresenter
from pos_app.ui.views.pay_zone import WAY_ACTIONS

WAYS = {action: way for way, action in WAY_ACTIONS.items() if action is not Action.REDEEM}


class SaleFloor:
    """Selling, paying, redeeming, taking back. ``customer`` is what the customer sees of it."""

    def __init__(self, house: House, customer: CustomerPresenter) -> None:
        self._house, self.customer = house, customer
        self._window, self._world = house.window, house.world
        self._make_presenters()

    # ---- Elsewhere: where the sale leads

    def open_payment(self, way: str) -> None:
        """Take the money for the sale in hand."""
        state, programme = self.checkout.state, self.checkout.programme
        if state is None or programme is None or state.basket.is_empty:
            return
        if way == face.Way.POINTS.value:
            self.open_redeem()
            return
        self._house.go(face.Section.SELL)
        chosen = face.Way(way) if way else face.Way.CASH
        self._window.payment.open(chosen)
        self.payment.open(state, programme, chosen, online=self._world.is_online())

    def pay_by_code(self, code: str) -> None:
        """Take all that is owed from the wallet whose code was scanned while selling."""
        self.open_payment(face.Way.SCAN_PAY.value)
        self.payment.pay_by_code(code)

    def _with_member(self) -> SaleState | None:
        """Return the sale in hand if it has a member; else look for one first, and return None."""
        state = self.checkout.state
        if state is None or state.member is not None:
            return state
        self.finder.open(face.FinderKind.MEMBER)
        return None

    def open_redeem(self) -> None:
        """Choose what to redeem; without a member, find one first."""
        programme = self.checkout.programme
        state = None if programme is None else self._with_member()
        if state is None or programme is None:
            return
        self._window.redeem.open_sheet()
        self.redeem.open(state, programme)

    def open_coupons(self) -> None:
        """Show the coupons of the member; without a member, find one first."""
        if self._with_member() is not None:
            self._window.redeem.dismiss()
            self.coupons.open()

    def open_top_up(self) -> None:
        """Sell stored value; without a member, find one first."""
        state = self._with_member()
        if state is None:
            return
        self.top_up.open(state)

    def open_top_up_back(self) -> None:
        """Give a top-up of the member back; without a member, find one first."""
        state = self._with_member()
        if state is None:
            return
        self._window.top_up.dismiss()
        self.top_up_back.open(state)

    def change_price(self) -> None:
        """Change the price of the selected line, or of the whole order, by hand."""
        if self.checkout.state is not None:
            self.hand_price.open(self.checkout.state, self.checkout.selected)

    def weigh(self, item_id: int) -> None:
        """Ask for the weight of an item without a label."""
        self.weighing.open(item_id)

    def explain(self) -> None:
        """Say why the selected line costs what it costs."""
        if self.checkout.state is not None:
            self.why.open(self.checkout.state, self.checkout.selected)

    def open_held(self) -> None:
        """Show the held sales."""
        self._window.hold.open_sheet()
        self.held.open()

    def open_sign_up(self, phone: str) -> None:
        """Sign somebody up."""
        self._window.finder.dismiss()
        state = self.checkout.state
        day = self._house.day
        today = day.business_date if day and day.business_date else self._house.today()
        digits = phone.removeprefix("+86")
        self.sign_up.start(digits, state.earning_if_joined if state else 0, today)
        self.customer.show_joining(frozenset())

    def open_call(self, call: str) -> None:
        """Record what came of a call."""
        self._house.open_call(call)

    def open_refund(self, receipt_no: str = "") -> None:
        """Take goods back, of this receipt where it is known already."""
        state, new = self.checkout.state, NO_SALE
        if state is not None and state.priced is not None:
            points = state.priced.earned_points - state.priced.points
            new = NewSale(
                state.basket.sale_id,
                due_minor=state.priced.due_minor,
                member_id=state.basket.member_id,
                points=points,
            )
        self._window.refund.open_refund(with_exchange=new.due_minor > 0)
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
        if self._window.payment.is_done():
            self.leave_payment()

    def sound(self, name: str) -> None:
        """Play a tone."""
        self._house.sounds.play(name)

    def sale_shown(self, state: SaleState) -> None:
        """Show the number of the next receipt, and the customer the sale; a finished one stays until it is put away.

        What was scanned just before the money is part of what is owed.
        """
        self._house.show_receipt_no(state.next_receipt_no)
        if self._window.payment.is_done():
            return
        if self._window.payment.is_open():
            self.payment.refresh(state)
        else:
            self.mirror()

    # ---- AfterPayment

    def sale_changed(self, state: SaleState) -> None:
        """The basket changed in the redeem sheet or while paying."""
        self.checkout.show(state)

    def payment_shown(self, payment: face.PaymentFace, way: face.Way) -> None:
        """Show the customer what is owed while it is being paid."""
        if self._window.payment.is_open():
            self.customer.show_payment(payment, way)

    def member_card(self, state: SaleState) -> face.MemberCard | None:
        """Say who is served, in the language in force."""
        return self.checkout.member_card(state)

    def sale_done(self, done: SaleDone) -> None:
        """The sale is paid."""
        self.customer.show_done(done)
        self._house.sounds.play("paid")
        self._start()
        self._house.count_calls()

    def say_bug(self) -> None:
        """Say that the program made a mistake; it is in the log."""
        self.checkout.failed(Damaged("till.bug"))

    # ---- keys and codes

    def act(self, action: Action) -> None:
        """Do what a key asks for; while money is taken, only what has to do with it."""
        acts = {
            Action.MEMBER: lambda: self.finder.open(face.FinderKind.MEMBER),
            Action.FIND: self.find_item,
            Action.REDEEM: self.open_redeem,
            Action.TOP_UP: self.open_top_up,
            Action.TOP_UP_BACK: self.open_top_up_back,
            Action.HOLD: self.checkout.hold_or_recall,
            Action.RECALL: self.open_held,
            Action.COUPONS: self.open_coupons,
            Action.DISCOUNT: self.change_price,
            Action.USE_CARD: self.checkout.use_card,
            Action.WHY: self.explain,
            Action.DRAWER: self.drawer.start,
            Action.REFUND: self.open_refund,
            Action.CASH_BACK: self._give_in_cash,
            Action.PAY: lambda: self.open_payment(""),
            Action.REMOVE_LINE: self.checkout.remove_selected,
            Action.VOID_SALE: self.checkout.cancel_sale,
            Action.UNDO: self.checkout.undo,
        }
        paying = self._window.payment
        if paying.is_done() and action is Action.PAY:
            self.next_customer()
        elif paying.is_open() and not paying.is_done():
            self._act_while_paying(action)
        elif action in WAYS and not paying.is_open():
            self._window.checkout.ask_way(WAYS[action])
        elif action in acts and not paying.is_open():
            acts[action]()

    def _act_while_paying(self, action: Action) -> None:
        paying = self._window.payment
        if action in WAYS:
            paying.ask_way(WAYS[action])
        elif action is Action.REDEEM:
            paying.ask_way(face.Way.POINTS)
        elif action is Action.UNDO:
            self.payment.take_back_last()
        elif action is Action.PAY and not self.payment.finish():
            paying.ask_next_way()

    def takes(self, code: str) -> bool:
        """Give a code to the sheet or the payment that waits for one; say whether there was one."""
        if not self._window.redeem.isHidden():
            self.redeem.take_scan(code)
        elif not self._window.top_up.isHidden() and isinstance(parse(code), PaymentCode):
            self.top_up.take_code(code)
        elif not self._window.refund.isHidden() and self._window.override.isHidden():
            self.refund.search(code)
        else:
            return self._window.payment.is_open() and self._pays(code)
        return True

    def _pays(self, code: str) -> bool:
        if self.payment.is_paying() and isinstance(parse(code), PaymentCode):
            self._window.payment.take_code(code)
        elif self.payment.takes_proof() and isinstance(parse(code), MemberCode | DynamicCode):
            self.payment.prove(code)
        else:
            return False
        return True

    def scan(self, code: str) -> None:
        """Take a code as part of the sale."""
        self._house.go(face.Section.SELL)
        self._window.checkout.take_scan(code)

    # ---- from the window

    def next_customer(self) -> None:
        self.leave_payment()
        self._start()

    def put_unattended_aside(self) -> None:
        """Put the open sale aside, unless it is being paid or something about it is being asked."""
        if not self._window.payment.is_open() and self._window.open_sheet() is None:
            self.checkout.hold_unattended()

    def leave_payment(self) -> None:
        self.payment.leave()
        self._window.payment.close()
        self.mirror()

    def mirror(self) -> None:
        """Show the customer the sale in hand, or nobody's where nobody is signed in."""
        state, programme = self.checkout.state, self.checkout.programme
        if self._house.signed_in is None or state is None or programme is None:
            self.customer.rest()
        else:
            self.customer.show_sale(state, programme, self._house.today())

    def open_attached_profile(self) -> None:
        """Show all that is known of whoever is served."""
        state = self.checkout.state
        if state is not None and state.member is not None:
            self._house.open_profile(state.member.member.member_id)

    def ask_customer(self, _child: object, agreed: frozenset[Purpose]) -> None:
        """Show the customer the consents as they stand in the sign-up sheet."""
        if not self._window.sign_up.isHidden():
            self.customer.show_joining(agreed)

    def sign_up_closed(self) -> None:
        """The sheet is gone: show the customer the sale again."""
        self.customer.leave_joining()
        self.focus_back()

    def _joined(self, card: MemberCard) -> None:
        self.attach(card.member.member_id)

    def attach(self, member_id: str) -> None:
        """Serve a member."""
        self._window.finder.dismiss()
        self._window.sign_up.dismiss()
        self._house.go(face.Section.SELL)
        self.checkout.attach(member_id)

    def _add_item(self, item_id: int) -> None:
        self._window.finder.dismiss()
        self.checkout.add_item(item_id)

    def _recalled(self, state: SaleState) -> None:
        self._window.hold.dismiss()
        self.checkout.show(state)

    def _not_recalled(self, error: PosError) -> None:
        self._window.hold.dismiss()
        self.checkout.failed(error)

    def quick_cash(self, given_minor: int) -> None:
        """One tap: cash was handed over and pays all of it; the screen of paying shows only if it does not.

        What is being scanned still is part of the sale.
        """
        seen, programme = self.checkout.state, self.checkout.programme
        if seen is None or programme is None or seen.basket.is_empty:
            return

        def pay(state: SaleState) -> None:
            if state.basket.sale_id == seen.basket.sale_id:
                self.payment.begin(state, programme, online=self._world.is_online())
                self.payment.pay_cash(given_minor)

        self._world.lanes.db.run(self._world.desks.checkout.state, pay, self.checkout.failed)

    def refuse_amount(self) -> None:
        """What was typed is no amount."""
        self._house.sounds.play("error")

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
        self._window.redeem.dismiss()

    def _gives_cash(self) -> bool:
        programme = self.checkout.programme
        return programme is not None and programme.refund_in_cash

    def _refunded(self, done: RefundDone) -> None:
        self._house.sounds.play("paid")
        self._start()
        self.checkout.tell(lambda: sale_words.refunded(done))

    def _start(self) -> None:
        """Show the sale in hand; what has to go back through the gateway goes on its way."""
        self.checkout.start()
        self._send_back()

    def _give_in_cash(self) -> None:
        if self.paying_back is not None:
            self.paying_back.give_in_cash()

    def act_on_notice(self, code: str) -> None:
        """Do what a notice's button offers."""
        if code == sale_words.CASH_BACK:
            self._give_in_cash()
        else:
            self.checkout.act_on_notice(code)

    def _say_of_pay_back(self, error: PosError) -> None:
        if error.code == "payback.refused":
            self.checkout.tell(lambda: sale_words.not_sent_back(error))
        else:
            self._house.say_failed(error)

    def _given_in_cash(self, payback: PayBack) -> None:
        self.checkout.tell(lambda: sale_words.given_in_cash(payback))

    def _send_back(self) -> None:
        if self.paying_back is not None:
            self.paying_back.go_on()

    def _drawer_opened(self, reason: str) -> None:
        self.checkout.tell(lambda: sale_words.drawer_opened(reason))

    def top_up_closed(self) -> None:
        """The sheet is gone: what was charged for nothing goes back."""
        self.top_up.close()
        self.focus_back()

    def redeem_closed(self) -> None:
        self.redeem.take_back()
        self.focus_back()

    def focus_back(self) -> None:
        """Give the focus back to what lies on top: a sheet that is open, the payment, else the screen in view."""
        sheet, is_locked = self._window.open_sheet(), self._house.signed_in is None
        if sheet is not None and (sheet is self._window.override or not is_locked):
            sheet.resume()
        elif self._window.payment.is_open() and not is_locked:
            self._window.payment.focus_home()
        else:
            self._window.shell.focus_home()

    def find_member(self) -> None:
        """Look for a member to know all about."""
        self.finder.open(face.FinderKind.PROFILE)

    # ---- for the house

    def retranslate(self) -> None:
        """Say again what was made of words."""
        self.checkout.retranslate()
        window = self._window
        if window.payment.is_open():
            self.payment.retranslate()
        presenters: dict[QWidget, Retold] = {
            window.redeem: self.redeem,
            window.coupons: self.coupons,
            window.hold: self.held,
            window.hand_price: self.hand_price,
            window.why: self.why,
            window.weigh: self.weighing,
            window.finder: self.finder,
            window.refund: self.refund,
        }
        for sheet, presenter in presenters.items():
            if not sheet.isHidden():
                presenter.retranslate()

    def _make_presenters(self) -> None:
        house, world, window = self._house, self._world, self._window
        desks, db, override = world.desks, world.lanes.db, house.override
        gate = RightsGate(desks.rights, world.ask_rights, world.is_online, world.lanes)
        sale = SaleDesks(
            desks.checkout, desks.receipts, desks.day.figures, world.is_online, gate, override, world.clock
        )
        self.checkout = CheckoutPresenter(window.checkout, sale, db, self)
        charging, charging_top_ups, self.paying_back = None, None, None
        if world.gateway is not None:
            line = world.lanes.pay or world.lanes.line
            charges = ChargeDesks(desks.charging, world.gateway, db, line, override)
            charging, charging_top_ups = Charging(charges), Charging(charges)
            db.run(desks.charging.start, drop_answer, house.say_failed)
            going = PayBackDesks(desks.paying_back, desks.charging, world.gateway, db, line, override)
            self.paying_back = PayingBack(going, self._say_of_pay_back, self._given_in_cash)
            self.paying_back.go_on()
        paying = PaymentDesks(desks.checkout, desks.value, gate, override, db, charging)
        self.payment = PaymentPresenter(window.payment, paying, self)
        points = RedeemDesks(
            desks.checkout,
            desks.value,
            desks.shelf,
            gate,
            override,
            db,
            world.is_online,
            world.clock.now_ms,
            self.sale_changed,
        )
        self.redeem = RedeemPresenter(window.redeem, points)
        choosing = CouponDesks(desks.checkout, gate, db, self.checkout.show, self.checkout.failed)
        self.coupons = CouponPresenter(window.coupons, choosing)
        recalled = Recalled(self._recalled, self.checkout.show, self._not_recalled)
        self.held = HeldPresenter(window.hold, desks.checkout, db, world.clock.now_ms, recalled)
        self.drawer = DrawerPresenter(window.drawer, desks.drawer, override, self._drawer_opened, self.checkout.failed)
        topping = TopUpDesks(desks.topups, desks.value, db, self.checkout.start, charging_top_ups, self._send_back)
        self.top_up = TopUpPresenter(window.top_up, topping)
        giving = TopUpBackDesks(desks.topup_refunds, gate, override, db, self._gives_cash, self._start)
        self.top_up_back = TopUpBackPresenter(window.top_up_back, giving)
        self.why = WhyPresenter(window.why)
        scales = WeighDesks(desks.checkout, desks.shelf.item, db, self.checkout.show, self.checkout.failed)
        self.weighing = WeighPresenter(window.weigh, scales)
        self.hand_price = HandPricePresenter(
            window.hand_price, desks.checkout, override, db, self.checkout.show, self.checkout.failed
        )
        found = FinderDesks(
            desks.members, desks.shelf, db, self.attach, house.open_profile, self._add_item, self.open_sign_up
        )
        self.finder = FinderPresenter(window.finder, found)
        back = RefundDesks(
            desks.refunds,
            override,
            world.lanes,
            world.ask_rights,
            world.look_up,
            world.is_online,
            self._gives_cash,
        )
        self.refund = RefundPresenter(window.refund, back, self._refunded, self._pay_with_goods)
        self.sign_up = SignUpPresenter(window.sign_up, desks.members, db, self._joined, self.attach)


class Retold(Protocol):
    """What says again what it made of words."""

    def retranslate(self) -> None: ...
