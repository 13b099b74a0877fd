"""Enrolment: a one-time code and a device key become one life of one terminal."""

import hashlib
import threading

import sqlalchemy as sa

from head_office import feed, recovery_key
from head_office.acts import Act, keep, record
from head_office.doorman import check_signature
from head_office.lives import LIVE
from head_office.office import Office
from head_office.readmission import NewLife, add_life, supersede
from head_office.recovery import check_current
from head_office.store import schema
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Refused
from pos_app.sync.wire.event_codec import GENESIS
from pos_app.sync.wire.http import BUSY, ENROL_CODE, MALFORMED
from pos_app.sync.wire.messages import EnrolAnswer, EnrolRequest
from pos_app.sync.wire.signatures import DEVICE_KEY_BYTES, certificate_bytes, enrol_bytes

CODE_LIFE_MS = 15 * 60_000
CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # base 32 without I, L, O, U: each byte modulo 32 is fair
CODE_LENGTH = 12  # 60 bits
GROUP = 4
MAX_WRONG_A_MINUTE = 20
MINUTE_MS = 60_000

_CODE, _TERMINAL, _LIFE = schema.enrol_code.c, schema.terminal.c, schema.life.c


def new_code(office: Office, store_id: str, lane: int) -> str:
    """Return a code that enrols one device as this lane within 15 minutes; raises Refused ``store.unknown``."""
    letters = "".join(CODE_LETTERS[byte % len(CODE_LETTERS)] for byte in office.token(CODE_LENGTH))
    row = {
        "code_hash": _digest(letters),
        "store_id": store_id,
        "lane": lane,
        "expires_at_ms": office.clock.now_ms() + CODE_LIFE_MS,
    }

    def work(connection: sa.Connection) -> None:
        known = sa.select(schema.store.c.store_no).where(schema.store.c.store_id == store_id)
        if connection.execute(known).first() is None:
            raise Refused("store.unknown", store_id=store_id)
        connection.execute(sa.insert(schema.enrol_code).values(row))

    office.database.write(work)
    return "-".join(letters[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))


class Enrolment:
    """Answers enrol requests; slows down whoever guesses codes."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._lock = threading.Lock()
        self._wrong_at_ms: list[int] = []

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Give the device a terminal life. The same device may ask again with its code until the code expires.

        Raises:
            Refused: ``enrol.code``, ``terminal.signature``, ``request.malformed``, ``head_office.busy``.
        """
        if len(request.device_key) != DEVICE_KEY_BYTES:
            raise Refused(MALFORMED, detail="device_key")
        self._check_pace()
        check_signature(request.device_key, enrol_bytes(request.code, request.device_key), request.signature)
        try:
            answer = self._office.database.write(lambda connection: self._answer(connection, request))
        except Refused:
            with self._lock:
                self._wrong_at_ms.append(self._office.clock.mono_ms())
            raise
        mark(CommitPoint.ENROLLED_BEFORE_ANSWER)
        keep(self._office)
        return answer

    def _check_pace(self) -> None:
        since = self._office.clock.mono_ms() - MINUTE_MS
        with self._lock:
            self._wrong_at_ms = [at_ms for at_ms in self._wrong_at_ms if at_ms > since]
            if len(self._wrong_at_ms) >= MAX_WRONG_A_MINUTE:
                raise Refused(BUSY, detail="too many wrong codes")

    def _answer(self, connection: sa.Connection, request: EnrolRequest) -> EnrolAnswer:
        check_current(self._office, connection)
        now_ms = self._office.clock.now_ms()
        digest = _digest(request.code)
        code = connection.execute(
            sa.select(schema.enrol_code).where(_CODE.code_hash == digest).with_for_update()
        ).one_or_none()
        if code is None or code.expires_at_ms < now_ms or code.used_by not in (None, request.device_key):
            raise Refused(ENROL_CODE)
        if code.used_by is None:
            life_no = self._begin_life(connection, code.store_id, code.lane, request.device_key)
            used = {"used_by": request.device_key, "life_no": life_no}
            connection.execute(sa.update(schema.enrol_code).where(_CODE.code_hash == digest).values(used))
        else:
            life_no = code.life_no
        life = connection.execute(sa.select(schema.life).where(_LIFE.life_no == life_no)).one()
        shop = connection.execute(sa.select(schema.store).where(schema.store.c.store_id == code.store_id)).one()
        identity = self._office.identity
        signed = identity.signing_key.sign(certificate_bytes(life.terminal_id, life.epoch, request.device_key))
        public, signature = recovery_key.told(connection, identity)
        return EnrolAnswer(
            incarnation=identity.incarnation,
            server_time_ms=now_ms,
            terminal_id=life.terminal_id,
            epoch=life.epoch,
            certificate=signed.signature,
            head_office_key=identity.public_key,
            store_id=shop.store_id,
            store_no=shop.store_no,
            store_name=shop.name,
            store_name_en=shop.name_en,
            lane=code.lane,
            recovery_key=public,
            recovery_signature=signature,
        )

    def _begin_life(self, connection: sa.Connection, store_id: str, lane: int, device_key: bytes) -> int:
        """Start the lane's next epoch; its earlier lives may still deliver history, never trade."""
        terminal_id = f"{store_id}-{lane}"
        known = sa.select(_TERMINAL.lives).where(_TERMINAL.terminal_id == terminal_id).with_for_update()
        lives = connection.execute(known).scalar()
        if lives is None:
            lane_row = {"terminal_id": terminal_id, "store_id": store_id, "lane": lane, "lives": 1}
            connection.execute(sa.insert(schema.terminal).values(lane_row))
        else:
            more = sa.update(schema.terminal).where(_TERMINAL.terminal_id == terminal_id).values(lives=lives + 1)
            connection.execute(more)
            older = sa.select(_LIFE.life_no).where(_LIFE.terminal_id == terminal_id, _LIFE.status == LIVE)
            for life_no in connection.execute(older).scalars().all():
                supersede(self._office, connection, life_no)
        epoch = f"{self._office.identity.incarnation_no}.{(lives or 0) + 1}"
        feed.open_shards(connection, (feed.GLOBAL, feed.store_shard(store_id), feed.terminal_shard(terminal_id, epoch)))
        row = {
            "terminal_id": terminal_id,
            "epoch": epoch,
            "store_id": store_id,
            "device_key": device_key,
            "status": LIVE,
            "last_seq": 0,
            "last_hash": GENESIS,
            "posted_seq": 0,
            "stable_seq": 0,
        }
        born = connection.execute(sa.insert(schema.life).values(row).returning(_LIFE.life_no))
        body = {"terminal_id": terminal_id, "epoch": epoch, "device_key": device_key.hex()}
        record(connection, "enrol", f"enrol/{terminal_id}/{epoch}", self._office.clock.now_ms(), body)
        return int(born.scalar_one())


def enrolled_again(office: Office, act: Act) -> None:
    """Know a life again, after a restore, that an act says was enrolled."""
    new = NewLife(act.body["terminal_id"], act.body["epoch"], bytes.fromhex(act.body["device_key"]))
    office.database.write(lambda connection: add_life(office, connection, new))


def _digest(code: str) -> bytes:
    """Return what the database keeps of a code: case, spaces and hyphens do not matter."""
    letters = "".join(letter for letter in code.upper() if letter.isalnum())
    return hashlib.sha256(letters.encode()).digest()
