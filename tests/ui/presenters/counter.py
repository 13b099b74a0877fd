"""Everything behind one sale screen without Qt: real services, presenters, and views that remember what they showed."""

from typing import Any

from pos_app.devices.payments.simulated import SimulatedGateway
from pos_app.domain.catalogue import Item
from pos_app.domain.ledger import Asset
from pos_app.errors import PosError
from pos_app.services.catalogue import Shelf
from pos_app.services.charging import ChargeDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.member_models import MemberRow
from pos_app.services.members import MemberDesk
from pos_app.services.receipts import ReceiptDesk
from pos_app.services.rights import Rights
from pos_app.services.sale_models import SaleDone, SaleState
from pos_app.services.staff import SignIn
from pos_app.services.stored_value import ValueDesk
from pos_app.ui.presenters.charging import ChargeDesks, Charging
from pos_app.ui.presenters.checkout import CheckoutPresenter, SaleDesks
from pos_app.ui.presenters.finder import FinderDesks, FinderPresenter
from pos_app.ui.presenters.held import HeldPresenter, Recalled
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.presenters.payment import PaymentDesks, PaymentPresenter
from pos_app.ui.presenters.redeem import RedeemDesks, RedeemPresenter
from pos_app.ui.presenters.rights_gate import Lanes, RightsGate
from pos_app.ui.presenters.view_models import PaymentFace, Way
from pos_app.ui.presenters.weigh import WeighDesks, WeighPresenter
from tests.fakes import FakePins
from tests.till_kit import Till, grant
from tests.ui.stand_ins import AtOnce, Later, Told


class View(Told):
    """A sale screen that remembers; a notice stays in view once shown."""

    def flash(self, *, good: bool) -> None:
        self.said.append(("flash", good))

    def has_notice(self) -> bool:
        return self.last("show_notice") is not None

    @property
    def notice(self) -> str:
        shown = self.last("show_notice")
        return f"{shown[0].text}\n{shown[0].detail}" if shown else ""


class Office:
    """Head office's answer to asking for points: grants them, or raises."""

    def __init__(self, till: Till) -> None:
        self._till = till
        self.refuses: PosError | None = None
        self.asked: list[tuple[str, int]] = []

    def ask(self, member_id: str, amount: int, request_no: int, *, asset: Asset = Asset.POINTS, lot: str = "") -> int:
        self.asked.append((member_id, amount))
        if self.refuses is not None:
            raise self.refuses
        self._till.grant(grant(100 + request_no, _Holder(member_id), amount, asset=asset, lot=lot))
        return amount


class _Holder:
    def __init__(self, member_id: str) -> None:
        self.member_id = member_id


class Counter:
    """One counter. ``went`` lists where the sale screen sent people, ``sounds`` what was played, ``begun`` counts how
    often a finished sale was to be put away."""

    def __init__(self, till: Till, lane: AtOnce | Later | None = None, gateway: SimulatedGateway | None = None) -> None:
        self.till = till
        self.lane = lane or AtOnce()
        self.checkout = Checkout(till.session, FakePins())
        self.value = ValueDesk(till.session, FakePins())
        self.shelf, self.members = Shelf(till.session), MemberDesk(till.session, FakePins())
        self.receipts, self.day = ReceiptDesk(till.session, FakePins()), DayDesk(till.session, FakePins())
        self.office = Office(till)
        online = till.link.is_online
        self.gate = RightsGate(Rights(till.session), self.office.ask, online, Lanes(self.lane, self.lane))
        self.went: list[tuple[Any, ...]] = []
        self.begun = 0
        self.sounds: list[str] = []
        self.done: list[SaleDone] = []
        self.owed: list[tuple[int, Way]] = []
        self.changed: list[SaleState] = []
        self.counted: list[SaleState] = []
        self.failures: list[PosError] = []
        self.sale, self.payment_view, self.redeem_view = View(), View(), View()
        self.held_view, self.finder_view = View(), View()
        self.override_view = View()
        people = SignIn(till.session, FakePins()).approvers
        self.override = OverridePresenter(self.override_view, people, self.lane, till.clock.mono_ms)
        desks = SaleDesks(self.checkout, self.receipts, self.day.figures, online, self.gate, self.override, till.clock)
        self.presenter = CheckoutPresenter(self.sale, desks, self.lane, self)
        charging = None
        if gateway is not None:
            desk = ChargeDesk(till.session, FakePins())
            charging = Charging(ChargeDesks(desk, gateway, self.lane, self.lane, self.override))
        paying = PaymentDesks(self.checkout, self.value, self.gate, self.override, self.lane, charging)
        self.payment = PaymentPresenter(self.payment_view, paying, self)
        now_ms = till.clock.now_ms
        points = RedeemDesks(
            self.checkout,
            self.value,
            self.shelf,
            self.gate,
            self.override,
            self.lane,
            online,
            now_ms,
            self.sale_changed,
        )
        self.redeem = RedeemPresenter(self.redeem_view, points)
        recalled = Recalled(self.sale_changed, self.counted.append, self.failures.append)
        self.held = HeldPresenter(self.held_view, self.checkout, self.lane, till.clock.now_ms, recalled)
        self.weigh_view = View()
        scales = WeighDesks(self.checkout, self.shelf.item, self.lane, self.sale_changed, self.failures.append)
        self.weighing = WeighPresenter(self.weigh_view, scales)
        self.finder = FinderPresenter(
            self.finder_view,
            FinderDesks(
                self.members,
                self.shelf,
                self.lane,
                lambda member: self.went.append(("attach", member)),
                lambda member: self.went.append(("look", member)),
                lambda item: self.went.append(("add_item", item)),
                lambda phone: self.went.append(("sign_up", phone)),
            ),
        )
        self.presenter.start()

    @property
    def programme(self) -> Any:
        return self.checkout.programme()

    def open_payment_now(self, way: Way = Way.CASH) -> Any:
        """Begin to pay what is rung up; returns what the screen shows."""
        self.payment.open(self.checkout.state(), self.programme, way, online=self.till.link.online)
        return self.paying

    @property
    def paying(self) -> Any:
        (shown,) = self.payment_view.last("show_payment")
        return shown

    @property
    def paid(self) -> Any:
        (shown,) = self.payment_view.last("show_done")
        return shown

    @property
    def redeeming(self) -> Any:
        (shown,) = self.redeem_view.last("show_redeem")
        return shown

    # ---- Elsewhere and AfterPayment

    def pay_by_code(self, code: str) -> None:
        self.went.append(("pay_by_code", code))

    def open_payment(self, way: str) -> None:
        self.went.append(("payment", way))

    def open_redeem(self) -> None:
        self.went.append(("redeem",))

    def open_held(self) -> None:
        self.went.append(("held",))

    def explain(self) -> None:
        self.went.append(("explain",))

    def weigh(self, item_id: int) -> None:
        self.weighing.open(item_id)

    def change_price(self) -> None:
        self.went.append(("change_price",))

    def open_refund(self, receipt_no: str) -> None:
        self.went.append(("refund", receipt_no))

    def open_sign_up(self, phone: str) -> None:
        self.went.append(("sign_up", phone))

    def open_call(self, call: str) -> None:
        self.went.append(("call", call))

    def choose_member(self, rows: tuple[MemberRow, ...]) -> None:
        self.went.append(("members", len(rows)))

    def choose_item(self, items: tuple[Item, ...]) -> None:
        self.went.append(("items", len(items)))

    def find_item(self) -> None:
        self.went.append(("find_item",))

    def begin_next(self) -> None:
        self.begun += 1

    def sound(self, name: str) -> None:
        self.sounds.append(name)

    def sale_shown(self, state: SaleState) -> None:
        self.went.append(("receipt_no", state.next_receipt_no))

    def sale_changed(self, state: SaleState) -> None:
        self.changed.append(state)

    def payment_shown(self, payment: PaymentFace, way: Way) -> None:
        self.owed.append((payment.owed_minor, way))

    def member_card(self, state):
        return self.presenter.member_card(state)

    def sale_done(self, done: SaleDone) -> None:
        self.done.append(done)
