"""What demo members bought: formula and nappies by the child's age at the time, at a household's own rhythm."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from pos_app.domain.advice import Advice
from pos_app.domain.catalogue import Item
from pos_app.domain.members import MAX_PURCHASES, Child, Member, Purchase, Tier

MONTHS = 84
DAYS_A_MONTH = 30.44
MAX_DAYS_BACK = 700
POINTS_PER_TIER = {Tier.NORMAL: 1_800, Tier.SILVER: 4_500, Tier.GOLD: 9_000, Tier.PLATINUM: 20_000}


@dataclass(frozen=True, slots=True)
class Shelf:
    """The catalogue as a household sees it: what fits an age, by kind."""

    by_id: dict[int, Item]
    formula: dict[tuple[str, int], Item]  # brand, month of age
    nappies: dict[tuple[str, int], Item]
    fitting: tuple[tuple[Item, ...], ...]  # by month of age
    for_all: tuple[Item, ...]
    formula_brands: tuple[str, ...]
    nappy_brands: tuple[str, ...]


def shelf(items: Iterable[Item]) -> Shelf:
    """Sort the catalogue for histories."""
    known = tuple(items)
    fitting: list[list[Item]] = [[] for _ in range(MONTHS)]
    formula: dict[tuple[str, int], Item] = {}
    nappies: dict[tuple[str, int], Item] = {}
    brands: dict[str, list[str]] = defaultdict(list)
    for item in known:
        if item.months_from is None or item.months_to is None:
            continue
        staple = formula if item.advice == Advice.FORMULA else nappies if item.advice == Advice.NAPPY else None
        for month in range(item.months_from, min(item.months_to, MONTHS - 1) + 1):
            if staple is None:
                fitting[month].append(item)
            else:
                staple.setdefault((item.brand, month), item)
        if staple is not None and item.brand not in brands[item.category]:
            brands[item.category].append(item.brand)
    return Shelf(
        by_id={item.item_id: item for item in known},
        formula=formula,
        nappies=nappies,
        fitting=tuple(map(tuple, fitting)),
        for_all=tuple(item for item in known if item.months_from is None),
        formula_brands=tuple(brands["formula"]),
        nappy_brands=tuple(brands["nappy"]),
    )


def purchases(member: Member, shop: Shelf, today: date, rng: random.Random) -> tuple[Purchase, ...]:
    """Return what the member bought last, newest first; nobody buys before joining."""
    child = min(member.children, key=lambda one: one.born_on, default=None)
    wanted = rng.randint(4, MAX_PURCHASES)
    rhythm = rng.randint(14, 45)
    day = today - timedelta(days=_days_since_visit(rng))
    formula_brand, nappy_brand = rng.choice(shop.formula_brands), rng.choice(shop.nappy_brands)
    found: list[Purchase] = []
    oldest = max(member.joined_on, today - timedelta(days=MAX_DAYS_BACK))
    while day >= oldest and len(found) < wanted:
        month = _months(child, day)
        staples = (shop.formula.get((formula_brand, month)), shop.nappies.get((nappy_brand, month)))
        basket = [item for item in staples if item is not None and rng.random() < 0.75]
        choice = shop.fitting[month] if month >= 0 else shop.for_all
        extras = int(rng.random() * 3) if basket else 1
        basket += [choice[int(rng.random() * len(choice))] for _ in range(extras)]
        for item in basket:
            quantity = 2 if item.daily_use and rng.random() < 0.33 else 1
            found.append(Purchase(item.item_id, quantity, day, member.home_store_id))
        day -= timedelta(days=max(3, round(rng.gauss(rhythm, rhythm / 5))))
    return tuple(found[:wanted])


def lots(member: Member, today: date, rng: random.Random) -> tuple[tuple[date, int], ...]:
    """Return the member's points by the last day that they may be spent."""
    whole = round(POINTS_PER_TIER[member.tier] * rng.lognormvariate(0, 0.7))
    if whole < 20 or rng.random() < 0.12:
        return ()
    this_year, next_year = date(today.year, 12, 31), date(today.year + 1, 12, 31)
    older = round(whole * rng.uniform(0, 0.5)) if rng.random() < 0.6 else 0
    return tuple((day, points) for day, points in ((this_year, older), (next_year, whole - older)) if points)


def _days_since_visit(rng: random.Random) -> int:
    """Return how long ago somebody came: most within a quarter, some asleep for long."""
    return rng.randint(1, 90) if rng.random() < 0.6 else rng.randint(60, 600)


def _months(child: Child | None, day: date) -> int:
    """Return the child's months on a day, -1 where there is none yet, or none told."""
    if child is None or child.expected or child.born_on > day:
        return -1
    return min(int((day - child.born_on).days / DAYS_A_MONTH), MONTHS - 1)
