"""What kinds of advice the shop gives, and which care belongs to which age of a child."""

from dataclasses import dataclass
from enum import StrEnum

from pos_app.domain.ages import MonthAge


class Advice(StrEnum):
    """Values of ``Item.advice``: what to ask and advise after such an item was bought. Empty means no call."""

    FORMULA = "formula"
    PROBIOTIC = "probiotic"
    CEREAL = "cereal"
    FOOD = "food"  # purées, biscuits, noodles: what follows the first cereal
    NAPPY = "nappy"
    CARE = "care"  # skin, bath, laundry
    FEEDING = "feeding"  # bottles, teats, cups
    VITAMIN = "vitamin"
    TOY = "toy"
    MOTHER = "mother"  # for the mother herself


@dataclass(frozen=True, slots=True)
class CareNode:
    """A care that falls due at an age: months inclusive, and the kind of item that helps.

    For an ``expected`` child the months count to the birth.
    """

    key: str
    months_from: int
    months_to: int
    advice: Advice
    expected: bool = False

    def applies(self, age: MonthAge) -> bool:
        """Say whether a child of this age is in the node."""
        return age.expected == self.expected and self.months_from <= age.months <= self.months_to


# Earlier nodes are told first. Ages follow the complementary-feeding advice of the Chinese Nutrition Society
# (dietary guidelines for infants, 2022: first food iron-rich, about 6 months, not before 4) and the trade's custom.
NODES: tuple[CareNode, ...] = (
    CareNode("hospital_bag", 0, 1, Advice.MOTHER, expected=True),
    CareNode("pregnancy", 2, 9, Advice.MOTHER, expected=True),
    CareNode("newborn", 0, 0, Advice.VITAMIN),
    CareNode("tummy", 1, 3, Advice.PROBIOTIC),
    CareNode("first_cereal", 4, 6, Advice.CEREAL),
    CareNode("teething", 5, 9, Advice.TOY),
    CareNode("finger_food", 7, 11, Advice.FOOD),
    CareNode("crawling", 8, 11, Advice.NAPPY),
    CareNode("cup", 9, 14, Advice.FEEDING),
    CareNode("family_food", 12, 18, Advice.FOOD),
    CareNode("walking", 12, 18, Advice.TOY),
    CareNode("potty", 18, 30, Advice.NAPPY),
    CareNode("learning", 24, 47, Advice.TOY),
)


def nodes_at(age: MonthAge) -> tuple[CareNode, ...]:
    """Return the nodes that a child of this age is in."""
    return tuple(node for node in NODES if node.applies(age))


def next_node(age: MonthAge) -> CareNode | None:
    """Return the node that begins next for a born child, None when there is none within six months."""
    later = [node for node in NODES if not node.expected and age.months < node.months_from <= age.months + 6]
    return min(later, key=lambda node: node.months_from) if later and not age.expected else None
