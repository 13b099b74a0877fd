"""A demo member with everything that head office keeps of one: purchases, points, and a call that falls due."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from head_office.demo import people
from head_office.demo.catalogue import FIRST_ITEM_ID
from head_office.demo.histories import Shelf, lots, purchases
from pos_app.domain.calls import Bought, Call
from pos_app.domain.codes import call_code
from pos_app.domain.members import MAX_PURCHASES, Member, Purchase, Purpose

SEED = 20_261_123
FOLLOW_UP_DAYS = 3
# How many calls of each store fall due so many days from today; negative is overdue.
CALLS = {0: 9, -1: 3, -2: 1, 1: 4, 2: 5}
STILL_FITS = timedelta(days=40)  # what was bought longer ago no longer fits the child
# Item number in the list of shown items, quantity, days ago: what the first member bought.
SHOWN_PURCHASES = ((1, 1, 3), (5, 1, 3), (2, 2, 8), (0, 2, 20), (0, 2, 46), (4, 1, 60), (0, 2, 71), (7, 2, 75))


@dataclass(frozen=True, slots=True)
class Household:
    """One member, ready to be stored."""

    member: Member
    purchases: tuple[Purchase, ...]
    lots: tuple[tuple[date, int], ...]
    call: Call | None

    @property
    def last_visit_on(self) -> date | None:
        """Return the day of the newest purchase."""
        return self.purchases[0].bought_on if self.purchases else None


@dataclass(slots=True)
class Households:
    """Makes the members one after the other; the n-th is the same on every run of the same date."""

    shop: Shelf
    today: date
    _calls: dict[str, Counter[int]] = field(default_factory=dict)

    def make(self, n: int) -> Household:
        """Return the ``n``-th household; ask for them in order."""
        rng = random.Random(f"{SEED}/{n}")  # noqa: S311 - invented people, not secrets
        member = people.member(n, self.today, rng)
        bought = _shown_purchases(self.today) if n == 0 else purchases(member, self.shop, self.today, rng)
        points = lots(member, self.today, rng)
        if n < len(people.SHOWN):
            points = _shown_lots(people.SHOWN[n].points, self.today)
        call = _call(member, bought[:1], self.shop, self.today) if n == 0 else None
        if n >= len(people.SHOWN):
            bought, call = self._called(member, bought, rng)
        return Household(member, bought, points, call)

    def _called(
        self, member: Member, bought: tuple[Purchase, ...], rng: random.Random
    ) -> tuple[tuple[Purchase, ...], Call | None]:
        """Give the first members of each store who agreed to be called a fresh purchase and its call."""
        made = self._calls.setdefault(member.home_store_id, Counter())
        days = next((days for days, wanted in CALLS.items() if made[days] < wanted), None)
        bought_on = self.today + timedelta(days=(days or 0) - FOLLOW_UP_DAYS)
        advised = [
            each for each in bought if self.shop.by_id[each.item_id].advice and bought_on - each.bought_on <= STILL_FITS
        ]
        if days is None or not advised or not member.agrees_to(Purpose.CALL) or member.joined_on > bought_on:
            return bought, None
        made[days] += 1
        fresh = Purchase(advised[0].item_id, rng.choice((1, 2)), bought_on, member.home_store_id)
        earlier = tuple(each for each in bought if each.bought_on < bought_on)
        return (fresh, *earlier)[:MAX_PURCHASES], _call(member, (fresh,), self.shop, self.today)


def _call(member: Member, bought: tuple[Purchase, ...], shop: Shelf, today: date) -> Call:
    call_id = f"demo/{member.member_id}/call1"
    bought_on = bought[0].bought_on
    assert bought_on <= today, bought_on
    items = tuple((shop.by_id[each.item_id], each.quantity) for each in bought)
    return Call(
        call_id=call_id,
        code=call_code(call_id),
        member_id=member.member_id,
        store_id=member.home_store_id,
        bought_on=bought_on,
        due_on=bought_on + timedelta(days=FOLLOW_UP_DAYS),
        bought=tuple(Bought(item.item_id, item.name, quantity, item.advice) for item, quantity in items),
    )


def _shown_purchases(today: date) -> tuple[Purchase, ...]:
    return tuple(
        Purchase(FIRST_ITEM_ID + item, quantity, today - timedelta(days=days), "S01")
        for item, quantity, days in SHOWN_PURCHASES
    )


def _shown_lots(points: int, today: date) -> tuple[tuple[date, int], ...]:
    older = points // 4
    return ((date(today.year, 12, 31), older), (date(today.year + 1, 12, 31), points - older))
