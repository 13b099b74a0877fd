"""The sale in hand: ring up, attach a member, redeem, hold, recall, pay."""

from pos_app.domain.payment import TenderAsked
from pos_app.domain.programme import Programme
from pos_app.domain.till import HeldSale
from pos_app.services.sale_models import SaleDone, SaleState, ScanResult
from pos_app.services.till import TillSession


class Checkout:
    """One open basket. Every change is durable when the method returns; a crash brings the basket back.

    Every changing method returns the new state. All raise Refused ``staff.nobody``, ``day.not_open``.
    """

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def state(self) -> SaleState:
        """Return the sale in hand."""
        raise NotImplementedError

    def programme(self) -> Programme:
        """Return the rules in force on the open business date."""
        raise NotImplementedError

    def scan(self, text: str, quantity: int = 1) -> ScanResult:
        """Act on the scan line's text, whatever it is; ``quantity`` counts for an item only, as one change.

        Raises:
            Refused: ``scan.unknown_item {code}``, ``scan.unknown_member {code}``, ``scan.unknown_slip``,
                ``scan.damaged {reason}``, ``member_code.expired``, ``member_code.revoked``, ``member_code.used``,
                ``basket.quantity``, ``basket.full``, ``hold.gone``, ``hold.basket_open``.
        """
        raise NotImplementedError

    def add_item(self, item_id: int, quantity: int = 1) -> SaleState:
        """Ring up an item; raises Refused ``item.unknown``, ``basket.quantity``, ``basket.full``."""
        raise NotImplementedError

    def set_quantity(self, line_no: int, quantity: int) -> SaleState:
        """Set a line's quantity; 0 removes the line."""
        raise NotImplementedError

    def remove_line(self, line_no: int) -> SaleState:
        """Take a line out."""
        raise NotImplementedError

    def undo(self) -> SaleState:
        """Take the last change back; raises Refused ``undo.nothing``."""
        raise NotImplementedError

    def attach(self, member_id: str) -> SaleState:
        """Attach a member picked from a list; raises Refused ``member.unknown``."""
        raise NotImplementedError

    def detach(self) -> SaleState:
        """Detach the member; what they redeemed is taken back."""
        raise NotImplementedError

    def prove(self, text: str) -> SaleState:
        """Take the attached member's card, dynamic code or last four digits as proof for a large redemption.

        Raises Refused ``member.not_this_one``, ``member_code.*``, ``redeem.needs_member``.
        """
        raise NotImplementedError

    def vouch(self, staff_id: str, pin: str) -> SaleState:
        """Let a manager vouch for clock and member; raises Refused ``pin.*``, ``staff.may_not``."""
        raise NotImplementedError

    def redeem_line(self, line_no: int, *, redeemed: bool) -> SaleState:
        """Take a line wholly with points (兑), or with money again.

        Raises Refused ``redeem.not_redeemable``, ``redeem.needs_member``, ``redeem.verify {from_points}``,
        ``clock.behind``, ``redeem.offline_cap {cap, wanted}``,
        ``points.short_here {usable, wanted, total, elsewhere}``.
        """
        raise NotImplementedError

    def redeem_item(self, item_id: int) -> SaleState:
        """Add one of an item as a line redeemed wholly; refuses like ``redeem_line``."""
        raise NotImplementedError

    def redeem_points(self, points: int) -> SaleState:
        """Choose the points spent against the basket, 0 for none.

        Raises what ``redeem_line`` raises, and Refused ``redeem.below_min``, ``redeem.step``, ``redeem.over_share``.
        """
        raise NotImplementedError

    def cancel(self) -> SaleState:
        """Cancel the whole sale; a void is said for the audit if something was rung up."""
        raise NotImplementedError

    def hold(self, note: str = "") -> SaleState:
        """Put the sale aside; raises Refused ``hold.empty``, ``hold.full``."""
        raise NotImplementedError

    def held(self) -> tuple[HeldSale, ...]:
        """Return the sales put aside, oldest first."""
        raise NotImplementedError

    def recall(self, hold_id: int) -> SaleState:
        """Take a sale back; raises Refused ``hold.gone``, ``hold.basket_open``."""
        raise NotImplementedError

    def pay(self, tenders: tuple[TenderAsked, ...], sale_id: str | None = None) -> SaleDone:
        """Take the money: one transaction, then the receipt waits in the print queue.

        Args:
            tenders: in the order they were entered; their sum covers what is due exactly.
            sale_id: the sale meant; paying it a second time returns the first ``SaleDone``. None is the open one.

        Raises:
            Refused: ``sale.empty``, ``sale.not_open``, ``tender.too_much``, ``tender.needs_reference``,
                ``tender.short {owed_minor}``, ``points.short_here``, ``clock.behind``, ``redeem.*``.
            Unavailable: ``store.full``, ``store.write``; the basket stays as it was.
        """
        raise NotImplementedError
