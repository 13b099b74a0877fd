"""Power cuts and failing calls at some of the places; ``python -m tests.rigs.power_cuts`` goes to every one."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_no_power_cut_and_no_failing_call_loses_or_halves_what_was_committed(tmp_path):
    program = [sys.executable, "-m", "tests.rigs.power_cuts", str(tmp_path)]
    bounds = ["--cuts", "60", "--every", "23", "--mutants", "24"]

    result = subprocess.run([*program, *bounds], capture_output=True, text=True, cwd=ROOT, check=False)

    assert result.stdout, result.stderr
    told = json.loads(result.stdout)
    assert told["wrong"] == []
    assert told["cuts"] == 60
    assert told["faults"] > 20
    assert min(told["caught"].values()) > 0, "a mutant lives: the rig would not see a real mistake either"
