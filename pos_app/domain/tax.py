"""Tax on goods (增值税): inside the price or put on top of it, by the line, rounded half up to the minor unit.

A rate is in basis points. Tax is of the price after everything that takes money off it; points and stored value that
pay afterwards change nothing. What a line costs in the end (``net_minor``) holds the tax in either case, and ``within``
finds it there again: also a tax that ``on_top`` put there, to the minor unit.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pos_app.domain.price_steps import TAX, PriceStep, is_tax

WHOLE_BP = 10_000


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """What goods at one rate came to, without tax, and their tax."""

    bp: int
    goods_minor: int
    tax_minor: int


def on_top(goods_minor: int, bp: int) -> int:
    """Return the tax that goods without tax bear; ``goods_minor`` is 0 or more."""
    return (goods_minor * bp + WHOLE_BP // 2) // WHOLE_BP


def within(net_minor: int, bp: int) -> int:
    """Return the tax inside a price that holds it; ``net_minor`` is 0 or more."""
    whole = WHOLE_BP + bp
    return (2 * net_minor * bp + whole) // (2 * whole)


def rule_of(bp: int) -> str:
    """Return how a step names tax put on top: its rate stands where other rules have their version."""
    return f"{TAX}@{bp}"


def added(steps: Iterable[PriceStep]) -> int:
    """Return the tax that the steps of a line put on top of its price."""
    return -sum(step.minor for step in steps if is_tax(step.rule))


def paid_for_goods(paid_minor: int, net_minor: int, added_minor: int) -> int:
    """Return what of ``paid_minor`` is for the goods themselves, where ``added_minor`` of ``net_minor`` is tax on top.

    What was paid otherwise (points) pays goods and tax alike; the part of the tax is rounded half up.
    """
    return paid_minor - (2 * added_minor * paid_minor + net_minor) // (2 * net_minor) if added_minor else paid_minor


def tax_totals(lines: Iterable[tuple[int, int, int]]) -> tuple[TaxTotal, ...]:
    """Return what lines of ``(rate, price with tax, tax)`` came to, the highest rate first; without those of rate 0."""
    price, tax = Counter[int](), Counter[int]()
    for bp, net_minor, tax_minor in lines:
        price[bp] += net_minor
        tax[bp] += tax_minor
    return tuple(TaxTotal(bp, price[bp] - tax[bp], tax[bp]) for bp in sorted(price, reverse=True) if bp)


def rate_text(bp: int) -> str:
    """Return a rate in percent: ``13``, ``6``, ``8.25``."""
    return f"{bp / 100:g}"
