"""Changes of the basket in hand, each with what undoing it would take back."""

from collections.abc import Callable
from dataclasses import replace

from pos_app.domain.catalogue import Item
from pos_app.domain.members import Member
from pos_app.domain.till import OpenSale, Undo
from pos_app.errors import Refused
from pos_app.services.scanning import Found


def item_added(sale: OpenSale, item: Item, quantity: int) -> tuple[OpenSale, Undo]:
    """Ring up an item."""
    basket = sale.basket.with_item(item, quantity)
    return replace(sale, basket=basket), Undo("item_added", item.name, quantity)


def piece_added(sale: OpenSale, found: Found, quantity: int) -> tuple[OpenSale, Undo]:
    """Ring up a weighed or labelled piece as a line of its own; raises Refused ``basket.one_piece`` for more."""
    assert found.item is not None
    if quantity != 1:
        raise Refused("basket.one_piece", item=found.item.name)
    basket = sale.basket.with_piece(found.item, weight_g=found.weight_g, label_minor=found.label_minor)
    return replace(sale, basket=basket), Undo("item_added", found.item.name, 1)


def item_weighed(sale: OpenSale, item: Item, weight_g: int, most_g: int) -> tuple[OpenSale, Undo]:
    """Ring up an item whose weight was typed, at most ``most_g``; raises Refused ``item.not_weighed {item}``."""
    if not item.weighed:
        raise Refused("item.not_weighed", item=item.name)
    basket = sale.basket.with_piece(item, weight_g=weight_g, most_g=most_g)
    return replace(sale, basket=basket), Undo("item_added", item.name, 1)


def line_noted(sale: OpenSale, line_no: int, note: str) -> tuple[OpenSale, Undo]:
    """Write a note beside a line, empty for none."""
    basket = sale.basket.with_line_note(line_no, note)
    return replace(sale, basket=basket), Undo("noted", basket.line(line_no).item.name)


def order_noted(sale: OpenSale, note: str, *, prints_notes: bool) -> tuple[OpenSale, Undo]:
    """Write a note on the order, and say whether notes are printed."""
    return replace(sale, basket=sale.basket.with_note(note, prints_notes=prints_notes)), Undo("noted")


def refreshed(sale: OpenSale, published: Callable[[int], Item | None]) -> tuple[OpenSale, tuple[str, ...]]:
    """Return a sale that was put aside with its items as they are published now, and the names of what changed.

    What is not published any more stays as it was rung up: the goods are on the counter.
    """
    changed: list[str] = []
    basket = sale.basket
    for line in basket.lines:
        item = published(line.item.item_id)
        if item is not None and item != line.item:
            basket = basket.with_item_as(line.line_no, item)
            if (basket.line(line.line_no).list_minor, item.on_top_bp) != (line.list_minor, line.item.on_top_bp):
                changed.append(item.name)
    return replace(sale, basket=basket), tuple(changed)


def quantity_set(sale: OpenSale, line_no: int, quantity: int) -> tuple[OpenSale, Undo]:
    """Set a line's quantity; 0 removes the line."""
    line = sale.basket.line(line_no)
    if quantity == 0:
        return line_removed(sale, line_no)
    basket = sale.basket.with_quantity(line_no, quantity)
    return replace(sale, basket=basket), Undo("quantity_set", line.item.name, quantity)


def line_removed(sale: OpenSale, line_no: int) -> tuple[OpenSale, Undo]:
    """Take a line out."""
    line = sale.basket.line(line_no)
    return replace(sale, basket=sale.basket.without_line(line_no)), Undo("item_removed", line.item.name, line.quantity)


def member_attached(sale: OpenSale, member: Member, proof: str) -> tuple[OpenSale, Undo]:
    """Attach a member; the same member again keeps what they chose."""
    if sale.basket.member_id == member.member_id:
        return replace(sale, proof=proof), Undo("member_attached", member.name)
    return OpenSale(sale.basket.with_member(member.member_id), proof), Undo("member_attached", member.name)


def member_detached(sale: OpenSale, name: str) -> tuple[OpenSale, Undo]:
    """Detach the member; what they redeemed is taken back."""
    return OpenSale(sale.basket.with_member(None)), Undo("member_detached", name)


def line_redeemed(sale: OpenSale, line_no: int, *, redeemed: bool) -> tuple[OpenSale, Undo]:
    """Take a line wholly with points, or with money again."""
    line = sale.basket.line(line_no)
    basket = sale.basket.with_redeemed(line_no, redeemed=redeemed)
    code = "line_redeemed" if redeemed else "line_unredeemed"
    return replace(sale, basket=basket), Undo(code, line.item.name, line.quantity)


def item_redeemed(sale: OpenSale, item: Item) -> tuple[OpenSale, Undo]:
    """Add one of an item as a line redeemed wholly; the same item paid with money keeps its own line."""
    basket = sale.basket
    same = (line for line in basket.lines if line.item.item_id == item.item_id and line.redeemed)
    taken = next((line for line in same if replace(line, redeemed=False).is_plain), None)
    if taken is not None:
        basket = basket.with_quantity(taken.line_no, taken.quantity + 1)
    else:
        basket = basket.with_new_line(item).with_redeemed(basket.next_line_no, redeemed=True)
    return replace(sale, basket=basket), Undo("line_redeemed", item.name, 1)


def item_part_redeemed(sale: OpenSale, item: Item, points: int) -> tuple[OpenSale, Undo]:
    """Ring up one of an item and spend so many points more against the basket."""
    basket = sale.basket.with_item(item)
    return replace(sale, basket=basket.with_points(basket.points + points)), Undo("points_chosen", item.name, points)


def coupon_used(sale: OpenSale, lot: str) -> tuple[OpenSale, Undo]:
    """Use a coupon of the member."""
    return replace(sale, basket=sale.basket.with_coupon(lot)), Undo("coupon_used")


def reward_taken(sale: OpenSale, line_no: int, card_id: str) -> tuple[OpenSale, Undo]:
    """Let a full punch card give a piece of a line, or with no card let it be paid again."""
    name = sale.basket.line(line_no).item.name
    code = "reward_taken" if card_id else "reward_dropped"
    return replace(sale, basket=sale.basket.with_reward(line_no, card_id)), Undo(code, name)


def points_chosen(sale: OpenSale, points: int) -> tuple[OpenSale, Undo]:
    """Choose the points spent against the basket."""
    return replace(sale, basket=sale.basket.with_points(points)), Undo("points_chosen", "", points)
