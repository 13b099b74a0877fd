"""How often campaigns were applied in sales of this terminal, for caps and budgets."""

from collections.abc import Iterable

from pos_app.domain.price_steps import CampaignUse
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.rows import Rows

ANYBODY = ""  # the row that counts for the whole terminal


class CampaignUseTable:
    """Table ``campaign_use``: by member, campaign and the sale's event, and one sum by campaign for anybody."""

    def __init__(self, rows: Rows, directory: DirectoryReader) -> None:
        self._rows = rows
        self._directory = directory

    def add(self, member_id: str | None, uses: Iterable[CampaignUse], seq: int) -> None:
        """Count what the sale that is event ``seq`` used, or (negative) its void gave back."""
        self._rows.conn.executemany(
            "INSERT INTO campaign_use (member_id, campaign_id, seq, times) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (member_id, campaign_id, seq) DO UPDATE SET times = times + excluded.times",
            [
                (who, use.campaign_id, at, use.times)
                for use in uses
                for who, at in (((ANYBODY, 0), (member_id, seq)) if member_id else ((ANYBODY, 0),))
            ],
        )

    def by_till(self) -> dict[str, int]:
        """Return by campaign how often it was applied here."""
        return dict(self._rows.all("SELECT campaign_id, times FROM campaign_use WHERE member_id = ?", ANYBODY))

    def by_member(self, member_id: str, after: int) -> dict[str, int]:
        """Return by campaign how often sales after event ``after`` applied it for a member, under any name."""
        names = self._directory.names(member_id)
        where = f"member_id IN ({marks(names)}) AND seq > ?"
        sql = f"SELECT campaign_id, sum(times) FROM campaign_use WHERE {where} GROUP BY 1"
        return dict(self._rows.all(sql, *names, after))
