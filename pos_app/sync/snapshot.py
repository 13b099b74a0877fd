"""The directory file: downloaded in chunks that survive a cut line, checked, unpacked, made durable, handed over."""

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import zstandard

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.endpoints import NOT_HEAD_OFFICE, OK, PARTIAL, Reply, problem_of
from pos_app.sync.keystore import sync_folder
from pos_app.sync.link import Pass
from pos_app.sync.station import Station
from pos_app.sync.wire.messages import SnapshotChunk, SnapshotManifest

MAX_FILE_BYTES = 16 * 1024**3
MAX_TRIES = 3  # of one chunk whose hash is wrong
PACKED_BYTES = 8 * 1024  # small, since a few bytes of zstd can unpack to very many

log = logging.getLogger(__name__)


class SnapshotFetcher:
    """Fetches the newest directory file and installs it.

    Args:
        station: what the lanes share.
        folder: for half-finished downloads; made if absent. Emptied of other snapshots' chunks, and after installing.
        open_sealed: opens what was sealed to this device.
    """

    def __init__(self, station: Station, folder: Path, open_sealed: Callable[[bytes], bytes]) -> None:
        self._station = station
        self._folder = folder
        self._open_sealed = open_sealed

    def install(self, ticket: Pass, shard: str = "") -> None:
        """Download, check and install; what a cut line left of the same snapshot is not fetched again.

        Args:
            shard: the one to replace, leaving the others as they are; empty for the whole directory.

        Raises:
            Unavailable: no line, or ``sync.disk`` when the file cannot be written.
            Damaged: ``snapshot.chunk``, ``snapshot.file``, ``key.sealed``.
        """
        try:
            self._install(ticket, shard)
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            raise
        except OSError as error:
            raise Unavailable("sync.disk", cause=error.strerror) from error

    def _install(self, ticket: Pass, shard: str) -> None:
        manifest = self._station.office.snapshot(ticket.session, shard)
        self._station.link.checked(manifest, ticket)
        key = self._open_sealed(manifest.sealed_key)
        if manifest.file_length > MAX_FILE_BYTES:
            raise Damaged("snapshot.file", length=manifest.file_length)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._sweep(keep=manifest)
        for chunk in manifest.chunks:
            self._fetch(ticket, manifest.snapshot_id, chunk)
        unpacked = self._unpack(manifest)
        mark(CommitPoint.DIRECTORY_UNPACKED_BEFORE_MOVE)
        if shard:
            self._station.till.directory.install_shard(shard, unpacked, key)
        else:
            self._station.till.directory.install_file(unpacked, key)
        self._sweep(keep=None)
        log.info("sync.directory_installed snapshot=%s bytes=%d", manifest.snapshot_id, manifest.file_length)

    def _fetch(self, ticket: Pass, snapshot_id: str, chunk: SnapshotChunk) -> None:
        path = self._folder / _chunk_name(chunk)
        for _ in range(MAX_TRIES):
            have = path.stat().st_size if path.exists() else 0
            if have < chunk.length:
                self._fetch_rest(ticket, snapshot_id, chunk, path, have)
            if _sha256(path) == chunk.sha256:
                mark(CommitPoint.CHUNK_FETCHED)
                return
            path.unlink()
        raise Damaged("snapshot.chunk", n=chunk.n)

    def _fetch_rest(self, ticket: Pass, snapshot_id: str, chunk: SnapshotChunk, path: Path, have: int) -> None:
        with self._station.office.chunk(ticket.session, snapshot_id, chunk.n, have) as download:
            if download.status not in (OK, PARTIAL):
                raise problem_of(Reply(download.status, next(download.pieces, b"")))
            continues = download.status == PARTIAL
            size = have if continues else 0
            with path.open("ab" if continues else "wb") as file:
                for piece in download.pieces:
                    size += len(piece)
                    if size > chunk.length:
                        raise Unavailable(NOT_HEAD_OFFICE, cause="too long")
                    file.write(piece)
                    if self._station.stopped():
                        raise Unavailable("sync.stopped")

    def _unpack(self, manifest: SnapshotManifest) -> Path:
        """Return the unpacked, checked and synced file; chunks may be frames of their own or pieces of one."""
        target = self._folder / "directory.new"
        digest = hashlib.sha256()
        length = 0
        chunks = [self._folder / _chunk_name(chunk) for chunk in manifest.chunks]
        with target.open("wb") as file:
            try:
                for piece in _unpacked(chunks):
                    length += len(piece)
                    if length > manifest.file_length:
                        break
                    digest.update(piece)
                    file.write(piece)
            except zstandard.ZstdError as error:
                raise Damaged("snapshot.file", snapshot_id=manifest.snapshot_id) from error
            file.flush()
            os.fsync(file.fileno())
        if length != manifest.file_length or digest.hexdigest() != manifest.file_sha256:
            raise Damaged("snapshot.file", snapshot_id=manifest.snapshot_id, length=length)
        sync_folder(self._folder)
        return target

    def _sweep(self, keep: SnapshotManifest | None) -> None:
        """Delete what no download needs any more."""
        wanted = {_chunk_name(chunk) for chunk in keep.chunks} if keep else set()
        for path in self._folder.iterdir():
            if path.name not in wanted and path.is_file():
                path.unlink(missing_ok=True)


def _unpacked(paths: list[Path]) -> Iterator[bytes]:
    """Yield what the zstd files hold, whether each is a frame of its own or a piece of one; raises ZstdError."""
    unpacker = zstandard.ZstdDecompressor().decompressobj(read_across_frames=True)
    for path in paths:
        with path.open("rb") as file:
            while piece := file.read(PACKED_BYTES):
                yield unpacker.decompress(piece)


def _chunk_name(chunk: SnapshotChunk) -> str:
    """Name a chunk by what it holds, so that equal chunks of the next snapshot need no download either."""
    return f"{chunk.sha256}.part"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
