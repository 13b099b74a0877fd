"""Run the checks of this project: formatting, lint, types, import contracts, and the tests on a real PostgreSQL.

`python -m tools.checks static` stops before the tests; `all` runs them last, so that the output ends with
pytest's summary. A failing step does not hide the next one. ARGS goes to pytest; JOBS sets its processes.
"""

import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

from tools.postgres import URL_VARIABLE, NoServer, server

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
STATIC = {
    "format": ("ruff", "format", "--check", "--quiet", "."),
    "lint": ("ruff", "check", "--quiet", "."),
    "types": ("mypy", "--no-error-summary"),
    "contracts": ("lint-imports", "--no-logo"),
}
MOST_JOBS = 4


def main(arguments: list[str]) -> int:
    """Run ``static`` or ``all`` checks; 0 when every one of them passed."""
    failed = [name for name, command in STATIC.items() if not passes(name, command)]
    status = run_tests() if arguments == ["all"] else 0
    if failed:
        print(f"FAILED, see its output above: {', '.join(failed)}", flush=True)
    return 1 if failed else status


def passes(name: str, command: tuple[str, ...]) -> bool:
    """Run one static check, say how it went and how long it took, and show its output only if it failed."""
    began = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    ok = done.returncode == 0
    print(f"{name:<10} {'ok' if ok else 'FAILED':<6} {time.monotonic() - began:5.1f} s", flush=True)
    if not ok:
        print(done.stdout + done.stderr, flush=True)
    return ok


def run_tests() -> int:
    """Run pytest beside a PostgreSQL server that ends with it, however it ends; return its exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with server() as url:
            done = subprocess.run(pytest_command(), cwd=ROOT, env=environment(url), check=False)
    except NoServer as error:
        print(f"The tests need PostgreSQL, and it did not start. {error}", file=sys.stderr)
        return 1
    return done.returncode


def environment(url: str) -> dict[str, str]:
    """Return what the tests run in. What was compiled once is kept: they start hundreds of processes."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {URL_VARIABLE: url}


def pytest_command() -> list[str]:
    """Return the command line of the test run; in CI its order is the same every time.

    One process more than there are cores, because many tests wait for processes, sockets and disks. The order of the
    files is kept: the slow ones come first, so that all processes end together.
    """
    jobs = os.environ.get("JOBS") or str(min((os.cpu_count() or 1) + 1, MOST_JOBS))
    order = ["-p", "randomly", "--randomly-seed=1"] if os.environ.get("CI") else []
    workers = ["-n", jobs, "--dist", "loadfile", "--no-loadscope-reorder"] if jobs != "1" else []
    slowest = ["--durations=10", "--durations-min=5"]
    return [sys.executable, "-m", "pytest", *order, *workers, *slowest, *shlex.split(os.environ.get("ARGS", ""))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
