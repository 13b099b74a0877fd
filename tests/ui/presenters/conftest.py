"""A till for presenters: the real services on real files, answers at once, and views that remember."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.till_kit import grant, item, member, new_till, opened, record
from tests.ui.presenters.counter import Counter

ANNA, BEN = member(1), member(2)
ITEMS = (
    item(1, 10_000, advice="formula", stage=1, months_to=6, pack_content=900, content_unit="g", daily_use=70),
    item(2, 2_000),
    item(3, 555),
    item(4, 3_000, redeemable=False),
)


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[Counter]:
    """A counter with an open day: four items; Anna has 5,000 points here and 7,000 in all, Ben has none."""
    till = opened(new_till(tmp_path, *ITEMS, record(ANNA, 7_000), record(BEN)))
    till.grant(grant(1, ANNA, 5_000))
    yield Counter(till)
    till.close()
