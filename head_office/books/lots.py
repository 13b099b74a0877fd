"""Coupons and punch cards that head office gave out: whose each is. The member's row lock guards its account too."""

from collections.abc import Collection

import sqlalchemy as sa

from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.ledger import Asset

_LOT = schema.lot.c
_MEMBER = sa.select(_LOT.member_id).where(_LOT.lot == sa.bindparam("lot"), _LOT.asset == sa.bindparam("asset"))
_MEMBERS = sa.select(_LOT.member_id).where(among(_LOT.lot, "lots"))


def lot_member(connection: sa.Connection, asset: Asset, lot: str) -> str | None:
    """Return whose coupon or punch card a lot is; None for an unknown one."""
    return connection.execute(_MEMBER, {"lot": lot, "asset": asset.value}).scalar()


def members_of_lots(connection: sa.Connection, lots: Collection[str]) -> set[str]:
    """Return whose these lots are; unknown ones are nobody's."""
    return set(connection.execute(_MEMBERS, {"lots": lots}).scalars()) if lots else set()
