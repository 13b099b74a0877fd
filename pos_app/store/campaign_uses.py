"""How often campaigns were applied in sales of this terminal, for caps and budgets."""

from collections.abc import Iterable

from pos_app.domain.price_steps import CampaignUse
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.rows import Rows

ANYBODY = ""  # the row that counts for the whole terminal


class CampaignUseTable:
    """Table ``campaign_use``: sums by campaign and member, and by campaign for anybody."""

    def __init__(self, rows: Rows, directory: DirectoryReader) -> None:
        self._rows = rows
        self._directory = directory

    def add(self, member_id: str | None, uses: Iterable[CampaignUse]) -> None:
        """Count what a sale used."""
        self._rows.conn.executemany(
            "INSERT INTO campaign_use (campaign_id, member_id, times) VALUES (?, ?, ?)"
            " ON CONFLICT (member_id, campaign_id) DO UPDATE SET times = times + excluded.times",
            [
                (use.campaign_id, who, use.times)
                for use in uses
                for who in ((ANYBODY, member_id) if member_id else (ANYBODY,))
            ],
        )

    def by_till(self) -> dict[str, int]:
        """Return by campaign how often it was applied here."""
        return dict(self._rows.all("SELECT campaign_id, times FROM campaign_use WHERE member_id = ?", ANYBODY))

    def by_member(self, member_id: str) -> dict[str, int]:
        """Return by campaign how often it was applied here for a member, under any name that they ever had."""
        names = self._directory.names(member_id)
        where = f"member_id IN ({marks(names)})"
        return dict(
            self._rows.all(f"SELECT campaign_id, sum(times) FROM campaign_use WHERE {where} GROUP BY 1", *names)
        )
