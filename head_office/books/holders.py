"""Who holds rights of a member (or of one coupon, punch card, sold line), and how a cashier hears of it."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from head_office import lives
from head_office.books.aliases import names_of
from head_office.books.members import SILENT_AFTER_MS
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.ledger import Asset
from pos_app.domain.members import HeldElsewhere
from pos_app.domain.posting import ESCROW, holder_name

MOST_HOLDERS = 50  # of one asset of a member that one answer names
_ACCOUNT, _LIFE, _STORE, _TERMINAL = schema.account.c, schema.life.c, schema.store.c, schema.terminal.c
_TOTAL = sa.func.sum(_ACCOUNT.credit - _ACCOUNT.debit)
_HELD = (
    sa.select(_ACCOUNT.holder, _TOTAL.label("amount"))
    .where(among(_ACCOUNT.owner, "owners"), _ACCOUNT.kind == ESCROW, _ACCOUNT.ledger == sa.bindparam("ledger"))
    .group_by(_ACCOUNT.holder)
    .having(_TOTAL > 0)
)
_VESTED = sa.func.substr(_ACCOUNT.dated, len("2027-12-31 ") + 1) <= sa.bindparam("today")  # see ``ledger.dated``
_WHO = (
    sa.select(_LIFE.terminal_id, _LIFE.epoch, _LIFE.status, _LIFE.last_heard_ms)
    .add_columns(_STORE.name, _STORE.name_en, _TERMINAL.lane)
    .join(schema.store, _STORE.store_id == _LIFE.store_id)
    .join(schema.terminal, _TERMINAL.terminal_id == _LIFE.terminal_id)
    .where(among(_LIFE.terminal_id, "terminals"))
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody may be granted, or must give back: one asset of a member, or one lot of it (see ``Grant``)."""

    member_id: str
    asset: Asset = Asset.POINTS
    lot: str = ""

    @property
    def owner(self) -> str:
        """Return the owner of its accounts."""
        return self.lot or self.member_id


@dataclass(frozen=True, slots=True)
class Holder:
    """A terminal life that holds ``amount`` of something, and its name to a cashier."""

    terminal_id: str
    epoch: str
    is_live: bool
    store_name: str
    lane: int
    amount: int
    last_heard_ms: int
    store_name_en: str = ""

    def named(self, now_ms: int) -> HeldElsewhere:
        """Return the holder as a cashier hears of it."""
        silent = self.last_heard_ms if self.last_heard_ms < now_ms - SILENT_AFTER_MS else None
        return HeldElsewhere(
            self.store_name,
            self.amount,
            silent,
            self.lane,
            self.store_name_en,
            holder_name(self.terminal_id, self.epoch),
        )


def holders_of(
    connection: sa.Connection, wanted: Wanted, ledger: str, *, but: str = "", today: date = date.max
) -> list[Holder]:
    """Return who holds what of it that may be spent ``today`` (as it stands: ever), most first.

    Of a merged member under any name. ``but`` is the holder who asks.
    """
    owners = [wanted.lot] if wanted.lot else names_of(connection, wanted.member_id)
    asked = {"owners": owners, "ledger": ledger, "today": today.isoformat()}
    rows = connection.execute(_HELD.where(_VESTED), asked)
    amounts = {row.holder: int(row.amount) for row in rows if row.holder != but}
    if not amounts:
        return []
    terminals = {holder.rpartition("/")[0] for holder in amounts}
    found = [
        Holder(
            life.terminal_id,
            life.epoch,
            life.status == lives.LIVE,
            life.name,
            life.lane,
            amounts[holder_name(life.terminal_id, life.epoch)],
            life.last_heard_ms or 0,
            life.name_en,
        )
        for life in connection.execute(_WHO, {"terminals": terminals})
        if holder_name(life.terminal_id, life.epoch) in amounts
    ]
    return sorted(found, key=lambda holder: (-holder.amount, holder.terminal_id, holder.epoch))[:MOST_HOLDERS]
