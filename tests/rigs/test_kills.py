"""Every commit point kills a real process once, on both databases; ``tests.rigs.kills --runs`` does a thousand."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_kill_at_every_commit_point_loses_and_doubles_nothing(database, request, tmp_path):
    url = ["--url", request.getfixturevalue("postgres_server")] if database == "postgres" else []
    program = [sys.executable, "-m", "tests.rigs.kills", str(tmp_path), "--badness", "0.02", *url]

    result = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=False)

    assert result.stdout, result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["wrong"] == [], result.stderr
    assert told["unkilled"] == [], "a commit point that no day passes: give it a scenario in tests/rigs/till_day.py"
