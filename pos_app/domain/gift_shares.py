"""What a gift bears of the price of the goods that earned it, so that each piece comes back for what was paid for it.

A customer pays the goods and gets the gift for nothing: the money is for both. It is shared by what they cost, a gift
by what it would have cost, as the law of prices shares whatever one offer saves over all of its pieces.
"""

from collections.abc import Container, Mapping, Sequence

from pos_app.domain.allocation import allot
from pos_app.domain.campaign_prices import FreeGift


class Standing:
    """Money by the line on which it stands and the line whose goods it is paid for; both are places in a basket."""

    def __init__(self, rows: Sequence[Mapping[int, int]]) -> None:
        self._rows = rows

    @classmethod
    def shared(cls, nets: Sequence[int], gifts: Sequence[FreeGift]) -> "Standing":
        """Return what lines cost with gifts that bear their share, each by what it would have cost."""
        weights = [{row: cost} for row, cost in enumerate(nets)]
        for gift in gifts:
            costs = [nets[row] for row in gift.earned_by]
            if any(costs):
                for row, part in zip(gift.earned_by, allot(gift.minor, costs), strict=True):
                    weights[row][gift.row] = weights[row].get(gift.row, 0) + part
        rows: list[dict[int, int]] = [{} for _ in nets]
        for source, cost in enumerate(nets):
            for row, part in _shared_out(cost, weights[source]).items():
                rows[row][source] = part
        return cls(rows)

    def paid(self, amounts: Sequence[int]) -> "Standing":
        """Return it for other amounts of the lines, each no more than the line has here."""
        return Standing([_shared_out(amount, row) for amount, row in zip(amounts, self._rows, strict=True)])

    def of(self, sources: Container[int]) -> list[int]:
        """Return what stands on each line for the goods of some lines."""
        return [sum([row[source] for source in row if source in sources]) for row in self._rows]


def _shared_out(amount: int, weights: Mapping[int, int]) -> dict[int, int]:
    """Return an amount by what bears it; most lines have nothing to do with gifts."""
    if len(weights) == 1:
        return dict.fromkeys(weights, amount)
    return dict(zip(weights, allot(amount, tuple(weights.values())), strict=True))
