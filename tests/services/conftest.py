import pytest

from tests.till_kit import item, member, new_till, opened, record

FIRST_ITEMS = [
    item(1, 10_000, advice="formula", stage=1, months_to=6, pack_content=900, content_unit="g", daily_use=70),
    item(2, 2_000),
    item(3, 555, earns=False),
    item(4, 3_000, redeemable=False),
]


@pytest.fixture
def till(tmp_path):
    """A till with four items and three members, the cashier signed in and the day open; anna has 5,000 points."""
    records = [record(member(1), 5_000), record(member(2), 0), record(member(3), 90_000)]
    till = opened(new_till(tmp_path, *FIRST_ITEMS, *records))
    yield till
    till.close()
