"""Holdings: grants with what is left of them here; the database itself refuses to let one go below zero."""

from collections.abc import Sequence
from datetime import date

from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.domain.events import AtRisk
from pos_app.domain.ledger import Asset, Grant, Holding, Move, Spend
from pos_app.domain.releases import Held, Recall
from pos_app.errors import Damaged
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.rows import Rows

_COLUMNS = "gid, member_id, asset, amount, expires_on, lease_until_ms, lot, usable_from, remaining"


class HoldingTable:
    """Table ``holding``."""

    def __init__(self, rows: Rows, directory: DirectoryReader) -> None:
        self._rows = rows
        self._conn = rows.conn
        self._directory = directory

    def of(self, member_id: str) -> list[Holding]:
        """Return what is held for a member under any of their names, spent-out grants left out."""
        names = self._directory.names(member_id)
        where = f"member_id IN ({marks(names)}) AND remaining > 0"
        rows = self._rows.all(f"SELECT {_COLUMNS} FROM holding WHERE {where} ORDER BY holding_no", *names)
        return [_holding(row) for row in rows]

    def grants(self, gids: Sequence[str]) -> list[Grant]:
        """Return the grants of these names that were ever held here, spent out or not."""
        rows = self._rows.all(f"SELECT {_COLUMNS} FROM holding WHERE gid IN ({marks(gids)})", *gids) if gids else []
        return [_holding(row).grant for row in rows]

    def of_lot(self, asset: Asset, lot: str) -> list[Holding]:
        """Return every holding of a coupon, punch card or sold line that ever was here, spent out or not."""
        where = "asset = ? AND lot = ?"
        rows = self._rows.all(f"SELECT {_COLUMNS} FROM holding WHERE {where} ORDER BY holding_no", asset.value, lot)
        return [_holding(row) for row in rows]

    def is_used(self, asset: Asset, lot: str) -> bool:
        """Say whether a coupon or punch card was ever used here, by anybody."""
        sql = "SELECT 1 FROM asset_move WHERE asset = ? AND lot = ? AND amount < 0 LIMIT 1"
        return bool(self._rows.all(sql, asset.value, lot))

    def live(self) -> list[Held]:
        """Return everything that is held, with when it was last touched; ``at_home`` is left open."""
        rows = self._conn.execute(f"SELECT {_COLUMNS}, touched_ms FROM holding WHERE remaining > 0 ORDER BY holding_no")
        return [Held(_holding(tuple(row)), touched_ms) for *row, touched_ms in rows]

    def recall(self, recalls: Sequence[Recall]) -> None:
        """Remember what head office wants back; a recall that is known, answered or not, says nothing new."""
        self._conn.executemany(
            "INSERT INTO recall (recall_id, member_id, asset, lot) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
            [(recall.recall_id, recall.member_id, recall.asset.value, recall.lot) for recall in recalls],
        )

    def recalls(self) -> list[Recall]:
        """Return what head office wants back and has not got yet."""
        rows = self._conn.execute(
            "SELECT recall_id, member_id, asset, lot FROM recall WHERE NOT is_answered ORDER BY recall_id"
        )
        return [Recall(recall_id, member_id, Asset(asset), lot) for recall_id, member_id, asset, lot in rows]

    def answered(self, recalls: Sequence[Recall]) -> None:
        """Remember that recalls are answered: they come again when the shard is read again from its start."""
        names = [(recall.recall_id,) for recall in recalls]
        self._conn.executemany("UPDATE recall SET is_answered = 1 WHERE recall_id = ?", names)

    def install(self, grants: Sequence[Grant], *, at_ms: int = 0) -> tuple[Grant, ...]:
        """Add holdings; grants whose identity is known are ignored. Return those that were new.

        ``at_ms`` (UTC) is noted for what lies idle, here and in ``take``; 0 for not known.
        """
        new: list[Grant] = []
        for grant in grants:
            added = self._conn.execute(
                "INSERT INTO holding"
                " (gid, member_id, asset, amount, remaining, expires_on, lease_until_ms, lot, usable_from, touched_ms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (gid) DO NOTHING",
                [
                    grant.gid,
                    grant.member_id,
                    grant.asset.value,
                    grant.amount,
                    grant.amount,
                    grant.expires_on.isoformat(),
                    grant.lease_until_ms,
                    grant.lot,
                    None if grant.usable_from is None else grant.usable_from.isoformat(),
                    at_ms,
                ],
            )
            if added.rowcount:
                new.append(grant)
        return tuple(new)

    def take(self, spends: Sequence[Spend], *, at_ms: int = 0) -> None:
        """Debit holdings; raises Damaged ``holding.overdrawn`` for an unknown one or one that would go below zero."""
        for spend in spends:
            try:
                changed = self._conn.execute(
                    "UPDATE holding SET remaining = remaining - ?, touched_ms = max(touched_ms, ?) WHERE gid = ?",
                    [spend.amount, at_ms, spend.gid],
                )
            except sqlcipher.IntegrityError as error:
                raise Damaged("holding.overdrawn", gid=spend.gid, wanted=spend.amount) from error
            if changed.rowcount != 1:
                raise Damaged("holding.overdrawn", gid=spend.gid, wanted=spend.amount)

    def note_moves(self, seq: int, taken: Sequence[Spend], given: Sequence[Grant]) -> None:
        """Remember what the event ``seq`` took from members and gave them; its holdings are known here.

        What was handed back is none: it is the member's still.
        """
        changes = [(spend.gid, -spend.amount) for spend in taken] + [(grant.gid, grant.amount) for grant in given]
        self._conn.executemany(
            "INSERT INTO asset_move (seq, n, member_id, asset, lot, expires_on, amount)"
            " SELECT ?, ?, member_id, asset, lot, expires_on, ? FROM holding WHERE gid = ?",
            [(seq, n, amount, gid) for n, (gid, amount) in enumerate(changes, 1)],
        )

    def note_risks(self, seq: int, member_id: str, risks: Sequence[AtRisk], on: date) -> None:
        """Remember what the event ``seq`` accepted of a member without holding it, on a business date."""
        self._conn.executemany(
            "INSERT INTO asset_move (seq, n, member_id, asset, lot, expires_on, amount)"
            " SELECT ?, coalesce(max(n), 0) + 1, ?, ?, ?, ?, ? FROM asset_move WHERE seq = ?",
            [(seq, member_id, risk.asset.value, risk.lot, on.isoformat(), -risk.amount, seq) for risk in risks],
        )

    def moves_since(self, member_id: str, seq: int) -> list[Move]:
        """Return what facts after ``seq`` gave the member, under any name, and took from them."""
        names = self._directory.names(member_id)
        rows = self._rows.all(
            f"SELECT asset, lot, expires_on, sum(amount) FROM asset_move WHERE member_id IN ({marks(names)})"
            " AND seq > ? GROUP BY asset, lot, expires_on",
            *names,
            seq,
        )
        return [Move(Asset(asset), lot, date.fromisoformat(on), int(amount)) for asset, lot, on, amount in rows]

    def moved(self, from_seq: int, to_seq: int) -> list[tuple[int, Asset, int]]:
        """Return what facts of these places gave members and, with a minus, took from them: seq, asset, amount."""
        rows = self._rows.all(
            "SELECT seq, asset, sum(amount) FROM asset_move WHERE seq BETWEEN ? AND ? GROUP BY seq, asset, amount < 0",
            from_seq,
            to_seq,
        )
        return [(int(seq), Asset(asset), int(amount)) for seq, asset, amount in rows]

    def outstanding(self) -> dict[Asset, int]:
        """Return what this terminal may still spend of each asset: the chain's exposure if it is lost."""
        rows = self._conn.execute("SELECT asset, sum(remaining) FROM holding WHERE remaining > 0 GROUP BY asset")
        return {Asset(asset): int(total) for asset, total in rows}


def _holding(row: tuple[str, str, str, int, str, int | None, str, str | None, int]) -> Holding:
    gid, member_id, asset, amount, expires_on, lease, lot, usable_from, remaining = row
    last, first = date.fromisoformat(expires_on), None if usable_from is None else date.fromisoformat(usable_from)
    return Holding(Grant(gid, member_id, Asset(asset), amount, last, lease, lot, first), remaining)
