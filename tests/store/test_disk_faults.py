import json
import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pos_app.store.space import Ballast

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = Path(__file__).with_name("disk_scenarios.py")


def own_disk(size_mib, folder):
    """Return the words that run a program with ``folder`` on a disk of its own."""
    mount = f'mount -t tmpfs -o size={size_mib}m tmpfs "{folder}" && exec "$@"'
    return ["unshare", "-Urm", "sh", "-c", mount, "sh"]


def can_mount():
    if shutil.which("unshare") is None:
        return False
    probe = [*own_disk(1, "/mnt"), "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def run(name, folder, before=()):
    words = [*before, sys.executable, str(SCENARIOS), name, str(folder)]
    result = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.skipif(not can_mount(), reason="no right to mount a small disk here")
def test_the_sale_in_hand_is_paid_on_a_full_disk_and_the_next_one_waits(tmp_path):
    told = run("full", tmp_path, own_disk(24, tmp_path))

    assert told["ballast"] == [True, False]
    assert told["first"] == ["done", None]
    assert told["second"] == ["store.full", False]
    assert told["pieces"] >= 3  # what was rung up before the disk was full is still in the basket
    assert (told["after"], told["sales"]) == (["done", None], 2)


def test_a_disk_that_fails_stops_writing_and_still_reads(tmp_path):
    told = run("broken", tmp_path)

    assert told["first"][0] == "store.write"
    assert told["second"][0] == "store.write"
    assert told["readable"] == 1


def test_ballast_takes_real_room_and_lets_it_go(tmp_path):
    ballast = Ballast(tmp_path, size=3 * 1024 * 1024 + 5, stop_below=0)

    ballast.refill()
    size = (tmp_path / "ballast.bin").stat()

    assert size.st_size == 3 * 1024 * 1024 + 5
    assert size.st_blocks * 512 >= size.st_size
    assert [ballast.release(), ballast.release()] == [True, False]
    assert list(tmp_path.iterdir()) == []


def test_a_disk_without_room_for_ballast_keeps_none(tmp_path, caplog):
    ballast = Ballast(tmp_path, stop_below=2**60)

    with caplog.at_level(logging.WARNING):
        ballast.refill()

    assert not ballast.has_room()
    assert list(tmp_path.iterdir()) == []
