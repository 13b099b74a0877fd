"""The scenario book, played: each page at a real till, then all of it in head office's books."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from head_office.office import Office
from pos_app import i18n
from tests.head_office.offices import clock, line, migrated_file, office, sqlite_url  # noqa: F401 - fixtures
from tests.head_office.offices import sqlite_url as database_url  # noqa: F401
from tests.head_office.rig import Line
from tests.scenarios.book import FOLDER, scenario, scenarios, step
from tests.scenarios.play import FACTS, VERBS, Played
from tests.scenarios.shop import Shop

COMPLAINTS = range(1, 15)
LEAST = 60


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """The shop of the book speaks Chinese."""
    i18n.use("zh_CN")
    yield
    i18n.use("en")


@pytest.mark.parametrize("name", list(scenarios()))
def test_a_page_of_the_book(name: str, tmp_path: Path, office: Office, line: Line):  # noqa: F811
    page = scenarios()[name]
    shop = Shop(page, tmp_path / "till", office, line)
    try:
        game = Played(page, shop)
        for each in page.steps:
            game.play(each)
        shop.link.online = True
        shop.sync()
        unbalanced, unposted = shop.books()
        assert (unbalanced, unposted) == ({}, [])
        assert shop.standing() == shop.office_standing()
        assert shop.desks.unsent.count() == 0
    finally:
        shop.close()


def test_the_book_is_long_enough_and_its_titles_differ():
    titles = [page.title for page in scenarios().values()]

    assert len(titles) >= LEAST
    assert len(set(titles)) == len(titles)


def test_each_complaint_about_other_systems_has_a_page_that_ends_well():
    answered = {complaint for page in scenarios().values() for complaint in page.complaints}

    assert answered >= set(COMPLAINTS), set(COMPLAINTS) - answered


def test_every_word_of_the_book_is_explained():
    told = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert {word for word in (*VERBS, *FACTS) if f"`{word}" not in told} == set()


def test_a_step_is_what_is_done_and_what_must_come_of_it():
    read = step("扫 奶粉 ×2 → 应收 596.00, 得分 417")

    assert (read.verb, read.words) == ("扫", ("奶粉", "×2"))
    assert read.expected == (("应收", "596.00"), ("得分", "417"))


def test_a_page_with_a_field_that_nobody_reads_is_refused():
    with pytest.raises(AssertionError):
        scenario("x", {"title": "x", "steps": [], "campaign": []})
