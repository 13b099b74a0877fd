"""The terminal's databases opened together: one writing transaction at a time, on one lane."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlcipher3 import dbapi2 as sqlcipher

from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Unavailable
from pos_app.store.audit import AuditTable
from pos_app.store.basket import BasketTable, HeldTable
from pos_app.store.calls import CallTable
from pos_app.store.campaign_uses import CampaignUseTable
from pos_app.store.charges import ChargeTable
from pos_app.store.connection import Database, open_encrypted, quick_check
from pos_app.store.days import DayTable
from pos_app.store.directory_file import (
    POINTER,
    InstalledDirectory,
    attach_installed,
    check_file,
    move_in,
    opened,
    pointer,
    sweep,
)
from pos_app.store.directory_reader import DirectoryReader
from pos_app.store.errors import translated
from pos_app.store.event_log import EventCodec, EventLogTable
from pos_app.store.guards import GuardTable
from pos_app.store.histories import HistoryTable
from pos_app.store.holdings import HoldingTable
from pos_app.store.members import MemberTable
from pos_app.store.memory import MemoryTable
from pos_app.store.migrations import migrate
from pos_app.store.papers import PaperTable
from pos_app.store.paybacks import PayBackTable
from pos_app.store.published import PublishedTables
from pos_app.store.refunds import RefundTable
from pos_app.store.rows import Rows
from pos_app.store.sales import SaleTable
from pos_app.store.space import Space
from pos_app.store.topups import TopUpTable

VERIFIED_AT_OPEN = 200  # newest events whose chain is recomputed at every start

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreUnit:
    """The tables inside one transaction."""

    log: EventLogTable
    till: MemoryTable
    holdings: HoldingTable
    sales: SaleTable
    refunds: RefundTable
    topups: TopUpTable
    basket: BasketTable
    held: HeldTable
    members: MemberTable
    histories: HistoryTable
    published: PublishedTables
    calls: CallTable
    papers: PaperTable
    days: DayTable
    guards: GuardTable
    campaign_uses: CampaignUseTable
    audit: AuditTable
    charges: ChargeTable
    paybacks: PayBackTable


class TillStore:
    """``till.db`` and the directory beside it. Opened, used and closed on one lane.

    Args:
        database: ``till.db``, already migrated. ``folder``: the data folder, for directory files.
        directory: reads the directory that is installed.
        space: the disk's room and the ballast, None to leave it unwatched.
    """

    def __init__(
        self, database: Database, folder: Path, codec: EventCodec, directory: DirectoryReader, space: Space | None
    ) -> None:
        self._database = database
        self._folder = folder
        self._directory = directory
        self._space = space
        self._broken = ""
        self._rows = rows = Rows(database)
        memory = MemoryTable(rows)
        events = EventLogTable(rows, memory, codec)
        sales = SaleTable(rows, events, directory)
        self.tables = StoreUnit(
            log=events,
            till=memory,
            holdings=HoldingTable(rows, directory),
            sales=sales,
            refunds=RefundTable(rows, events),
            topups=TopUpTable(rows, events, directory),
            basket=BasketTable(rows),
            held=HeldTable(rows),
            members=MemberTable(rows, directory, memory, sales),
            histories=HistoryTable(rows, events, directory),
            published=PublishedTables(directory),
            calls=CallTable(database, directory),
            papers=PaperTable(database),
            days=DayTable(rows),
            guards=GuardTable(database),
            campaign_uses=CampaignUseTable(rows, directory),
            audit=AuditTable(rows),
            charges=ChargeTable(rows),
            paybacks=PayBackTable(rows),
        )

    @contextmanager
    def unit(self) -> Iterator[StoreUnit]:
        """Run one writing transaction: all of it commits durably, or nothing. It sees one moment of the directory.

        Raises:
            Unavailable: ``store.full {freed}`` when the disk is full (``freed``: the ballast was let go, the same
                work can be tried again at once); ``store.write`` when the disk failed, after which nothing is written
                any more until the program starts anew.
        """
        self._check_usable()
        try:
            self._database.conn.execute("BEGIN IMMEDIATE")
            self._directory.begin()
            yield self.tables
            mark(CommitPoint.TILL_BEFORE_COMMIT)
            self._database.conn.execute("COMMIT")
            mark(CommitPoint.TILL_COMMITTED)
        except sqlcipher.Error as error:
            self._take_back()
            raise self._failed(error) from error
        except BaseException:
            self._take_back()
            raise
        finally:
            self._directory.end()

    @contextmanager
    def view(self) -> Iterator[StoreUnit]:
        """Run reads that see one moment of ``till.db`` and one of the directory."""
        try:
            self._database.conn.execute("BEGIN")
            self._directory.begin()
            yield self.tables
        except sqlcipher.Error as error:
            raise translated(error) from error
        finally:
            self._directory.end()
            self._roll_back()

    def room_for_sales(self) -> bool:
        """Say whether the disk has room to begin a new sale."""
        return self._space is None or self._space.has_room()

    def install_directory(self, path: Path, key: bytes) -> None:
        """Make a downloaded file the directory: it is moved into the data folder, then the pointer to it commits.

        Raises:
            Damaged: ``store.wrong_key``, ``directory.file``.
            Unavailable: ``store.write``; the old directory stays installed.
        """
        check_file(path, key)
        with self.unit() as unit:
            name = move_in(path, self._folder, unit.till.next_number("directory_file"))
            mark(CommitPoint.DIRECTORY_MOVED_BEFORE_SWITCH)
            unit.till.put(POINTER, msgspec.json.encode(InstalledDirectory(name, key)))
        mark(CommitPoint.DIRECTORY_SWITCHED_BEFORE_SWEEP)
        self._directory.attach(opened(self._folder / name, key))
        with self.unit() as unit:
            unit.members.tidy()
        sweep(self._folder, keep=name)

    def refresh_directory(self) -> None:
        """Read what the next price needs, after the directory was written to."""
        self._directory.refresh()

    def installed_directory(self) -> tuple[Path, bytes] | None:
        """Return file and key of the installed directory."""
        with self.view() as unit:
            installed = pointer(unit.till)
        return None if installed is None else (self._folder / installed.name, installed.key)

    def checkpoint(self) -> None:
        """Move the write-ahead log into the file; for quiet moments, a few milliseconds."""
        with self._edge():
            self._database.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def backup(self, target: Path) -> None:
        """Write a copy under the same key; it is for looking at, and must never be sold with."""
        with self._edge():
            self._database.conn.execute("VACUUM INTO ?", [str(target)])

    def close(self) -> None:
        """Close both files."""
        self._directory.detach()
        self._database.close()

    @contextmanager
    def _edge(self) -> Iterator[None]:
        try:
            yield
        except sqlcipher.Error as error:
            raise self._failed(error) from error

    def _check_usable(self) -> None:
        if self._broken:
            raise Unavailable("store.write", cause=self._broken)
        assert not self._database.conn.in_transaction, "units do not nest"
        if self._space is not None and self._space.is_tight() and self._space.release():
            log.warning("store.ballast_released")

    def _failed(self, error: Exception) -> Exception:
        """Return the program's error; remember a disk that failed, and make room on one that is full."""
        problem = translated(error)
        if problem.code == "store.write":
            self._broken = str(error)  # fsync may have lost pages: committing again would only look like success
            log.critical("store.write_failed cause=%s", error)
        if problem.code == "store.full":
            freed = self._space is not None and self._space.release()
            log.warning("store.full freed=%s", freed)
            return Unavailable("store.full", freed=freed, cause=str(error))
        return problem

    def _take_back(self) -> None:
        self._rows.forget()
        self._roll_back()

    def _roll_back(self) -> None:
        if self._database.conn.in_transaction:
            try:
                self._database.conn.execute("ROLLBACK")
            except sqlcipher.Error as error:
                self._broken = str(error)


def open_till(
    path: Path, key: bytes, codec: EventCodec, *, space: Space | None = None, check: bool = False, durable: bool = True
) -> TillStore:
    """Open ``till.db`` on the calling thread, migrate it, check the end of its log, attach the directory.

    Args:
        check: also read every page (``quick_check``).
        durable: False only where a power cut may cost the whole file, as in tests.

    Raises:
        Unavailable: ``store.sqlite_too_old``, ``store.write``, ``store.full``.
        Damaged: ``store.wrong_key``, ``store.damaged``, ``log.gap``, ``log.chain``.
    """
    return till_on(open_encrypted(path, key, synchronous="FULL" if durable else "OFF"), path, codec, space, check=check)


def till_on(
    database: Database, path: Path, codec: EventCodec, space: Space | None, *, check: bool = False
) -> TillStore:
    """Make an opened ``till.db`` ready for use, or close it; raises what ``open_till`` raises once it is open."""
    try:
        if check:
            quick_check(database)
        migrate(database, path)
        reader = DirectoryReader()
        store = TillStore(database, path.parent, codec, reader, space)
        attach_installed(store.tables.till, reader, path.parent)
        with store.unit() as unit:
            if unit.till.identity() is not None:
                unit.log.verify(VERIFIED_AT_OPEN)
            unit.members.tidy()
        if space is not None:
            space.refill()
    except BaseException:
        database.close()
        raise
    return store
