"""Real PostgreSQL under fire: many writers, killed back-ends, many pushers, a backup taken in the middle."""

import subprocess
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from head_office.intake import Intake
from head_office.office import Office, open_office
from head_office.store import schema
from head_office.store.database import Database
from pos_app.domain.events import MemberRegistered
from pos_app.sync.wire.messages import MAX_BATCH_EVENTS
from tests.head_office.rig import FakeTill, Line, Refusal, TestClock, member, open_till, trial_balance
from tests.rigs import feed_under_fire
from tools.postgres import OWNER, hand_over, programs, serving

pytestmark = pytest.mark.postgres
ANNA = member(1)


def inbox(office: Office) -> list[bytes]:
    with office.database.read() as connection:
        row = schema.inbox.c
        return list(connection.execute(sa.select(row.hash).order_by(row.seq)).scalars())


def statuses(office: Office) -> set[str]:
    with office.database.read() as connection:
        return set(connection.execute(sa.select(schema.posting.c.status)).scalars())


def earned(office: Office) -> int:
    account = schema.account.c
    total = sa.select(sa.func.sum(account.credit - account.debit)).where(account.kind.in_(["available", "escrow"]))
    with office.database.read() as connection:
        return int(connection.execute(total).scalar() or 0)


def until_accepted(till: FakeTill, work: Callable[[], object], tries: int = 200) -> int:
    """Do what a terminal does: try again while head office is busy, greet it anew when it forgot; count the tries."""
    for tried in range(1, tries + 1):
        try:
            work()
        except Refusal as refused:
            if refused.code == "session.unknown":
                until_accepted(till, till.hello)
            elif refused.code != "head_office.busy":
                raise
            threading.Event().wait(0.02)
            continue
        return tried
    raise AssertionError("never accepted")


def test_no_reader_misses_what_twenty_four_writers_commit_while_back_ends_are_killed(postgres_url):
    told = feed_under_fire.main([postgres_url, "--rows", "3000"])

    assert (told["missed"], told["doubled_or_invented"], told["holes"]) == (0, 0, 0)
    assert told["missed_by_bare_number"] > 0, "a bare row number would have done: nothing was hard here"
    assert told["killed"] > 5
    assert told["rolled_back"] > 50


def kill_running(url: str, wanted: threading.Semaphore, done: threading.Event) -> int:
    """Terminate one back-end in the middle of a transaction each time it is wanted; return how many."""
    own = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    running = sa.text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND xact_start < clock_timestamp() - make_interval(secs => :age_s)"
    )
    chance, killed = Random(5), 0
    with own.connect() as connection:
        while not done.is_set():
            if not wanted.acquire(timeout=0.05):
                continue
            while not done.wait(0.001):
                age_s = chance.random() / 30  # drawn anew each time: a push may be over sooner
                struck = connection.execute(running, {"age_s": age_s}).scalars().all()
                killed += len(struck)
                if struck:
                    break
    return killed


def test_back_ends_killed_in_the_middle_of_pushes_cost_a_second_try_and_nothing_else(office, line, postgres_url):
    till = open_till(office, line)
    till.say(MemberRegistered(ANNA))
    done, wanted, tries = threading.Event(), threading.Semaphore(0), 0

    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(kill_running, postgres_url, wanted, done)
        try:
            for _ in range(25):
                first = len(till.log) + 1 if len(till.log) > 1 else 1
                for _ in range(8):
                    till.sell(member_id=ANNA.member_id, earn=7)
                wanted.release()
                tries += until_accepted(till, lambda first=first: till.push(first))
        finally:
            done.set()
        killed = killer.result(10)

    assert inbox(office) == [event.hash for event in till.log]
    assert statuses(office) == {"posted"}
    assert earned(office) == 25 * 8 * 7
    assert set(trial_balance(office).values()) == {0}
    assert killed > 5
    assert tries > 25, "no push ever met a killed back-end"


def test_the_same_log_pushed_from_many_hands_at_once_is_posted_once(office, line):
    till = open_till(office, line)
    till.say(MemberRegistered(ANNA))
    for _ in range(60):
        till.sell(member_id=ANNA.member_id, earn=5)
    starts = [1, 1, 1, 11, 11, 21, 31, 41]

    with ThreadPoolExecutor(len(starts)) as pool:
        ends = [pool.submit(until_accepted_or_gap, till, first) for first in starts]
        for end in ends:
            end.result(60)

    assert inbox(office) == [event.hash for event in till.log]
    assert statuses(office) == {"posted"}
    assert earned(office) == 60 * 5


def until_accepted_or_gap(till: FakeTill, first: int) -> None:
    """Push from ``first`` on; a hand that is ahead of the others meets a gap and tries again."""
    for _ in range(500):
        try:
            till.push(first)
        except Refusal as refused:
            if refused.code not in ("push.gap", "head_office.busy", "request.replayed"):
                raise
            threading.Event().wait(0.01)
            continue
        return
    raise AssertionError("never accepted")


def test_a_base_backup_taken_in_the_middle_of_pushes_is_whole_and_the_till_sends_what_it_lacks(
    office, line, postgres_url, tmp_path
):
    till = open_till(office, line)
    till.say(MemberRegistered(ANNA))
    stop = threading.Event()

    def sell_on() -> None:
        while not stop.is_set():
            first = len(till.log) + 1 if len(till.log) > 1 else 1
            for _ in range(5):
                till.sell(member_id=ANNA.member_id, earn=3)
            until_accepted(till, lambda first=first: till.push(first))

    with ThreadPoolExecutor(1) as pool:
        selling = pool.submit(sell_on)
        threading.Event().wait(0.5)
        with Backup(postgres_url) as restored_url:
            threading.Event().wait(0.5)
            stop.set()
            selling.result(30)

            restored = open_office(restored_url, TestClock(), tmp_path / "restored")
            other_line = Line(restored)
            till.line = other_line
            had = len(inbox(restored))
            said = till.hello()
            for first in range(said.resume_from + 1, len(till.log) + 1, MAX_BATCH_EVENTS):
                last = min(first + MAX_BATCH_EVENTS - 1, len(till.log))
                until_accepted(till, lambda first=first, last=last: till.push(first, last))
            while Intake(restored).post_waiting()[1]:
                pass
            logs = inbox(restored)
            points, balance = earned(restored), set(trial_balance(restored).values())
            other_line.close()
            restored.database.close()

    sales = len(till.log) - 1
    assert 0 < had < len(till.log)
    assert said.resume_from == had
    assert logs == [event.hash for event in till.log]
    assert (points, balance) == (3 * sales, {0})


class Backup:
    """A second server on a base backup that was taken while the first one worked."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url)

    def __enter__(self) -> str:
        folder = programs()
        assert folder
        self._home = tempfile.TemporaryDirectory(prefix="pos-pg-", ignore_cleanup_errors=True)
        home = Path(self._home.name)
        as_owner = hand_over(home)
        socket = self._url.query["host"]
        taking = [f"{folder}/pg_basebackup", "-h", str(socket), "-U", OWNER, "-D", f"{home}/data", "-X", "stream"]
        done = subprocess.run([*as_owner, *taking, "-c", "fast"], cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        self._server = serving(folder, home, as_owner)
        self._server.__enter__()
        again = self._url.set(query={"host": quote(str(home), safe="/")})
        return again.render_as_string(hide_password=False)

    def __exit__(self, *error: object) -> None:
        self._server.__exit__(None, None, None)
        self._home.cleanup()


def test_a_lost_connection_is_busy_not_an_error(office):
    database = Database(office.database.url.render_as_string(hide_password=False))

    def work(connection: sa.Connection) -> None:
        me = connection.execute(sa.text("SELECT pg_backend_pid()")).scalar()
        with office.database.engine.connect() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": me})
        connection.execute(sa.text("SELECT 1"))

    try:
        with pytest.raises(Exception, match=r"database\.unreachable"):
            database.write(work)
        with pytest.raises(Exception, match=r"database\.unreachable"), database.read() as connection:
            work(connection)
    finally:
        database.close()
