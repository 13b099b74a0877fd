"""What the shop sells and what it knows of each item."""

from dataclasses import dataclass

from pos_app.domain.members import Tier

WHOLE_BP = 10_000
MOST_PRICE_MINOR = 100_000_000  # a million of money for one piece is a slip of the hand


@dataclass(frozen=True, slots=True)
class Item:
    """One article as head office publishes it.

    ``barcode`` is GTIN-13. ``member_price_minor`` is None where members pay the list price. ``earns`` is true for
    the programme's own items only; any item can be redeemed unless ``redeemable`` is false.
    Months are the child's age range that the item is made for, inclusive; None when it has none.
    ``pack_content`` with ``content_unit`` (g, ml, piece) and ``daily_use`` (same unit) predict the day a pack runs out.
    ``advice`` names the follow-up advice (``domain/care.py``); empty means no call for this item.
    ``weighed`` goods are sold by weight: their prices are per kg, and ``barcode`` is the in-store code of their labels
    with the weight's digits at zero.
    A paid membership grants ``term_tier`` for ``term_months`` a piece.
    ``tax_bp`` is the rate of tax in basis points, 0 for none: inside the prices if ``tax_included``, else put on top.
    """

    item_id: int
    barcode: str
    name: str
    name_en: str
    initials: str
    spec: str
    brand: str
    category: str
    price_minor: int
    member_price_minor: int | None = None
    earns: bool = False
    redeemable: bool = True
    stage: int | None = None
    months_from: int | None = None
    months_to: int | None = None
    pack_content: int | None = None
    content_unit: str = ""
    daily_use: int | None = None
    advice: str = ""
    version: int = 1
    weighed: bool = False
    term_tier: Tier | None = None
    term_months: int = 0
    tax_bp: int = 0
    tax_included: bool = True

    @property
    def on_top_bp(self) -> int:
        """Return the rate of tax that is put on top of the prices, 0 where they hold it."""
        return 0 if self.tax_included else self.tax_bp

    def problems(self) -> tuple[str, ...]:
        """Return the names of the fields that nobody can sell by, empty when all is well.

        Whoever publishes or installs an item refuses it with them.
        """
        prices = {"price_minor": self.price_minor, "member_price_minor": self.member_price_minor or 0}
        wrong = [name for name, minor in prices.items() if not 0 <= minor <= MOST_PRICE_MINOR]
        return (*wrong, *(("tax_bp",) if not 0 <= self.tax_bp <= WHOLE_BP else ()))
