"""Run the scripts of benchmarks/, keep their figures, and print a table.

Each script prints JSON lines {"name", "value", "unit", "reference", "reference_value", "ratio"}; whatever
else it prints is passed on. Every line is stamped with the time and the commit and appended to
benchmarks/results.jsonl. ARGS names scripts to run instead of all.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BENCHMARKS = ROOT / "benchmarks"
RESULTS = BENCHMARKS / "results.jsonl"
COLUMNS = ("name", "value", "unit", "ratio", "reference_value", "reference")
REQUIRED = frozenset(COLUMNS)

Figure = dict[str, object]


def main() -> int:
    """Run the scripts one after another; 0 when all ended well and printed at least one figure each."""
    scripts = chosen(os.environ.get("ARGS", "").split())
    if not scripts:
        print("There is no such script in benchmarks/.", file=sys.stderr)
        return 1
    failed = [script.stem for script in scripts if not measure(script)]
    if failed:
        print(f"FAILED: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def chosen(names: list[str]) -> list[Path]:
    """Return the scripts with these names, or all; names that start with _ are shared code, not scripts."""
    scripts = sorted(path for path in BENCHMARKS.glob("*.py") if not path.stem.startswith("_"))
    return [path for path in scripts if not names or path.stem in names]


def measure(script: Path) -> bool:
    """Run one script, append its figures to the results, print them; False when it failed or measured nothing."""
    print(f"\n{script.stem}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{script.stem}"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    figures, rest = parse(done.stdout)
    stamp = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit(), "script": script.stem}
    with RESULTS.open("a", encoding="utf-8") as results:
        results.writelines(json.dumps(stamp | figure, ensure_ascii=False) + "\n" for figure in figures)
    print("\n".join([*rest, *table(figures)]), flush=True)
    return done.returncode == 0 and bool(figures)


def parse(output: str) -> tuple[list[Figure], list[str]]:
    """Part a script's output into figures and other lines; a JSON object that lacks a field is another line."""
    figures: list[Figure] = []
    rest: list[str] = []
    for line in output.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            value = None
        if isinstance(value, dict) and value.keys() >= REQUIRED:
            figures.append(value)
        else:
            rest.append(line)
    return figures, rest


def table(figures: Iterable[Figure]) -> list[str]:
    """Return the figures as lines of aligned columns, the header first; no lines for no figures."""
    rows = [[cell(figure[column]) for column in COLUMNS] for figure in figures]
    if not rows:
        return []
    rows.insert(0, list(COLUMNS))
    widths = [max(len(row[i]) for row in rows) for i in range(len(COLUMNS))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def cell(value: object) -> str:
    """Return a number with four significant digits, nothing for None, and anything else as it is."""
    if value is None:
        return ""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def commit() -> str:
    """Return the short name of the commit measured, or an empty text outside a clone."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
