"""The open basket: what the cashier rang up and what the member chose to redeem, before any price is worked out."""

from dataclasses import dataclass, replace

from pos_app.domain.catalogue import Item
from pos_app.errors import Refused

MAX_QUANTITY = 999
MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line. ``redeemed`` means that the whole line is taken with points (兑)."""

    line_no: int
    item: Item
    quantity: int = 1
    redeemed: bool = False


@dataclass(frozen=True, slots=True)
class Basket:
    """An open sale. ``sale_id`` is minted with the first line and names the sale for ever.

    ``points`` is what the member chose to spend against the basket, besides lines redeemed wholly.
    """

    sale_id: str
    lines: tuple[BasketLine, ...] = ()
    member_id: str | None = None
    points: int = 0
    next_line_no: int = 1

    @property
    def is_empty(self) -> bool:
        """Say whether nothing is rung up; a member may still be attached."""
        return not self.lines

    def line(self, line_no: int) -> BasketLine:
        """Return the line; raises Refused ``basket.no_line``."""
        for line in self.lines:
            if line.line_no == line_no:
                return line
        raise Refused("basket.no_line", line_no=line_no)

    def with_item(self, item: Item, quantity: int = 1) -> "Basket":
        """Add ``quantity`` of an item: to its line if one is rung up unredeemed, else as a new line.

        Raises:
            Refused: ``basket.quantity`` outside 1..MAX_QUANTITY, ``basket.full`` past MAX_LINES.
        """
        for line in self.lines:
            if line.item.item_id == item.item_id and not line.redeemed:
                return self.with_quantity(line.line_no, line.quantity + quantity)
        _check_quantity(quantity)
        if len(self.lines) >= MAX_LINES:
            raise Refused("basket.full", most=MAX_LINES)
        line = BasketLine(self.next_line_no, item, quantity)
        return replace(self, lines=(*self.lines, line), next_line_no=self.next_line_no + 1)

    def with_quantity(self, line_no: int, quantity: int) -> "Basket":
        """Set the quantity of a line; raises Refused ``basket.quantity`` or ``basket.no_line``."""
        _check_quantity(quantity)
        return self._with_line(replace(self.line(line_no), quantity=quantity))

    def with_redeemed(self, line_no: int, *, redeemed: bool) -> "Basket":
        """Take a line wholly with points, or with money again; raises Refused ``redeem.not_redeemable``."""
        line = self.line(line_no)
        if redeemed and not line.item.redeemable:
            raise Refused("redeem.not_redeemable", item=line.item.name)
        return self._with_line(replace(line, redeemed=redeemed))

    def without_line(self, line_no: int) -> "Basket":
        """Drop a line; raises Refused ``basket.no_line``."""
        gone = self.line(line_no)
        return replace(self, lines=tuple(line for line in self.lines if line is not gone))

    def with_member(self, member_id: str | None) -> "Basket":
        """Attach a member, or none; points chosen by somebody else are dropped."""
        if member_id == self.member_id:
            return self
        lines = tuple(replace(line, redeemed=False) for line in self.lines)
        return replace(self, member_id=member_id, points=0, lines=lines)

    def with_points(self, points: int) -> "Basket":
        """Choose how many points to spend against the basket; the rules check it when priced."""
        assert points >= 0, points
        return replace(self, points=points)

    def _with_line(self, changed: BasketLine) -> "Basket":
        lines = tuple(changed if line.line_no == changed.line_no else line for line in self.lines)
        return replace(self, lines=lines)


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Refused("basket.quantity", quantity=quantity, most=MAX_QUANTITY)
