"""Head office in memory: the real desks behind the paths of the wire, its crashes, its backups, and its restore."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
import sqlalchemy as sa
from sqlcipher3 import dbapi2 as sqlcipher

from head_office import bodies, doorman, feed, fencing, lives, recovery
from head_office.acts import Act, read_acts
from head_office.books.store_days import LaneStatus
from head_office.enrolment import Enrolment
from head_office.fencing import Declared
from head_office.handshake import Handshake
from head_office.intake import Intake
from head_office.lives_console import announce
from head_office.office import Office, office_on
from head_office.postman import Postman
from head_office.rights import RightsDesk
from head_office.rotation import Rotation
from head_office.routes.changes import _check_shard
from head_office.routes.endpoint import refusal
from head_office.sessions import Caller
from head_office.snapshots import SnapshotDesk
from head_office.store.database import Database
from head_office.store.migrate import migrate
from head_office.store_days import StoreDays
from pos_app.errors import PosError, Refused
from pos_app.sync.endpoints import Reply
from pos_app.sync.wire import http, signing
from pos_app.sync.wire.messages import (
    ChallengeRequest,
    EnrolRequest,
    FeedAnswer,
    HealthAnswer,
    HelloRequest,
    PushRequest,
    RightsRequest,
    RotateRequest,
)
from pos_app.sync.wire.signatures import health_bytes

_T = TypeVar("_T")
OF_SESSION = frozenset({http.PUSH, http.RIGHTS, http.ROTATE})
START_MS = int(datetime(2026, 11, 23, 2, 0, tzinfo=UTC).timestamp() * 1000)
SHANGHAI = timezone(timedelta(hours=8))


@dataclass
class Time:
    """The true time; every other clock is this one with a fault."""

    ms: int = START_MS

    def now_ms(self) -> int:
        return self.ms

    def mono_ms(self) -> int:
        return self.ms

    def today(self) -> date:
        return datetime.fromtimestamp(self.ms / 1000, SHANGHAI).date()


class Died(BaseException):
    """Head office's process died here."""


class MortalDatabase(Database):
    """Dies before or after the commit of the n-th transaction from now, when told to."""

    def __init__(self) -> None:
        super().__init__("sqlite://")
        self.dies_in = 0
        self.dies_before = True
        self.written = 0

    def write(self, work: Callable[[sa.Connection], _T]) -> _T:
        self.written += 1
        if not self.dies_in:
            return super().write(work)
        self.dies_in -= 1
        if self.dies_in:
            return super().write(work)

        def mortal(connection: sa.Connection) -> _T:
            result = work(connection)
            if self.dies_before:
                raise Died
            return result

        super().write(mortal)
        raise Died

    @property
    def raw(self) -> Any:
        """Return SQLite's own connection, between transactions."""
        with self.engine.connect() as connection:
            return connection.connection.dbapi_connection


def image_of(raw: Any) -> Any:
    """Return a copy of a database in memory."""
    copy = sqlcipher.connect(":memory:", isolation_level=None)
    raw.backup(copy)
    return copy


def founded(found: Callable[[Office], None], folder: Path, token: Callable[[int], bytes]) -> Any:
    """Return the image of a new head office on which ``found`` has worked."""
    database = MortalDatabase()
    migrate(database)
    found(office_on(database, Time(), folder, token))
    image = image_of(database.raw)
    database.close()
    return image


class Headquarters:
    """One head office: a database in memory, the process on it, and what a restore does to both."""

    def __init__(self, image: Any, time: Time, folder: Path, token: Callable[[int], bytes]) -> None:
        self.time = time
        self._token = token
        self._folder = folder
        self.database = MortalDatabase()
        self.raw = self.database.raw
        image.backup(self.raw)
        self._acts = folder.with_name("acts.jsonl")
        self._turn = 0  # the life that the postman served last
        self.start()

    def start(self) -> None:
        """Begin a new process on the database: sessions and nonces of the old one are gone."""
        self.database.dies_in = 0
        office = self.office = office_on(self.database, self.time, self._folder, self._token)
        self.intake = Intake(office)
        self.snapshots = SnapshotDesk(office)
        self.postman = Postman(office)
        handshake = Handshake(office, self._greeted)
        self._posts: Mapping[str, tuple[type[msgspec.Struct], Callable[[Any], msgspec.Struct]]] = {
            http.ENROL: (EnrolRequest, Enrolment(office).enrol),
            http.CHALLENGE: (ChallengeRequest, handshake.challenge),
            http.HELLO: (HelloRequest, handshake.hello),
            http.PUSH: (PushRequest, self.intake.push),
            http.RIGHTS: (RightsRequest, RightsDesk(office).request),
            http.ROTATE: (RotateRequest, Rotation(office).rotate),
        }

    def _greeted(self, caller: Caller) -> None:
        """Leave a till's float to the postman, as where his thread runs."""
        self.postman._greeted.put(caller)

    def postman_turn(self) -> int:
        """Let the postman work until nothing waits; return 1 if anything did."""
        busy = not self.postman._greeted.empty() or self._is_behind()
        self.office.stored.clear()
        try:
            self._turn = self.postman._deliver(self._turn)
        except PosError:
            return 0  # his thread writes it down, and tries again later
        return int(busy)

    def _is_behind(self) -> bool:
        return self.raw.execute("SELECT 1 FROM life WHERE posted_seq < last_seq LIMIT 1").fetchone() is not None

    def has_issued(self, issue_id: str) -> bool:
        """Say whether something was given under this name."""
        wanted = "SELECT 1 FROM transfer WHERE transfer_id = ?"
        return self.raw.execute(wanted, [f"issue/{issue_id}"]).fetchone() is not None

    def min_client(self) -> int:
        """Return the oldest protocol that is given rights."""
        row = self.raw.execute("SELECT v FROM meta WHERE k = 'min_client'").fetchone()
        return 1 if row is None else int(row[0])

    def newest_grant(self) -> int:
        """Return where the grants given so far end."""
        return int(self.raw.execute("SELECT coalesce(max(rowid), 0) FROM rights_grant").fetchone()[0])

    def given_since(self, grant: int) -> int:
        """Return how many grants were given since, that no till brought back."""
        wanted = "SELECT count(*) FROM rights_grant WHERE rowid > ? AND source IN ('float', 'request')"
        return int(self.raw.execute(wanted, [grant]).fetchone()[0])

    def unsealed_days(self) -> list[tuple[str, str]]:
        """Return stores and dates of days that are not final."""
        rows = self.raw.execute("SELECT store_id, business_date FROM store_day WHERE status <> 'sealed' ORDER BY 1, 2")
        return list(rows.fetchall())

    def missing_lanes(self, store_id: str, on: date) -> list[int]:
        """Return the lanes of a day that never opened it."""
        lanes = StoreDays(self.office).look(store_id, on).lanes
        return [int(lane.terminal_id.partition("-")[2]) for lane in lanes if lane.status is LaneStatus.MISSING]

    def restore(self, image: Any, *, with_acts: bool = True) -> None:
        """Become the backup, as its tool tells: under a new incarnation, with the acts that were kept elsewhere."""
        self.database.dies_in = 0
        self._keep_acts()
        image.backup(self.raw)
        self.start()
        announce(self.office, "fire", "", self._acts if with_acts else None)

    def _keep_acts(self) -> None:
        """Copy the acts to their file, as head office does after each of them where it has a disk."""
        known = set() if not self._acts.exists() else {act.act_id for act in read_acts(self._acts)}
        rows = self.raw.execute("SELECT act_id, kind, at_ms, body FROM act ORDER BY act_no").fetchall()
        new = [Act(name, kind, at_ms, json.loads(body)) for name, kind, at_ms, body in rows if name not in known]
        with self._acts.open("ab") as file:
            file.writelines(msgspec.json.encode(act) + b"\n" for act in new)

    def fence(self, life: tuple[str, str]) -> dict[str, int]:
        """Let two people fence a life; return what it held of each ledger."""
        terminal_id, epoch = life
        declared = Declared(terminal_id, "manager", "auditor", "gone", epoch)
        return fencing.fence(self.office, declared).held

    def recovers(self) -> bool:
        """Say whether head office still waits for what it forgot."""
        with self.database.read() as connection:
            return recovery.is_on(connection, self.office.identity.incarnation_no)

    def post_waiting(self) -> int:
        """Let the postman post one slice; return how many facts it had."""
        try:
            self._turn, posted = self.intake.post_waiting(self._turn)
        except PosError:
            return 0
        return posted

    def newest_epochs(self) -> dict[str, str]:
        """Return the last life of each terminal."""
        return dict(self.raw.execute("SELECT terminal_id, epoch FROM life ORDER BY life_no").fetchall())

    def close(self) -> None:
        self.database.close()

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Reply:
        """Answer one request as the application does; raises Died."""
        try:
            if method == "POST":
                return self._post(target, headers, body or b"")
            return self._get(target, headers)
        except PosError as error:
            said = refusal(error, self.office.identity.incarnation)
            return Reply(said.status_code, bytes(said.body))

    def _post(self, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        shape, desk = self._posts[path]
        if path in OF_SESSION:
            self._admit("POST", path, "", headers, body)
        return _reply(desk(bodies.decode(body, headers.get("Content-Encoding", "").lower(), shape)))

    def _admit(self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None) -> Caller:
        """Let a signed request in as the application does."""
        asked = signing.Asked(method, path, query, headers.get(http.SESSION_HEADER, ""), body)
        known = {name.lower(): value for name, value in headers.items()}
        digest, covered, signature = (
            known.get(name.lower(), "") for name in (signing.CONTENT_DIGEST, signing.SIGNATURE_INPUT, signing.SIGNATURE)
        )
        return doorman.admit(self.office.sessions, asked, digest, covered, signature)

    def _get(self, target: str, headers: Mapping[str, str]) -> Reply:
        path, query = urlsplit(target)[2:4]
        if path == http.HEALTH:
            return _reply(self._health())
        caller = self._admit("GET", path, query, headers, None)
        if path == http.FEED:
            return _reply(self._feed(caller, dict(parse_qsl(query))))
        if path == http.SNAPSHOT_MANIFEST:
            lives.check_trades(self.database, caller)
            return _reply(self.snapshots.manifest(caller, dict(parse_qsl(query)).get("shard", "")))
        snapshot_id, n = path.split("/")[-2:]
        return Reply(200, self.snapshots.chunk(caller, snapshot_id, int(n)).read_bytes())

    def _health(self) -> HealthAnswer:
        identity, now_ms = self.office.identity, self.time.now_ms()
        signature = identity.signing_key.sign(health_bytes(identity.incarnation, now_ms)).signature
        return HealthAnswer(incarnation=identity.incarnation, server_time_ms=now_ms, signature=signature)

    def _feed(self, caller: Caller, asked: Mapping[str, str]) -> FeedAnswer:
        _check_shard(caller, asked["shard"])
        if asked["incarnation"] != self.office.identity.incarnation:
            raise Refused(http.FEED_RESYNC, detail="incarnation")
        lives.check_trades(self.database, caller)
        page = feed.page(self.database, asked["shard"], int(asked["cursor"]), int(asked["limit"]))
        return FeedAnswer(
            incarnation=self.office.identity.incarnation,
            server_time_ms=self.time.now_ms(),
            shard=asked["shard"],
            items=page.items,
            next_pos=page.next_pos,
            head_pos=page.head_pos,
            checksum=page.checksum,
        )


def _reply(answer: msgspec.Struct) -> Reply:
    return Reply(200, msgspec.json.encode(answer))
