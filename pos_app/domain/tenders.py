"""How a sale is paid: what was handed over, what came back, and what cash rounding took off."""

from dataclasses import dataclass
from enum import StrEnum


class TenderKind(StrEnum):
    """Ways to pay. Points are not money: they are redeemed on the basket. ``value`` and ``gift`` are stored value.

    ``foreign`` is cash of another currency, at its worth in the shop's money.
    ``exchange`` is the worth of goods that came back in the same step: the refund gives it, the sale takes it.
    """

    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"
    FOREIGN = "foreign"
    VALUE = "value"
    GIFT = "gift"
    EXCHANGE = "exchange"


@dataclass(frozen=True, slots=True)
class Tender:
    """One payment of a sale. ``amount_minor`` counts towards the sale; for cash ``given - change = amount``.

    Of foreign cash ``given_minor`` is what the notes were worth; ``foreign_minor`` of ``currency`` lie in the drawer,
    and the change left it in the shop's own money. ``reference`` is the terminal's or the code's reference for payments
    that are not cash, never a payment code.
    """

    kind: TenderKind
    amount_minor: int
    given_minor: int = 0
    change_minor: int = 0
    reference: str = ""
    currency: str = ""
    foreign_minor: int = 0
