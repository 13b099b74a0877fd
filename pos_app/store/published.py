"""Catalogue, rules and staff for the use cases."""

from datetime import date

from pos_app.domain.catalogue import Item
from pos_app.domain.in_force import Campaigns
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.errors import Unavailable
from pos_app.store.directory_reader import MAX_ROWS, DirectoryReader


class PublishedTables:
    """Reads the directory and says when it is missing."""

    def __init__(self, directory: DirectoryReader) -> None:
        self._directory = directory
        self._advised: tuple[tuple[int, int], list[Item]] | None = None

    def item(self, item_id: int) -> Item | None:
        """Return one item; raises Unavailable ``directory.missing``."""
        self._directory.require()
        return self._directory.item(item_id)

    def item_with_barcode(self, barcode: str) -> Item | None:
        """Return the item with this GTIN-13; raises Unavailable ``directory.missing``."""
        self._directory.require()
        return self._directory.item_with_barcode(barcode)

    def find_items(self, text: str, limit: int) -> list[Item]:
        """Return items by prefix of barcode, name or initials, then by any part of the name; at most 20."""
        self._directory.require()
        limit = max(1, min(limit, MAX_ROWS))
        if not text:
            return []
        columns = ("barcode",) if text.isascii() and text.isdigit() else ("name", "initials")
        found: dict[int, Item] = {}
        for column in columns:
            prefix = text.lower() if column == "initials" else text
            found |= {item.item_id: item for item in self._directory.items(column, prefix, limit)}
        if len(found) < limit and columns[0] == "name":
            found = {item.item_id: item for item in self._directory.items_named(text, limit)} | found
        return list(found.values())[:limit]

    def redeemables(self, least_minor: int, most_minor: int, limit: int) -> list[Item]:
        """Return redeemable items with a list price within these bounds, dearest first."""
        self._directory.require()
        items = self._directory.items_between(least_minor, most_minor, limit * 2)
        return [item for item in items if item.redeemable and not item.weighed][:limit]

    def advised(self, kinds: frozenset[str]) -> list[Item]:
        """Return the items whose kind of advice is one of ``kinds``; all with advice are read once a catalogue."""
        self._directory.require()
        position = self._directory.catalogue_position()
        if self._advised is None or self._advised[0] != position:
            self._advised = (position, self._directory.advised_items())
        return [item for item in self._advised[1] if item.advice in kinds]

    def stamp(self) -> tuple[int, int]:
        """Return what changes whenever anything published changes: for caches."""
        return self._directory.stamp()

    def programme(self, today: date) -> Programme:
        """Return the newest rules in force; raises Unavailable ``directory.no_programme``."""
        self._directory.require()
        rules = self._directory.programmes(today)
        if not rules:
            raise Unavailable("directory.no_programme", today=today.isoformat())
        return rules[0]

    def campaigns(self, today: date) -> Campaigns:
        """Return the campaigns whose period holds ``today``; the same value until one of them changes."""
        self._directory.require()
        return self._directory.campaigns(today)

    def read_ahead(self, today: date) -> None:
        """Read what the first price of a day needs before it is asked for; nothing where there is no directory."""
        if self._directory.is_attached:
            self._directory.campaigns(today)

    def staff(self, store_id: str) -> tuple[StaffMember, ...]:
        """Return the people of a store, by name."""
        self._directory.require()
        return tuple(sorted(self._directory.staff(store_id), key=lambda person: (person.name, person.staff_id)))
