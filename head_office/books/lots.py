"""Coupons and punch cards that head office gave out: whose each is. The member's row lock guards its account too."""

from collections import defaultdict
from collections.abc import Collection

import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.ledger import Asset

_LOT = schema.lot.c
_MEMBER = sa.select(_LOT.member_id).where(_LOT.lot == sa.bindparam("lot"), _LOT.asset == sa.bindparam("asset"))
_MEMBERS = sa.select(_LOT.member_id).where(among(_LOT.lot, "lots"))
_LOTS = sa.select(_LOT.member_id, _LOT.lot).where(among(_LOT.member_id, "members")).order_by(_LOT.lot)


def lot_member(connection: sa.Connection, asset: Asset, lot: str) -> str | None:
    """Return whose coupon or punch card a lot is; None for an unknown one."""
    return connection.execute(_MEMBER, {"lot": lot, "asset": asset.value}).scalar()


def lock_nobodys(connection: sa.Connection, lot: str) -> None:
    """Lock the row of a coupon that is nobody's: no member's row guards its account."""
    connection.execute(_MEMBER.with_for_update(), {"lot": lot, "asset": Asset.COUPON.value})


def members_of_lots(connection: sa.Connection, lots: Collection[str]) -> set[str]:
    """Return whose these lots are; unknown ones are nobody's."""
    return set(connection.execute(_MEMBERS, {"lots": lots}).scalars()) if lots else set()


def lots_of(connection: sa.Connection, member_ids: Collection[str]) -> dict[str, list[str]]:
    """Return by member the coupons and punch cards that they were ever given."""
    lots: dict[str, list[str]] = defaultdict(list)
    for member_id, lot in connection.execute(_LOTS, {"members": set(member_ids)}):
        lots[member_id].append(lot)
    return lots
