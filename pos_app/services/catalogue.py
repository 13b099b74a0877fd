"""The shelf: items by barcode, name or initials, and what points can take home."""

from pos_app.domain.catalogue import Item
from pos_app.domain.members import Tier
from pos_app.errors import Refused
from pos_app.services.cards import offers
from pos_app.services.member_models import Offer
from pos_app.services.ports import Unit
from pos_app.services.till import TillSession

MOST = 20


class Shelf:
    """Reads the catalogue."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def find(self, text: str, limit: int = 20) -> tuple[Item, ...]:
        """Return items whose barcode, name or initials begin with ``text``."""
        with self._session.store.view() as unit:
            return tuple(unit.published.find_items(" ".join(text.split()), min(limit, MOST)))

    def item(self, item_id: int) -> Item:
        """Return one item; raises Refused ``item.unknown``."""
        with self._session.store.view() as unit:
            return require_item(unit, item_id)

    def redeemables(self, usable_points: int, limit: int = 20, tier: Tier = Tier.NORMAL) -> tuple[Offer, ...]:
        """Return redeemable items within or nearly within reach, at the prices of ``tier``."""
        with self._session.store.view() as unit:
            programme = unit.published.programme(self._session.business_date(unit))
            return offers(unit, usable_points, programme, tier, min(limit, MOST))


def require_item(unit: Unit, item_id: int) -> Item:
    """Return one item; raises Refused ``item.unknown``."""
    item = unit.published.item(item_id)
    if item is None:
        raise Refused("item.unknown", item_id=item_id)
    return item
