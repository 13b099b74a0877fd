"""Holdings: grants with what is left of them here; the database itself refuses to let one go below zero."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.domain.ledger import Asset, Grant, Holding, Spend
from pos_app.errors import Damaged
from pos_app.store.connection import Database

_COLUMNS = "gid, member_id, asset, amount, expires_on, lease_until_ms, lot, remaining"


class HoldingTable:
    """Table ``holding``."""

    def __init__(self, database: Database) -> None:
        self._conn = database.conn

    def of(self, member_id: str) -> list[Holding]:
        """Return what is held for a member, spent-out grants left out."""
        rows = self._conn.execute(
            f"SELECT {_COLUMNS} FROM holding WHERE member_id = ? AND remaining > 0 ORDER BY holding_no", [member_id]
        )
        return _holdings(rows)

    def install(self, grants: Sequence[Grant]) -> tuple[Grant, ...]:
        """Add holdings; grants whose identity is known are ignored. Return those that were new."""
        new: list[Grant] = []
        for grant in grants:
            added = self._conn.execute(
                "INSERT INTO holding (gid, member_id, asset, amount, remaining, expires_on, lease_until_ms, lot)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (gid) DO NOTHING",
                [
                    grant.gid,
                    grant.member_id,
                    grant.asset.value,
                    grant.amount,
                    grant.amount,
                    grant.expires_on.isoformat(),
                    grant.lease_until_ms,
                    grant.lot,
                ],
            )
            if added.rowcount:
                new.append(grant)
        return tuple(new)

    def take(self, spends: Sequence[Spend]) -> None:
        """Debit holdings; raises Damaged ``holding.overdrawn`` for an unknown one or one that would go below zero."""
        for spend in spends:
            try:
                changed = self._conn.execute(
                    "UPDATE holding SET remaining = remaining - ? WHERE gid = ?", [spend.amount, spend.gid]
                )
            except sqlcipher.IntegrityError as error:
                raise Damaged("holding.overdrawn", gid=spend.gid, wanted=spend.amount) from error
            if changed.rowcount != 1:
                raise Damaged("holding.overdrawn", gid=spend.gid, wanted=spend.amount)

    def ended(self, today: date, now_ms: int, limit: int) -> list[Holding]:
        """Return holdings with something left whose lot or lease has ended, at most ``limit``."""
        rows = self._conn.execute(
            f"SELECT {_COLUMNS} FROM holding WHERE remaining > 0 AND (expires_on < ? OR lease_until_ms < ?)"
            " ORDER BY holding_no LIMIT ?",
            [today.isoformat(), now_ms, limit],
        )
        return _holdings(rows)

    def outstanding(self) -> dict[Asset, int]:
        """Return what this terminal may still spend of each asset: the chain's exposure if it is lost."""
        rows = self._conn.execute("SELECT asset, sum(remaining) FROM holding WHERE remaining > 0 GROUP BY asset")
        return {Asset(asset): int(total) for asset, total in rows}


def _holdings(rows: Iterable[tuple[str, str, str, int, str, int | None, str, int]]) -> list[Holding]:
    return [
        Holding(Grant(gid, member_id, Asset(asset), amount, date.fromisoformat(expires_on), lease, lot), remaining)
        for gid, member_id, asset, amount, expires_on, lease, lot, remaining in rows
    ]
