"""The quarantine settled: suspense empty, books as if the event had been good, what depended on it posted."""

import os
from datetime import timedelta

import msgspec
import pytest

from head_office.fencing import Declared, fence
from head_office.settling import SettleDesk
from head_office.store import schema
from head_office.store_days import StoreDays
from pos_app.domain.calls import Bought, Call, Outcome
from pos_app.domain.events import (
    CallRecorded,
    ConsentChanged,
    DayOpened,
    GrantsInstalled,
    MemberRegistered,
    RightsReleased,
)
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.members import Consent, Purpose
from pos_app.domain.posting import RISK, SUSPENSE, UNBACKED
from pos_app.errors import Refused
from tests.head_office.offices import copied
from tests.head_office.rig import (
    LOT,
    TODAY,
    Line,
    balances,
    be_restored,
    member,
    new_office,
    open_till,
    replace,
    rows_of,
    trial_balance,
)

NO = Consent(Purpose.CALL, False, "v3", 1, "s1", "screen")


@pytest.fixture
def desk(office):
    return SettleDesk(office)


def spoil(till) -> None:
    """Give the last event a hash that does not cover it; what follows is chained to that."""
    till.log[-1] = replace(till.log[-1], hash=os.urandom(32))


def origin(till, seq: int) -> Origin:
    return Origin(till.terminal_id, till.epoch, seq)


def settle(desk, till, seq: int, decision: str = "post") -> None:
    desk.settle(origin(till, seq), decision, "lin", "seen on the receipt")


def statuses(office) -> list[str]:
    return [row.status for row in sorted(rows_of(office, schema.posting), key=lambda row: (row.life_no, row.seq))]


def left_over(office) -> dict[str, int]:
    """Return what lies in suspense and unbacked; both are gone when everything is settled."""
    return {key[0]: amount for key, amount in balances(office).items() if key[0] in (SUSPENSE, UNBACKED)}


def shop(till, *, spoilt: bool) -> None:
    """A day with a sale that earns and spends, whose hash is wrong if ``spoilt``."""
    till.say(DayOpened(1, 20_000))
    till.say(MemberRegistered(member(1)))
    first = till.sell(member_id="m1", earn=300).seq
    gid = f"{till.holder}/{first}/grant1"
    due = Call(
        till.next_origin().part("call", 1),
        "C1",
        "m1",
        "S01",
        TODAY,
        TODAY + timedelta(days=3),
        (Bought(1, "奶粉", 1, "f"),),
    )
    bought = till.sale(paid_minor=4_000, member_id="m1", earn=120, spends=(Spend(gid, 100),), item_id=9)
    (line,) = bought.lines
    spending = replace(
        bought, lines=(replace(line, basket_points=0, basket_points_minor=0, redeemed_points=100, redeemed_minor=100),)
    )
    till.say(
        replace(
            spending,
            calls=(due,),
            rounding_minor=-3,
            tenders=(replace(bought.tenders[0], amount_minor=3_997, given_minor=3_997),),
        )
    )
    if spoilt:
        spoil(till)
    own = f"{till.holder}/{len(till.log)}/grant1"
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(own, 50),))
    till.say(CallRecorded(due.call_id, "m1", Outcome.FINE, "", "", None))
    till.push()


def bought(office) -> list[int]:
    """Return what the one member bought; of one day's purchases the latest posted comes first."""
    (row,) = rows_of(office, schema.member)
    return sorted(purchase["item_id"] for purchase in msgspec.json.decode(row.purchases))


def test_posting_it_after_all_gives_the_books_of_a_world_where_it_was_good(
    office, line, desk, request, tmp_path, clock
):
    till = open_till(office, line)
    shop(till, spoilt=True)
    before = left_over(office)
    settle(desk, till, 4)
    (tmp_path / "good").mkdir()
    good = new_office(
        copied(request.getfixturevalue("migrated_file"), tmp_path / "good"), tmp_path / "good" / "s", clock
    )
    good_line = Line(good)
    shop(open_till(good, good_line), spoilt=False)

    try:
        assert before
        assert left_over(office) == {}
        assert balances(office) == balances(good)
        assert bought(office) == bought(good)
        assert {row.remaining for row in rows_of(office, schema.grant)} == {
            row.remaining for row in rows_of(good, schema.grant)
        }
        assert statuses(office) == statuses(good) == ["posted"] * 6
        assert [call.state for call in rows_of(office, schema.call)] == ["done"]
        assert set(trial_balance(office).values()) == {0}
    finally:
        good_line.close()
        good.database.close()


def test_what_depends_on_a_quarantined_event_waits_for_it_and_nothing_else_does(office, till, desk):
    shop(till, spoilt=True)

    assert statuses(office) == ["posted", "posted", "posted", "quarantined", "posted", "deferred"]
    assert [(each.seq, each.depends_on) for each in desk.waiting() if each.depends_on] == [
        (6, f"call:{till.holder}/4/call1")
    ]


def test_voiding_gives_money_and_spent_rights_back_and_keeps_the_bytes(office, till, desk):
    shop(till, spoilt=True)
    stored = [row.body for row in rows_of(office, schema.inbox)]
    settle(desk, till, 4, "void")

    assert left_over(office) == {}
    assert balances(office, "m1")[("available", "m1", "")] == 100
    assert ("tender:cash", "S01", "") in balances(office, "S01")
    assert [row.body for row in rows_of(office, schema.inbox)] == stored
    assert statuses(office)[3] == "void"
    (said,) = rows_of(office, schema.settlement)
    assert (said.decision, said.settled_by, said.note) == ("void", "lin", "seen on the receipt")
    assert set(trial_balance(office).values()) == {0}


def test_rights_of_an_event_nobody_can_read_wait_and_at_last_are_the_merchants_risk(office, till, desk):
    till.say(MemberRegistered(member(1)))
    till.say_raw(b"\xff a sale that earned 300")
    gid = f"{till.holder}/2/grant1"
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(gid, 200),))
    till.say(RightsReleased("m1", (Spend(gid, 100),), "close"))
    till.push()
    waiting = statuses(office)

    with pytest.raises(Refused, match=r"settle\.unreadable"):
        settle(desk, till, 2)
    with pytest.raises(Refused, match=r"settle\.waits"):
        settle(desk, till, 3)
    settle(desk, till, 2, "void")
    after = statuses(office)
    settle(desk, till, 3)
    settle(desk, till, 4, "void")

    assert (waiting, after) == (
        ["posted", "quarantined", "deferred", "deferred"],
        ["posted", "void", "quarantined", "quarantined"],
    )
    assert left_over(office) == {}
    assert balances(office)[(RISK, "S01", "")] == -200
    assert set(trial_balance(office).values()) == {0}


def test_consents_and_calls_are_posted_when_who_they_name_arrives_from_another_till(office, line, till):
    other = open_till(office, line, "S01", 2)
    till.say(ConsentChanged("m1", NO))
    till.say(ConsentChanged("m2", NO))
    till.push()
    other.say(MemberRegistered(member(1)))
    other.push()

    assert statuses(office)[:2] == ["posted", "deferred"]


def test_forgotten_grants_that_nothing_funds_are_the_merchants_risk_in_the_end(office, till, desk):
    be_restored(office)
    till.say(MemberRegistered(member(1)))
    till.say(GrantsInstalled((Grant("ho1/lost/0", "m1", Asset.POINTS, 400, LOT),)))
    till.push()
    settle_all(desk)

    assert left_over(office) == {}
    assert set(trial_balance(office).values()) <= {0}


def settle_all(desk) -> None:
    for each in desk.waiting():
        desk.settle(Origin(each.terminal_id, each.epoch, each.seq), "post", "lin", "")


def test_an_event_is_settled_once_and_only_if_it_waits(till, desk):
    shop(till, spoilt=True)
    settle(desk, till, 4)

    for seq in (4, 1, 99):
        with pytest.raises(Refused, match=r"settle\.not_waiting"):
            settle(desk, till, seq, "void")


def test_settling_after_the_seal_is_a_late_adjustment_and_still_adds_up(office, till, desk):
    days = StoreDays(office)
    shop(till, spoilt=True)
    open_again(office, till)
    days.seal("S01", TODAY, "lin", "zhao")
    settle(desk, till, 4)

    day = days.look("S01", TODAY)
    assert day.adds_up
    assert [late.cause for late in day.late] == ["settled", "call_recorded"]
    assert SUSPENSE not in " ".join(day.restated)


def open_again(office, till) -> None:
    """End the till's life, so that its day is lost and two people can seal it."""
    open_till(office, till.line, "S01", 1)


@pytest.mark.parametrize(("decision", "points"), [("post", 50), ("void", 0)])
def test_what_a_fenced_life_earned_is_settled_as_earned(office, till, decision, points):
    till.say(MemberRegistered(member(1)))
    till.push()
    fence(office, Declared(till.terminal_id, "a", "b", "burnt"))
    till.hello()
    sale, said_as = till.sale(member_id="m1", earn=50), till.next_origin()
    till.say(replace(sale, due_minor=sale.due_minor + 1))
    till.push(2)

    SettleDesk(office).settle(said_as, decision, "lin", "looked at the receipt")

    moved = {row.kind: row.credit - row.debit for row in rows_of(office, schema.account) if row.ledger == "POINTS"}
    assert {kind: total for kind, total in moved.items() if total} == (
        {"available": points, "points_expense": -points} if points else {}
    )
