"""A member's points as head office has them: by last day, and the papers of every store that moved them."""

from dataclasses import dataclass

from pos_app.domain.profile import Lot, PointsEntry


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """What one paper did to the points, and which till printed it; who was at that till is not told."""

    store_name: str
    store_name_en: str
    lane: int
    entry: PointsEntry


@dataclass(frozen=True, slots=True)
class Statement:
    """``lots`` are held anywhere, soonest to end first, as of ``as_of_ms``; ``entries`` newest first.

    ``is_whole`` is false where older entries were left out.
    """

    as_of_ms: int
    lots: tuple[Lot, ...]
    entries: tuple[StatementEntry, ...]
    is_whole: bool = True
