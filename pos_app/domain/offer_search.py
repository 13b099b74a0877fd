"""Search all ways to use a few campaigns on pieces: depth first, in the order in which they apply, within a limit.

A campaign is tried as often as it can be applied before it is tried less often, so of equally good ways the one found
is the one that uses the earlier campaigns more.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from pos_app.domain.piece_offers import Application, PriceSwitch, Switch

ROUNDS = 4  # in which it is weighed for every campaign how it is best counted in a bound
FEW = 4  # campaigns: more of them are first tried by a rule of thumb
GREED = (10, 8, 0)
AnySwitch = PriceSwitch | Switch
Way = tuple[tuple[Application, ...], tuple[PriceSwitch, ...]]


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a basket offers to campaigns, by place of the line.

    ``base`` is what a piece costs without any, ``count`` the pieces that campaigns may take; ``fixed`` is the cost of a
    line that they may not, but that counts for thresholds.
    """

    base: tuple[int, ...]
    count: tuple[int, ...]
    fixed: tuple[int, ...]

    def highest(self) -> list[int]:
        """Return what every line costs without any campaign."""
        return [base * count + fixed for base, count, fixed in zip(self.base, self.count, self.fixed, strict=True)]


class Use:
    """Campaigns in use: what they took, what pieces cost that nothing took, and what all of it saves."""

    def __init__(self, shelf: Shelf, prices: Iterable[PriceSwitch] = ()) -> None:
        self.shelf = shelf
        self.free = list(shelf.count)
        self.lows = list(shelf.base)
        self.saving = 0
        self.applications: list[Application] = []
        self.prices: list[PriceSwitch] = []
        self.groups: set[str] = set()
        for switch in prices:
            self.price(switch)

    def copy(self) -> "Use":
        """Return the same, to be used further on its own."""
        other = Use(self.shelf)
        other.free, other.lows, other.saving = list(self.free), list(self.lows), self.saving
        other.applications, other.prices, other.groups = list(self.applications), list(self.prices), set(self.groups)
        return other

    def price(self, switch: PriceSwitch) -> list[tuple[int, int]]:
        """Use a price; return what ``unprice`` needs."""
        lows, before = self.lows, []
        for row, price in switch.prices.items():
            low = lows[row]
            if price < low:
                before.append((row, low))
                lows[row] = price
                self.saving += self.free[row] * (low - price)
        self.prices.append(switch)
        return before

    def unprice(self, before: list[tuple[int, int]]) -> None:
        """Take back the last price used."""
        for row, low in before:
            self.saving -= self.free[row] * (low - self.lows[row])
            self.lows[row] = low
        self.prices.pop()

    def take(self, application: Application) -> None:
        """Let a campaign take its pieces."""
        base, lows = self.shelf.base, self.lows
        self.saving += application.saving
        for row, count in application.taken:
            self.free[row] -= count
            self.saving -= count * (base[row] - lows[row])
        self.applications.append(application)

    def untake(self) -> None:
        """Take back the last application."""
        application, base, lows = self.applications.pop(), self.shelf.base, self.lows
        self.saving -= application.saving
        for row, count in application.taken:
            self.free[row] += count
            self.saving += count * (base[row] - lows[row])

    def saved(self, rows: Iterable[int]) -> list[int]:
        """Return what every line saves as long as nothing takes any of its pieces."""
        base, lows, count = self.shelf.base, self.lows, self.shelf.count
        return [count[row] * (base[row] - lows[row]) for row in rows]

    def nets(self) -> list[int]:
        """Return what every line costs."""
        shelf = self.shelf
        nets = [
            fixed + count * base - free * (base - low)
            for fixed, count, base, free, low in zip(
                shelf.fixed, shelf.count, shelf.base, self.free, self.lows, strict=True
            )
        ]
        for application in self.applications:
            for row, saving in application.savings(shelf.base):
                nets[row] -= saving
        return nets


class Search:
    """One search over ``switches``, from how things stand in ``use``.

    ``worth`` is asked at the end of every way, in units of which ``minor`` are one minor unit saved on pieces; beside
    the saving it holds at most ``extra``. Ways worth no more than ``floor`` need not be found. At most ``limit`` ways
    are begun, counted in ``steps``.
    """

    def __init__(
        self, use: Use, switches: Sequence[AnySwitch], limit: int, worth: Callable[[], int] | None = None, *,
        minor: int = 1, extra: int = 0, floor: int = -1,
    ) -> None:  # fmt: skip
        self._use = use
        self._switches = switches
        self._limit = limit
        self._worth = worth or (lambda: use.saving)
        self._open = _open_ends(switches) if worth is None else []
        self._seen: dict[
            tuple[object, ...], int
        ] = {}  # the most saved on a way to how things stand for later campaigns
        self._minor = minor
        self._extra = extra
        self.best = floor
        self.way: Way | None = None
        self.steps = 0
        self._rows = sorted({row for switch in switches for row in switch.rows})
        self._places = {row: place for place, row in enumerate(self._rows)}
        alone = [most(switch, use) for switch in switches]
        by_pieces = self._bounds(range(len(switches)), alone)
        self._highs = by_pieces[1]
        self.highs = dict(zip(self._rows, self._highs[0], strict=True))  # the most that a piece of a line could save
        mixed = self._bounds(self._by_pieces(alone), alone)
        self._tails, self._bounding = min(by_pieces, mixed, key=lambda bounds: self._beyond(0, *bounds))

    def run(self) -> int:
        """Find the best way, leave everything as it was, and return a bound on what any way is worth."""
        top = self._bound(0)
        if len(self._switches) > FEW:
            for tenths in GREED:
                self._guided(0, tenths)
        self._visit(0)
        return self.best if self.steps <= self._limit else max(self.best, top)

    def _by_pieces(self, alone: Sequence[int]) -> set[int]:
        """Return which campaigns bound all of them lower if they are counted by the pieces that they could take.

        The others are counted by ``alone``, the most that each adds: less where it applies to few of its pieces.
        """
        use, base, free = self._use, self._use.shelf.base, self._use.free
        shares = [
            {row: more for row in switch.rows if (more := switch.share(row, base[row]) - base[row] + use.lows[row]) > 0}
            for switch in self._switches
        ]
        counted, over = set[int](), {row: set[int]() for row in self._rows}
        for _ in range(ROUNDS):
            before = set(counted)
            for at, share in enumerate(shares):
                counted.discard(at)
                added = 0
                for row, more in share.items():
                    over[row].discard(at)
                    added += free[row] * max(0, more - max((shares[other][row] for other in over[row]), default=0))
                if added <= alone[at]:
                    counted.add(at)
                    for row in share:
                        over[row].add(at)
            if counted == before:
                break
        return counted

    def _bounds(self, by_pieces: Collection[int], alone: Sequence[int]) -> tuple[list[int], list[list[int]]]:
        """Return, from each campaign on, what those add that are counted alone, and the most by piece of the others."""
        use, base = self._use, self._use.shelf.base
        tails, highs = [0], [[base[row] - use.lows[row] for row in self._rows]]
        for at in reversed(range(len(self._switches))):
            switch, high = self._switches[at], highs[-1]
            if at in by_pieces:
                high = list(high)
                for row in switch.rows:
                    place = self._places[row]
                    high[place] = max(high[place], switch.share(row, base[row]))
            tails.append(tails[-1] + (0 if at in by_pieces else alone[at]))
            highs.append(high)
        return tails[::-1], highs[::-1]

    def _bound(self, at: int) -> int:
        """Return a bound on what any way is worth that uses the campaigns from ``at`` on."""
        return (self._use.saving + self._beyond(at, self._tails, self._bounding)) * self._minor + self._extra

    def _beyond(self, at: int, tails: Sequence[int], highs: Sequence[Sequence[int]]) -> int:
        """Return a bound on what the campaigns from ``at`` on could save beyond what is saved now."""
        use, more = self._use, tails[at]
        base, lows, free = use.shelf.base, use.lows, use.free
        for row, high in zip(self._rows, highs[at], strict=True):
            beyond = high - base[row] + lows[row]
            if beyond > 0:
                more += free[row] * beyond
        return more

    def _guided(self, at: int, tenths: int) -> None:
        """Go one way: apply what saves at least so many tenths of what its pieces could count for later."""
        self.steps += 1
        if at == len(self._switches):
            self._see()
            return
        switch, use = self._switches[at], self._use
        if switch.group and switch.group in use.groups:
            self._guided(at + 1, tenths)
        elif isinstance(switch, PriceSwitch):
            before = use.price(switch)
            use.groups.add(switch.group)
            self._guided(at + 1, tenths)
            use.groups.discard(switch.group)
            use.unprice(before)
        else:
            later, places, times = self._highs[at + 1], self._places, 0
            while times < switch.limit and (application := switch.next(use.free)) is not None:
                else_saved = sum(
                    count * max(use.shelf.base[row] - use.lows[row], later[places[row]] * tenths // 10)
                    for row, count in application.taken
                )
                if application.saving < else_saved:
                    break
                use.take(application)
                times += 1
            if times:
                use.groups.add(switch.group)
            self._guided(at + 1, tenths)
            for _ in range(times):
                use.untake()
            use.groups.discard(switch.group)

    def _see(self) -> None:
        """Keep the way that was gone, if it is the best so far."""
        worth = self._worth()
        if worth > self.best:
            self.best, self.way = worth, (tuple(self._use.applications), tuple(self._use.prices))

    def _visit(self, at: int) -> None:
        """Try all ways to use the campaigns from ``at`` on."""
        self.steps += 1
        if self.steps > self._limit or self._bound(at) <= self.best or (self._open and self._is_no_better(at)):
            return
        if at == len(self._switches):
            self._see()
            return
        switch = self._switches[at]
        if switch.group and switch.group in self._use.groups:
            self._visit(at + 1)
        elif isinstance(switch, PriceSwitch):
            self._visit_price(switch, at)
        else:
            self._visit_switch(switch, at)

    def _is_no_better(self, at: int) -> bool:
        """Say whether another way saved as much before this campaign, and left it and all later ones the same."""
        use, (rows, groups) = self._use, self._open[at]
        left = [*map(use.free.__getitem__, rows), *map(use.lows.__getitem__, rows)]
        key = (at, *left, groups & use.groups)
        if self._seen.get(key, -1) >= use.saving:
            return True
        self._seen[key] = use.saving
        return False

    def _visit_price(self, switch: PriceSwitch, at: int) -> None:
        use = self._use
        before = use.price(switch)
        if before:
            use.groups.add(switch.group)
            self._visit(at + 1)
            use.groups.discard(switch.group)
        use.unprice(before)
        self._visit(at + 1)

    def _visit_switch(self, switch: Switch, at: int) -> None:
        use, times = self._use, 0
        while times < switch.limit and (application := switch.next(use.free)) is not None:
            use.take(application)
            times += 1
        if times:
            use.groups.add(switch.group)
        while times:
            self._visit(at + 1)
            use.untake()
            times -= 1
        use.groups.discard(switch.group)
        self._visit(at + 1)


def _open_ends(switches: Sequence[AnySwitch]) -> list[tuple[list[int], frozenset[str]]]:
    """Return, before each campaign and at the end, the lines and groups that earlier and later ones share."""
    ends: list[tuple[list[int], frozenset[str]]] = [([], frozenset())]
    later = Counter(row for switch in switches for row in switch.rows)
    later_groups = Counter(switch.group for switch in switches if switch.group)
    lines, groups = set[int](), set[str]()
    for switch in switches:
        later.subtract(switch.rows)
        lines.update(switch.rows)
        if switch.group:
            later_groups[switch.group] -= 1
            groups.add(switch.group)
        lines = {row for row in lines if later[row]}
        groups = {group for group in groups if later_groups[group]}
        ends.append((sorted(lines), frozenset(groups)))
    return ends


def most(switch: AnySwitch, use: Use) -> int:
    """Return the most that one campaign alone could add to what is saved."""
    if isinstance(switch, PriceSwitch):
        return sum(use.free[row] * max(0, use.lows[row] - price) for row, price in switch.prices.items())
    return switch.most(use.free, use.lows)
