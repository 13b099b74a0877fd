"""The shelf: items by barcode, name or initials, and what points can take home."""

from pos_app.domain.catalogue import Item
from pos_app.services.member_models import Offer
from pos_app.services.till import TillSession


class Shelf:
    """Reads the catalogue."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def find(self, text: str, limit: int = 20) -> tuple[Item, ...]:
        """Return items whose barcode, name or initials begin with ``text``."""
        raise NotImplementedError

    def item(self, item_id: int) -> Item:
        """Return one item; raises Refused ``item.unknown``."""
        raise NotImplementedError

    def redeemables(self, usable_points: int, limit: int = 20) -> tuple[Offer, ...]:
        """Return redeemable items within or nearly within reach, dearest first."""
        raise NotImplementedError
