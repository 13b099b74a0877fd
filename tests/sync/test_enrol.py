"""Enrolment against the real head office: what a device gets, keeps, and must not believe."""

import msgspec
import pytest

from head_office.enrolment import new_code
from pos_app.errors import Damaged, Refused, Unavailable
from pos_app.sync.endpoints import HeadOffice, Reply
from pos_app.sync.enrol import enrol
from pos_app.sync.keys import DeviceKey
from pos_app.sync.wire.messages import EnrolAnswer
from tests.head_office.rig import Line
from tests.sync.shop import AppWire

DEVICE, OTHER = DeviceKey(bytes(32)), DeviceKey(b"\1" * 32)


class Memory:
    """Keeps one identity."""

    def __init__(self) -> None:
        self.kept = None

    def identity(self):
        return self.kept

    def save_identity(self, identity) -> None:
        self.kept = identity


class EditedWire(AppWire):
    """Changes the answer on its way."""

    def __init__(self, line: Line, **changes: object) -> None:
        super().__init__(line)
        self._changes = changes

    def send(self, method, target, headers, body, read_s) -> Reply:
        reply = super().send(method, target, headers, body, read_s)
        changed = msgspec.structs.replace(msgspec.json.decode(reply.body, type=EnrolAnswer), **self._changes)
        return Reply(200, msgspec.json.encode(changed))


class LosingWire(AppWire):
    """Delivers, and loses the first answer."""

    lost = False

    def send(self, method, target, headers, body, read_s) -> Reply:
        reply = super().send(method, target, headers, body, read_s)
        if not self.lost:
            self.lost = True
            raise Unavailable("head_office.unreachable")
        return reply


def test_a_code_becomes_an_identity_that_is_kept(office, line):
    memory = Memory()

    identity = enrol(HeadOffice(AppWire(line)), new_code(office, "S02", 3), DEVICE, memory)

    assert memory.kept == identity
    assert (identity.terminal_id, identity.store_no, identity.lane, identity.epoch) == ("S02-3", 2, 3, "1.1")
    assert identity.head_office_key == office.identity.public_key


def test_a_code_may_be_typed_in_lower_case_with_blanks_around(office, line):
    code = f"  {new_code(office, 'S01', 1).lower()} "

    assert enrol(HeadOffice(AppWire(line)), code, DEVICE, Memory()).lane == 1


def test_a_lost_answer_is_asked_for_again_and_makes_no_second_life(office, line):
    office_wire, code = HeadOffice(LosingWire(line)), new_code(office, "S01", 1)
    with pytest.raises(Unavailable):
        enrol(office_wire, code, DEVICE, Memory())

    assert enrol(office_wire, code, DEVICE, Memory()).epoch == "1.1"


def test_a_code_serves_one_device(office, line):
    code = new_code(office, "S01", 1)
    enrol(HeadOffice(AppWire(line)), code, DEVICE, Memory())

    with pytest.raises(Refused, match=r"enrol\.code"):
        enrol(HeadOffice(AppWire(line)), code, OTHER, Memory())


@pytest.mark.parametrize("code", ["", "   ", "X" * 65, "密码", "AAAA-BBBB-CCCC"])
def test_what_is_no_code_is_refused(line, office, code):
    with pytest.raises(Refused, match=r"enrol\.code"):
        enrol(HeadOffice(AppWire(line)), code, DEVICE, Memory())


def test_a_till_that_has_an_identity_is_not_enrolled_again(office, line):
    memory = Memory()
    enrol(HeadOffice(AppWire(line)), new_code(office, "S01", 1), DEVICE, memory)

    with pytest.raises(Refused, match=r"enrol\.done"):
        enrol(HeadOffice(AppWire(line)), new_code(office, "S01", 1), DEVICE, memory)


@pytest.mark.parametrize(
    "changes",
    [{"terminal_id": "S01-9"}, {"epoch": "1.9"}, {"certificate": bytes(64)}, {"head_office_key": bytes(32)}],
    ids=lambda changes: next(iter(changes)),
)
def test_an_identity_that_head_office_did_not_sign_is_not_kept(office, line, changes):
    memory = Memory()

    with pytest.raises(Damaged, match=r"enrol\.certificate"):
        enrol(HeadOffice(EditedWire(line, **changes)), new_code(office, "S01", 1), DEVICE, memory)

    assert memory.kept is None


def test_a_replaced_till_begins_a_new_life(office, line):
    enrol(HeadOffice(AppWire(line)), new_code(office, "S01", 1), DEVICE, Memory())

    assert enrol(HeadOffice(AppWire(line)), new_code(office, "S01", 1), OTHER, Memory()).epoch == "1.2"
