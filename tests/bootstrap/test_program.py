"""The till is put together in order: alone on its folder, with what the settings name, and taken apart again."""

from pathlib import Path

import pytest

from pos_app import config
from pos_app.bootstrap.desks import LinkState, World, open_desks
from pos_app.bootstrap.equipment import QueueOnLane, camera, receipt_printer
from pos_app.bootstrap.program import Hooks, Start, keep_copy, opened_desks, running
from pos_app.bootstrap.sync_port import till_port
from pos_app.bootstrap.world import SystemChance, SystemClock, boot_id
from pos_app.config import CameraSettings, PrinterSettings
from pos_app.devices.scanners.camera import CameraObservers
from pos_app.domain.directory import Cursor
from pos_app.domain.print_jobs import JobState, NewPrintJob
from pos_app.errors import Damaged, Refused
from pos_app.paths import Paths
from pos_app.services.rights import Rights
from pos_app.store.till_store import open_till
from pos_app.sync.wire import event_codec
from pos_app.ui.lanes import Lane
from tests.till_kit import CASHIER, IDENTITY, TILL_KEY, grant, member, new_till

ANNA = member(1)


@pytest.fixture
def lane():
    made = Lane("db")
    yield made
    made.close()


def world(link: LinkState | None = None, announce=lambda: None) -> World:
    return World(SystemClock(), link or LinkState(), announce)


def test_a_new_folder_gets_its_database_and_its_key(home: Path):
    with opened_desks(Start(Paths(home)), Hooks(), LinkState()) as (lane, desks, keys):
        assert lane.call(desks.log.identity) is None
        assert keys.load("database") is not None

    assert Paths(home).till_db.exists()


def test_what_was_saved_is_there_at_the_next_start(home: Path):
    start = Start(Paths(home))
    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        lane.call(lambda: desks.log.save_identity(IDENTITY))

    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        assert lane.call(desks.log.identity) == IDENTITY


def test_a_second_start_on_the_same_folder_is_refused_and_the_first_goes_on(home: Path):
    start = Start(Paths(home))

    with opened_desks(start, Hooks(), LinkState()) as (lane, desks, _keys):
        with pytest.raises(Refused) as refused, opened_desks(start, Hooks(), LinkState()):
            pass
        assert lane.call(desks.unsent.count) == 0

    assert refused.value.code == "till.running"


def test_a_failed_start_lets_the_next_one_in(home: Path):
    start = Start(Paths(home))
    with pytest.raises(Refused) as refused, running(start):
        pass

    with opened_desks(start, Hooks(), LinkState()):
        pass
    assert refused.value.code == "till.not_enrolled"


def test_without_its_key_a_database_is_not_replaced(home: Path):
    start = Start(Paths(home))
    with opened_desks(start, Hooks(), LinkState()):
        pass
    before = Paths(home).till_db.read_bytes()
    for key in Paths(home).keys.iterdir():
        key.unlink()

    with pytest.raises(Damaged) as damaged, opened_desks(start, Hooks(), LinkState()):
        pass

    assert damaged.value.code == "keystore.no_database_key"
    assert Paths(home).till_db.read_bytes() == before


def test_a_wrong_setting_stops_the_start_before_the_data_is_touched(home: Path):
    Paths(home).config.write_text("langage = 'en'", encoding="utf-8")

    with pytest.raises(Refused) as refused, running(Start(Paths(home))):
        pass

    assert (refused.value.code, Paths(home).till_db.exists()) == ("config.unknown", False)


def test_a_commit_is_announced_once_it_is_kept_and_a_rollback_never(tmp_path: Path):
    heard: list[str] = []
    desks = open_desks(tmp_path / "till.db", TILL_KEY, world(announce=lambda: heard.append("commit")), durable=False)

    with desks.session.store.unit():
        during = list(heard)
    with pytest.raises(Refused), desks.session.store.unit():
        raise Refused("x")
    with desks.session.store.view():
        pass

    desks.store.close()
    assert (during, heard) == ([], ["commit"])


def test_announcing_wakes_printer_and_sync():
    woken: list[str] = []
    hooks = Hooks(lambda: woken.append("spool"), lambda: woken.append("sync"))

    hooks.announce()

    assert woken == ["spool", "sync"]


def test_the_link_is_down_until_head_office_has_answered():
    link = LinkState()
    before = link.is_online()

    link.online = True

    assert (before, link.is_online()) == (False, True)


def test_the_clock_can_be_set_ahead_and_its_other_half_never_steps():
    now, ahead = SystemClock(), SystemClock(86_400_000)

    assert 86_399_000 < ahead.now_ms() - now.now_ms() < 86_401_000
    assert ahead.mono_ms() - now.mono_ms() < 1_000


def test_chance_is_as_long_as_asked_and_never_the_same():
    chance = SystemChance()

    assert len(chance.token(16)) == 16
    assert chance.token(16) != chance.token(16)


def test_no_printer_and_no_camera_are_lawful_settings():
    observers = CameraObservers(lambda _scan: None, lambda _status: None, lambda _frame: None)

    assert receipt_printer(PrinterSettings(), None, lambda _state: None, lambda: 0) is None
    assert camera(CameraSettings(), observers) is None


@pytest.mark.parametrize("settings", [PrinterSettings(kind="usb"), PrinterSettings(kind="tcp", columns=17)])
def test_a_printer_that_nobody_knows_is_refused(settings: PrinterSettings):
    with pytest.raises(Refused):
        receipt_printer(settings, None, lambda _state: None, lambda: 0)


def test_a_named_printer_and_camera_are_made_without_touching_them():
    observers = CameraObservers(lambda _scan: None, lambda _status: None, lambda _frame: None)

    printing = receipt_printer(PrinterSettings(kind="tcp", port=1), None, lambda _state: None, lambda: 0)

    assert printing is not None
    assert camera(CameraSettings("nowhere.avi"), observers) is not None


@pytest.fixture
def kit(tmp_path: Path, lane: Lane):
    till = lane.call(lambda: new_till(tmp_path))
    yield till
    lane.call(till.close)


def test_the_spool_reads_and_marks_jobs_on_the_lane(kit, lane: Lane):
    queue = QueueOnLane(lane, kit.store)

    job_id = queue.append(NewPrintJob("receipt", "paper", "{}", 1, "0001"))
    waiting = queue.next_waiting("receipt", "paper")
    queue.mark(job_id, JobState.SENDING)

    assert (waiting.job_id, waiting.state) == (job_id, JobState.QUEUED)
    assert [job.job_id for job in queue.in_state("receipt", JobState.SENDING)] == [job_id]
    assert queue.counts("receipt").get(JobState.SENDING) == 1


def test_sync_sees_the_log_of_the_till_on_the_lane(kit, lane: Lane):
    port = till_port(lane, kit.log, Rights(kit.session))
    before = port.log.head().next_seq
    kit.session.staff = CASHIER

    port.holdings.install_page("terminal:T1", Cursor("inc1", 5), [grant(1, ANNA, 500)])

    assert port.holdings.cursor("terminal:T1") == Cursor("inc1", 5)
    assert port.holdings.cursor("nobody") is None
    (event,) = port.log.events_after(before - 1, 10, 100_000)
    assert (event.seq, event.kind) == (before, "grants_installed")
    assert port.log.unsent() >= 1


def test_what_head_office_holds_is_not_sent_again(kit, lane: Lane):
    port = till_port(lane, kit.log, Rights(kit.session))
    port.holdings.install_grants("inc1", [grant(1, ANNA, 500)])
    last = port.log.head().next_seq - 1

    port.log.mark_accepted(last, last)

    assert port.log.unsent() == 0


def test_the_incarnation_is_remembered(kit, lane: Lane):
    port = till_port(lane, kit.log, Rights(kit.session))

    port.log.bind("inc7")

    assert port.log.incarnation() == "inc7"


def test_settings_written_by_the_program_are_read_at_the_next_start(home: Path):
    config.save(Paths(home).config, {"language": "en"})

    assert config.load(Paths(home).config).language == "en"


def test_a_run_of_the_machine_has_a_name_that_outlives_the_program(tmp_path: Path):
    (tmp_path / "boot_id").write_text("0a1b-2c\n")

    assert boot_id(tmp_path / "boot_id") == "0a1b-2c"
    assert boot_id(tmp_path / "missing") == ""


def test_the_copy_of_the_database_is_whole_and_replaces_the_one_before(kit, lane: Lane, tmp_path: Path):
    target = Paths(tmp_path).copy
    target.write_bytes(b"older")
    target.with_suffix(".part").write_bytes(b"half of one")

    lane.call(lambda: keep_copy(kit.store, target))

    again = open_till(target, TILL_KEY, event_codec)
    with again.view() as unit:
        assert unit.till.identity() == lane.call(kit.log.identity)
    assert not target.with_suffix(".part").exists()
    again.close()
