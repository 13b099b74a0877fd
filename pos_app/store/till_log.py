"""The till's database as synchronisation sees it: the log as outbox, the terminal's own feed, the identity.

Every method is one transaction on the database lane.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.directory import Cursor, KeptItem
from pos_app.domain.events import Fact, GrantsInstalled, LogEvent
from pos_app.domain.ids import grant_incarnation, incarnation_number
from pos_app.domain.ledger import Grant
from pos_app.domain.releases import Recall
from pos_app.domain.till import Countersigned, Identity
from pos_app.errors import Refused, Unavailable
from pos_app.store.event_log import ACCEPTED, STABLE
from pos_app.store.memory import COUNTERSIGNED
from pos_app.store.till_store import StoreUnit, TillStore

INCARNATION = "incarnation"


class TillLog:
    """What sync reads and writes in ``till.db``.

    Args:
        say: appends a fact with its circumstances (``TillSession.say``).
        now_ms: the wall clock.
        boot_id: names this run of the machine.
    """

    def __init__(
        self, store: TillStore, say: Callable[[StoreUnit, Fact], LogEvent], now_ms: Callable[[], int], boot_id: str
    ) -> None:
        self._store = store
        self._say = say
        self._now_ms = now_ms
        self._boot_id = boot_id

    def identity(self) -> Identity | None:
        """Return who this terminal is; None before enrolment."""
        with self._store.view() as unit:
            return unit.till.identity()

    def save_identity(self, identity: Identity) -> None:
        """Keep who this terminal is; raises Refused ``identity.other_life`` once another life has said facts."""
        with self._store.unit() as unit:
            unit.till.save_identity(identity)

    def head(self) -> tuple[int, bytes]:
        """Return the next seq and the hash of the event before it."""
        with self._store.view() as unit:
            return unit.log.head()

    def accepted_upto(self) -> int:
        """Return the last seq that the incarnation this terminal is bound to acknowledged."""
        with self._store.view() as unit:
            return unit.till.last_number(ACCEPTED)

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``; of 0 the genesis hash. Raises Damaged ``log.gap``."""
        with self._store.view() as unit:
            return unit.log.hash_at(seq)

    def events_after(self, seq: int, limit: int, max_bytes: int) -> list[LogEvent]:
        """Return events after ``seq``, at most ``limit`` and ``max_bytes`` of bodies, but always the next one."""
        with self._store.view() as unit:
            return unit.log.after(seq, limit, max_bytes)

    def mark_accepted(self, accepted_upto: int, stable_upto: int, head: Countersigned | None = None) -> None:
        """Remember what head office holds; it may be less than before, after head office was restored.

        Of the heads that it countersigned the furthest of one incarnation is kept. Hearing from head office also
        unlocks redeeming after the clock had stepped back.
        """
        with self._store.unit() as unit:
            known = unit.till.countersigned()
            if head is not None and (known is None or known.incarnation != head.incarnation or known.seq < head.seq):
                unit.till.put(COUNTERSIGNED, msgspec.json.encode(head))
            unit.till.remember(ACCEPTED, accepted_upto)
            unit.till.remember(STABLE, stable_upto)
            unit.till.remember("clock_behind", None)
            unit.till.remember("heard_ms", self._now_ms())

    def keep_certificate(self, certificate: bytes) -> None:
        """Keep head office's certificate of the device key in force; raises Refused ``till.not_enrolled``."""
        with self._store.unit() as unit:
            identity = unit.till.identity()
            if identity is None:
                raise Refused("till.not_enrolled")
            unit.till.save_identity(replace(identity, certificate=certificate))

    def countersigned(self) -> Countersigned | None:
        """Return the furthest head of this log that head office has signed for; None if none yet."""
        with self._store.view() as unit:
            return unit.till.countersigned()

    def heard(self, server_time_ms: int) -> None:
        """Remember head office's clock minus ours, said with every fact from now on, and that this boot has heard it.

        Written only when it has moved by a second, or a minute has passed: every write is synced.
        """
        now = self._now_ms()
        offset = server_time_ms - now
        with self._store.view() as unit:
            known, heard = unit.till.note("ho_offset_ms"), unit.till.note("heard_ms")
            is_first = unit.till.heard_boot() != self._boot_id
        is_fresh = known is not None and heard is not None and abs(known - offset) < 1_000 and 0 <= now - heard < 60_000
        if is_fresh and not is_first:
            return
        with self._store.unit() as unit:
            unit.till.remember("ho_offset_ms", offset)
            unit.till.remember("office_ms", server_time_ms)
            unit.till.put("heard_boot", self._boot_id.encode())
            unit.till.remember("heard_ms", now)

    def incarnation(self) -> str:
        """Return the incarnation of head office's database that this terminal is bound to; empty if none yet."""
        with self._store.view() as unit:
            return _bound(unit)

    def bind(self, incarnation: str) -> None:
        """Remember which incarnation of head office's database this terminal talks to."""
        with self._store.unit() as unit:
            unit.till.put(INCARNATION, incarnation.encode())

    def ended(self) -> str:
        """Return the code for which head office ended this life; empty while it trades."""
        with self._store.view() as unit:
            return unit.till.ended()

    def mark_ended(self, code: str) -> None:
        """Remember why head office ended this life, empty: it did not; written only when that is news."""
        if code != self.ended():
            with self._store.unit() as unit:
                unit.till.end(code)

    def unsent(self) -> int:
        """Return how many facts head office is not known to hold."""
        with self._store.view() as unit:
            return unit.log.unsent_count()

    def cursor(self, shard: str) -> Cursor | None:
        """Return how far the terminal's own shard was applied; None if never."""
        with self._store.view() as unit:
            return unit.till.feed_state(shard)

    def install_page(
        self,
        shard: str,
        cursor: Cursor,
        grants: Sequence[Grant],
        recalls: Sequence[Recall] = (),
        kept: Sequence[KeptItem] = (),
    ) -> int:
        """Install the grants not yet known, say so in one fact, and move the cursor; return how many were new.

        Recalls are remembered until the rights that they ask for were handed back.

        Raises Unavailable ``head_office.changed`` where the terminal was bound to another incarnation meanwhile.
        """
        with self._store.unit() as unit:
            _check_bound(unit, cursor.incarnation)
            unit.till.move_feed(shard, cursor)
            for item in kept:
                unit.till.keep_item(shard, item)
            mark(CommitPoint.GRANTS_CURSOR_BEFORE_INSTALL)
            unit.holdings.recall(recalls)
            return self._install(unit, grants)

    def kept(self, shard: str) -> list[KeptItem]:
        """Return what was kept aside of the terminal's own shard, in order."""
        with self._store.view() as unit:
            return unit.till.kept_items(shard)

    def rewind(self, shard: str, incarnation: str) -> None:
        """Have the terminal's own shard read again from its start: what is known already changes nothing."""
        with self._store.unit() as unit:
            _check_bound(unit, incarnation)
            unit.till.forget_items(shard)
            unit.till.move_feed(shard, Cursor(incarnation, 0, 0))

    def install_grants(self, incarnation: str, grants: Sequence[Grant]) -> int:
        """Install grants that ``incarnation`` answered with, as ``install_page`` does; return how many were new."""
        with self._store.unit() as unit:
            _check_bound(unit, incarnation)
            return self._install(unit, grants)

    def install_directory(self, path: Path, key: bytes) -> None:
        """Make a downloaded file the directory; see ``TillStore.install_directory``."""
        self._store.install_directory(path, key)

    def refresh_directory(self) -> None:
        """Read what the next price needs, after the directory was written to."""
        self._store.refresh_directory()

    def installed_directory(self) -> tuple[Path, bytes] | None:
        """Return file and key of the installed directory."""
        return self._store.installed_directory()

    def secret(self, name: str) -> bytes | None:
        """Return remembered bytes, such as a device key on a machine without a keystore."""
        with self._store.view() as unit:
            return unit.till.get(f"secret.{name}")

    def save_secret(self, name: str, value: bytes | None) -> None:
        """Remember bytes inside the encrypted database, or forget them with None."""
        with self._store.unit() as unit:
            unit.till.put(f"secret.{name}", value)

    def _install(self, unit: StoreUnit, grants: Sequence[Grant]) -> int:
        oldest = incarnation_number(_bound(unit))
        lawful = [grant for grant in grants if grant_incarnation(grant.gid) >= oldest]
        new = unit.holdings.install(lawful, at_ms=self._now_ms())
        if new:
            self._say(unit, GrantsInstalled(new))
        return len(new)


def _bound(unit: StoreUnit) -> str:
    return (unit.till.get(INCARNATION) or b"").decode()


def _check_bound(unit: StoreUnit, incarnation: str) -> None:
    """Make sure, where a lane's answer took its time, that the terminal still talks to whom the answer is from."""
    if _bound(unit) not in ("", incarnation):
        raise Unavailable("head_office.changed")
