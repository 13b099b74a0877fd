"""Two real tills sign one person up without a line; head office merges; both tills serve one person."""

from dataclasses import replace
from datetime import date

from head_office.merging import MergeDesk
from pos_app.domain.members import Child
from tests.head_office.rig import balances, member
from tests.sync.shop import AppWire, open_terminal, settle

PHONE = "+8619900000001"
CHILD = Child("小宝", date(2025, 3, 9), day_known=True)


def known(terminal, member_id: str):
    with terminal.till.store.view() as unit:
        found = unit.members.known(member_id)
        return found.member.member_id, [hit.member_id for hit in unit.members.find("phone", PHONE, 20)]


def test_one_phone_signed_up_twice_offline_becomes_one_person_at_both_tills(office, line, tmp_path):
    terminals = [open_terminal(tmp_path / f"till{lane}", office, line, "S01", lane) for lane in (1, 2)]
    for n, terminal in enumerate(terminals, 1):
        terminal.open_day()
        terminal.register(replace(member(n, phone=PHONE), name="王丽", children=(CHILD,)))
        terminal.sell(f"m{n}", earn=100 * n)
    processes = [terminal.run(AppWire(line)) for terminal in terminals]

    settle(*processes)

    assert [pair.decided_by for pair in MergeDesk(office).candidates("merged")] == ["rule"]
    for terminal in terminals:
        assert known(terminal, "m1") == known(terminal, "m2") == ("m1", ["m1"])
    assert [terminal.usable("m1") for terminal in terminals] == [100, 200]
    terminals[1].sell("m1", points=150)
    terminals[1].sell("m2", points=50)
    settle(*processes)
    assert sum(amount for (kind, owner, _), amount in balances(office).items() if owner in ("m1", "m2")) == 100
