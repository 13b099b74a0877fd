"""The directory file over a line that is cut, lies about ranges, or delivers something else."""

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import zstandard

from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.endpoints import Download, HeadOffice, Reply
from pos_app.sync.keys import DeviceKey
from pos_app.sync.link import Pass
from pos_app.sync.signer import Signer
from pos_app.sync.snapshot import SnapshotFetcher
from pos_app.sync.station import Station
from pos_app.sync.status import StatusBoard
from pos_app.sync.till_port import TillPort
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import Problem, SnapshotChunk, SnapshotManifest
from tests.sync.shop import StillClock

FILE = random.Random(1).randbytes(300_000)
TICKET = Pass("s1", "1-a")
SIGNER = Signer("S01-1/1.1", DeviceKey(bytes(32)).sign)


class ChunkServer:
    """Gives out a file in chunks; ``faults`` are consumed one a download."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self.downloads: list[tuple[int, int]] = []
        self.manifests = 0
        self.file_length = len(FILE)
        self.pieces = [FILE[start : start + 100_000] for start in range(0, len(FILE), 100_000)]
        self.chunks = [zstandard.compress(piece) for piece in self.pieces]

    def manifest(self) -> SnapshotManifest:
        self.manifests += 1
        chunks = [
            SnapshotChunk(n, len(chunk), hashlib.sha256(piece).hexdigest(), len(piece))
            for n, (chunk, piece) in enumerate(zip(self.chunks, self.pieces, strict=True))
        ]
        return SnapshotManifest(
            incarnation="1-a",
            server_time_ms=1,
            snapshot_id="snap",
            chunks=chunks,
            file_length=self.file_length,
            sealed_key=b"sealed",
            positions={"global": 3},
        )

    def send(self, method, target, headers, body, read_s) -> Reply:
        assert target == http.SNAPSHOT_MANIFEST
        return Reply(200, msgspec.json.encode(self.manifest()))

    @contextmanager
    def download(self, target, headers, read_s) -> Iterator[Download]:
        n = int(target.rsplit("/", 1)[1])
        start = int(headers.get("Range", "bytes=0-")[6:-1])
        self.downloads.append((n, start))
        fault = self.faults.pop(0) if self.faults else ""
        chunk = self.chunks[n]
        if fault == "forgotten":
            yield Download(404, iter([msgspec.json.encode(Problem(http.SNAPSHOT_UNKNOWN))]))
        elif fault == "no ranges":
            yield Download(200, iter([chunk]))
        elif fault == "cut":
            yield Download(206 if start else 200, self._cut(chunk[start:]))
        elif fault == "flipped":
            yield Download(206 if start else 200, iter([bytes(len(chunk) - start)]))
        elif fault == "longer":
            yield Download(200, iter([chunk, b"more"]))
        elif fault == "refused":
            yield Download(401, iter([msgspec.json.encode(Problem(http.SESSION_UNKNOWN))]))
        elif fault == "portal":
            yield Download(302, iter([b"<html>"]))
        else:
            yield Download(206 if start else 200, iter([chunk[start : start + 7], chunk[start + 7 :]]))

    def abort(self) -> None: ...

    @staticmethod
    def _cut(rest: bytes) -> Iterator[bytes]:
        yield rest[: len(rest) // 2]
        raise Unavailable("head_office.unreachable")


class KeepFile:
    """The directory: remembers what was installed."""

    def __init__(self) -> None:
        self.installed: list[tuple[bytes, bytes]] = []
        self.fails = False

    def install_file(self, path: Path, key: bytes) -> None:
        if self.fails:
            raise OSError(28, "No space left on device")
        self.installed.append((path.read_bytes(), key))


class QuietLink:
    def __init__(self) -> None:
        self.refusals: list[tuple[str, str]] = []

    def checked(self, answer, ticket) -> None:
        assert answer.incarnation == ticket.incarnation

    def refused(self, error: Refused, session: str) -> None:
        self.refusals.append((error.code, session))


class Scene:
    def __init__(self, folder: Path) -> None:
        self.server = ChunkServer()
        self.directory = KeepFile()
        self.link = QuietLink()
        self.folder = folder
        self.stopped = False
        board = StatusBoard(lambda _status: None, StillClock())
        till = TillPort(None, None, self.directory)
        station = Station(HeadOffice(self.server, SIGNER), self.link, till, board, StillClock(), lambda: self.stopped)
        self.fetcher = SnapshotFetcher(station, folder, lambda sealed: b"key of " + sealed)

    def install(self) -> None:
        self.fetcher.install(TICKET)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "downloads")


def test_the_file_arrives_whole_with_its_key_and_nothing_else_stays(scene):
    scene.install()

    assert scene.directory.installed == [(FILE, b"key of sealed")]
    assert list(scene.folder.iterdir()) == []


def test_a_cut_line_costs_only_what_had_not_arrived(scene):
    scene.server.faults = ["", "cut"]
    with pytest.raises(Unavailable):
        scene.install()
    half = len(scene.server.chunks[1]) // 2

    scene.install()

    assert scene.server.downloads == [(0, 0), (1, 0), (1, half), (2, 0)]
    assert scene.directory.installed[0][0] == FILE


def test_a_server_that_ignores_ranges_begins_the_chunk_anew(scene):
    scene.server.faults = ["cut", "no ranges"]
    with pytest.raises(Unavailable):
        scene.install()

    scene.install()

    assert scene.directory.installed[0][0] == FILE


def test_a_chunk_that_is_not_what_was_promised_is_fetched_again(scene):
    scene.server.faults = ["flipped"]

    scene.install()

    assert scene.server.downloads[:2] == [(0, 0), (0, 0)]
    assert scene.directory.installed[0][0] == FILE


def test_a_chunk_that_never_is_what_was_promised_is_damage(scene):
    scene.server.faults = ["flipped"] * 9

    with pytest.raises(Damaged, match=r"snapshot\.chunk"):
        scene.install()
    assert scene.directory.installed == []


def test_a_program_killed_in_the_middle_goes_on_with_the_same_snapshot(scene):
    scene.server.faults = ["", "", "cut"]
    with pytest.raises(Unavailable):
        scene.install()
    (scene.folder / "2.part").unlink()  # it was in memory only
    again = Scene(scene.folder)

    again.install()

    assert (again.server.manifests, again.server.downloads) == (0, [(2, 0)])
    assert again.directory.installed[0][0] == FILE


def test_what_a_power_cut_spoilt_of_the_file_is_fetched_again(scene):
    scene.server.faults = ["", "", "cut"]
    with pytest.raises(Unavailable):
        scene.install()
    with (scene.folder / "directory.new").open("r+b") as file:
        file.seek(150_000)
        file.write(bytes(9))
    scene.server.downloads.clear()

    scene.install()

    assert [n for n, _start in scene.server.downloads] == [1, 2]
    assert scene.directory.installed[0][0] == FILE


def test_a_snapshot_that_head_office_has_forgotten_is_given_up_for_a_newer_one(scene):
    scene.server.faults = ["", "forgotten"]
    with pytest.raises(Refused, match=r"snapshot\.unknown"):
        scene.install()

    scene.install()

    assert scene.server.manifests == 2
    assert scene.directory.installed[0][0] == FILE


def test_a_bomb_is_not_unpacked(scene):
    scene.server.chunks[1] = zstandard.compress(bytes(64 * 1024 * 1024))

    with pytest.raises(Damaged, match=r"snapshot\.chunk"):
        scene.install()


def test_a_file_that_is_not_what_was_promised_is_not_installed(scene):
    scene.server.file_length -= 1

    with pytest.raises(Damaged, match=r"snapshot\.file"):
        scene.install()
    assert scene.directory.installed == []


def test_a_chunk_longer_than_promised_is_not_kept(scene):
    scene.server.faults = ["longer"]

    with pytest.raises(Unavailable, match=r"not_there"):
        scene.install()


def test_a_session_lost_in_the_middle_is_told_to_the_link(scene):
    scene.server.faults = ["", "refused"]

    with pytest.raises(Refused, match=r"session\.unknown"):
        scene.install()
    assert scene.link.refusals == [(http.SESSION_UNKNOWN, "s1")]


def test_a_portal_in_the_middle_is_no_head_office(scene):
    scene.server.faults = ["portal"]

    with pytest.raises(Unavailable, match=r"not_there"):
        scene.install()


def test_a_full_disk_says_so_and_the_next_try_goes_on(scene):
    scene.directory.fails = True
    with pytest.raises(Unavailable, match=r"sync\.disk"):
        scene.install()
    scene.directory.fails = False
    fetched = len(scene.server.downloads)

    scene.install()

    assert len(scene.server.downloads) == fetched
    assert scene.directory.installed[0][0] == FILE


def test_what_a_former_program_left_is_swept(scene):
    scene.folder.mkdir()
    (scene.folder / "0f0f.part").write_bytes(b"old")

    scene.server.faults = ["", "", "cut"]
    with pytest.raises(Unavailable):
        scene.install()

    assert sorted(path.name for path in scene.folder.iterdir()) == ["2.part", "begun.json", "directory.new"]


def test_stopping_the_program_ends_a_download(scene):
    scene.stopped = True

    with pytest.raises(Unavailable, match=r"sync\.stopped"):
        scene.install()
