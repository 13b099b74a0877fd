"""Foreign cash: notes of another currency at the rate that head office publishes; change is the shop's own money."""

from dataclasses import dataclass

from pos_app.domain.money import MINOR_PER_UNIT

RATE_UNIT = 10**6
# Decimals of the minor unit where they are not two. Source: ISO 4217.
DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}


@dataclass(frozen=True, slots=True)
class ForeignRate:
    """What a currency (ISO 4217) is taken for: ``rate_e6`` of the shop's money for one unit of it, times a million."""

    currency: str
    rate_e6: int

    def is_sound(self) -> bool:
        """Say whether it names a currency and gives something for it."""
        return len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper() and self.rate_e6 > 0


def worth(foreign_minor: int, rate: ForeignRate, step_minor: int) -> int:
    """Return what notes are worth in minor units of the shop's money, rounded down to what cash can pay.

    Args:
        foreign_minor: 0 or more, in minor units of the foreign currency.
        step_minor: the multiple that cash is paid in.
    """
    assert foreign_minor >= 0, foreign_minor
    exact = foreign_minor * rate.rate_e6 * MINOR_PER_UNIT // (minor_per_unit(rate.currency) * RATE_UNIT)
    return exact - exact % max(1, step_minor)


def minor_per_unit(currency: str) -> int:
    """Return how many minor units one unit of a currency has: 100 for HKD, 1 for JPY."""
    return int(10 ** DECIMALS.get(currency, 2))


def foreign_text(foreign_minor: int, currency: str) -> str:
    """Return ``HKD 200.00``, ``JPY 5,000``."""
    decimals = DECIMALS.get(currency, 2)
    units, rest = divmod(foreign_minor, minor_per_unit(currency))
    return f"{currency} {units:,}" + (f".{rest:0{decimals}d}" if decimals else "")


def rate_text(rate: ForeignRate) -> str:
    """Return how much one unit is taken for: ``0.9123``."""
    units, rest = divmod(rate.rate_e6, RATE_UNIT)
    return f"{units}.{rest:06d}".rstrip("0").ljust(len(f"{units}.") + 2, "0")
