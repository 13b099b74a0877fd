"""Device keys follow each other: the new one is vouched for by the old, and takes its place when it is first used."""

import sqlalchemy as sa

from head_office import lives
from head_office.doorman import check_signature
from head_office.lives import Life
from head_office.office import Office
from head_office.store import schema
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Refused
from pos_app.sync.wire.http import MALFORMED, TERMINAL_LOCKED
from pos_app.sync.wire.messages import RotateAnswer, RotateRequest
from pos_app.sync.wire.signatures import DEVICE_KEY_BYTES, certificate_bytes, rotate_bytes

_LIFE = schema.life.c


class Rotation:
    """Answers rotate requests."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def rotate(self, request: RotateRequest) -> RotateAnswer:
        """Take a new device key beside the one in force; the same request may come again.

        Raises:
            Refused: ``session.unknown``, ``terminal.locked`` (a life that has ended), ``terminal.signature``,
                ``request.malformed``.
        """
        if len(request.device_key) != DEVICE_KEY_BYTES:
            raise Refused(MALFORMED, detail="device_key")
        caller = self._office.sessions.named(request.session, request.terminal_id, request.epoch)

        def work(connection: sa.Connection) -> None:
            life = lives.locked(connection, caller.life_no)
            self._office.sessions.still(request.session, life.challenges)
            if life.status != lives.LIVE:
                raise Refused(TERMINAL_LOCKED)
            signed = rotate_bytes(life.terminal_id, life.epoch, life.device_key, request.device_key)
            check_signature(life.device_key, signed, request.old_signature)
            check_signature(request.device_key, signed, request.new_signature)
            if request.device_key != life.device_key:
                _keep(connection, life.life_no, next_key=request.device_key)

        self._office.database.write(work)
        mark(CommitPoint.ROTATE_COMMITTED_BEFORE_ANSWER)
        identity = self._office.identity
        signed = certificate_bytes(caller.terminal_id, caller.epoch, request.device_key)
        return RotateAnswer(
            incarnation=identity.incarnation,
            server_time_ms=self._office.clock.now_ms(),
            certificate=identity.signing_key.sign(signed).signature,
        )


def check_challenge(connection: sa.Connection, life: Life, signed: bytes, signature: bytes) -> None:
    """Raise Refused ``terminal.signature`` unless a key of this life, whose row is locked, signed a challenge.

    The first challenge of a new key puts it in force; the old one is worth nothing from then on.
    """
    try:
        check_signature(life.device_key, signed, signature)
    except Refused:
        if life.next_key is None:
            raise
        check_signature(life.next_key, signed, signature)
        _keep(connection, life.life_no, device_key=life.next_key, next_key=None)


def _keep(connection: sa.Connection, life_no: int, **keys: bytes | None) -> None:
    connection.execute(sa.update(schema.life).where(_LIFE.life_no == life_no).values(keys))
