"""Punch cards at the till: what a sale stamps, and the piece that a full card gives."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from pos_app.domain.basket import Basket, BasketLine
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import RefundedLine, Sale, SaleLine
from pos_app.domain.explaining import RuleName
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.pricing import PricedBasket
from pos_app.domain.programme import Programme
from pos_app.domain.punch_cards import (
    RULE,
    CardMoved,
    Piece,
    PunchCard,
    Stamps,
    card_of,
    in_all,
    last_days,
    lot_of,
    on_card,
    stamped,
    take,
    without,
)
from pos_app.domain.refunds import spent_back
from pos_app.domain.till import OpenSale
from pos_app.errors import Refused
from pos_app.i18n import language
from pos_app.services.balances import CardStanding, punch_cards, require
from pos_app.services.ports import Unit
from pos_app.services.redeeming import check_moment
from pos_app.services.till import TillSession

Sold: TypeAlias = tuple[SaleLine, ...]
FIRST_STAMP = 2  # a sale's grant of points is its first


def on_offer(basket: Basket, cards: Sequence[CardStanding]) -> tuple[int, PunchCard] | None:
    """Return the line of which a full card can give a piece, the dearest, and the card; None where none can."""
    used = {line.punch_card for line in basket.lines}
    for each in cards:
        fits = [line for line in basket.lines if _fits(each.card, line)]
        if each.is_full and each.card.card_id not in used and fits:
            return max(fits, key=lambda line: line.unit_list_minor).line_no, each.card
    return None


def next_reward(session: TillSession, unit: Unit, sale: OpenSale) -> tuple[int, str]:
    """Return the line of which a full card gives a piece now, and the card.

    Where all cards have given theirs: the line of the last one and no card, so that the same act takes it back.

    Raises:
        Refused: ``punch.needs_member``; ``punch.none``; ``punch.not_full {name, have, needed}``;
            ``punch.no_item {name}`` where nothing is rung up that the card gives.
    """
    if sale.basket.member_id is None:
        raise Refused("punch.needs_member")
    cards = punch_cards(session, unit, require(unit, sale.basket.member_id))
    offered = on_offer(sale.basket, cards)
    if offered is not None:
        return offered[0], offered[1].card_id
    given = [line.line_no for line in sale.basket.lines if line.punch_card]
    if given:
        return given[-1], ""
    if not cards:
        raise Refused("punch.none")
    first = cards[0]
    if first.is_full:
        raise Refused("punch.no_item", name=first.card.name)
    raise Refused("punch.not_full", name=first.card.name, have=first.total, needed=first.card.needed)


def _fits(card: PunchCard, line: BasketLine) -> bool:
    is_open = not (line.punch_card or line.redeemed or line.is_by_hand)
    return is_open and card.gives(line.item, line.unit_list_minor)


def check_rewards(session: TillSession, unit: Unit, basket: Basket) -> None:
    """Refuse what no full card gives here and now.

    Raises:
        Refused: ``punch.needs_member``; ``punch.unknown``; ``punch.no_item {name}``; ``punch.once {name}`` for a second
            piece by one card; ``punch.not_full {name, have, needed}``; ``punch.short_here {asset, lot, wanted, total}``
            for stamps that are held elsewhere; what ``check_moment`` raises.
    """
    lines = [line for line in basket.lines if line.punch_card]
    if not lines:
        return
    if basket.member_id is None:
        raise Refused("punch.needs_member")
    rules = unit.published.programme(session.business_date(unit))
    check_moment(session, unit, rules)
    known = require(unit, basket.member_id)
    cards = {each.card.card_id: each for each in punch_cards(session, unit, known)}
    published = {card.card_id: card for card in rules.punch_cards}
    for line in lines:
        card = published.get(line.punch_card)
        if card is None:
            raise Refused("punch.unknown")
        if sum(other.punch_card == line.punch_card for other in lines) > 1:
            raise Refused("punch.once", name=card.name)
        if line.quantity != 1 or not card.gives(line.item, line.unit_list_minor):
            raise Refused("punch.no_item", name=card.name)
        _check_full(card, cards.get(line.punch_card), known)


def _check_full(card: PunchCard, have: CardStanding | None, known: KnownMember) -> None:
    if have is None or not have.is_full:
        total = 0 if have is None else have.total
        raise Refused("punch.not_full", name=card.name, have=total, needed=card.needed)
    if have.usable_here < card.needed:
        lot, short = lot_of(card.card_id, known.member.member_id), card.needed - have.usable_here
        raise Refused("punch.short_here", asset=Asset.PUNCH.value, lot=lot, wanted=short, total=have.total)


def spent_stamps(session: TillSession, unit: Unit, basket: Basket, rules: Programme) -> tuple[Spend, ...]:
    """Return the stamps that full cards pay for the pieces they give, soonest to end first; see ``check_rewards``."""
    check_rewards(session, unit, basket)
    given = {line.punch_card for line in basket.lines}
    held = unit.holdings.of(basket.member_id or "")
    today, now_ms = session.business_date(unit), session.latest_ms(unit)
    cards = (card for card in rules.punch_cards if card.card_id in given)
    return tuple(spend for card in cards for spend in take(on_card(held, card.card_id, today, now_ms), card.needed))


def with_stamps(lines: tuple[SaleLine, ...], basket: Basket, priced: PricedBasket, rules: Programme) -> Sold:
    """Return sold lines with the stamps that they give, none without a member, and those that paid for them."""
    needed = {card.card_id: card.needed for card in rules.punch_cards}
    cards = () if basket.member_id is None else rules.punch_cards
    marks = stamped(
        [Piece(line.item, line.quantity, min(line.paid_minor, line.shown_minor) > 0) for line in priced.lines], cards
    )
    paid = (Stamps(rung.punch_card, needed[rung.punch_card]) if rung.punch_card else None for rung in basket.lines)
    return tuple(
        replace(line, stamps=mark, reward=reward) for line, mark, reward in zip(lines, marks, paid, strict=True)
    )


def given_stamps(
    session: TillSession, unit: Unit, known: KnownMember | None, lines: tuple[SaleLine, ...], origin: Origin
) -> tuple[Grant, ...]:
    """Return the self-grants of the stamps of a sale: usable here at once, by the last day of the card they are on."""
    if known is None:
        return ()
    today, member_id = session.business_date(unit), known.member.member_id
    have = {each.card.card_id: each.stamps for each in punch_cards(session, unit, known)}
    rewards = in_all((line.reward,) for line in lines if line.reward is not None)
    given = in_all(line.stamps for line in lines)
    grants: list[Grant] = []
    for card in unit.published.programme(today).punch_cards:
        left = without(have.get(card.card_id, {}), rewards.get(card.card_id, 0))
        for last_day, count in last_days(left, given.get(card.card_id, 0), card, today).items():
            name = origin.part("grant", FIRST_STAMP + len(grants))
            grants.append(Grant(name, member_id, Asset.PUNCH, count, last_day, lot=lot_of(card.card_id, member_id)))
    return tuple(grants)


def names_of_cards(rules: Programme, basket: Basket) -> tuple[RuleName, ...]:
    """Return what the cards are called that give something of a basket."""
    given = {line.punch_card for line in basket.lines}
    cards = (card for card in rules.punch_cards if card.card_id in given)
    return tuple(RuleName(f"{RULE}{card.card_id}@{rules.version}", card.name, card.name_en) for card in cards)


def taken_back(
    session: TillSession, unit: Unit, sale: Sale, lines: tuple[RefundedLine, ...]
) -> tuple[tuple[Spend, ...], tuple[Stamps, ...]]:
    """Return the stamps of returned lines that this till holds, the sale's own first, and those that are missing."""
    held = unit.holdings.of(sale.member_id or "")
    today, now_ms = session.business_date(unit), session.latest_ms(unit)
    own = [grant.gid for grant in sale.stamped]
    spends: tuple[Spend, ...] = ()
    owed: list[Stamps] = []
    for card_id, count in in_all(line.stamps for line in lines).items():
        found = take(on_card(held, card_id, today, now_ms), count, own)
        spends += found
        missing = count - sum(spend.amount for spend in found)
        if missing:
            owed.append(Stamps(card_id, missing))
    return spends, tuple(owed)


def given_back(unit: Unit, sale: Sale, lines: tuple[RefundedLine, ...], *, is_whole: bool) -> tuple[Grant, ...]:
    """Return the stamps and coupons that come back to head office's holding, where it is known here which."""
    lots = {grant.gid: grant for grant in unit.holdings.grants([each.gid for each in sale.spends])}
    back = spent_back(sale, lines, lots, is_whole=is_whole)
    return tuple(replace(grant, amount=amount) for grant, amount in back)


def moved_by_sale(session: TillSession, unit: Unit, sale: Sale, known: KnownMember | None) -> tuple[CardMoved, ...]:
    """Return for the receipt what a sale, which was said, put on the member's cards and took off them."""
    moved = Counter(in_all(line.stamps for line in sale.lines))
    moved.subtract(in_all((line.reward,) for line in sale.lines if line.reward is not None))
    return _moved(session, unit, known, moved, {})


def moved_by_refund(
    session: TillSession,
    unit: Unit,
    sale: Sale,
    lines: tuple[RefundedLine, ...],
    known: KnownMember | None,
    *,
    is_whole: bool,
) -> tuple[CardMoved, ...]:
    """Return what a refund is going to put back on the member's cards and to take off them, and what will be owed."""
    moved, today = Counter[str](), session.business_date(unit)
    for grant in given_back(unit, sale, lines, is_whole=is_whole):
        if grant.asset is Asset.PUNCH and grant.expires_on >= today:
            moved[card_of(grant.lot)] += grant.amount
    _spends, missing = taken_back(session, unit, sale, lines)
    owed = in_all((missing,))
    moved.subtract(in_all(line.stamps for line in lines))
    moved.update(owed)
    told = _moved(session, unit, known, moved, owed)
    return tuple(replace(card, after=card.after + card.moved) for card in told)


def _moved(
    session: TillSession,
    unit: Unit,
    known: KnownMember | None,
    moved: Mapping[str, int],
    owed: Mapping[str, int],
) -> tuple[CardMoved, ...]:
    """Return what moved on each card, with the stamps that it has now."""
    if known is None:
        return ()
    have = {each.card.card_id: each.total for each in punch_cards(session, unit, known)}
    chinese = language() == "zh_CN"
    return tuple(
        CardMoved(
            name=card.name if chinese or not card.name_en else card.name_en,
            moved=moved.get(card.card_id, 0),
            after=have.get(card.card_id, 0),
            needed=card.needed,
            owed=owed.get(card.card_id, 0),
        )
        for card in unit.published.programme(session.business_date(unit)).punch_cards
        if card.card_id in moved
    )
