"""How long to wait before the next try: full jitter, so that a region coming back does not come back at once."""

BASE_S = 0.5
CAP_S = 60.0
MAX_DOUBLINGS = 16  # 0.5 s * 2**16 is far past the cap


def delay_s(failures: int, chance: float, retry_after_ms: int | None = None) -> float:
    """Return seconds to wait after ``failures`` failed tries in a row.

    The cap comes before the jitter: capped afterwards, all terminals that failed long enough would return together.

    Args:
        failures: 1 or more.
        chance: uniform in [0, 1).
        retry_after_ms: what head office asked for, if it did; the jitter comes on top of it.
    """
    assert failures >= 1, failures
    assert 0 <= chance < 1, chance
    ceiling = min(CAP_S, BASE_S * (1 << min(failures - 1, MAX_DOUBLINGS)))
    return chance * ceiling + (retry_after_ms or 0) / 1000
