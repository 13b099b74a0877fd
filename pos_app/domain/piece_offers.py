"""Campaigns that act on pieces: which pieces one application takes, what it saves, and at most how much more it could.

A *row* is a line of the basket whose pieces may take part: its place, what a piece costs (``base``) and how many there
are. ``free`` counts the pieces of each row that nothing has taken yet, ``lows`` is the lowest price of such a piece.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pos_app.domain.allocation import allot
from pos_app.domain.campaigns import Benefit, BenefitKind
from pos_app.domain.programme import BASIS_POINTS


class Application(NamedTuple):
    """One application of the campaign at ``at``: how many pieces of which rows it took, and what it took off them."""

    at: int
    taken: tuple[tuple[int, int], ...]
    saving: int

    def savings(self, base: Sequence[int]) -> list[tuple[int, int]]:
        """Return what it takes off every row, shared out by what the pieces cost."""
        parts = allot(self.saving, [base[row] * count for row, count in self.taken])
        return [(row, part) for (row, _count), part in zip(self.taken, parts, strict=True)]


class PriceSwitch:
    """A price for every piece: it takes none, since a piece that nothing takes has the lowest price there is."""

    def __init__(self, at: int, group: str, prices: dict[int, int]) -> None:
        self.at = at
        self.group = group
        self.prices = prices
        self.rows = tuple(prices)

    def share(self, row: int, base: int) -> int:
        """Return the most that a piece of a line could count for in what this saves."""
        return base - self.prices[row]


class LimitedPrice:
    """A price for so many pieces: one application is one piece, those that save most first."""

    def __init__(self, at: int, group: str, limit: int, prices: dict[int, int], base: Sequence[int]) -> None:
        self.at = at
        self.group = group
        self.limit = limit
        self.rows = tuple(sorted(prices, key=lambda row: prices[row] - base[row]))
        self._prices = prices
        self._base = base

    def share(self, row: int, base: int) -> int:
        """Return the most that a piece of a line could count for in what this saves."""
        return base - self._prices[row]

    def next(self, free: Sequence[int]) -> Application | None:
        """Return what one more application takes, None where there is none that lowers what its pieces cost."""
        for row in self.rows:
            if free[row]:
                return Application(self.at, ((row, 1),), self._base[row] - self._prices[row])
        return None

    def most(self, free: Sequence[int], lows: Sequence[int]) -> int:
        """Return a bound on what all its applications could save beyond ``lows``."""
        return _most_of(((lows[row] - price, free[row]) for row, price in self._prices.items()), self.limit)


class Bundle:
    """A set of parts for one price: each part takes its dearest free pieces, the parts in their order."""

    def __init__(
        self,
        at: int,
        group: str,
        limit: int,
        parts: Sequence[tuple[Sequence[int], int]],
        price: int,
        base: Sequence[int],
    ) -> None:
        self.at = at
        self.group = group
        self.limit = limit
        self.rows = tuple(dict.fromkeys(row for rows, _count in parts for row in rows))
        self._parts = parts
        self._price = price
        self._base = base
        self._dearest = sum(count * max(base[row] for row in rows) for rows, count in parts)

    def share(self, _row: int, base: int) -> int:
        """Return the most that a piece of a line could count for: as much of its price as the dearest bundle saves."""
        return -(-base * max(0, self._dearest - self._price) // self._dearest)

    def next(self, free: Sequence[int]) -> Application | None:
        """Return what one more application takes, None where there is none that lowers what its pieces cost."""
        taken: dict[int, int] = {}
        for rows, count in self._parts:
            missing = count
            for row in rows:
                here = min(missing, free[row] - taken.get(row, 0))
                if here > 0:
                    taken[row] = taken.get(row, 0) + here
                    missing -= here
                    if not missing:
                        break
            if missing:
                return None
        saving = sum(self._base[row] * count for row, count in taken.items()) - self._price
        return Application(self.at, tuple(taken.items()), saving) if saving > 0 else None

    def most(self, free: Sequence[int], lows: Sequence[int]) -> int:
        """Return a bound on what all its applications could save beyond ``lows``."""
        times, dearest = self.limit, -self._price
        for rows, count in self._parts:
            here = [row for row in rows if free[row]]
            times = min(times, sum(free[row] for row in here) // count)
            dearest += count * max((lows[row] for row in here), default=0)
        return times * max(0, dearest)


class BuyGet:
    """The dearest ``buy + get`` free pieces, of which the ``get`` cheapest cost less or nothing."""

    def __init__(
        self,
        at: int,
        group: str,
        limit: int,
        rows: Sequence[int],
        benefit: Benefit,
        base: Sequence[int],
        count: Sequence[int],
    ) -> None:
        self.at = at
        self.group = group
        self.limit = limit
        self.rows = rows
        self._buy = benefit.buy
        self._get = benefit.get
        self._off = {row: base[row] - percent_off(base[row], benefit.off_bp) for row in rows}
        self._off_bp = benefit.off_bp
        self._base = base
        self._highest = _price_of(rows, count, benefit.buy, base)

    def share(self, _row: int, base: int) -> int:
        """Return the most that a piece of a line could count for: the cheapest cost no more than all on average.

        With one that is cheaper or free come ``buy`` that are no cheaper, so what is dearer than these counts as they
        do. Half a minor unit of every piece may be rounded.
        """
        whole = BASIS_POINTS * (self._buy + self._get)
        return -(-(2 * min(base, self._highest) * self._off_bp * self._get + whole) // (2 * whole))

    def next(self, free: Sequence[int]) -> Application | None:
        """Return what one more application takes, None where there is none that lowers what its pieces cost."""
        missing, taken = self._buy + self._get, []
        for row in self.rows:
            here = min(missing, free[row])
            if here:
                taken.append((row, here))
                missing -= here
                if not missing:
                    break
        if missing:
            return None
        got, saving = self._get, 0
        for row, count in reversed(taken):
            cheap = min(got, count)
            saving += cheap * self._off[row]
            got -= cheap
        return Application(self.at, tuple(taken), saving) if saving else None

    def most(self, free: Sequence[int], lows: Sequence[int]) -> int:
        """Return a bound on what all its applications could save beyond ``lows``."""
        times = min(self.limit, sum(free[row] for row in self.rows) // (self._buy + self._get))
        beyond = ((off - self._base[row] + lows[row], free[row]) for row, off in self._off.items())
        return _most_of(beyond, times * self._get)


def _most_of(pieces: Iterable[tuple[int, int]], limit: int) -> int:
    """Return what so many pieces save at most, of which each is given with how many there are of it."""
    total = 0
    for minor, count in sorted(pieces, reverse=True):
        if minor <= 0 or limit <= 0:
            break
        total += minor * min(count, limit)
        limit -= count
    return total


def _price_of(rows: Sequence[int], count: Sequence[int], place: int, base: Sequence[int]) -> int:
    """Return the price of the piece at a place, counted from 0, of lines that stand the dearest first."""
    for row in rows:
        place -= count[row]
        if place < 0:
            return base[row]
    return 0


Switch = LimitedPrice | Bundle | BuyGet  # what takes pieces: ``next`` is one more application, ``most`` a bound on all


def percent_off(price_minor: int, off_bp: int) -> int:
    """Return a price less a share of it, rounded half up."""
    return (price_minor * (BASIS_POINTS - off_bp) + BASIS_POINTS // 2) // BASIS_POINTS


def offered(benefit: Benefit, base: int) -> int:
    """Return what a piece costs with a percentage off or at a fixed price; never more than without."""
    if benefit.kind is BenefitKind.PERCENT_OFF:
        return percent_off(base, benefit.off_bp)
    return min(base, benefit.price_minor)
