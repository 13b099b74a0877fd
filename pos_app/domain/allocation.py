"""Share a whole out to parts so that the parts always sum to the whole."""

from collections.abc import Sequence


def allot(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Return ``total`` shared out in proportion to ``weights`` by largest remainder, ties to the earlier part.

    Every part is its exact share rounded down or up, so a part never exceeds its weight while ``total`` does not
    exceed the sum of the weights, and a weight of nothing gets nothing.

    Args:
        total: 0 or more.
        weights: each 0 or more; all may be 0 only when ``total`` is 0.

    Source: Hamilton's method (largest remainder).
    """
    whole = sum(weights)
    assert total >= 0, total
    assert min(weights, default=0) >= 0, weights
    assert total == 0 or whole > 0, (total, weights)
    if total == 0:
        return (0,) * len(weights)
    parts = [total * weight // whole for weight in weights]
    missing = total - sum(parts)
    if missing:
        remainders = [total * weight % whole for weight in weights]
        for at in sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)[:missing]:  # ties stay in order
            parts[at] += 1
    return tuple(parts)
