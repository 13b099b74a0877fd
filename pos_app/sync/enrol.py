"""Enrolment: a one-time code and the device's key become the identity of one terminal life."""

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.till import Identity
from pos_app.errors import Damaged, Refused
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.keys import DeviceKey, verify
from pos_app.sync.session import certificate_bytes, enrol_bytes
from pos_app.sync.till_port import IdentityPort
from pos_app.sync.wire.messages import EnrolAnswer, EnrolRequest

MAX_CODE_LENGTH = 64


def enrol(office: HeadOffice, code: str, device: DeviceKey, till: IdentityPort) -> Identity:
    """Exchange ``code`` for an identity and store it; blocks up to 13 s.

    The device key must be kept before this is called: head office knows the terminal by it. A lost answer is asked
    for again with the same code and key.

    Raises:
        Refused: ``enrol.code`` (unknown, used by another device, expired), ``enrol.done`` when this till has an
            identity already.
        Unavailable: no answer.
        Damaged: ``enrol.certificate`` when the answer is not signed for this device.
    """
    if till.identity() is not None:
        raise Refused("enrol.done")
    typed = code.strip().upper()
    if not 0 < len(typed) <= MAX_CODE_LENGTH or not typed.isascii():
        raise Refused("enrol.code")
    signature = device.sign(enrol_bytes(typed, device.public))
    answer = office.enrol(EnrolRequest(typed, device.public, signature))
    signed = certificate_bytes(answer.terminal_id, answer.epoch, device.public)
    if not verify(answer.head_office_key, signed, answer.certificate):
        raise Damaged("enrol.certificate", terminal_id=answer.terminal_id)
    identity = _identity(answer)
    mark(CommitPoint.ENROL_ANSWERED_BEFORE_SAVE)
    till.save_identity(identity)
    return identity


def _identity(answer: EnrolAnswer) -> Identity:
    return Identity(
        terminal_id=answer.terminal_id,
        epoch=answer.epoch,
        certificate=answer.certificate,
        head_office_key=answer.head_office_key,
        store_id=answer.store_id,
        store_no=answer.store_no,
        store_name=answer.store_name,
        store_name_en=answer.store_name_en,
        lane=answer.lane,
    )
