"""The report and the command line: what the books say must be what the tills sold."""

import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from head_office.cli import app
from head_office.office import open_office
from head_office.report import report, summary
from pos_app.domain.events import DayOpened, MemberRegistered
from pos_app.domain.ledger import Spend
from pos_app.domain.tenders import Tender, TenderKind
from tests.head_office.offices import copied
from tests.head_office.rig import found_chain, member, replace


def test_the_report_tells_what_the_till_sold(office, till):
    till.say(DayOpened(1, 20_000))
    till.say(MemberRegistered(member(1)))
    seq = till.sell(paid_minor=10_000, member_id="m1", earn=700).seq
    till.sell(paid_minor=500, member_id="m1", spends=(Spend(f"{till.holder}/{seq}/grant1", 300),))
    rounded = till.sale(paid_minor=1_003)
    cash = Tender(TenderKind.CASH, 500, 1_000, 500)
    till.say(replace(rounded, rounding_minor=-3, tenders=(cash, Tender(TenderKind.WECHAT, 500, reference="r"))))
    till.say_raw(b"nonsense")
    till.push()

    found = report(office)

    assert found["days"] == [
        {
            "store_id": "S01",
            "business_date": "2026-11-23",
            "sales": 3,
            "due_minor": 11_503,
            "rounding_minor": -3,
            "tenders": {"cash": 11_000, "wechat": 500},
            "points_earned": 700,
            "points_redeemed": 300,
            "risk": {},
        }
    ]
    assert found["members"] == {"m1": {"available": 0, "escrow": {till.holder: 400}, "total": 400}}
    (terminal,) = found["terminals"]
    assert (terminal["last_seq"], terminal["points_held"]) == (6, 400)
    assert found["events"] == {"posted": 5, "quarantined": 1}
    assert found["flags"] == {"event.malformed": 1}
    assert [trouble["seq"] for trouble in found["troubles"]] == [6]
    assert set(found["trial_balance"].values()) == {0}
    assert found["lane_days"][0]["status"] == "open"
    assert json.loads(json.dumps(found)) == found
    assert "S01 2026-11-23: 3 sales 115.03 (cash 110.00 wechat 5.00) points +700 -300" in summary(found)


def test_the_command_line_loads_a_chain_and_reports_it(migrated_file, tmp_path):
    url = copied(migrated_file, tmp_path)
    run = CliRunner().invoke

    loaded = run(app, ["demo-data", "--db", url, "--today", "2026-11-23", "--members", "50"])
    again = run(app, ["demo-data", "--db", url])
    code = run(app, ["enrol-code", "--store", "S01", "--lane", "1", "--db", url])
    priced = run(app, ["set-price", "9520000000011", "29900", "--db", url])
    taxed = run(app, ["set-tax", "9520000000011", "900", "--on-top", "--db", url])
    built = run(app, ["snapshot", "--store", "S01", "--db", url])
    told = run(app, ["report", "--db", url, "--json", "--every-member"])

    assert loaded.output == "3 stores, 2000 items, 50 members, 12 staff as of 2026-11-23.\n"
    assert "already" in again.output
    assert len(code.output.strip()) == 14
    assert "299.00, version 2" in priced.output
    assert "9 % on top of the price, version 3" in taxed.output
    assert len(built.output.strip()) == 32
    assert json.loads(told.output)["counts"]["members"] == 50
    assert 30 < len(json.loads(told.output)["members"]) <= 50


def test_what_cannot_be_done_is_one_line_and_exit_status_1(migrated_file, tmp_path):
    url = copied(migrated_file, tmp_path)

    asked = CliRunner().invoke(app, ["enrol-code", "--store", "S77", "--lane", "1", "--db", url])

    assert asked.exit_code == 1
    assert asked.stderr == 'store.unknown {"store_id": "S77"}\n'


@pytest.mark.parametrize("today", ["yesterday", "2026-02-30"])
def test_a_date_that_is_none_is_refused(migrated_file, tmp_path, today):
    asked = CliRunner().invoke(app, ["demo-data", "--db", copied(migrated_file, tmp_path), "--today", today])

    assert asked.exit_code == 2


def test_the_served_process_answers_and_stops_at_once(migrated_file, tmp_path):
    url = copied(migrated_file, tmp_path)
    office = open_office(url)
    found_chain(office)
    office.database.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = Path(__file__).parents[2]
    served = subprocess.Popen(
        [sys.executable, "-m", "head_office", "serve", "--db", url, "--port", str(port)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        health = ask_until_there(f"http://127.0.0.1:{port}/v1/health", served)
        assert health["incarnation"].startswith("1-")
    finally:
        served.terminate()
        assert served.wait(20) is not None


def ask_until_there(url: str, served: subprocess.Popen[bytes]) -> dict[str, object]:
    for _ in range(200):
        assert served.poll() is None
        try:
            return httpx.get(url, timeout=5).json()
        except httpx.TransportError:
            threading.Event().wait(0.1)
    raise TimeoutError(url)
