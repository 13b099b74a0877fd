"""Every commit point kills a real process once, and every one of head office on both databases.

The till's own points meet the same till.db whatever head office keeps its books in. ``tests.rigs.kills --runs`` does
a thousand kills at both ends, on either.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_a_kill_at_every_commit_point_loses_and_doubles_nothing(database, request, tmp_path):
    server = database == "postgres" and request.getfixturevalue("postgres_server")
    url = ["--url", server, "--till-lives"] if server else []
    program = [sys.executable, "-m", "tests.rigs.kills", str(tmp_path), "--badness", "0.02", *url]

    result = subprocess.run(program, capture_output=True, text=True, cwd=ROOT, check=False)

    assert result.stdout, result.stderr
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["wrong"] == [], result.stderr
    assert told["unkilled"] == [], "a commit point that no day passes: give it a scenario in tests/rigs/till_day.py"
