"""The same documents by PouchDB and by this project: 10,000 sales up, 100,000 changed members down, in one run.

PouchDB (from npm, into ``var/bench``) replicates from its own store on disk to its own server, both processes of their
own, as here; batches of 1,000, its best of those tried. Ours sends the sales of a till's log with the program's own
pusher until head office has accepted, that is stored, them, as PouchDB's server has then; posting them to the books,
which PouchDB has no counterpart for, is a figure of its own. Members are applied with the program's own puller, as the
program does when it is that far behind: by a file, which head office builds for the first terminal that asks and hands
to every next one of the store as it is; and, for comparison, in pages. Without npm only our own figures are printed.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from unittest import mock

import msgspec
import sqlalchemy as sa

from benchmarks import _common, sync
from benchmarks._kit import STORE, records
from benchmarks._tills import BenchTill, open_bench_till, wire_to
from benchmarks.bootstrap import add_members
from head_office.demo.load import load
from head_office.enrolment import new_code
from head_office.feed import Change, publish, store_shard
from head_office.office import Office, open_office
from pos_app.domain.members import Member
from pos_app.sync import pull
from pos_app.sync.push import Pusher

SCRIPTS = Path(__file__).resolve().parent / "_pouchdb"
INSTALL_S = 300
REPLICATE_S = 1_800
PUBLISHED_AT_ONCE = 5_000
NEWCOMERS = 1_000_000  # the number of the first: the chain has no member with such a card
CHAIN_MEMBERS = 20_000  # the sales belong to the tenth of them that is of this store


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sales", type=int, default=10_000)
    parser.add_argument("--members", type=int, default=100_000)
    asked = parser.parse_args(arguments)
    _common.CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_common.CACHE, prefix="peer-") as home, _common.places(Path(home)) as places:
        measure(places, Path(home), asked.sales, asked.members)
    _common.note(_common.load())
    return 0


def measure(
    places: dict[str, str],
    folder: Path,
    sales: int,
    members: int,
    *,
    chain: int = CHAIN_MEMBERS,
    with_peer: bool = True,
) -> None:
    """Print the figures of each head office beside the peer's."""
    ours = {name: _ours(url, folder / name, sales, members, chain) for name, url in places.items()}
    up, down = _peer(folder) if with_peer else (None, None)
    for name, took in ours.items():
        for what, seconds in took.up.items():
            _common.figure(f"up, {name}, {what}", sales / seconds, "sales/s", "PouchDB", up)
        for what, seconds in took.down.items():
            _common.figure(f"down, {name}, {what}", members / seconds, "members/s", "PouchDB", down)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by what was done in them."""

    up: dict[str, float]
    down: dict[str, float]


def _ours(url: str, folder: Path, sales: int, members: int, chain: int) -> Took:
    """Return what our own took; leaves the documents behind for the peer."""
    office = open_office(url, folder=folder / "snapshots")
    today = datetime.now(UTC).date()
    load(office.database, today, chain)
    codes = [new_code(office, STORE, lane) for lane in (1, 2, 3)]
    with _common.head_office(url, folder / "snapshots") as port, ExitStack() as stack:
        till, second, third = (
            stack.enter_context(open_bench_till(folder / f"till{lane}", wire_to(port), code=code))
            for lane, code in enumerate(codes, 1)
        )
        for each in (till, second, third):
            sync.pull(each)
        sync.backlog(till, office, sales, today)
        _write(folder.parent / "sales.ndjson", _sales(till, sales))
        pusher = Pusher(sync.station(till))
        up_s = _common.seconds(pusher.round)
        assert till.lane.call(till.desks.log.unsent) == 0
        posted_s = up_s + _common.seconds(lambda: sync.all_posted(office))
        for each in (till, second, third):
            sync.pull(each)
        _write(folder.parent / "members.ndjson", _published(office, members, today))
        down = {
            "members by file, first terminal (file built now)": _common.seconds(lambda: sync.pull(till)),
            "members by file, every next terminal (file built already)": _common.seconds(lambda: sync.pull(second)),
        }
        with mock.patch.object(pull, "FAR_BEHIND", sys.maxsize):
            down["members in pages"] = _common.seconds(lambda: sync.pull(third))
    office.database.close()
    return Took({"sales sent and accepted": up_s, "sales sent, accepted and posted": posted_s}, down)


def _sales(till: BenchTill, count: int) -> Iterator[tuple[str, object]]:
    for event in till.lane.call(lambda: till.desks.log.events_after(0, count, sys.maxsize)):
        yield f"{event.seq:08d}", json.loads(event.body)


def _published(office: Office, count: int, today: date) -> Iterator[tuple[str, object]]:
    """Let the store know so many members, tell its tills, and yield what they are told."""
    told = (record for _no, record in records(count, today, NEWCOMERS))
    while batch := list(islice(told, PUBLISHED_AT_ONCE)):
        changes = [
            Change(store_shard(STORE), "member", record.member.member_id, msgspec.json.encode(record))
            for record in batch
        ]
        people = [(record.member, record.last_visit_on or today) for record in batch]
        office.database.write(partial(_publish, people=people, changes=changes))
        yield from ((record.member.member_id, msgspec.to_builtins(record)) for record in batch)


def _publish(connection: sa.Connection, people: list[tuple[Member, date]], changes: list[Change]) -> None:
    add_members(connection, people)
    publish(connection, changes)


def _write(path: Path, documents: Iterable[tuple[str, object]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"_id": name, "value": value}) + "\n" for name, value in documents)


def _peer(folder: Path) -> tuple[float | None, float | None]:
    """Return documents a second up and down, or nothing where there is no npm."""
    home = _installed()
    if home is None:
        return None, None
    place = folder / "pouchdb"
    place.mkdir()
    with _serving(home, place) as url:
        return tuple(_replicated(home, way, place, url, folder / f"{what}.ndjson")
                     for way, what in (("up", "sales"), ("down", "members")))  # fmt: skip


def _installed() -> Path | None:
    """Return where the peer is installed, after installing it if need be; None if that cannot be."""
    npm, home = shutil.which("npm"), _common.CACHE / "pouchdb"
    if npm is None or shutil.which("node") is None:
        _common.note("without PouchDB: there is no npm")
        return None
    shutil.copytree(SCRIPTS, home, dirs_exist_ok=True)
    if not (home / "node_modules" / "pouchdb").is_dir():
        done = subprocess.run(
            [npm, "install", "--no-audit", "--no-fund"],
            cwd=home, capture_output=True, text=True, timeout=INSTALL_S, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            _common.note(f"without PouchDB: npm install failed: {done.stderr.strip().splitlines()[-1:]}")
            return None
    return home


@contextmanager
def _serving(home: Path, place: Path) -> Iterator[str]:
    port = _common.free_port()
    process = subprocess.Popen(["node", "peer.js", "serve", str(place), str(port)], cwd=home, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready", "PouchDB's server did not start"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(_common.START_S)


def _replicated(home: Path, way: str, place: Path, url: str, file: Path) -> float:
    done = subprocess.run(
        ["node", "peer.js", way, str(place), url, str(file)],
        cwd=home, stdout=subprocess.PIPE, text=True, timeout=REPLICATE_S, check=True,
    )  # fmt: skip
    said = json.loads(done.stdout.splitlines()[-1])
    return float(said["documents"]) / float(said["seconds"])


if __name__ == "__main__":
    sys.exit(main())
