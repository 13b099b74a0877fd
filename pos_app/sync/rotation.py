"""Rotation: every 90 days a new device key, told to head office by the old one, once there is nothing else to send."""

import logging

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.till import Identity
from pos_app.errors import Damaged, PosError, Refused
from pos_app.sync.device_keys import DeviceKeys
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.session import Papers
from pos_app.sync.station import Station
from pos_app.sync.wire.messages import RotateRequest
from pos_app.sync.wire.signatures import certificate_bytes, rotate_bytes

TRY_AGAIN_MS = 3_600_000  # it is never urgent

log = logging.getLogger(__name__)


class Rotator:
    """Changes the device key when it is due, and fetches the certificate of the new one."""

    def __init__(self, station: Station, identity: Identity, keys: DeviceKeys) -> None:
        self._station = station
        self._identity = identity
        self._keys = keys
        self._certificate = identity.certificate
        self._not_before_ms: int | None = None

    def round(self) -> bool:
        """Take one step if one is due and say whether it was taken; a failed one is tried again in an hour."""
        now_ms = self._station.clock.mono_ms()
        if self._not_before_ms is not None and now_ms < self._not_before_ms:
            return False
        if not self._keys.is_due and self._is_certified():
            return False
        try:
            self._step()
        except PosError as error:
            log.info("sync.rotation_waits code=%s", error.code)
            self._not_before_ms = now_ms + TRY_AGAIN_MS
            return False
        return True

    def _step(self) -> None:
        """Tell head office of the next key, or ask for the certificate of the one in force."""
        if not self._keys.is_due:
            current = self._keys.candidates()[0]
            certificate = self._told(current)
            mark(CommitPoint.ROTATE_CERTIFIED_BEFORE_KEEP)
            self._station.till.log.keep_certificate(certificate)
            self._certificate = certificate
            self._station.link.show(Papers(certificate, current.public))
            log.info("sync.key_rotated")
            return
        self._told(self._keys.prepare())
        mark(CommitPoint.ROTATE_TOLD_BEFORE_USE)
        self._station.link.renew()  # the next handshake is signed by the new key, which puts it in force

    def _told(self, key: DeviceKey) -> bytes:
        ticket = self._station.link.open()
        signed = rotate_bytes(self._identity.terminal_id, self._identity.epoch, self._keys.public, key.public)
        request = RotateRequest(
            ticket.session,
            self._identity.terminal_id,
            self._identity.epoch,
            key.public,
            self._keys.sign(signed),
            key.sign(signed),
        )
        try:
            answer = self._station.office.rotate(request)
        except Refused as error:
            self._station.link.refused(error, ticket.session)
            raise
        self._station.link.checked(answer, ticket)
        if not self._fits(answer.certificate, key.public):
            raise Damaged("head_office.signature")
        return answer.certificate

    def _is_certified(self) -> bool:
        return self._fits(self._certificate, self._keys.public)

    def _fits(self, certificate: bytes, device_key: bytes) -> bool:
        identity = self._identity
        signed = certificate_bytes(identity.terminal_id, identity.epoch, device_key)
        return verify(identity.head_office_key, signed, certificate)
