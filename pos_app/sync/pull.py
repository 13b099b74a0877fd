"""Pulling: every shard on its own cursor, in pages, each applied in one transaction with the cursor's move.

Independent of pushing, and every shard of the others: what sticks, sticks alone.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec

from pos_app.domain.directory import DirectoryChange
from pos_app.domain.ledger import Grant
from pos_app.domain.programme import Programme
from pos_app.domain.releases import Recall
from pos_app.errors import Damaged, Refused
from pos_app.sync.link import Pass
from pos_app.sync.station import Station
from pos_app.sync.till_port import Cursor, KeptItem
from pos_app.sync.wire import http
from pos_app.sync.wire.messages import FEED_KINDS, FeedAnswer, FeedItem, Tombstone

GRANT = "grant"
RECALL = "recall"
UNASKED_S = 3.0  # pause when head office does not hold a long poll
TOO_SOON_MS = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shards:
    """The shards of one terminal: two for the directory, one for its own holdings."""

    store_id: str
    terminal_id: str
    epoch: str

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


class Puller:
    """One round brings every shard up to date; the next waits at head office for news of the store.

    Two rounds, so that being up to date shows at once and not after the wait.

    Args:
        station: what the lanes share.
        shards: of this terminal.
        bootstrap: downloads and installs the directory file; called when there is no directory, or when head office
            cannot go on from where it stands.
        wait_s: how long head office may hold a long poll; 0 to ask and go.
    """

    def __init__(
        self, station: Station, shards: Shards, bootstrap: Callable[[Pass], None], wait_s: int = http.MAX_WAIT_S
    ) -> None:
        self._station = station
        self._shards = shards
        self._bootstrap = bootstrap
        self._wait_s = wait_s
        self._waits = False

    def round(self) -> float:
        """Bring every shard up to date, or, when they are, long-poll once; return seconds to pause.

        Raises:
            PosError: of the first shard that failed, after the others had their turn.
        """
        ticket = self._station.link.open()
        if self._waits:
            self._waits = False
            return self._long_poll(ticket)
        problem = self._first_problem(ticket)
        if problem is not None:
            raise problem
        self._waits = self._wait_s > 0
        return 0.0 if self._waits else UNASKED_S

    def _long_poll(self, ticket: Pass) -> float:
        began_ms = self._station.clock.mono_ms()
        if self._station.stopped() or self._page(ticket, self._shards.store, self._wait_s) > 0:
            return 0.0
        waited_ms = self._station.clock.mono_ms() - began_ms
        return UNASKED_S if waited_ms < TOO_SOON_MS else 0.0

    def _first_problem(self, ticket: Pass) -> Damaged | Refused | None:
        """Bring each shard up to date; a shard whose feed is broken does not hold up the others."""
        first: Damaged | Refused | None = None
        for shard in (self._shards.own, self._shards.everywhere, self._shards.store):
            try:
                while not self._station.stopped() and self._page(ticket, shard, 0) > 0:
                    pass
            except Refused as error:
                if error.code == http.SESSION_UNKNOWN:
                    raise
                first = first or error
            except Damaged as error:
                first = first or error
        return first

    def _page(self, ticket: Pass, shard: str, wait_s: int) -> int:
        """Apply one page and return how many changes it had."""
        cursor = self._cursor(ticket, shard)
        try:
            answer = self._station.office.feed(ticket.session, shard, cursor, wait_s)
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            if error.code != http.FEED_RESYNC:
                raise
            cursor = self._restart(ticket, shard, cursor)
            answer = self._station.office.feed(ticket.session, shard, cursor, 0)
        self._station.link.checked(answer, ticket)
        self._station.board.heard(answer.server_time_ms)
        _check_page(answer, shard, cursor)
        after = Cursor(ticket.incarnation, answer.next_pos)
        if after != cursor:
            self._apply(shard, after, answer.items)
            self._station.board.count(pulled=len(answer.items))
        return len(answer.items)

    def _cursor(self, ticket: Pass, shard: str) -> Cursor:
        if shard == self._shards.own:
            cursor = self._station.till.holdings.cursor(shard)
            if cursor is None or cursor.incarnation != ticket.incarnation:
                return Cursor(ticket.incarnation, 0)  # grants are known by gid: reading again installs nothing twice
            return cursor
        cursor = self._station.till.directory.cursor(shard)
        if cursor is None or cursor.incarnation != ticket.incarnation:
            return self._restart(ticket, shard, cursor)
        return cursor

    def _restart(self, ticket: Pass, shard: str, cursor: Cursor | None) -> Cursor:
        """Begin a shard anew, because there is no cursor or head office cannot go on from it."""
        log.info("sync.restart shard=%s cursor=%s", shard, cursor)
        if shard == self._shards.own:
            return Cursor(ticket.incarnation, 0)
        self._bootstrap(ticket)
        fresh = self._station.till.directory.cursor(shard)
        if fresh is None:  # the file does not know the shard: it begins at its beginning, and that is remembered
            fresh = Cursor(ticket.incarnation, 0)
            self._station.till.directory.apply_page(shard, fresh, (), ())
        if fresh.incarnation != ticket.incarnation or fresh == cursor:
            raise Damaged("feed.resync_again", shard=shard, pos=fresh.pos)
        return fresh

    def _apply(self, shard: str, cursor: Cursor, items: list[FeedItem]) -> None:
        if shard == self._shards.own:
            grants, recalls, kept = read_own(items)
            self._station.till.holdings.install_page(shard, cursor, grants, recalls)
            if recalls:
                self._station.till.holdings.hand_back()  # somebody waits for these rights at another counter
        else:
            changes, kept = read_changes(items)
            self._station.till.directory.apply_page(shard, cursor, changes, kept)
        for item in kept:
            log.warning("sync.kept_aside shard=%s pos=%d kind=%s reason=%s", shard, item.pos, item.kind, item.reason)


def read_own(items: list[FeedItem]) -> tuple[list[Grant], list[Recall], list[KeptItem]]:
    """Return grants and recalls of a page, and what is neither: a grant not installed stays with head office."""
    grants: list[Grant] = []
    recalls: list[Recall] = []
    kept: list[KeptItem] = []
    for item in items:
        try:
            if item.kind == GRANT:
                grants.append(msgspec.json.decode(item.body, type=Grant))
            elif item.kind == RECALL:
                recalls.append(msgspec.json.decode(item.body, type=Recall))
            else:
                kept.append(_kept(item, "feed.wrong_shard" if item.kind in FEED_KINDS else "feed.unknown_kind"))
        except msgspec.DecodeError:
            kept.append(_kept(item, "feed.malformed"))
    return grants, recalls, kept


def read_changes(items: list[FeedItem]) -> tuple[list[DirectoryChange], list[KeptItem]]:
    """Return the changes of a page for the directory, and what this program cannot read."""
    changes: list[DirectoryChange] = []
    kept: list[KeptItem] = []
    for item in items:
        shape = FEED_KINDS.get(item.kind)
        if shape is None or item.kind in (GRANT, RECALL):
            kept.append(_kept(item, "feed.unknown_kind" if shape is None else "feed.wrong_shard"))
            continue
        try:
            value: Any = msgspec.json.decode(item.body, type=shape)  # Any: of the type that kind names
        except msgspec.DecodeError:
            kept.append(_kept(item, "feed.malformed"))
            continue
        changes.append(_change(item, value))
    return changes, kept


def _change(item: FeedItem, value: Any) -> DirectoryChange:  # noqa: ANN401 - of the type that the kind names
    if isinstance(value, Tombstone):
        return DirectoryChange(item.pos, value.entity, item.entity_id, None, value.version)
    # Rules are published once under a name and never changed: their version is that name, not a number.
    version = 1 if isinstance(value, Programme) else int(value.version)
    return DirectoryChange(item.pos, item.kind, item.entity_id, value, version)


def _kept(item: FeedItem, reason: str) -> KeptItem:
    return KeptItem(item.pos, item.kind, bytes(item.body), reason)


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
