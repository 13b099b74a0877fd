"""The watch: one look for all who wait, a wake-up for those whom it concerns, and none lost."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import Any

import pytest
import sqlalchemy as sa

from head_office import feed, watch
from head_office.catalogue import publish_staff
from head_office.feed import Change
from head_office.fencing import Declared, fence
from head_office.office import Office, open_office
from head_office.revocation import revoke
from head_office.watch import Watch
from pos_app.domain.staff import Role, StaffMember
from pos_app.errors import Unavailable
from tests.head_office.rig import Refusal, open_till

NOBODY = 0
AT_ONCE_S = 10.0  # of a machine that is busy with other tests
NEVER_S = 600.0
STORE = "store:S01"


def change(office: Office, shard: str = STORE, *, rings: bool = True) -> None:
    """Commit a change; without ringing, as another process does."""
    office.database.write(lambda connection: feed.publish(connection, [Change(shard, "item", "1", b"{}")]))
    if rings:
        office.bell.ring()


def run(story: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Play a story on a loop of its own, and make sure that it leaves nothing running."""

    async def whole() -> None:
        await story()
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(whole())


@pytest.fixture
def only_rings(monkeypatch):
    """Let the watch look when it rings, and at its start: who hears, hears because of that."""
    monkeypatch.setattr(watch, "LOOK_AGAIN_S", NEVER_S)


class Counted:
    """Counts the transactions of a database."""

    def __init__(self, office: Office) -> None:
        self.count = 0
        sa.event.listen(office.database.engine, "begin", self._begin)

    def _begin(self, _connection: sa.Connection) -> None:
        self.count += 1


class AfterHeads:
    """Does something once, on the thread of a look, when that look has read the heads."""

    def __init__(self, office: Office, work: Callable[[], None]) -> None:
        self._work: Callable[[], None] | None = work
        sa.event.listen(office.database.engine, "after_cursor_execute", self._after)

    def _after(self, _connection, _cursor, statement: str, *_rest: object) -> None:
        if "FROM feed_head" in statement and self._work is not None:
            work, self._work = self._work, None
            work()


@pytest.mark.usefixtures("only_rings")
def test_a_change_committed_right_after_registering_is_heard(office):
    async def story() -> None:
        with Watch(office).listening(NOBODY, {STORE: 0}) as ear:
            change(office)  # before the watch had a turn of the loop: nobody hears this ring
            assert await ear.wait(AT_ONCE_S)

    run(story)


@pytest.mark.usefixtures("only_rings")
def test_a_change_committed_between_the_first_look_and_the_wait_is_heard(office):
    async def story() -> None:
        with Watch(office).listening(NOBODY, {STORE: 0}) as ear:
            assert feed.moved(office.database, {STORE: 0}) == []
            change(office)
            assert await ear.wait(AT_ONCE_S)

    run(story)


@pytest.mark.usefixtures("only_rings")
def test_a_ring_during_a_look_leads_to_another_look(office):
    change(office)
    feed.moved(office.database, {STORE: 0})
    AfterHeads(office, lambda: change(office))

    async def story() -> None:
        with Watch(office).listening(NOBODY, {STORE: 1}) as ear:
            assert await ear.wait(AT_ONCE_S)

    run(story)


@pytest.mark.usefixtures("only_rings")
def test_a_change_that_somebody_else_has_numbered_before_the_look_is_heard(office):
    async def story() -> None:
        watch = Watch(office)
        with watch.listening(NOBODY, {STORE: 0}) as early, watch.listening(NOBODY, {"global": 0}) as ear:
            change(office, "global")
            assert await ear.wait(AT_ONCE_S)  # the first look is over, the next begins at a ring
            change(office, rings=False)
            feed.moved(office.database, {STORE: 0})
            office.bell.ring()
            assert await early.wait(AT_ONCE_S)

    run(story)


@pytest.mark.usefixtures("only_rings")
def test_whoever_comes_while_the_watch_rests_is_looked_after(office):
    async def story() -> None:
        watch = Watch(office)
        with watch.listening(NOBODY, {"global": 0}):
            await asyncio.sleep(0.2)
            with watch.listening(NOBODY, {STORE: 0}) as ear:
                change(office)
                assert await ear.wait(AT_ONCE_S)

    run(story)


def test_a_change_of_another_process_is_heard_without_a_ring(office):
    async def story() -> None:
        with Watch(office).listening(NOBODY, {STORE: 0}) as ear:
            await asyncio.sleep(0.2)
            change(office, rings=False)
            assert await ear.wait(AT_ONCE_S)

    run(story)


def test_only_those_are_woken_whose_shard_stands_elsewhere_than_their_cursor(office):
    change(office)
    assert feed.moved(office.database, {STORE: 0}) == [STORE]

    async def story() -> None:
        watch = Watch(office)
        with (
            watch.listening(NOBODY, {STORE: 0, "global": 0}) as behind,
            watch.listening(NOBODY, {STORE: 1, "global": 0}) as level,
            watch.listening(NOBODY, {"store:S02": 0}) as elsewhere,
        ):
            assert await behind.wait(AT_ONCE_S)
            assert not await level.wait(1.5)
            assert not await elsewhere.wait(0)

    run(story)


def test_who_leaves_is_forgotten_and_the_others_hear_on(office):
    async def story() -> None:
        watch = Watch(office)
        with watch.listening(NOBODY, {STORE: 0}) as ear:
            with watch.listening(NOBODY, {STORE: 0, "store:S02": 0}):
                await asyncio.sleep(0)
            change(office, "store:S02")
            change(office)
            assert await ear.wait(AT_ONCE_S)

    run(story)


def test_the_watch_ends_with_the_last_who_waits_even_in_the_middle_of_a_look_and_begins_again(office):
    looks, goes_on = threading.Event(), threading.Event()

    def hold() -> None:
        looks.set()
        goes_on.wait(AT_ONCE_S)

    async def story() -> None:
        watch = Watch(office)
        AfterHeads(office, hold)
        with watch.listening(NOBODY, {STORE: 0}):
            await asyncio.to_thread(looks.wait, AT_ONCE_S)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        goes_on.set()
        with watch.listening(NOBODY, {STORE: 0}) as ear:
            change(office)
            assert await ear.wait(AT_ONCE_S)

    run(story)


def test_it_costs_the_same_for_one_as_for_a_hundred(office):
    async def story() -> None:
        watch, counts = Watch(office), []
        for waiters in (1, 100):
            with ExitStack() as stack:
                for n in range(waiters):
                    stack.enter_context(watch.listening(n, {"global": 0, f"store:{n}": 0}))
                await asyncio.sleep(0.5)  # the first look is over
                counted = Counted(office)
                await asyncio.sleep(3)
                counts.append(counted.count)
        assert min(counts) > 0
        assert max(counts) < 25

    run(story)


def test_a_burst_of_rings_is_few_looks(office):
    async def story() -> None:
        with Watch(office).listening(NOBODY, {STORE: 0}):
            await asyncio.sleep(0.5)
            counted = Counted(office)
            for _ in range(500):
                office.bell.ring()
                await asyncio.sleep(0.001)
            assert 0 < counted.count < 100

    run(story)


@pytest.mark.parametrize("fails", [Unavailable("database.unreachable"), ZeroDivisionError()])
def test_a_look_that_fails_is_made_up_for(office, monkeypatch, expect_log, fails):
    monkeypatch.setattr(watch, "AFTER_ERROR_S", 0.01)
    expect_log("watch.waiting" if isinstance(fails, Unavailable) else "watch.failed")

    def fail() -> None:
        raise fails

    change(office)
    AfterHeads(office, fail)

    async def story() -> None:
        with Watch(office).listening(NOBODY, {STORE: 0}) as ear:
            assert await ear.wait(AT_ONCE_S)

    run(story)


def test_whoever_reads_on_as_told_misses_nothing_that_eight_writers_commit(office):
    """Every reader waits, reads to the end, and waits again; the writers ring as pushes do."""
    writers, each, readers = 8, 12, 5
    done = threading.Event()

    def write(writer: int) -> None:
        for n in range(each):
            change(office, STORE if (writer + n) % 2 else "global")

    async def read(watch: Watch) -> int:
        cursors = {STORE: 0, "global": 0}
        while not (done.is_set() and sum(cursors.values()) == writers * each):
            with watch.listening(NOBODY, dict(cursors)) as ear:
                moved = await asyncio.to_thread(feed.moved, office.database, cursors)
                if not moved:
                    if sum(cursors.values()) == writers * each:
                        await asyncio.sleep(0.05)
                        continue
                    assert await ear.wait(30)
            for shard in moved:
                page = await asyncio.to_thread(feed.page, office.database, shard, cursors[shard], 100)
                cursors[shard] = page.next_pos
        return sum(cursors.values())

    async def story() -> None:
        watch = Watch(office)
        reading = [asyncio.create_task(read(watch)) for _ in range(readers)]
        with ThreadPoolExecutor(writers) as pool:
            writing = [asyncio.get_running_loop().run_in_executor(pool, write, n) for n in range(writers)]
            await asyncio.gather(*writing)
        done.set()
        assert await asyncio.gather(*reading) == [writers * each] * readers

    run(story)


def waiting_for_news(pool: ThreadPoolExecutor, till):
    cursors = {shard: till.feed(shard).head_pos for shard in till.shards}
    waiting = pool.submit(till.news, cursors, 20)
    assert not wait([waiting], 0.5).done
    return waiting


@pytest.mark.parametrize("takes_rights", ["fence", "revoke"])
def test_a_life_that_another_process_ends_is_told_while_it_waits(
    database_url, office, line, till, clock, tmp_path, takes_rights
):
    neighbour, other = open_till(office, line, lane=2), open_office(database_url, clock, tmp_path / "snapshots")
    with ThreadPoolExecutor(2) as pool:
        waiting, beside = waiting_for_news(pool, till), waiting_for_news(pool, neighbour)
        began = time.monotonic()

        if takes_rights == "fence":
            fence(other, Declared(till.terminal_id, "Chen", "Liu", "stolen"))
        else:
            revoke(other, till.terminal_id, "Ada", "stolen")

        with pytest.raises(Refusal, match=r"session\.unknown"):
            waiting.result(20)
        assert time.monotonic() - began < AT_ONCE_S
        assert not beside.done()
        publish_staff(office, [StaffMember("S01-09", "S01", "周", Role.CASHIER, "hash")])
        assert beside.result(20) == [STORE]
    other.database.close()


def test_a_poll_that_nothing_ends_is_answered_when_its_time_is_over(till):
    cursors = {shard: till.feed(shard).head_pos for shard in till.shards}
    began = time.monotonic()

    assert till.news(cursors, 2) == []
    assert time.monotonic() - began >= 2
