import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "known_failures.md").read_text()


def test_every_known_failure_of_others_has_a_test_that_exists():
    rows = re.findall(r"^\| (\d+) \|.*\| (.+) \|$", TABLE, re.MULTILINE)
    named = re.findall(r"`(tests/\S+\.py)::(test_\w+)`", TABLE)

    missing = [f"{file}::{name}" for file, name in named if f"def {name}(" not in (ROOT / file).read_text()]

    assert [int(number) for number, _ in rows] == list(range(1, 41))
    assert all("`tests/" in guards for _, guards in rows)
    assert missing == []
