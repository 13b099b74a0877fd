"""What workers and drivers report becomes the chips of the status bar and the diary of the sync centre."""

from dataclasses import dataclass, field

import pytest

from pos_app.devices.base import DeviceState, DeviceStatus
from pos_app.sync.status import SyncState, SyncStatus
from pos_app.ui.presenters import chips
from pos_app.ui.presenters import view_models as face
from pos_app.ui.presenters.sync_centre_models import Link


def sync(state: SyncState, unsent: int = 0, pushed: int = 0, pulled: int = 0, detail: str = "") -> SyncStatus:
    return SyncStatus(state, unsent, 1_000, None, detail, pushed, pulled)


def device(name: str, state: DeviceState, detail: str = "", **facts: object) -> DeviceStatus:
    return DeviceStatus(name, state, detail, facts)


@dataclass
class Frame:
    width: int
    height: int
    stride: int
    grey: bytes = field(default=b"")


@pytest.mark.parametrize(
    ("state", "unsent", "shown"),
    [
        (SyncState.ONLINE, 0, face.SyncState.SYNCED),
        (SyncState.ONLINE, 3, face.SyncState.WAITING),
        (SyncState.OFFLINE, 3, face.SyncState.OFFLINE),
        (SyncState.OFFLINE, 0, face.SyncState.OFFLINE),
        (SyncState.ATTENTION, 3, face.SyncState.ATTENTION),
    ],
)
def test_the_sync_chip_never_says_done_while_facts_wait(state: SyncState, unsent: int, shown: face.SyncState):
    chip = chips.sync_chip(sync(state, unsent))

    assert (chip.state, chip.unsent, chip.conflicts) == (shown, unsent, int(shown is face.SyncState.ATTENTION))


def test_the_sync_chip_carries_why_somebody_must_act():
    assert chips.sync_chip(sync(SyncState.ATTENTION, detail="session.re_enrol")).code == "session.re_enrol"


@pytest.mark.parametrize(
    ("state", "detail", "shown"),
    [
        (DeviceState.RUNNING, "", face.DeviceState.READY),
        (DeviceState.STOPPED, "", face.DeviceState.OFF),
        (DeviceState.STARTING, "", face.DeviceState.BUSY),
        (DeviceState.ERROR, "printer.paper_out", face.DeviceState.PAPER_OUT),
        (DeviceState.ERROR, "printer.unreachable", face.DeviceState.MISSING),
        (DeviceState.ERROR, "camera.missing", face.DeviceState.MISSING),
        (DeviceState.ERROR, "printer.cover_open", face.DeviceState.FAULT),
    ],
)
def test_a_device_chip_tells_off_from_missing_from_broken(state: DeviceState, detail: str, shown: face.DeviceState):
    chip = chips.device_chip(device("printer", state, detail, waiting=2))

    assert (chip.device, chip.state, chip.waiting) == (face.Device.PRINTER, shown, 2)


def test_a_device_without_a_place_in_the_bar_has_no_chip():
    assert chips.device_chip(device("drawer", DeviceState.RUNNING)) is None


@pytest.mark.parametrize(
    ("state", "facts", "shown"),
    [
        (DeviceState.RUNNING, {}, face.PrintState.PRINTED),
        (DeviceState.RUNNING, {"waiting": 1}, face.PrintState.PRINTING),
        (DeviceState.ERROR, {"waiting": 1}, face.PrintState.WAITING),
        (DeviceState.ERROR, {"waiting": 1, "uncertain": 1}, face.PrintState.UNCERTAIN),
    ],
)
def test_a_receipt_counts_as_printed_only_when_nothing_waits(
    state: DeviceState, facts: dict[str, object], shown: face.PrintState
):
    assert chips.print_state(device("printer", state, **facts)) is shown


def test_padding_of_camera_rows_is_left_out():
    assert chips.packed(Frame(2, 2, 4, b"ab__cd__")) == b"abcd"


def test_rows_without_padding_are_taken_as_they_are():
    assert chips.packed(Frame(2, 2, 2, b"abcd??")) == b"abcd"


def test_the_diary_lists_what_was_sent_and_received_newest_first():
    diary = chips.LinkDiary()
    diary.take(sync(SyncState.ONLINE, pushed=2), 10)

    status = diary.take(sync(SyncState.ONLINE, pushed=5, pulled=7), 20)

    assert [(run.at_ms, run.sent, run.received) for run in status.runs] == [(20, 3, 7), (10, 2, 0)]


def test_reports_without_news_are_not_listed():
    diary = chips.LinkDiary()
    diary.take(sync(SyncState.OFFLINE, detail="link.unreachable"), 10)

    status = diary.take(sync(SyncState.OFFLINE, detail="link.unreachable"), 20)

    assert [(run.at_ms, run.code) for run in status.runs] == [(10, "link.unreachable")]


def test_the_diary_knows_since_when_the_link_is_as_it_is():
    diary = chips.LinkDiary()
    diary.take(sync(SyncState.OFFLINE), 10)
    diary.take(sync(SyncState.OFFLINE), 20)

    offline = diary.take(sync(SyncState.OFFLINE), 30)
    online = diary.take(sync(SyncState.ONLINE, unsent=4), 40)

    assert [(one.link, one.since_ms) for one in (offline, online)] == [(Link.OFFLINE, 10), (Link.WAITING, 40)]


def test_the_diary_has_an_end():
    diary = chips.LinkDiary()
    for n in range(1, 50):
        status = diary.take(sync(SyncState.ONLINE, pushed=n), n)

    assert len(status.runs) == chips.RUNS_KEPT
