"""The demo phone through the real command line, and its code at a real till."""

import subprocess
import sys

import pytest

from pos_app.demo import phone
from pos_app.domain import codes
from pos_app.services.checkout import Checkout
from pos_app.sync.keystore import DATABASE, FileKeys
from tests.fakes import FakePins
from tests.till_kit import TILL_KEY, TODAY, member, new_till, opened, record

ANNA, BEN = member(1, name="陈雨婷"), member(2)


@pytest.fixture
def folder(tmp_path):
    home = tmp_path / "till"
    home.mkdir()
    FileKeys(phone.demo_till(tmp_path).keys).save(DATABASE, TILL_KEY)
    return tmp_path


@pytest.fixture
def till(folder):
    till = opened(new_till(folder / "till", record(ANNA, visit=TODAY), record(BEN)))
    yield till
    till.close()


def ask(folder, *words):
    command = [sys.executable, "-m", "pos_app", "member-code", "--folder", str(folder), "--once", *words]
    environment = {"PYTHONPATH": ":".join(sys.path), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_what_the_phone_shows_is_good_at_the_till_once(folder, till):
    done = ask(folder, "--demo")

    whose, code, *picture = done.stdout.splitlines()
    parsed = codes.parse(code.split(" · ")[0])
    till.clock.wall_ms = parsed.step * 30_000
    scanned = Checkout(till.session, FakePins()).scan(code.split(" · ")[0])

    assert whose == f"陈** · {ANNA.card_no}"
    assert len(picture) > 10
    assert (scanned.state.member.member.member_id, scanned.state.proven) == (ANNA.member_id, True)


def test_a_card_chooses_whose_phone_it_is(folder, till):
    assert BEN.card_no in ask(folder, BEN.card_no).stdout


def test_a_card_that_nobody_has_is_said_so(folder, till):
    done = ask(folder, member(9).card_no)

    assert (done.returncode, "scan.unknown_member" in done.stderr) == (1, True)


def test_the_code_and_its_picture_change_with_the_step():
    first, same, later = (phone.frame(ANNA, at_ms) for at_ms in (60_000, 61_000, 90_000))

    assert first.splitlines()[1].endswith("30 s")
    assert same.splitlines()[1] == first.splitlines()[1].replace("30 s", "29 s")
    assert later.splitlines()[3:] != first.splitlines()[3:]


def test_a_folder_without_a_demo_till_is_said_so(tmp_path):
    done = ask(tmp_path, "--demo")

    assert (done.returncode, "till.not_enrolled" in done.stderr) == (1, True)
