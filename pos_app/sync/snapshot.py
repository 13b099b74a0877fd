"""The directory file: chunks are fetched, checked, unpacked and written in one pass, made durable, handed over.

A cut line or a killed program costs what had not arrived: the same snapshot goes on for as long as head office has it.
"""

import hashlib
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.endpoints import NOT_HEAD_OFFICE, OK, PARTIAL, Reply, problem_of
from pos_app.sync.keystore import sync_folder
from pos_app.sync.link import Pass
from pos_app.sync.station import Station
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import SnapshotChunk, SnapshotManifest

MAX_FILE_BYTES = 16 * 1024**3
MAX_CHUNK_BYTES = 16 * 1024**2
MAX_TRIES = 3  # of one chunk whose hash is wrong
BEGUN = "begun.json"

log = logging.getLogger(__name__)


class Begun(msgspec.Struct, frozen=True):
    """A download under way: of one shard or (empty) of the whole directory."""

    shard: str
    manifest: SnapshotManifest


class SnapshotFetcher:
    """Fetches the newest directory file and installs it.

    Args:
        station: what the lanes share.
        folder: for half-finished downloads; made if absent, emptied after installing.
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
        self._folder.mkdir(parents=True, exist_ok=True)
        manifest = self._begun(ticket, shard) or self._begin(ticket, shard)
        key = self._open_sealed(manifest.sealed_key)
        try:
            fetched = self._fetch_all(ticket, manifest)
        except Refused as error:
            if error.code == http.SNAPSHOT_UNKNOWN:
                self._sweep()  # head office has newer ones: the next try begins with one
            raise
        mark(CommitPoint.DIRECTORY_UNPACKED_BEFORE_MOVE)
        if shard:
            self._station.till.directory.install_shard(shard, fetched, key)
        else:
            self._station.till.directory.install_file(fetched, key)
        self._sweep()
        log.info("sync.directory_installed snapshot=%s bytes=%d", manifest.snapshot_id, manifest.file_length)

    def _begun(self, ticket: Pass, shard: str) -> SnapshotManifest | None:
        """Return the manifest of a download that was cut off; None where there is none to go on with."""
        try:
            begun = msgspec.json.decode((self._folder / BEGUN).read_bytes(), type=Begun)
        except (FileNotFoundError, msgspec.DecodeError, UnicodeDecodeError):
            return None
        return begun.manifest if (begun.shard, begun.manifest.incarnation) == (shard, ticket.incarnation) else None

    def _begin(self, ticket: Pass, shard: str) -> SnapshotManifest:
        manifest = self._station.office.snapshot(ticket.session, shard)
        self._station.link.checked(manifest, ticket)
        if manifest.file_length > MAX_FILE_BYTES:
            raise Damaged("snapshot.file", length=manifest.file_length)
        self._sweep()
        (self._folder / BEGUN).write_bytes(msgspec.json.encode(Begun(shard, manifest)))
        return manifest

    def _fetch_all(self, ticket: Pass, manifest: SnapshotManifest) -> Path:
        """Return the whole file, synced; what an earlier try left of it is checked and not fetched again."""
        target = self._folder / "directory.new"
        target.touch()
        with target.open("r+b") as file:
            done = _intact(file, manifest.chunks)
            for chunk in manifest.chunks[done:]:
                file.write(self._fetch(ticket, manifest.snapshot_id, chunk))
                mark(CommitPoint.CHUNK_FETCHED)
            file.truncate()
            length = file.tell()
            file.flush()
            os.fsync(file.fileno())
        if length != manifest.file_length:
            self._sweep()
            raise Damaged("snapshot.file", snapshot_id=manifest.snapshot_id, length=length)
        sync_folder(self._folder)
        return target

    def _fetch(self, ticket: Pass, snapshot_id: str, chunk: SnapshotChunk) -> bytes:
        """Return what one chunk unpacks to; the part of it that a cut line leaves is kept."""
        part = self._folder / f"{chunk.n}.part"
        for _ in range(MAX_TRIES):
            packed = bytearray(part.read_bytes() if part.exists() else b"")
            part.unlink(missing_ok=True)
            try:
                self._fetch_rest(ticket, snapshot_id, chunk, packed)
            except Unavailable:
                part.write_bytes(packed)
                raise
            piece = _unpacked(packed, chunk)
            if piece is not None:
                return piece
        raise Damaged("snapshot.chunk", n=chunk.n)

    def _fetch_rest(self, ticket: Pass, snapshot_id: str, chunk: SnapshotChunk, packed: bytearray) -> None:
        with self._station.office.chunk(ticket.session, snapshot_id, chunk.n, len(packed)) as download:
            if download.status not in (OK, PARTIAL):
                raise problem_of(Reply(download.status, next(download.pieces, b"")))
            if download.status == OK:
                packed.clear()
            for piece in download.pieces:
                packed += piece
                if len(packed) > chunk.length:
                    packed.clear()
                    raise Unavailable(NOT_HEAD_OFFICE, cause="too long")
                if self._station.stopped():
                    raise Unavailable("sync.stopped")

    def _sweep(self) -> None:
        """Delete what no download needs any more."""
        for path in self._folder.iterdir():
            if path.is_file():
                path.unlink(missing_ok=True)


def _unpacked(packed: bytearray, chunk: SnapshotChunk) -> bytes | None:
    """Return the piece of the file that a chunk holds; None where it is not what was promised."""
    try:
        piece = zstandard.ZstdDecompressor().decompress(packed, max_output_size=MAX_CHUNK_BYTES)
    except zstandard.ZstdError:
        return None
    return piece if hashlib.sha256(piece).hexdigest() == chunk.sha256 else None


def _intact(file: BinaryIO, chunks: Sequence[SnapshotChunk]) -> int:
    """Return how many chunks stand in the file from its start, and leave it at the end of them."""
    for done, chunk in enumerate(chunks):
        start = file.tell()
        piece = file.read(chunk.file_length)
        if len(piece) != chunk.file_length or hashlib.sha256(piece).hexdigest() != chunk.sha256:
            file.seek(start)
            return done
    return len(chunks)
