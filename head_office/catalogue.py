"""What head office publishes by hand: items, rules, staff. The row is changed first, then the feed is told."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from head_office.acts import keep, record
from head_office.feed import GLOBAL, Change, publish, store_shard
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.catalogue import MOST_PRICE_MINOR, WHOLE_BP, Item
from pos_app.domain.codes import STAFF_CARD_BYTES, staff_card
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember
from pos_app.errors import Refused

_ITEM = schema.item.c

PRICE = "price"
TAX = "tax"


def publish_items(office: Office, items: Sequence[Item]) -> None:
    """Store items and tell every till; an item's version must be newer than the stored one.

    Raises Refused ``item.price {item_id, fields}`` for one that nobody can sell by; then none is published.
    """
    for item in items:
        if problems := item.problems():
            raise Refused("item.price", item_id=item.item_id, fields=problems)
    rows = [item_row(item) for item in items]
    changes = [Change(GLOBAL, "item", str(row["item_id"]), row["body"]) for row in rows]

    def work(connection: sa.Connection) -> None:
        insert_rows(connection, schema.item, rows, clash="update")
        publish(connection, changes)

    office.database.write(work)
    office.bell.ring()


def set_price(
    office: Office, barcode: str, price_minor: int, member_price_minor: int | None, at_ms: int | None = None
) -> Item:
    """Change an item's prices and tell every till; raises Refused ``item.unknown`` or ``item.price``.

    ``at_ms`` is when it was decided, if not now.
    """
    if not 0 <= price_minor <= MOST_PRICE_MINOR or not 0 <= (member_price_minor or 0) <= price_minor:
        raise Refused("item.price", price_minor=price_minor, member_price_minor=member_price_minor)

    return _changed(office, PRICE, barcode, at_ms, price_minor=price_minor, member_price_minor=member_price_minor)


def set_tax(office: Office, barcode: str, tax_bp: int, *, included: bool, at_ms: int | None = None) -> Item:
    """Change an item's rate of tax, and whether its prices hold it; raises what ``set_price`` raises."""
    if not 0 <= tax_bp <= WHOLE_BP:
        raise Refused("item.price", tax_bp=tax_bp)
    return _changed(office, TAX, barcode, at_ms, tax_bp=tax_bp, tax_included=included)


def _changed(office: Office, kind: str, barcode: str, at_ms: int | None, **changes: int | None) -> Item:
    """Change fields of an item, tell every till, and keep that somebody decided it."""

    def work(connection: sa.Connection) -> Item:
        known = sa.select(_ITEM.body).where(_ITEM.barcode == barcode).with_for_update()
        body = connection.execute(known).scalar()
        if body is None:
            raise Refused("item.unknown", barcode=barcode)
        old = msgspec.json.decode(body, type=Item)
        item = replace(old, version=old.version + 1, **changes)  # type: ignore[arg-type]  # fields of an item by name
        row = {"version": item.version, "body": msgspec.json.encode(item)}
        connection.execute(sa.update(schema.item).where(_ITEM.item_id == item.item_id).values(row))
        publish(connection, [Change(GLOBAL, "item", str(item.item_id), msgspec.json.encode(item))])
        when_ms = office.clock.now_ms() if at_ms is None else at_ms
        record(connection, kind, f"{kind}/{barcode}/{when_ms}", when_ms, {"barcode": barcode, **changes})
        return item

    item = office.database.write(work)
    keep(office)
    office.bell.ring()
    return item


def publish_programme(office: Office, rules: Programme) -> None:
    """Store a new version of the rules and tell every till.

    Raises:
        Refused: ``programme.unlawful {fields}``; ``programme.known`` where the version is out with other rules, since
            sales name it for ever; ``programme.overlap {other}`` where another version of the same day goes before it.
    """
    if problems := rules.problems():
        raise Refused("programme.unlawful", version=rules.version, fields=problems)
    body = msgspec.json.encode(rules)
    row = {"rules_version": rules.version, "valid_from": rules.valid_from.isoformat(), "body": body}

    def work(connection: sa.Connection) -> None:
        known = schema.programme.c
        of_day = sa.select(known.rules_version, known.body).where(
            sa.or_(known.rules_version == rules.version, known.valid_from == row["valid_from"])
        )
        for version, stored in connection.execute(of_day):
            if version == rules.version and msgspec.json.decode(stored, type=Programme) != rules:
                raise Refused("programme.known", version=version)
            if version > rules.version:
                raise Refused("programme.overlap", version=rules.version, other=version)
        insert_rows(connection, schema.programme, [row], clash="ignore")
        publish(connection, [Change(GLOBAL, "programme", rules.version, body)])

    office.database.write(work)
    office.bell.ring()


def renew_card(office: Office, staff_id: str) -> StaffMember:
    """Give somebody a staff card; the one before is nobody's from then on. Raises Refused ``staff.unknown``."""
    with office.database.read() as connection:
        found = connection.execute(sa.select(schema.staff.c.body).where(schema.staff.c.staff_id == staff_id))
        body = found.scalar_one_or_none()
    if body is None:
        raise Refused("staff.unknown", staff_id=staff_id)
    old = msgspec.json.decode(body, type=StaffMember)
    person = replace(old, card=staff_card(office.token(STAFF_CARD_BYTES)), version=old.version + 1)
    publish_staff(office, [person])
    return person


def publish_staff(office: Office, people: Sequence[StaffMember]) -> None:
    """Store staff and tell the tills of their store: PIN hashes are nobody else's business."""
    rows = [staff_row(one) for one in people]
    changes = [Change(store_shard(row["store_id"]), "staff", row["staff_id"], row["body"]) for row in rows]

    def work(connection: sa.Connection) -> None:
        insert_rows(connection, schema.staff, rows, clash="update")
        publish(connection, changes)

    office.database.write(work)
    office.bell.ring()


def item_row(item: Item) -> dict[str, Any]:
    """Return an item as its row."""
    body = msgspec.json.encode(item)
    return {"item_id": item.item_id, "barcode": item.barcode, "version": item.version, "body": body}


def staff_row(one: StaffMember) -> dict[str, Any]:
    """Return somebody of the staff as their row."""
    body = msgspec.json.encode(one)
    return {"staff_id": one.staff_id, "store_id": one.store_id, "version": one.version, "body": body}
