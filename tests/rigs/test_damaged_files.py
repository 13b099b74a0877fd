"""Bits that flip, a write-ahead log that is gone, a disk that may only be read: found out, and never half a fact."""

import shutil
from random import Random

import pytest

from pos_app.domain.events import DayOpened
from pos_app.errors import Damaged, PosError, Unavailable
from pos_app.store.till_store import open_till
from pos_app.sync.wire import event_codec
from tests.till_kit import TILL_KEY, item, new_till, open_kit, opened

FLIPS = 40


@pytest.fixture
def sold(tmp_path):
    """A till that sold a little and was killed: its newest facts are in the write-ahead log only."""
    home = tmp_path / "till"
    home.mkdir()
    till = opened(new_till(home, item(1, 10_000)))
    till.store.checkpoint()
    for seq in range(20):
        till.log.save_secret(f"note {seq}", bytes(200))
    chain = [event.hash for event in till.log.events_after(0, 100, 10**9)]
    with till.store.unit() as unit:
        till.session.say(unit, DayOpened(2, 0))
    chain += [event.hash for event in till.log.events_after(len(chain), 100, 10**9)]
    killed = tmp_path / "killed"
    shutil.copytree(home, killed)
    till.close()
    return killed, chain


def look(home):
    """Open as the program does after a crash, with every page read, and return the log."""
    store = open_till(home / "till.db", TILL_KEY, event_codec, check=True)
    try:
        store.tables.log.verify()
        return [event.hash for event in store.tables.log.after(0, 100, 10**9)]
    finally:
        store.close()


def flipped(path, chance):
    content = bytearray(path.read_bytes())
    at = chance.randrange(len(content))
    content[at] ^= 1 << chance.randrange(8)
    path.write_bytes(bytes(content))


def copy_of(home, tmp_path, n):
    again = tmp_path / f"copy{n}"
    shutil.copytree(home, again)
    return again


def test_an_undamaged_copy_shows_the_whole_log(sold):
    home, chain = sold

    assert look(home) == chain


def test_a_flipped_bit_of_the_database_is_damage_never_another_log(sold, tmp_path):
    home, chain = sold
    chance, found = Random(1), []

    for n in range(FLIPS):
        copy = copy_of(home, tmp_path, n)
        (copy / "till.db-wal").unlink()
        flipped(copy / "till.db", chance)
        try:
            log = look(copy)
        except Damaged as error:
            found.append(error.code)
        else:
            assert log == chain[: len(log)]

    assert len(found) > FLIPS * 0.8, "most of the file is pages whose checksum covers every bit"


def test_a_flipped_bit_of_the_write_ahead_log_costs_at_most_what_came_after_it(sold, tmp_path):
    home, chain = sold
    chance, shorter = Random(2), 0

    for n in range(FLIPS):
        copy = copy_of(home, tmp_path, n)
        flipped(copy / "till.db-wal", chance)
        try:
            log = look(copy)
        except PosError:
            continue
        assert log == chain[: len(log)]
        shorter += len(log) < len(chain)

    assert shorter > 0


def test_a_lost_write_ahead_log_leaves_an_older_whole_till(sold):
    home, chain = sold
    (home / "till.db-wal").unlink()

    log = look(home)

    assert log == chain[:-1]  # head office, which may have the rest, tells such a till to enrol again


def test_a_till_that_may_only_read_says_so_and_keeps_what_it_has(sold, expect_log):
    home, chain = sold
    till = open_kit(home)
    expect_log("store.write_failed")
    till.store._database.conn.execute("PRAGMA query_only = ON")  # what a disk mounted read-only answers: READONLY

    with pytest.raises(Unavailable, match=r"store\.write"), till.store.unit() as unit:
        unit.till.remember("anything", 1)

    assert [event.hash for event in till.log.events_after(0, 100, 10**9)] == chain
    till.close()
