"""The till's stores as sync wants them: each call hops to the lane that owns the database."""

from collections.abc import Sequence

from pos_app.bootstrap.world import OwnLane
from pos_app.domain.directory import Cursor, KeptItem
from pos_app.domain.events import LogEvent
from pos_app.domain.ledger import Grant
from pos_app.domain.releases import Recall
from pos_app.domain.till import Countersigned, Identity
from pos_app.services.rights import Rights
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.store.till_log import TillLog
from pos_app.sync.session import LogHead
from pos_app.sync.till_port import TillPort


class IdentityOnLane:
    """``IdentityPort`` over the till's log."""

    def __init__(self, lane: OwnLane, log: TillLog) -> None:
        self._lane = lane
        self._log = log

    def identity(self) -> Identity | None:
        """Return who this terminal is."""
        return self._lane.call(self._log.identity)

    def save_identity(self, identity: Identity) -> None:
        """Remember it."""
        self._lane.call(lambda: self._log.save_identity(identity))


class LogOnLane:
    """``LogPort`` over the till's log; a clock that is ``ahead_ms`` on purpose sees head office's moved as well."""

    def __init__(self, lane: OwnLane, log: TillLog, ahead_ms: int) -> None:
        self._lane = lane
        self._log = log
        self._ahead_ms = ahead_ms

    def head(self) -> LogHead:
        """Return where the log stands."""
        return self._lane.call(lambda: LogHead(*self._log.head(), self._log.accepted_upto()))

    def events_after(self, seq: int, limit: int, max_bytes: int) -> Sequence[LogEvent]:
        """Return the rows after ``seq`` in order."""
        return self._lane.call(lambda: self._log.events_after(seq, limit, max_bytes))

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of an event."""
        return self._lane.call(lambda: self._log.hash_at(seq))

    def mark_accepted(self, accepted_upto: int, stable_upto: int, head: Countersigned | None = None) -> None:
        """Remember what head office holds."""
        self._lane.call(lambda: self._log.mark_accepted(accepted_upto, stable_upto, head))

    def keep_certificate(self, certificate: bytes) -> None:
        """Remember head office's certificate of the device key."""
        self._lane.call(lambda: self._log.keep_certificate(certificate))

    def countersigned(self) -> Countersigned | None:
        """Return the furthest head that head office has signed for."""
        return self._lane.call(self._log.countersigned)

    def incarnation(self) -> str:
        """Return the incarnation this terminal is bound to."""
        return self._lane.call(self._log.incarnation)

    def bind(self, incarnation: str) -> None:
        """Remember which incarnation this terminal talks to."""
        self._lane.call(lambda: self._log.bind(incarnation))

    def ended(self) -> str:
        """Return why head office ended this life."""
        return self._lane.call(self._log.ended)

    def mark_ended(self, code: str) -> None:
        """Remember why head office ended this life."""
        self._lane.call(lambda: self._log.mark_ended(code))

    def heard(self, server_time_ms: int) -> None:
        """Remember head office's clock."""
        self._lane.call(lambda: self._log.heard(server_time_ms + self._ahead_ms))

    def unsent(self) -> int:
        """Return how many facts head office is not known to hold."""
        return self._lane.call(self._log.unsent)


class HoldingsOnLane:
    """``HoldingsPort`` over the till's log; handing back is a use case."""

    def __init__(self, lane: OwnLane, log: TillLog, rights: Rights) -> None:
        self._lane = lane
        self._log = log
        self._rights = rights

    def cursor(self, shard: str) -> Cursor | None:
        """Return how far the terminal's own shard was applied."""
        return self._lane.call(lambda: self._log.cursor(shard))

    def install_page(
        self,
        shard: str,
        cursor: Cursor,
        grants: Sequence[Grant],
        recalls: Sequence[Recall] = (),
        kept: Sequence[KeptItem] = (),
    ) -> None:
        """Install unknown grants, remember recalls and move the cursor in one transaction."""
        self._lane.call(lambda: self._log.install_page(shard, cursor, grants, recalls, kept))

    def kept(self, shard: str) -> Sequence[KeptItem]:
        """Return what was kept aside of the shard."""
        return self._lane.call(lambda: self._log.kept(shard))

    def rewind(self, shard: str, incarnation: str) -> None:
        """Have the shard read again from its start."""
        self._lane.call(lambda: self._log.rewind(shard, incarnation))

    def install_grants(self, incarnation: str, grants: Sequence[Grant]) -> None:
        """Install unknown grants of this incarnation."""
        self._lane.call(lambda: self._log.install_grants(incarnation, grants))

    def hand_back(self) -> int:
        """Hand back what this terminal should hold no longer."""
        return self._lane.call(self._rights.hand_back)


def till_port(lane: OwnLane, log: TillLog, rights: Rights, ahead_ms: int = 0) -> TillPort:
    """Return the till's stores as sync sees them; the pulling thread writes the directory file itself."""
    directory = DirectoryFeed(
        installed=lambda: lane.call(log.installed_directory),
        install=lambda path, key: lane.call(lambda: log.install_directory(path, key)),
        refresh=lambda: lane.call(log.refresh_directory),
    )
    return TillPort(LogOnLane(lane, log, ahead_ms), HoldingsOnLane(lane, log, rights), directory)
