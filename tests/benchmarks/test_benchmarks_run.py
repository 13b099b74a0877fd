"""Each benchmark on a tiny scale: it runs, and says complete figures. No time is asserted."""

import json

import pytest

from benchmarks import (
    _common,
    bootstrap,
    feed_apply,
    idle,
    lookup,
    peer_pouchdb,
    sale_commit,
    soak,
    storm,
    sync,
    window,
)
from tools.bench import parse

pytestmark = pytest.mark.slow


def figures(capsys):
    found, _rest = parse(capsys.readouterr().out)
    return {figure["name"]: figure for figure in found}


def test_a_figure_carries_its_reference_and_the_ratio(capsys):
    _common.figure("sale", 3.0, "ms", "floor", 2.0)

    assert json.loads(capsys.readouterr().out) == {
        "name": "sale", "value": 3.0, "unit": "ms", "reference": "floor", "reference_value": 2.0, "ratio": 1.5,
    }  # fmt: skip


def test_a_figure_without_reference_is_still_complete(capsys):
    _common.figure("sale", 3, "ms")

    found, rest = parse(capsys.readouterr().out)
    assert (found[0]["value"], found[0]["ratio"], rest) == (3, None, [])


@pytest.mark.parametrize(("percent", "expected"), [(1, 1), (50, 50), (95, 95), (99, 99), (100, 100)])
def test_percentiles_are_nearest_ranks(percent, expected):
    assert _common.percentile(list(range(100, 0, -1)), percent) == expected


def test_a_percentile_of_one_value_is_that_value():
    assert _common.percentile([7.0], 99) == 7.0


def test_the_floor_writes_the_rows_that_the_sales_left_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(sale_commit, "WARM_UP", 2)

    found = sale_commit.measure(tmp_path, 4)

    assert len(found.sales) == 4
    till = sale_commit.open_encrypted(tmp_path / "till" / "till.db", sale_commit.KEY)
    floor = sale_commit.open_encrypted(tmp_path / "floor.db", sale_commit.KEY)
    for table in sale_commit.ROWS:
        written = floor.conn.execute(f"SELECT * FROM {table}").fetchall()
        kept = till.conn.execute(f"SELECT * FROM {table}").fetchall()
        # The last sale's rows may still wait for the next one's turn.
        assert len(written) > 0
        assert set(written) <= set(kept)
    till.close()
    floor.close()


def test_every_kind_of_query_finds_somebody(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(_common, "CACHE", tmp_path)
    monkeypatch.setattr(lookup, "WARM_UP", 0)

    lookup.measure(tmp_path, lookup.directory(300), 300, 3)

    names = figures(capsys)
    for kind in ("code", "phone", "last four", "name", "initials"):
        assert f"look-up by {kind}, CPU p99" in names


def test_synchronising_ends_with_everything_posted_and_pulled(tmp_path, capsys):
    sync.measure("SQLite", f"sqlite:///{tmp_path}/head-office.db", tmp_path / "run", (40, 60, 5))

    names = figures(capsys)
    assert names["push, SQLite, batches of 500, accepted"]["value"] > 0
    assert names["feed, SQLite, pulled and applied"]["value"] > 0
    assert names["just-in-time grant, SQLite, asked to installed p95"]["value"] > 0


def test_a_day_at_the_window_ends_with_three_books_that_agree(tmp_path, capsys):
    soak.measure(tmp_path, sales=14, every_s=0.1, members=40)  # each act of the day once

    names = figures(capsys)
    books = [name.removesuffix(": screen") for name in names if name.endswith(": screen")]
    assert {"sales", "refunds", "cash_minor", "points_gained", "stored_gained"} <= set(books)
    for name in books:
        assert names[f"{name}: screen"]["value"] == names[f"{name}: screen"]["reference_value"]
        assert names[f"{name}: till's facts"]["value"] == names[f"{name}: till's facts"]["reference_value"]
    assert "heartbeat of 10 ms late, most" in names


def test_the_window_starts_sells_and_paints(tmp_path, capsys):
    window.measure(tmp_path, starts=1, sales=2, members=20)

    names = figures(capsys)
    assert names["scan to painted p95"]["value"] > 0
    assert names["process start to usable window, median"]["reference_value"] > 0
    assert names["resident memory after 2 sales"]["ratio"] > 0


def test_a_new_till_takes_the_directory_and_goes_on_after_a_cut(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(_common, "CACHE", tmp_path)
    monkeypatch.setattr("head_office.snapshots.CHUNK_BYTES", 64 * 1024)

    (tmp_path / "run").mkdir()

    bootstrap.measure(tmp_path / "run", bootstrap.chain(200), 200)

    names = figures(capsys)
    assert names["directory fetched and installed"]["reference_value"] > 0
    assert names["chunks fetched after a cut half-way"]["value"] >= 1


def test_the_window_sells_while_changes_are_applied(tmp_path, capsys):
    feed_apply.measure(tmp_path, 6_000, members=20)

    names = figures(capsys)
    for who in ("acts without pause", "an act every 300 ms"):
        assert names[f"changes applied, {who}"]["reference_value"] > 0
        assert names[f"commit beside the feed, {who}, p99"]["reference_value"] > 0
        assert names[f"heartbeat late beside the feed, {who}, p99"]["value"] >= 0


@pytest.mark.postgres
def test_a_storm_ends_with_every_fact_posted(postgres_url, tmp_path, capsys):
    storm.measure(postgres_url, tmp_path, terminals=6, events=150)

    names = figures(capsys)
    assert names["storm of 6 terminals, facts accepted"]["ratio"] > 0
    assert names["just-in-time grant during the storm p99"]["value"] > 0


@pytest.mark.postgres
def test_terminals_that_wait_are_told_of_what_is_pushed_and_of_what_another_process_commits(
    postgres_url, tmp_path, capsys
):
    idle.measure(postgres_url, tmp_path, terminals=12, changes=2, idle_s=0.5)

    names = figures(capsys)
    assert names["push sent until the store is told p99"]["reference_value"] > 0
    assert names["commit of another process until the store is told p99"]["value"] > 0


def test_our_own_part_of_the_race_with_the_peer_sends_and_pulls_everything(tmp_path, capsys):
    places = {"SQLite": f"sqlite:///{tmp_path}/head-office.db"}

    peer_pouchdb.measure(places, tmp_path, 30, 120, chain=2_000, with_peer=False)

    names = figures(capsys)
    assert names["up, SQLite, sales sent, accepted and posted"]["value"] > 0
    assert names["down, SQLite, members by file, first terminal (file built now)"]["value"] > 0
    assert names["down, SQLite, members by file, every next terminal (file built already)"]["value"] > 0
