"""Pulling: every shard on its own cursor, in pages, each applied in one transaction with the cursor's move.

Independent of pushing, and every shard of the others: what sticks, sticks alone.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import Cursor, DirectoryChange, KeptItem
from pos_app.domain.ledger import Grant
from pos_app.domain.posting import MAX_AMOUNT
from pos_app.domain.programme import Programme
from pos_app.domain.releases import Recall
from pos_app.errors import Damaged, Refused
from pos_app.sync.link import Pass
from pos_app.sync.station import Station
from pos_app.sync.wire import http
from pos_app.sync.wire.checksum import START, advanced
from pos_app.sync.wire.limits import trouble_in
from pos_app.sync.wire.messages import FEED_KINDS, FeedAnswer, FeedItem, Tombstone

GRANT = "grant"
RECALL = "recall"
UNASKED_S = 3.0  # pause when head office does not hold a long poll
TOO_SOON_MS = 1000
TAKEN_ANEW_MS = 15 * 60_000  # a shard that must be taken anew again within this time waits for somebody
MOST_TOLD = 20  # names of what is kept aside
FAR_BEHIND = 20_000  # changes: from here on a shard that is no larger than what is missing is taken as a file
# What a value that is not of its shape raises while it is read.
UNREADABLE = (msgspec.DecodeError, RecursionError, ValueError)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of one terminal: two for the directory, one for its own holdings."""

    store_id: str
    terminal_id: str
    epoch: str

    @property
    def all(self) -> tuple[str, ...]:
        """All of them, those with money first."""
        return self.own, self.everywhere, self.store

    @property
    def everywhere(self) -> str:
        """Catalogue, rules, staff."""
        return "global"

    @property
    def store(self) -> str:
        """Members and calls of this store."""
        return f"store:{self.store_id}"

    @property
    def own(self) -> str:
        """Grants to this life of the terminal."""
        return f"terminal:{self.terminal_id}/{self.epoch}"


class Bootstrap(Protocol):
    """Downloads and installs the directory file, or what it holds of one shard."""

    def __call__(self, ticket: Pass, shard: str = "") -> None:
        """Replace one shard, leaving the others as they are; without ``shard`` the whole directory."""
        ...


class Puller:
    """One round brings every shard up to date; the next waits at head office for news of any of them.

    Two rounds, so that being up to date shows at once and not after the wait.

    Args:
        station: what the lanes share.
        shards: of this terminal.
        bootstrap: called when there is no directory, when head office cannot go on from where it stands, or when a
            shard's checksum says that it is not what head office sent.
        wait_s: how long head office may hold a request for news; 0 to ask and go.
        pace: hands on what is to be read and applied, giving way to others (see ``Pace``).
    """

    def __init__(
        self,
        station: Station,
        shards: Shards,
        bootstrap: Bootstrap,
        wait_s: int = http.MAX_WAIT_S,
        pace: Callable[[Iterable[Any]], Iterable[Any]] = iter,  # Any: of what it was given
    ) -> None:
        self._station = station
        self._shards = shards
        self._bootstrap = bootstrap
        self._wait_s = wait_s
        self._pace = pace
        self._waits = False
        self._tried_kept = False
        self._taken_anew_ms: dict[str, int] = {}
        self._leapt_ms: dict[str, int] = {}

    def round(self) -> float:
        """Bring every shard up to date, or, when they are, wait for news once; return seconds to pause.

        Raises:
            PosError: of the first shard that failed, after the others had their turn.
        """
        ticket = self._station.link.open()
        waits, self._waits = self._waits, False
        if waits:
            pause_s = self._await_news(ticket)
        else:
            self._try_kept(ticket)
            self._read(ticket, self._shards.all)
            pause_s = 0.0 if self._wait_s else UNASKED_S
        self._waits = self._wait_s > 0
        return pause_s

    def _await_news(self, ticket: Pass) -> float:
        """Wait until head office has news of a shard and read it; return seconds to pause before asking again."""
        began_ms = self._station.clock.mono_ms()
        if self._station.stopped():
            return 0.0
        cursors = {shard: self._cursor(ticket, shard) for shard in self._shards.all}
        try:
            answer = self._station.office.news(ticket.session, cursors, self._wait_s)
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            raise
        self._station.link.checked(answer, ticket)
        self._station.board.heard(answer.server_time_ms)
        moved = [shard for shard in self._shards.all if shard in answer.moved]
        self._read(ticket, moved)
        waited_ms = self._station.clock.mono_ms() - began_ms
        return UNASKED_S if not moved and waited_ms < TOO_SOON_MS else 0.0

    def _read(self, ticket: Pass, shards: Sequence[str]) -> None:
        """Bring each shard up to date; a shard whose feed is broken does not hold up the others.

        Raises:
            PosError: of the first shard that failed.
        """
        first: Damaged | Refused | None = None
        for shard in shards:
            try:
                while not self._station.stopped() and self._page(ticket, shard):
                    pass
            except Refused as error:
                if error.code == http.SESSION_UNKNOWN:
                    raise
                first = first or error
            except Damaged as error:
                first = first or error
        if first is not None:
            raise first

    def _page(self, ticket: Pass, shard: str) -> bool:
        """Apply one page; return whether there may be more."""
        cursor = self._cursor(ticket, shard)
        try:
            answer = self._station.office.feed(ticket.session, shard, cursor)
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            if error.code != http.FEED_RESYNC:
                raise
            cursor = self._restart(ticket, shard, cursor)
            answer = self._station.office.feed(ticket.session, shard, cursor)
        self._station.link.checked(answer, ticket)
        self._station.board.heard(answer.server_time_ms)
        _check_page(answer, shard, cursor)
        if not _is_as_sent(answer, cursor):
            self._take_anew(ticket, shard, cursor)
            return True
        if self._is_far_behind(shard, answer.head_pos - cursor.pos):
            self._leap(ticket, shard, answer.head_pos - cursor.pos)
            return True
        after = Cursor(ticket.incarnation, answer.next_pos, answer.checksum)
        if after != cursor:
            self._apply(shard, after, answer.items)
            self._station.board.count(pulled=len(answer.items))
        return bool(answer.items)

    def _cursor(self, ticket: Pass, shard: str) -> Cursor:
        if shard == self._shards.own:
            cursor = self._station.till.holdings.cursor(shard)
            if cursor is None or cursor.incarnation != ticket.incarnation:
                return Cursor(ticket.incarnation, 0, START)  # grants are known by gid: read again, none comes twice
            return cursor
        cursor = self._station.till.directory.cursor(shard)
        if cursor is None or cursor.incarnation != ticket.incarnation:
            return self._restart(ticket, shard, cursor)
        return cursor

    def _restart(self, ticket: Pass, shard: str, cursor: Cursor | None) -> Cursor:
        """Begin a shard anew, because there is no cursor or head office cannot go on from it."""
        log.info("sync.restart shard=%s cursor=%s", shard, cursor)
        if shard == self._shards.own:
            return Cursor(ticket.incarnation, 0, START)
        alone = cursor is not None and cursor.incarnation == ticket.incarnation
        self._bootstrap(ticket, shard if alone else "")
        fresh = self._station.till.directory.cursor(shard)
        if fresh is None:  # the file does not know the shard: it begins at its beginning, and that is remembered
            fresh = Cursor(ticket.incarnation, 0, START)
            self._station.till.directory.apply_page(shard, fresh, (), ())
        if fresh.incarnation != ticket.incarnation or fresh == cursor:
            raise Damaged("feed.resync_again", shard=shard, pos=fresh.pos)
        return fresh

    def _take_anew(self, ticket: Pass, shard: str, cursor: Cursor) -> None:
        """What this terminal has of a shard is not what head office sent: take that shard again, and only that.

        Raises:
            Damaged: ``feed.checksum`` when that was done a moment ago and did not help.
        """
        now_ms = self._station.clock.mono_ms()
        before_ms = self._taken_anew_ms.get(shard)
        if before_ms is not None and now_ms - before_ms < TAKEN_ANEW_MS:
            raise Damaged("feed.checksum", shard=shard, pos=cursor.pos)
        log.warning("sync.taken_anew code=feed.checksum shard=%s pos=%d", shard, cursor.pos)
        if shard == self._shards.own:
            self._station.till.holdings.rewind(shard, ticket.incarnation)
        else:
            self._bootstrap(ticket, shard)
        self._taken_anew_ms[shard] = now_ms  # only now: what a lost line ended is tried again
        self._station.board.count(taken_anew=1)

    def _is_far_behind(self, shard: str, missing: int) -> bool:
        """Say whether a file of the shard is less than the changes that are missing.

        A leap is tried once in a while only: what it missed, because the file was not the newest or could not be had,
        comes in pages.
        """
        if missing <= FAR_BEHIND or shard == self._shards.own:
            return False
        leapt_ms = self._leapt_ms.get(shard)
        if leapt_ms is not None and self._station.clock.mono_ms() - leapt_ms < TAKEN_ANEW_MS:
            return False
        return missing >= self._station.till.directory.size(shard)

    def _leap(self, ticket: Pass, shard: str, missing: int) -> None:
        """Take a shard that is far behind as a file, in place of page after page."""
        self._leapt_ms[shard] = self._station.clock.mono_ms()
        log.info("sync.leap shard=%s missing=%d", shard, missing)
        self._bootstrap(ticket, shard)

    def _try_kept(self, ticket: Pass) -> None:
        """Once in each run of the program, try again what an older one could not read."""
        if self._tried_kept:
            return
        directory, holdings = self._station.till.directory, self._station.till.holdings
        for shard in (self._shards.everywhere, self._shards.store):
            changes, _ = read_changes([_item(kept) for kept in directory.kept(shard)])
            if changes:
                directory.apply_kept(shard, changes)
                log.info("sync.kept_applied shard=%s changes=%d", shard, len(changes))
        grants, recalls, _ = read_own([_item(kept) for kept in holdings.kept(self._shards.own)])
        if grants or recalls:
            holdings.rewind(self._shards.own, ticket.incarnation)  # in order, among what came since
        self._tried_kept = True
        self._tell_kept()

    def _tell_kept(self) -> None:
        """Name what is kept aside of the directory, for the sync centre."""
        directory = self._station.till.directory
        kept = [each for shard in (self._shards.everywhere, self._shards.store) for each in directory.kept(shard)]
        names = dict.fromkeys(f"{each.kind} {each.entity_id}".strip() for each in kept)
        self._station.board.put_aside(tuple(names)[:MOST_TOLD])

    def _apply(self, shard: str, cursor: Cursor, items: list[FeedItem]) -> None:
        if shard == self._shards.own:
            grants, recalls, kept = read_own(items)
            self._station.till.holdings.install_page(shard, cursor, grants, recalls, kept)
            if recalls:
                self._station.till.holdings.hand_back()  # somebody waits for these rights at another counter
        else:
            changes, kept = read_changes(self._pace(items))
            # It may wait inside the transaction: nobody else writes this file, and readers do not wait for it.
            self._station.till.directory.apply_page(shard, cursor, self._pace(changes), kept)
            if kept or self._station.board.status().put_aside:
                self._tell_kept()
        for item in kept:
            log.warning("sync.kept_aside shard=%s pos=%d kind=%s reason=%s", shard, item.pos, item.kind, item.reason)


def read_own(items: Iterable[FeedItem]) -> tuple[list[Grant], list[Recall], list[KeptItem]]:
    """Return grants and recalls of a page, and what is neither: a grant not installed stays with head office."""
    grants: list[Grant] = []
    recalls: list[Recall] = []
    kept: list[KeptItem] = []
    for item in items:
        try:
            if item.kind == GRANT:
                grants.append(_grant(item))
            elif item.kind == RECALL:
                recalls.append(_value(item, Recall))
            else:
                kept.append(_kept(item, "feed.wrong_shard" if item.kind in FEED_KINDS else "feed.unknown_kind"))
        except UNREADABLE:
            kept.append(_kept(item, "feed.malformed"))
    return grants, recalls, kept


def read_changes(
    items: Iterable[FeedItem], kinds: Mapping[str, type] = FEED_KINDS
) -> tuple[list[DirectoryChange], list[KeptItem]]:
    """Return the changes of a page for the directory, and what a program that knows ``kinds`` cannot read."""
    changes: list[DirectoryChange] = []
    kept: list[KeptItem] = []
    for item in items:
        shape = kinds.get(item.kind)
        if shape is None or item.kind in (GRANT, RECALL):
            kept.append(_kept(item, "feed.unknown_kind" if shape is None else "feed.wrong_shard"))
            continue
        try:
            change = _change(item, shape)
        except UNREADABLE:
            kept.append(_kept(item, "feed.malformed"))
            continue
        if isinstance(change.value, Item | Programme | Campaign) and change.value.problems():
            kept.append(_kept(item, "feed.unlawful"))
        else:
            changes.append(change)
    return changes, kept


def _grant(item: FeedItem) -> Grant:
    grant = _value(item, Grant)
    assert isinstance(grant, Grant)
    if not 0 < grant.amount <= MAX_AMOUNT:
        raise ValueError(grant.amount)
    return grant


def _change(item: FeedItem, shape: type) -> DirectoryChange:
    value = _value(item, shape)
    if isinstance(value, Tombstone):
        return DirectoryChange(item.pos, value.entity, item.entity_id, None, _counted(value.version))
    # Rules are published once under a name and never changed: their version is that name, not a number.
    version = 1 if isinstance(value, Programme) else _counted(value.version)
    return DirectoryChange(item.pos, item.kind, item.entity_id, value, version)


def _value(item: FeedItem, shape: type) -> Any:  # noqa: ANN401 - of the shape
    """Return the value that an item carries; raises what ``UNREADABLE`` names."""
    value: Any = msgspec.json.decode(item.body, type=shape)
    if cause := trouble_in(bytes(item.body), value):
        raise ValueError(cause)
    return value


def _counted(number: int) -> int:
    """Return a number that is a version or an amount of money; raises ValueError for one that cannot be."""
    if not 0 <= number <= MAX_AMOUNT:
        raise ValueError(number)
    return number


def _kept(item: FeedItem, reason: str) -> KeptItem:
    return KeptItem(item.pos, item.kind, item.entity_id, bytes(item.body), reason)


def _item(kept: KeptItem) -> FeedItem:
    return FeedItem(kept.pos, kept.kind, kept.entity_id, msgspec.Raw(kept.body))


def _is_as_sent(answer: FeedAnswer, cursor: Cursor) -> bool:
    """Say whether what was read up to now and this page add up to what head office has counted."""
    if answer.checksum is None or cursor.checksum is None:
        return True
    return advanced(cursor.checksum, answer.items) == answer.checksum


def _check_page(answer: FeedAnswer, shard: str, cursor: Cursor) -> None:
    """A page must be the one asked for and without holes: a hole is an incident, not something to wait out."""
    if answer.shard != shard:
        raise Damaged("feed.wrong_page", wanted=shard, found=answer.shard)
    for pos, item in enumerate(answer.items, cursor.pos + 1):
        if item.pos != pos:
            raise Damaged("feed.hole", shard=shard, wanted=pos, found=item.pos)
    last = cursor.pos + len(answer.items)
    if answer.next_pos != last:
        raise Damaged("feed.hole", shard=shard, wanted=last, found=answer.next_pos)
