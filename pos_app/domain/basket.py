"""The open basket: what the cashier rang up and what the member chose to redeem, before any price is worked out."""

from dataclasses import dataclass, replace

from pos_app.domain.catalogue import Item
from pos_app.errors import Refused

MAX_QUANTITY = 999
MAX_LINES = 500
MAX_NOTE = 60  # characters
MAX_WEIGHT_G = 99_999
WHOLE_BP = 10_000
GRAMS_PER_KG = 1_000


@dataclass(frozen=True, slots=True)
class Reduction:
    """Money taken off by hand: ``bp`` basis points of the price or ``minor`` off the whole; exactly one is not zero.

    ``reason`` is what was tapped or typed; ``approved_by`` names who allowed more than the cashier's limit. An amount
    is never more than ``most_bp`` of the price: what was allowed for an order does not outlive the goods in it.
    """

    bp: int = 0
    minor: int = 0
    reason: str = ""
    approved_by: str = ""
    most_bp: int = WHOLE_BP

    def check(self, price_minor: int) -> "Reduction":
        """Return it, fit to be taken off ``price_minor``.

        Raises:
            Refused: ``reduction.amount`` when nothing or less is taken off, ``reduction.both`` for a share and an
                amount at once, ``reduction.above_price {most_minor}``, ``note.too_long {most}`` for the reason.
        """
        if self.bp and self.minor:
            raise Refused("reduction.both", bp=self.bp, minor=self.minor)
        if self.bp < 0 or self.minor < 0 or not self.bp + self.minor:
            raise Refused("reduction.amount", bp=self.bp, minor=self.minor)
        if self.bp > WHOLE_BP or self.minor > price_minor:
            raise Refused("reduction.above_price", most_minor=price_minor)
        return replace(self, reason=note_text(self.reason))

    def off(self, price_minor: int) -> int:
        """Return what it takes off ``price_minor``: a share is rounded half up, and never more than the price."""
        if self.minor:
            return min(self.minor, price_minor * self.most_bp // WHOLE_BP)
        return (price_minor * self.bp + WHOLE_BP // 2) // WHOLE_BP


@dataclass(frozen=True, slots=True)
class BasketLine:
    """One line. ``redeemed`` means that the whole line is taken with points (兑).

    ``asked_minor`` is the price of a piece (weighed: of the line) set by hand, for ``asked_reason`` and allowed by
    ``asked_approved_by``; a line has it or a ``reduction``, never both. Weighed goods have ``weight_g`` and a list
    price per kg; goods with a price on their in-store label have that price, ``label_minor``. Both are one piece.
    ``punch_card`` is the full card that gives this one piece for nothing, empty for none.
    """

    line_no: int
    item: Item
    quantity: int = 1
    redeemed: bool = False
    asked_minor: int | None = None
    asked_reason: str = ""
    asked_approved_by: str = ""
    reduction: Reduction | None = None
    note: str = ""
    weight_g: int = 0
    label_minor: int | None = None
    punch_card: str = ""

    @property
    def unit_list_minor(self) -> int:
        """Return the list price of a piece; of weighed goods that of the weight, rounded half up."""
        if self.label_minor is not None:
            return self.label_minor
        if self.weight_g:
            return (self.item.price_minor * self.weight_g + GRAMS_PER_KG // 2) // GRAMS_PER_KG
        return self.item.price_minor

    @property
    def list_minor(self) -> int:
        """Return the list price of the whole line."""
        return self.unit_list_minor * self.quantity

    @property
    def is_piece(self) -> bool:
        """Say whether it is one weighed or labelled piece, whose quantity is 1 for ever."""
        return self.weight_g > 0 or self.label_minor is not None

    @property
    def is_plain(self) -> bool:
        """Say whether further pieces of the item belong on this line."""
        return not (self.redeemed or self.is_piece or self.is_by_hand or self.punch_card)

    @property
    def is_set(self) -> bool:
        """Say whether its price stands, whatever members pay and campaigns give."""
        return self.asked_minor is not None or bool(self.punch_card)

    @property
    def is_by_hand(self) -> bool:
        """Say whether somebody changed its price by hand."""
        return self.by_hand is not None

    @property
    def by_hand(self) -> Reduction | None:
        """Return what was taken off by hand, and why; of a price set by hand what it is below the list price."""
        if self.asked_minor is None:
            return self.reduction
        off_minor = self.list_minor - self.asked_minor * self.quantity
        return Reduction(0, off_minor, self.asked_reason, self.asked_approved_by)


@dataclass(frozen=True, slots=True)
class Basket:
    """An open sale. ``sale_id`` is minted with the first line and names the sale for ever.

    ``points`` is what the member chose to spend against the basket, besides lines redeemed wholly. ``reduction`` is
    taken off the whole order by hand. ``coupon`` is the lot of the member's coupon, empty for none. ``note`` and the
    notes of lines go on the receipt if ``prints_notes``.
    """

    sale_id: str
    lines: tuple[BasketLine, ...] = ()
    member_id: str | None = None
    points: int = 0
    next_line_no: int = 1
    reduction: Reduction | None = None
    note: str = ""
    prints_notes: bool = False
    coupon: str = ""

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
        """Add ``quantity`` of an item: to its line if one is rung up plainly, else as a new line.

        Raises:
            Refused: ``basket.quantity`` outside 1..MAX_QUANTITY, ``basket.full`` past MAX_LINES; for goods that are
                sold by weight ``item.needs_weight {item, item_id}``, or ``basket.one_piece`` where several are meant.
        """
        _check_quantity(quantity)
        for line in self.lines:
            if line.item == item and line.is_plain:
                return self.with_quantity(line.line_no, line.quantity + quantity)
        return self.with_new_line(item, quantity)

    def with_piece(
        self, item: Item, *, weight_g: int = 0, label_minor: int | None = None, most_g: int = MAX_WEIGHT_G
    ) -> "Basket":
        """Add one weighed or labelled piece as a line of its own.

        Raises:
            Refused: ``basket.weight {weight_g, most_g}`` outside 1..``most_g`` without a price on the label,
                ``price.negative``, ``basket.full``.
        """
        if label_minor is not None and label_minor < 0:
            raise Refused("price.negative", price_minor=label_minor)
        if not (0 if label_minor is not None else 1) <= weight_g <= most_g:
            raise Refused("basket.weight", weight_g=weight_g, most_g=most_g)
        return self._appended(BasketLine(self.next_line_no, item, weight_g=weight_g, label_minor=label_minor))

    def with_new_line(self, item: Item, quantity: int = 1) -> "Basket":
        """Add an item as a line of its own; raises what ``with_item`` raises."""
        _check_quantity(quantity)
        if item.weighed and quantity != 1:
            raise Refused("basket.one_piece", item=item.name)
        if item.weighed:
            raise Refused("item.needs_weight", item=item.name, item_id=item.item_id)
        return self._appended(BasketLine(self.next_line_no, item, quantity))

    def with_quantity(self, line_no: int, quantity: int) -> "Basket":
        """Set the quantity of a line.

        Raises:
            Refused: ``basket.quantity``, ``basket.no_line``, ``basket.one_piece`` for a weighed or labelled piece,
                ``basket.by_hand`` while the line's price is one set or lowered by hand: that was allowed for as many
                pieces as there were, ``punch.one_piece`` for what a punch card gives.
        """
        _check_quantity(quantity)
        line = self.line(line_no)
        if line.punch_card and quantity != 1:
            raise Refused("punch.one_piece", item=line.item.name)
        if line.is_piece and quantity != 1:
            raise Refused("basket.one_piece", item=line.item.name)
        if line.is_by_hand and quantity != line.quantity:
            raise Refused("basket.by_hand", item=line.item.name)
        return self._with_line(replace(line, quantity=quantity))

    def with_price(self, line_no: int, asked_minor: int | None, reason: str = "", approved_by: str = "") -> "Basket":
        """Set the price of a piece by hand in place of any reduction, or with None go back to the published one.

        Raises:
            Refused: ``basket.no_line``, ``price.negative``, ``price.above_list {most_minor}``, ``note.too_long``,
                ``punch.is_free`` for what a punch card gives.
        """
        line = self._paid_line(line_no)
        if asked_minor is not None and asked_minor < 0:
            raise Refused("price.negative", price_minor=asked_minor)
        if asked_minor is not None and asked_minor > line.unit_list_minor:
            raise Refused("price.above_list", price_minor=asked_minor, most_minor=line.unit_list_minor)
        reason = note_text(reason)
        changed = replace(line, asked_minor=asked_minor, asked_reason=reason, asked_approved_by=approved_by)
        return self._with_line(replace(changed, reduction=None))

    def with_line_reduction(self, line_no: int, reduction: Reduction | None) -> "Basket":
        """Lower a line by hand in place of any price set by hand, or with None no more.

        Raises Refused ``basket.no_line`` and what ``Reduction.check`` raises.
        """
        line = self.with_price(line_no, None).line(line_no)
        if reduction is not None:
            reduction = reduction.check(line.list_minor)
        return self._with_line(replace(line, reduction=reduction))

    def with_reduction(self, reduction: Reduction | None) -> "Basket":
        """Lower the whole order by hand, or with None no more; raises what ``Reduction.check`` raises."""
        if reduction is not None:
            reduction = reduction.check(sum(line.list_minor for line in self.lines))
        return replace(self, reduction=reduction)

    def with_line_note(self, line_no: int, note: str) -> "Basket":
        """Write a note beside a line, empty for none; raises Refused ``basket.no_line``, ``note.too_long {most}``."""
        return self._with_line(replace(self.line(line_no), note=note_text(note)))

    def with_note(self, note: str, *, prints_notes: bool) -> "Basket":
        """Write a note on the order, and say whether notes go on the receipt; raises Refused ``note.too_long``."""
        return replace(self, note=note_text(note), prints_notes=prints_notes)

    def with_item_as(self, line_no: int, item: Item) -> "Basket":
        """Have a line follow what is published of its item now; what no longer fits it is dropped.

        A price set by hand goes where it is above the list price by now; taking the line with points, where the item
        can no longer be redeemed.
        """
        line = replace(self.line(line_no), item=item)
        if line.asked_minor is not None and line.asked_minor > line.unit_list_minor:
            line = replace(line, asked_minor=None, asked_reason="", asked_approved_by="")
        return self._with_line(replace(line, redeemed=line.redeemed and item.redeemable))

    def with_redeemed(self, line_no: int, *, redeemed: bool) -> "Basket":
        """Take a line wholly with points, or with money again.

        Raises Refused ``redeem.not_redeemable``, ``punch.is_free``.
        """
        line = self._paid_line(line_no)
        if redeemed and not line.item.redeemable:
            raise Refused("redeem.not_redeemable", item=line.item.name)
        return self._with_line(replace(line, redeemed=redeemed))

    def with_reward(self, line_no: int, card_id: str) -> "Basket":
        """Let a full punch card give one piece of a line, which becomes a line of its own; empty: pay for it again.

        Raises Refused ``basket.no_line``, ``punch.other_price {item}`` where points or a hand changed the price.
        """
        line = self.line(line_no)
        if line.redeemed or line.is_by_hand:
            raise Refused("punch.other_price", item=line.item.name)
        if not card_id or line.quantity == 1:
            return self._with_line(replace(line, punch_card=card_id))
        free = replace(line, line_no=self.next_line_no, quantity=1, punch_card=card_id, note="")
        lines = self._with_line(replace(line, quantity=line.quantity - 1))
        return Basket._appended(lines, free)

    def without_line(self, line_no: int) -> "Basket":
        """Drop a line; raises Refused ``basket.no_line``."""
        gone = self.line(line_no)
        return replace(self, lines=tuple(line for line in self.lines if line is not gone))

    def with_member(self, member_id: str | None) -> "Basket":
        """Attach a member, or none; what somebody else chose of points, coupons and cards is dropped."""
        if member_id == self.member_id:
            return self
        lines = tuple(replace(line, redeemed=False, punch_card="") for line in self.lines)
        return replace(self, member_id=member_id, points=0, lines=lines, coupon="")

    def with_coupon(self, lot: str) -> "Basket":
        """Use a coupon, in place of any other; empty for none."""
        return replace(self, coupon=lot)

    def with_points(self, points: int) -> "Basket":
        """Choose how many points to spend against the basket; the rules check it when priced."""
        assert points >= 0, points
        return replace(self, points=points)

    def _paid_line(self, line_no: int) -> BasketLine:
        """Return a line that no punch card gives; raises Refused ``basket.no_line``, ``punch.is_free {item}``."""
        line = self.line(line_no)
        if line.punch_card:
            raise Refused("punch.is_free", item=line.item.name)
        return line

    def _appended(self, line: BasketLine) -> "Basket":
        if len(self.lines) >= MAX_LINES:
            raise Refused("basket.full", most=MAX_LINES)
        return replace(self, lines=(*self.lines, line), next_line_no=line.line_no + 1)

    def _with_line(self, changed: BasketLine) -> "Basket":
        lines = tuple(changed if line.line_no == changed.line_no else line for line in self.lines)
        return replace(self, lines=lines)


def note_text(text: str) -> str:
    """Return a note or reason in one line; raises Refused ``note.too_long {most}``."""
    plain = " ".join(text.split())
    if len(plain) > MAX_NOTE:
        raise Refused("note.too_long", most=MAX_NOTE)
    return plain


def _check_quantity(quantity: int) -> None:
    if not 1 <= quantity <= MAX_QUANTITY:
        raise Refused("basket.quantity", quantity=quantity, most=MAX_QUANTITY)
