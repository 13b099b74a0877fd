import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "hostile_input.md").read_text()
ANSWERED = ("10 MiB", "bomb", "UTF-8", "NaN", "negative", "2^53", "next year", "hash", "session", "unknown kind")


def test_every_hostile_input_has_an_answer_and_a_test_that_exists():
    rows = [row for row in re.findall(r"^\| (.+) \| (.+) \| (.+) \|$", TABLE, re.MULTILINE) if "---" not in row[0]]
    missing = []
    for _what, _answer, proofs in rows:
        for file, test, cases in re.findall(r'`(tests/\S+\.py)::(test_\w+)`((?: "[^"]+")*)', proofs):
            source = (ROOT / file).read_text()
            named = [f"def {test}(", *(f"{case}:" for case in re.findall(r'"[^"]+"', cases))]
            missing += [f"{file}: {name}" for name in named if name not in source]

    assert missing == []
    assert [what for what, _, proofs in rows if "`tests/" not in proofs] == ["what comes"] * 3
    assert [word for word in ANSWERED if not any(word in what for what, _, _ in rows)] == []
