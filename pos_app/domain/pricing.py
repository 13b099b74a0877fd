"""What a basket costs: member price, tier discount, points, and what each line really pays and earns."""

from dataclasses import dataclass

from pos_app.domain.catalogue import Item


@dataclass(frozen=True, slots=True)
class PricedLine:
    """One line, worked out. All money is for the whole line in minor units.

    ``list_minor`` at list price; ``net_minor`` after member price or tier discount, whichever is lower.
    ``redeemed_points`` take the whole line (then ``redeemed_minor == net_minor``); ``basket_points`` and
    ``basket_points_minor`` are its share of the points spent against the basket.
    Always ``net_minor == redeemed_minor + basket_points_minor + paid_minor``. ``earned_points`` on ``paid_minor`` only.
    ``rules`` names what priced it, for example ``("member_price@p1", "earn@p1")``.
    """

    line_no: int
    item: Item
    quantity: int
    unit_list_minor: int
    unit_net_minor: int
    list_minor: int
    net_minor: int
    redeemed_points: int
    redeemed_minor: int
    basket_points: int
    basket_points_minor: int
    paid_minor: int
    earned_points: int
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket, worked out. ``due_minor`` is the money still to be paid, before cash rounding."""

    lines: tuple[PricedLine, ...]
    list_minor: int
    member_saving_minor: int
    redeemed_minor: int
    basket_points_minor: int
    due_minor: int
    redeemed_points: int
    basket_points: int
    earned_points: int
    programme_version: str

    @property
    def points(self) -> int:
        """Return all points that the basket spends."""
        return self.redeemed_points + self.basket_points
