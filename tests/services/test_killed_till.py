import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_kill_before_any_statement_loses_no_step_that_was_answered_and_doubles_none(tmp_path):
    program = [sys.executable, str(Path(__file__).with_name("kill_scenarios.py")), str(tmp_path)]

    result = subprocess.run(
        program, capture_output=True, text=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False
    )

    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["wrong"] == []
    assert told["kills"] > 60, "the sale has more statements than were killed"
