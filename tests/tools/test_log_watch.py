"""The fixture that fails a test on an unexpected log line, tried on tests of its own."""

from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import logging

log = logging.getLogger("till")


def test_info_is_fine():
    log.info("sale.done")


def test_unexpected():
    log.warning("printer.gone host=%s", "till-1")


def test_expected(expect_log):
    expect_log("printer.gone")
    log.warning("printer.gone")


def test_expected_and_another(expect_log):
    expect_log("printer.gone")
    log.warning("printer.gone")
    log.error("disk.full")


def test_expected_but_silent(expect_log):
    expect_log("printer.gone")
"""


@pytest.fixture
def outcome(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.RunResult:
    """The result of running TESTS under this project's conftest in a process of its own."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(TESTS)
    return pytester.runpytest_subprocess("-p", "no:randomly", "-p", "no:cacheprovider")


def test_only_unexpected_and_missing_log_lines_fail_a_test(outcome):
    outcome.assert_outcomes(passed=5, errors=3)
    outcome.stdout.fnmatch_lines(
        [
            "*logged till WARNING: printer.gone host=till-1*",
            "*logged till ERROR: disk.full*",
            "*never logged 'printer.gone'*",
        ]
    )
