"""The law of docs/pricing.md carried out piece by piece, over every combination there is: slow, and nothing clever."""

from collections import Counter
from fractions import Fraction
from itertools import product

from pos_app.domain.allocation import allot
from pos_app.domain.campaigns import BenefitKind as Kind

PRICES = (Kind.PERCENT_OFF, Kind.FIXED_PRICE)
SETS = (Kind.BUNDLE, Kind.BUY_GET)


def most(basket, unit_prices, in_force, programme, rule, coupon=None):
    """Return the most, in minor units, that any lawful combination gives; ``rule`` is None for a guest."""
    return max(
        (
            given(basket, unit_prices, in_force, programme, rule, times, shown)
            for times in combinations(basket, in_force)
            for shown in ((None,) if coupon is None or is_barred(coupon, in_force, times) else (None, coupon))
        ),
        default=Fraction(0),
    )


def is_barred(coupon, in_force, times):
    """Say whether the coupon may not be used beside these campaigns."""
    used = [campaign for campaign, count in zip(in_force.campaigns, times, strict=True) if count]
    return any(coupon.alone or (coupon.group and campaign.group == coupon.group) for campaign in used)


def combinations(basket, in_force):
    """Yield how often each campaign could be used; of one group at most one."""
    pieces = sum(line.quantity for line in basket.lines)
    ranges = []
    for campaign, left in zip(in_force.campaigns, in_force.left, strict=True):
        counted = campaign.benefit.kind in SETS or (campaign.benefit.kind in PRICES and left is not None)
        ranges.append(range(min(pieces, pieces if left is None else left) + 1) if counted else range(2))
    for times in product(*ranges):
        groups = Counter(
            campaign.group for campaign, used in zip(in_force.campaigns, times, strict=True) if used and campaign.group
        )
        if all(count == 1 for count in groups.values()):
            yield times


def given(basket, unit_prices, in_force, programme, rule, times, coupon=None):
    """Return what one combination gives."""
    used = list(zip(in_force.campaigns, in_force.left, times, strict=True))
    pieces = [
        [unit, line]
        for line, unit in zip(basket.lines, unit_prices, strict=True)
        if line.asked_minor is None and not line.redeemed
        for _ in range(line.quantity)
    ]
    pieces.sort(key=lambda piece: (-piece[0], piece[1].item.item_id, piece[1].line_no))
    cost = Counter(
        {
            line.line_no: unit * line.quantity
            for line, unit in zip(basket.lines, unit_prices, strict=True)
            if not line.redeemed
        }
    )
    before, free = sum(cost.values()), list(pieces)
    for campaign, _left, count in used:
        if campaign.benefit.kind in SETS:
            for _ in range(count):
                apply_set(campaign, free, cost)
    unlimited = []
    for campaign, left, count in used:
        if campaign.benefit.kind in PRICES and count:
            meant = [piece for piece in pieces if cut(campaign, piece) > 0]
            if left is None or len(meant) <= left:
                unlimited.append(campaign)
            else:
                open_meant = [piece for piece in free if cut(campaign, piece) > 0]
                for piece in sorted(open_meant, key=lambda piece: -cut(campaign, piece))[:count]:
                    free = [other for other in free if other is not piece]
                    cost[piece[1].line_no] -= cut(campaign, piece)
    lows = {}
    for piece in free:
        saved = max((cut(campaign, piece) for campaign in unlimited), default=0)
        cost[piece[1].line_no] -= saved
        lows[piece[1].line_no] = piece[0] - saved
    spare = Counter(piece[1].line_no for piece in free)
    gain = Fraction(before - sum(cost.values()))
    amounts = dict(cost)
    on_amounts = [one for one in used if one[2] and one[0].benefit.kind not in (*PRICES, *SETS)]
    for campaign, left, _count in on_amounts:
        if campaign.benefit.kind is Kind.GIFT:
            gain += on_amount(campaign, left, basket, amounts, cost, spare, lows, programme, rule)
    if coupon is not None and coupon.free_item:
        gain += free_piece(coupon, basket, amounts, cost, spare, lows)
    for campaign, left, _count in on_amounts:
        if campaign.benefit.kind is not Kind.GIFT:
            gain += on_amount(campaign, left, basket, amounts, cost, spare, lows, programme, rule)
    if coupon is not None and not coupon.free_item:
        gain += by_coupon(coupon, basket, amounts, cost)
    return gain


def in_scope(coupon, basket):
    """Return the lines that make a coupon's amount."""
    lines = [line for line in basket.lines if not line.redeemed and line.item.item_id != coupon.free_item]
    return [
        line
        for line in lines
        if (not coupon.categories or line.item.category in coupon.categories)
        and (not coupon.items or line.item.item_id in coupon.items)
    ]


def by_coupon(coupon, basket, amounts, cost):
    lines = in_scope(coupon, basket)
    amount = sum(amounts[line.line_no] for line in lines)
    if amount < coupon.min_minor:
        return 0
    exact = Fraction(coupon.off_minor or Fraction(amount * coupon.off_bp, 10_000))
    if coupon.off_bp and coupon.most_minor:
        exact = min(exact, coupon.most_minor)
    exact = min(exact, amount)
    weights = [cost[line.line_no] for line in lines]
    off = min(int(exact), sum(weights))
    for line, part in zip(lines, allot(off, weights), strict=True):
        cost[line.line_no] -= part
    return exact if off == int(exact) else off


def free_piece(coupon, basket, amounts, cost, spare, lows):
    amount = sum(amounts[line.line_no] for line in in_scope(coupon, basket))
    free = [
        line for line in basket.lines
        if line.item.item_id == coupon.free_item and spare[line.line_no] and not line.is_piece
    ]  # fmt: skip
    if amount < coupon.min_minor or not free:
        return 0
    line = max(free, key=lambda line: lows[line.line_no])
    off = min(cost[line.line_no], lows[line.line_no])
    cost[line.line_no] -= off
    return off


def cut(campaign, piece):
    unit, line = piece
    benefit = campaign.benefit
    if not campaign.what.holds(line.item) or (benefit.kind is Kind.FIXED_PRICE and line.is_piece):
        return 0
    if benefit.kind is Kind.FIXED_PRICE:
        return max(0, unit - benefit.price_minor)
    return unit - (unit * (10_000 - benefit.off_bp) + 5_000) // 10_000


def apply_set(campaign, free, cost):
    """Take one application's pieces, the dearest first, if that lowers what they cost."""
    benefit = campaign.benefit
    meant = [piece for piece in free if campaign.what.holds(piece[1].item) and not piece[1].is_piece and piece[0]]
    taken = []
    if benefit.kind is Kind.BUNDLE:
        for part in benefit.parts:
            fit = [
                piece for piece in meant if part.what.holds(piece[1].item) and all(piece is not got for got in taken)
            ]
            taken += fit[: part.count]
        complete = len(taken) == sum(part.count for part in benefit.parts)
        saving = sum(piece[0] for piece in taken) - benefit.price_minor
    else:
        taken = meant[: benefit.buy + benefit.get]
        complete = len(taken) == benefit.buy + benefit.get
        saving = sum(
            piece[0] - (piece[0] * (10_000 - benefit.off_bp) + 5_000) // 10_000 for piece in taken[benefit.buy :]
        )
    if not complete or saving <= 0:
        return
    rows = {}
    for piece in taken:
        rows[piece[1].line_no] = rows.get(piece[1].line_no, 0) + piece[0]
        free[:] = [other for other in free if other is not piece]
    for line_no, part in zip(rows, allot(saving, list(rows.values())), strict=True):
        cost[line_no] -= part


def on_amount(campaign, left, basket, amounts, cost, spare, lows, programme, rule):
    benefit, limit = campaign.benefit, 10**9 if left is None else left
    lines = [line for line in basket.lines if not line.redeemed and campaign.what.holds(line.item)]
    if benefit.kind in (Kind.POINTS_TIMES, Kind.POINTS_PLUS):
        lines = [line for line in lines if line.item.earns] if rule is not None else []
    if benefit.kind is Kind.GIFT:
        lines = [line for line in lines if line.item.item_id != benefit.gift_item_id]
    amount = sum(amounts[line.line_no] for line in lines)
    if amount == 0:
        return 0
    if benefit.kind is Kind.MONEY_OFF:
        steps = [step for step in benefit.steps if step.from_minor <= amount]
        if not steps:
            return 0
        times = min(limit, amount // steps[-1].from_minor) if benefit.each else 1
        weights = [cost[line.line_no] for line in lines]
        off = min(times * steps[-1].off_minor, sum(weights))
        for line, part in zip(lines, allot(off, weights), strict=True):
            cost[line.line_no] -= part
        return off
    have, least = (sum(line.quantity for line in lines), benefit.buy) if benefit.buy else (amount, benefit.from_minor)
    times = 0 if have < least else min(limit, have // least) if benefit.each else 1
    if benefit.kind is Kind.GIFT:
        gifts = [
            line for line in basket.lines
            if line.item.item_id == benefit.gift_item_id and line.line_no in lows and not line.is_piece
        ]  # fmt: skip
        gone, missing = 0, times * benefit.get
        for line in sorted(gifts, key=lambda line: -lows[line.line_no]):
            count = min(missing, spare[line.line_no])
            off = min(cost[line.line_no], count * lows[line.line_no])
            cost[line.line_no] -= off
            gone += off
            missing -= count
        return gone
    if benefit.kind is Kind.POINTS_PLUS:
        return Fraction(times * benefit.points * 100, programme.points_per_unit)
    return times * Fraction(
        amount * programme.earn_bp * rule.earn_multiplier_bp * (benefit.times_bp - 10_000), 10_000**3
    )
