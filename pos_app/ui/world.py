"""What the window is given from outside: use cases, lanes, the bridge, and a few verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from pos_app.domain.returnable import Returnable
from pos_app.domain.statement import Statement
from pos_app.domain.till import Identity
from pos_app.services.audit import AuditDesk
from pos_app.services.calls import CallDesk
from pos_app.services.cash import CashDesk
from pos_app.services.catalogue import Shelf
from pos_app.services.charging import ChargeDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.day_papers import DayPaperDesk
from pos_app.services.drawer import DrawerDesk
from pos_app.services.members import MemberDesk
from pos_app.services.paying_back import PayBackDesk
from pos_app.services.ports import PaymentGateway
from pos_app.services.profile import ProfileDesk
from pos_app.services.receipts import ReceiptDesk
from pos_app.services.refunds import RefundDesk
from pos_app.services.rights import Rights
from pos_app.services.staff import SignIn
from pos_app.services.stored_value import ValueDesk
from pos_app.services.sync_state import Unsent
from pos_app.services.topping_up import TopUpDesk
from pos_app.services.topup_refunds import TopUpRefundDesk
from pos_app.services.training import TrainingDesk
from pos_app.ui.bridge import Bridge
from pos_app.ui.presenters.rights_gate import Ask, Lanes
from pos_app.ui.scan_filter import WedgeDecoder
from pos_app.ui.second_screen import Placement


class Desks(Protocol):
    """The use cases by name; they run on the database lane."""

    @property
    def sign_in(self) -> SignIn: ...
    @property
    def day(self) -> DayDesk: ...
    @property
    def day_papers(self) -> DayPaperDesk: ...
    @property
    def cash(self) -> CashDesk: ...
    @property
    def charging(self) -> ChargeDesk: ...
    @property
    def checkout(self) -> Checkout: ...
    @property
    def receipts(self) -> ReceiptDesk: ...
    @property
    def drawer(self) -> DrawerDesk: ...
    @property
    def members(self) -> MemberDesk: ...
    @property
    def profiles(self) -> ProfileDesk: ...
    @property
    def shelf(self) -> Shelf: ...
    @property
    def calls(self) -> CallDesk: ...
    @property
    def rights(self) -> Rights: ...
    @property
    def value(self) -> ValueDesk: ...
    @property
    def refunds(self) -> RefundDesk: ...
    @property
    def topups(self) -> TopUpDesk: ...
    @property
    def topup_refunds(self) -> TopUpRefundDesk: ...
    @property
    def paying_back(self) -> PayBackDesk: ...
    @property
    def unsent(self) -> Unsent: ...
    @property
    def audit(self) -> AuditDesk: ...
    @property
    def training(self) -> TrainingDesk: ...


class Clock(Protocol):
    """The only way to the time."""

    def now_ms(self) -> int:
        """Return UTC milliseconds."""
        ...

    def mono_ms(self) -> int:
        """Return milliseconds that never run backwards."""
        ...


@dataclass(frozen=True, slots=True)
class UiWorld:
    """Everything the window needs and does not make. ``gateway`` is used on ``lanes.pay``, None for none.

    ``keep_copy`` copies the database and runs on ``lanes.db``.
    ``ask_rights``, ``look_up`` (a receipt's number) and ``statement`` (a member's id) run on ``lanes.line``.
    ``set_camera`` turns the camera on or off; ``keep_language`` remembers the choice for the next start;
    ``customer_screen`` says where the customer's screen goes. ``switch_training`` ends this till and opens the
    training till, or the real one where ``is_training``.
    ``keep_file`` (name, text) writes a table where people find it and returns where; it raises Unavailable
    ``file.write``. ``idle_lock_s``: the till locks when nobody has touched it for so many seconds, 0 for never;
    ``auto_hold_s``: an open sale is put aside then.
    ``key_time_s`` says when a key event was pressed, None for the window system's own time stamps.
    """

    desks: Desks
    lanes: Lanes
    bridge: Bridge
    decoder: WedgeDecoder
    clock: Clock
    identity: Identity
    version: str
    is_online: Callable[[], bool]
    ask_rights: Ask
    look_up: Callable[[str], Returnable]
    statement: Callable[[str], Statement]
    sync_now: Callable[[], None]
    keep_copy: Callable[[], None]
    set_camera: Callable[[bool], None]
    keep_language: Callable[[str], None]
    keep_file: Callable[[str, str], str]
    switch_training: Callable[[], None]
    is_training: bool = False
    customer_screen: Placement = Placement.AUTO
    idle_lock_s: int = 0
    auto_hold_s: int = 0
    gateway: PaymentGateway | None = None
    key_time_s: Callable[[object], float] | None = None
