import os
import signal
import subprocess
import sys

import pytest

from pos_app.errors import Refused, Unavailable
from pos_app.store.lock import TillLock

HOLD = """
import sys
from pathlib import Path
from pos_app.store.lock import TillLock
with TillLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def start(path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_start_is_refused_and_told_who_runs(tmp_path):
    process = start(tmp_path / "running.lock")

    with process, pytest.raises(Refused) as error, TillLock(tmp_path / "running.lock"):
        pass

    assert (error.value.code, error.value.facts) == ("till.running", {"pid": process.pid})


def test_a_killed_program_leaves_no_lock_behind(tmp_path):
    with start(tmp_path / "running.lock") as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

        with TillLock(tmp_path / "running.lock"):
            pass


def test_the_lock_is_let_go_at_the_end(tmp_path):
    for _ in range(2):
        with TillLock(tmp_path / "running.lock"):
            pass


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "running.lock").mkdir()

    with pytest.raises(Unavailable) as error, TillLock(tmp_path / "running.lock"):
        pass

    assert error.value.code == "store.write"
