"""Which campaigns a basket uses: the combination that gives the customer most, with a proof of how good it is.

``docs/pricing.md`` says what a combination may be. The search is exact wherever its work stays within limits, which are
counted in steps and never in time, so that every till finds the same; otherwise ``Choice.gap_minor`` bounds what a
better one could give.

1. Prices without a limit and a group only make pieces cheaper: with all of them every piece costs its lowest.
2. The other campaigns on pieces are decisions. Those that share a piece or a group make a component; the components
   are searched one by one for the most money off.
3. Campaigns on amounts follow from what the lines then cost. Using less of 1 or 2 can lift an amount over a threshold,
   but every unit that it lifts is a unit that was not saved: that bounds what is left to gain. Where something is, the
   whole is searched at once if it is small, else prices are left out of it that would lift an amount far enough.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations, islice, product
from operator import itemgetter

from pos_app.domain.coupon_offer import CouponOffer
from pos_app.domain.offer_search import AnySwitch, Search, Shelf, Use, Way
from pos_app.domain.order_offers import OrderOffer, Worth, best_of_groups, dearest, sum_of
from pos_app.domain.piece_offers import Application, PriceSwitch, Switch

AmountOffer = OrderOffer | CouponOffer
COMPONENT_WAYS = 3_000  # of a component, for each of its lines
SPARE_WAYS = 1_500  # of all components together, where their own do not suffice,
SPARE_LINES = 400_000  # and for each pair of lines of the basket: the larger it is, the longer takes every way
WHOLE_WAYS = 40_000  # of a whole basket, for each of its lines
THRESHOLDS = 40  # of one campaign, that are looked at for the bound
MIXED_GROUPS = 3  # groups of campaigns on pieces and on amounts that are tried both ways, in a basket of so many
MIXED_LINES = 24  # lines; in a larger one it is one group
LEFT_OUT = 20  # sets of prices that are left out to see whether that gives more
CRAMPED = 1_000  # choices of groups, for each line, where campaigns would take more off lines than they cost


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that could be used: ``prices`` without a limit, ``switches`` that take pieces, ``orders`` on amounts.

    Each in the order in which they apply.
    """

    prices: tuple[PriceSwitch, ...] = ()
    switches: tuple[Switch, ...] = ()
    orders: tuple[AmountOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """What is used: ``prices`` by their places, ``applications`` on pieces, ``picks`` on amounts, in their order.

    ``worth`` is what all of it gives; no combination gives more than ``gap_minor`` beyond it. ``steps`` is the work.
    """

    applications: tuple[Application, ...] = ()
    prices: frozenset[int] = frozenset()
    picks: tuple[AmountOffer, ...] = ()
    worth: int = -1
    gap_minor: int = 0
    steps: int = 0


@dataclass(frozen=True, slots=True)
class _Component:
    """Campaigns that share lines, searched: the best way, what any way saves on these lines at most, and on each."""

    way: Way
    upper: int
    highs: dict[int, int]


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far a campaign's amount could go: from ``low`` without anything left unsaved, to ``high``."""

    offer: AmountOffer
    low: int
    high: int
    gift_minor: tuple[int, ...]


def choose(shelf: Shelf, decisions: Decisions, unit: Worth) -> Choice:
    """Return the best combination that is found, and how far it could be from the best there is."""
    return _Chooser(shelf, decisions, unit).choose()


class _Chooser:
    def __init__(self, shelf: Shelf, decisions: Decisions, unit: Worth) -> None:
        self._shelf = shelf
        self._all = decisions
        self._unit = unit
        self._highest = shelf.highest()
        self._plain = Use(shelf, (price for price in decisions.prices if not price.group))
        self._best = Choice()
        self._upper = 0
        self._steps = 0
        self._searched: dict[tuple[int, ...], _Component] = {}

    def choose(self) -> Choice:
        """Try every way for the groups of both kinds, then the whole if something is left to gain."""
        on_pieces = {price.group for price in self._all.prices} | {switch.group for switch in self._all.switches}
        groups = MIXED_GROUPS if len(self._shelf.base) <= MIXED_LINES else 1
        mixed = sorted({offer.group for offer in self._all.orders if offer.group} & on_pieces)[:groups]
        for banned in chain.from_iterable(combinations(mixed, count) for count in range(len(mixed) + 1)):
            self._decompose(banned, [group for group in mixed if group not in banned])
        if self._gap() and self._ways() * len(self._shelf.base) <= WHOLE_WAYS:
            self._search_whole()
        if self._gap():
            self._leave_out()
        return replace(self._best, gap_minor=self._unit.in_minor(self._gap()), steps=self._steps)

    def _gap(self) -> int:
        return max(0, self._upper - self._best.worth)

    def _decompose(self, not_on_pieces: Collection[str], not_on_orders: Collection[str]) -> None:
        """Find the best where some groups are for campaigns on amounts only, and others for those on pieces only."""
        use = self._plain.copy()
        grouped = [price for price in self._all.prices if price.group]
        deciding: list[AnySwitch] = [*grouped, *self._all.switches]
        decided = [switch for switch in deciding if switch.group not in not_on_pieces]
        components = [self._improve(use, component) for component in _components(decided)]
        apart = set(range(len(self._shelf.base))).difference(*(component.highs for component in components))
        upper = sum(use.saved(apart)) + sum(component.upper for component in components)
        orders = [offer for offer in self._all.orders if offer.group not in not_on_orders]
        self._weigh(use, orders)
        highest = upper * self._unit.minor + self._most_on_amounts(use, orders, components)
        self._upper = max(self._upper, highest)

    def _improve(self, use: Use, component: Sequence[AnySwitch]) -> _Component:
        """Use one component's campaigns in the best way."""
        key = tuple(switch.at for switch in component)
        if key not in self._searched:
            lines = len({row for switch in component for row in switch.rows})
            spare = min(SPARE_WAYS, SPARE_LINES // len(self._shelf.base) ** 2) - self._steps
            search = Search(use, component, max(COMPONENT_WAYS // lines, spare))
            others = use.saving - sum(use.saved(search.highs))
            upper = search.run() - others
            self._steps += search.steps
            applications, prices = search.way or ((), ())
            way = (applications[len(use.applications) :], prices[len(use.prices) :])
            self._searched[key] = _Component(way, upper, search.highs)
        applications, prices = self._searched[key].way
        for price in prices:
            use.price(price)
            use.groups.add(price.group)
        for application in applications:
            use.take(application)
        taken = {application.at for application in use.applications}
        use.groups.update(switch.group for switch in component if switch.at in taken)
        use.groups.discard("")
        return self._searched[key]

    def _weigh(self, use: Use, orders: Sequence[AmountOffer]) -> int:
        """Return a bound on what a use is worth with campaigns on amounts; keep the best of it if it is so far."""
        nets = use.nets()
        open_orders = [offer for offer in orders if not offer.group or offer.group not in use.groups]
        amounts = {offer.at: sum_of(offer.rows, nets) for offer in open_orders}
        worths = [(offer, offer.worth(amounts[offer.at], spare_minor(offer, use), self._unit)) for offer in open_orders]
        best = best_of_groups(worths)
        saved, gain = use.saving * self._unit.minor, sum(gained for _offer, gained in best)
        if saved + gain <= self._best.worth:
            return saved + gain
        picks = tuple(offer for offer, _gain in best)
        if sum(offer.takes for offer in picks) > 1:
            really = self._really(picks, amounts, nets, use)
            if really < gain:
                for picked in _picks([offer for offer, gained in worths if gained], CRAMPED // len(nets)):
                    really, picks = max(
                        (really, picks), (self._really(picked, amounts, nets, use), picked), key=itemgetter(0)
                    )
            gain = really
        if saved + gain > self._best.worth:
            prices = frozenset(price.at for price in use.prices)
            self._best = Choice(tuple(use.applications), prices, picks, saved + gain)
        return saved + gain

    def _really(self, picks: Sequence[AmountOffer], amounts: dict[int, int], nets: Sequence[int], use: Use) -> int:
        """Return what campaigns give when each takes off what those before it have left."""
        self._steps += 1
        left, gain = list(nets), 0
        for offer in picks:
            if not offer.takes:
                gain += offer.worth(amounts[offer.at], (), self._unit)
                continue
            taken = 0
            for row, minor, _count in offer.taken(amounts[offer.at], left, use.free, use.lows):
                left[row] -= minor
                taken += minor
            gain += offer.reckoned(amounts[offer.at], taken, self._unit)
        return gain

    def _most_on_amounts(self, use: Use, orders: Sequence[AmountOffer], components: Sequence[_Component]) -> int:
        """Return a bound on what campaigns on amounts give, less what must be left unsaved to lift the amounts."""
        nets, shelf = use.nets(), self._shelf
        saved = [highest - net for highest, net in zip(self._highest, nets, strict=True)]
        lows = self._plain.lows
        given = {row for offer in orders for row in offer.gifts}
        elsewhere = _Elsewhere(components, saved, shelf)
        reaches = []
        for offer in orders:
            # What could be saved elsewhere instead, and what a gift pays for itself, lifts an amount for nothing.
            slack = elsewhere.slack(offer.rows) + sum(saved[row] for row in given.intersection(offer.rows))
            high = sum_of(offer.rows, self._highest)
            gift_minor = sorted((lows[row] for row in offer.gifts for _ in range(shelf.count[row])), reverse=True)
            low = min(high, slack + sum_of(offer.rows, nets))
            reaches.append(_Reach(offer, low, high, tuple(gift_minor)))
        return _best_lift(reaches, self._unit)

    def _ways(self) -> int:
        """Return how many ways there are to use campaigns on pieces, or more than are ever searched."""
        ways = int(2 ** min(len(self._all.prices), 20))
        for switch in self._all.switches:
            ways *= 1 + min(switch.limit, sum(self._shelf.count[row] for row in switch.rows))
            if ways > WHOLE_WAYS:
                break
        return ways

    def _search_whole(self) -> None:
        """Search all ways at once; if that ends, what is best now is the best there is."""
        use = Use(self._shelf)
        worths = [
            (offer, offer.worth(sum_of(offer.rows, self._highest), spare_minor(offer, use), self._unit))
            for offer in self._all.orders
        ]
        search = Search(
            use,
            (*self._all.prices, *self._all.switches),
            WHOLE_WAYS,
            lambda: self._weigh(use, self._all.orders),
            minor=self._unit.minor,
            extra=sum(gain for _offer, gain in best_of_groups(worths)),
            floor=self._best.worth,
        )
        self._upper = min(self._upper, search.run())
        self._steps += search.steps

    def _leave_out(self) -> None:
        """Leave prices out that keep an amount under its next threshold, those that save least."""
        best = self._best
        prices = [price for price in self._all.prices if price.at in best.prices]
        use = self._with(prices)
        nets, losses = use.nets(), _losses(use, prices)
        tried: dict[frozenset[int], int] = {}  # and what they would give beyond what they save
        for offer in self._all.orders:
            amount = sum_of(offer.rows, nets)
            for threshold in offer.thresholds(amount, sum_of(offer.rows, self._highest), 1):
                gift_minor = spare_minor(offer, use)
                now = offer.worth(amount, gift_minor, self._unit)
                gain = (offer.worth(threshold, gift_minor, self._unit) - now) // self._unit.minor
                if gain <= threshold - amount:
                    continue
                for left_out in _enough(_in_scope(losses, offer.rows), threshold - amount):
                    lost = sum(sum(losses[at].values()) for at in left_out)
                    tried[left_out] = max(tried.get(left_out, 0), gain - lost)
        promising = sorted(
            (left_out for left_out in tried if tried[left_out] > 0), key=lambda one: (-tried[one], sorted(one))
        )
        for left_out in promising[:LEFT_OUT]:
            self._steps += 1
            self._weigh(self._with([price for price in prices if price.at not in left_out]), self._all.orders)

    def _with(self, prices: Iterable[PriceSwitch]) -> Use:
        """Return the best use so far with other prices."""
        use = Use(self._shelf, prices)
        for application in self._best.applications:
            use.take(application)
        taken = {application.at for application in use.applications}
        use.groups.update(switch.group for switch in self._all.switches if switch.at in taken)
        use.groups.update(price.group for price in use.prices)
        use.groups.discard("")
        return use


def _best_lift(reaches: Sequence[_Reach], unit: Worth) -> int:
    """Return the most that campaigns on amounts could give at any lift of the amounts, less the lift.

    Between thresholds only multipliers and a coupon give more with a higher amount: all of them together no more than
    ``rate`` for every unit. Beyond the thresholds that are looked at, every campaign is reckoned at its highest amount.
    """
    gains: dict[object, dict[int, int]] = {}  # by group, by campaign
    rate = 0
    for reach in reaches:
        key = reach.offer.group or reach.offer.at
        gains.setdefault(key, {})[reach.offer.at] = reach.offer.worth(reach.low, reach.gift_minor, unit)
        rate += reach.offer.slope(unit, reach.low)
    best = total = sum(max(of.values()) for of in gains.values())
    highest = [(reach.offer, reach.offer.worth(reach.high, reach.gift_minor, unit)) for reach in reaches]
    beyond = sum(gain for _offer, gain in best_of_groups(highest))
    cost = unit.minor - rate
    if cost <= 0:
        return beyond
    furthest = (beyond - best) // cost  # no lift beyond it can pay
    events: list[tuple[int, int, _Reach]] = []
    for no, reach in enumerate(reaches):
        found = reach.offer.thresholds(reach.low, min(reach.high, reach.low + furthest), THRESHOLDS)
        events += [(at - reach.low, no, reach) for at in found]
        if len(found) == THRESHOLDS:
            best = max(best, beyond - cost * (found[-1] - reach.low))
    for lift, _no, reach in sorted(events, key=itemgetter(0, 1)):
        of = gains[reach.offer.group or reach.offer.at]
        before = max(of.values())
        of[reach.offer.at] = reach.offer.worth(reach.low + lift, reach.gift_minor, unit)
        total += max(0, of[reach.offer.at] - before)
        best = max(best, total - cost * lift)
    return best


def _losses(use: Use, prices: Iterable[PriceSwitch]) -> dict[int, dict[int, int]]:
    """Return by price and line what would not be saved without that price alone."""
    second = list(use.shelf.base)
    lowest: dict[int, int] = {}
    for price in prices:
        for row, minor in price.prices.items():
            if minor == use.lows[row] and row not in lowest:
                lowest[row] = price.at
            else:
                second[row] = min(second[row], minor)
    losses: dict[int, dict[int, int]] = {}
    for row, at in lowest.items():
        losses.setdefault(at, {})[row] = use.free[row] * (second[row] - use.lows[row])
    return losses


def _in_scope(losses: dict[int, dict[int, int]], rows: Iterable[int]) -> list[tuple[int, int]]:
    """Return what leaving out each price lifts an amount by, least first."""
    scope = set(rows)
    sums = ((sum(minor for row, minor in of.items() if row in scope), at) for at, of in losses.items())
    return sorted((minor, at) for minor, at in sums if minor)


def _enough(lifts: Sequence[tuple[int, int]], needed: int) -> Iterator[frozenset[int]]:
    """Yield prices whose leaving out lifts an amount by what is needed: one, two, or as many as it takes."""
    singles = [at for minor, at in lifts if minor >= needed]
    if singles:
        yield frozenset(singles[:1])
    pairs = [(one + two, at, other) for (one, at), (two, other) in combinations(lifts[:LEFT_OUT], 2)]
    enough = min((pair for pair in pairs if pair[0] >= needed), default=None)
    if enough is not None:
        yield frozenset(enough[1:])
    total, row = 0, []
    for minor, at in lifts:
        total += minor
        row.append(at)
        if total >= needed:
            yield frozenset(row)
            return


class _Elsewhere:
    """How much less components could save on the lines of a scope without saving less in all."""

    def __init__(self, components: Sequence[_Component], saved: Sequence[int], shelf: Shelf) -> None:
        self._components = components
        self._saved = saved
        self._owner = {row: no for no, component in enumerate(components) for row in component.highs}
        self._most = {row: shelf.count[row] * high for one in components for row, high in one.highs.items()}
        self._sums = [sum(self._most[row] for row in component.highs) for component in components]

    def slack(self, rows: Iterable[int]) -> int:
        """Return it for a scope of these lines: what could be saved beside it, less what is not saved in all."""
        saved_in, most_in = [0] * len(self._sums), [0] * len(self._sums)
        owner, saved, most = self._owner, self._saved, self._most
        for row in rows:
            if row in owner:
                saved_in[owner[row]] += saved[row]
                most_in[owner[row]] += most[row]
        return sum(
            max(0, here + all_most - most_here - component.upper)
            for here, most_here, all_most, component in zip(
                saved_in, most_in, self._sums, self._components, strict=True
            )
            if here
        )


def spare_minor(offer: AmountOffer, use: Use) -> tuple[int, ...]:
    """Return the prices of the pieces that a gift could be, the dearest first."""
    rows = dearest(offer.gifts, use.lows) if offer.gifts else ()
    return tuple(use.lows[row] for row in rows for _ in range(use.free[row]))


def _picks(offers: Sequence[AmountOffer], most: int) -> Iterator[tuple[AmountOffer, ...]]:
    """Yield all offers without a group with one or none of every group, at most so many of such choices."""
    grouped: dict[str, list[AmountOffer | None]] = {}
    for offer in offers:
        if offer.group:
            grouped.setdefault(offer.group, [None]).append(offer)
    free = [offer for offer in offers if not offer.group]
    for picked in islice(product(*grouped.values()), most):
        chosen = (*free, *(offer for offer in picked if offer is not None))
        yield tuple(sorted(chosen, key=lambda offer: offer.rank))


def _components(switches: Sequence[AnySwitch]) -> list[list[AnySwitch]]:
    """Return the campaigns in sets that share neither a line nor a group, each in the order in which they apply."""
    parent = list(range(len(switches)))
    owner: dict[object, int] = {}

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = at = parent[parent[at]]
        return at

    for at, switch in enumerate(switches):
        for key in (*switch.rows, *((switch.group,) if switch.group else ())):
            parent[root(at)] = root(owner.setdefault(key, at))
    found: dict[int, list[AnySwitch]] = {}
    for at, switch in enumerate(switches):
        found.setdefault(root(at), []).append(switch)
    return list(found.values())
