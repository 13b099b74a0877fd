"""The receipt desk: the last sale, and printing a receipt again."""

from dataclasses import dataclass

from pos_app.services.till import TillSession


@dataclass(frozen=True, slots=True)
class LastSale:
    """A sold sale in one line."""

    receipt_no: str
    sold_at_ms: int
    pieces: int
    due_minor: int
    member_name: str
    earned_points: int
    reprints: int


@dataclass(frozen=True, slots=True)
class Reprint:
    """A queued reprint."""

    receipt_no: str
    count: int
    job_id: int


class ReceiptDesk:
    """Finds receipts and prints them again, marked and counted."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def last(self) -> LastSale | None:
        """Return the newest sale of this till."""
        raise NotImplementedError

    def reprint(self, receipt_no: str | None = None) -> Reprint:
        """Queue a receipt again (None: the last) with 补打 and its count; raises Refused ``receipt.unknown``."""
        raise NotImplementedError
