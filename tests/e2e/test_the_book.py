"""Pages of the scenario book at the real window of an enrolled till, joined to the real head office by a socket."""

import time
from pathlib import Path

import pytest

from head_office.office import Office
from pos_app.bootstrap.world import SystemClock
from tests.head_office.offices import clock, line, migrated_file, office, sqlite_url  # noqa: F401 - fixtures
from tests.head_office.offices import sqlite_url as database_url  # noqa: F401
from tests.head_office.rig import NOON_MS, Line
from tests.scenarios.at_the_window import AtTheWindow, enrolled, served
from tests.scenarios.book import scenarios
from tests.scenarios.shop import FLOAT_MINOR, PINS, Chain
from tests.till_kit import CASHIER

PAGES = [name for name, page in scenarios().items() if page.window]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_book_at_the_window(name: str, tmp_path: Path, office: Office, line: Line, tills):  # noqa: F811
    page, wall = scenarios()[name], SystemClock(NOON_MS - time.time_ns() // 1_000_000)
    chain = Chain(page, office, line)
    with served(line) as url:
        enrolled(tmp_path / "till", office, url, wall)
        hands = tills.open(tmp_path / "till", clock=wall)
        hands.sign_in(CASHIER.name, PINS[CASHIER.staff_id], FLOAT_MINOR)
        game = AtTheWindow(page, chain, hands)

        for each in page.steps:
            game.play(each)

        hands.till.worker.sync_now()
        hands.until(lambda: hands.ask(hands.till.desks.unsent.count) == 0)
        hands.until(lambda: hands.ask(chain.standing) == chain.office_standing())
        tills.close_last()
    assert chain.books() == ({}, [])
