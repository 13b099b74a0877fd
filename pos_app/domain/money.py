"""Money as whole minor units (fen, cents) and how it is written."""

MINOR_PER_UNIT = 100


def amount_text(amount_minor: int) -> str:
    """Return ``1,072.00`` for 107200; a negative amount carries the typographic minus ``−``."""
    sign = "−" if amount_minor < 0 else ""
    units, minor = divmod(abs(amount_minor), MINOR_PER_UNIT)
    return f"{sign}{units:,}.{minor:02d}"


def money_text(amount_minor: int, symbol: str = "¥") -> str:
    """Return ``¥1,072.00`` for 107200, ``−¥3.00`` for -300."""
    sign = "−" if amount_minor < 0 else ""
    return f"{sign}{symbol}{amount_text(abs(amount_minor))}"
