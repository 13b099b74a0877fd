"""The demo shift: directs the acts, pulls the cable and the plug, and compares the books at the end."""

import json
import shutil
import sys
import time
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pos_app.bootstrap.program import Start, enrol_till
from pos_app.bootstrap.world import SystemClock
from pos_app.demo.books import compare, compare_totals
from pos_app.demo.cast import load
from pos_app.demo.film import shoot
from pos_app.demo.processes import Child
from pos_app.demo.shop import Shop, clear, furnish, open_shop
from pos_app.errors import PosError

DAYS_BACK = 3
ACT_TIMEOUT_S = 600.0
CANDIDATES = 60


@dataclass(slots=True)
class Report:
    """What ``report.json`` says: every check with its detail, and the figures."""

    checks: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    def check(self, name: str, ok: bool, detail: str = "") -> None:
        """Add a check."""
        self.checks.append({"name": name, "ok": bool(ok), "detail": detail})

    def write(self, path: Path) -> None:
        """Write the report."""
        told = {"checks": self.checks, "figures": self.figures}
        path.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")

    def is_good(self) -> bool:
        """Say whether there were checks and none failed."""
        return bool(self.checks) and all(check["ok"] for check in self.checks)


def play(out: Path) -> int:
    """Play the shift into ``out`` and return 0, or 1 if a check failed."""
    clear(out)
    report = Report()
    began_s = time.monotonic()
    try:
        with open_shop(out / "shop", date.today() - timedelta(days=DAYS_BACK)) as shop:  # noqa: DTZ011
            _play(shop, out, report)
    except PosError as error:
        report.check("the shift was played to its end", False, f"{error.code} {error.facts}")
    report.figures["seconds"] = round(time.monotonic() - began_s, 1)
    report.write(out / "report.json")
    _tell(report, out)
    return 0 if report.is_good() else 1


def _play(shop: Shop, out: Path, report: Report) -> None:
    paths = furnish(shop)
    then = Start(paths, SystemClock(-DAYS_BACK * 24 * 3_600_000))
    identity = enrol_till(then, f"http://127.0.0.1:{shop.line.port}", shop.enrol_code())
    report.check("the till is enrolled", identity.store_id == "S01", identity.terminal_id)
    _act(shop, out, report, "prepare", -DAYS_BACK)
    film = out / "member_code.avi"
    shoot(film, load(out / "cast.json").star.code)
    furnish(shop, film)
    _act(shop, out, report, "first", -DAYS_BACK)
    _act(shop, out, report, "second", -DAYS_BACK)
    _act(shop, out, report, "third", 0)
    compare(shop, paths, report.check, report.figures)
    compare_totals(shop, json.loads((out / "till_totals.json").read_text(encoding="utf-8")), report.check)
    _keep_papers(shop, out, report)


def _act(shop: Shop, out: Path, report: Report, act: str, ahead_days: int) -> None:
    """Run one act in a till process and carry out its orders."""
    arguments = ["--act", act, "--home", str(shop.home), "--out", str(out), "--ahead-days", str(ahead_days)]
    child = Child(
        "pos_app.demo.terminal",
        *arguments,
        log=out / f"till_{act}.log",
        environment={"QT_QPA_PLATFORM": "offscreen"},
    )
    ended = ""
    try:
        while True:
            message = json.loads(child.line(lambda said: said.startswith("{"), ACT_TIMEOUT_S))
            if "check" in message:
                report.check(message["check"], message["ok"], message["detail"])
            elif "figure" in message:
                report.figures[message["figure"]] = message["value"]
            elif message.get("order") == "kill":
                child.kill()
                return
            elif "order" in message:
                child.say(_carry_out(shop, message["order"]))
            else:
                ended = message["ended"]
                break
    finally:
        child.stop()
    report.check(f"act '{act}' was played to its end", not ended, ended)


def _carry_out(shop: Shop, order: str) -> dict[str, Any]:
    """Do what an act orders and return the answer."""
    if order == "cut":
        shop.line.cut()
    elif order == "mend":
        shop.line.mend()
    elif order == "candidates":
        members = shop.report()["members"]
        ranked = sorted(members, key=lambda member: -members[member]["total"])
        return {"members": [one for one in ranked if members[one]["escrow"]][:CANDIDATES]}
    return {"done": order}


def _keep_papers(shop: Shop, out: Path, report: Report) -> None:
    """Lay the printed papers beside the pictures."""
    for paper in sorted(shop.papers.iterdir()):
        shutil.copy(paper, out / f"paper_{paper.name}")
    report.figures["papers"] = len(list(shop.papers.glob("*.png")))


def _tell(report: Report, out: Path) -> None:
    for check in report.checks:
        sys.stdout.write(f"{'ok  ' if check['ok'] else 'FAIL'} {check['name']}: {check['detail']}\n")
    for name, value in report.figures.items():
        sys.stdout.write(f"     {name} = {value}\n")
    sys.stdout.write(f"Pictures, papers and report.json are in {out}\n")
