"""Points owed are repaid once, whoever sets them off, and points less debts are what was earned less what came back."""

from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pos_app.domain.events import MemberRegistered, RightsReleased, Sale
from pos_app.domain.ledger import Spend
from pos_app.domain.posting import RECEIVABLE
from tests.head_office.offices import copied
from tests.head_office.rig import Line, TestClock, balances, member, new_office, open_till, trial_balance
from tests.head_office.test_refunds import bring_back, sell, statuses

OWED = 100


def owing(office, till):
    """Let m1 owe: what a purchase earned is spent when its goods come back."""
    till.say(MemberRegistered(member(1)))
    sale, sold_as = sell(till, 1, member_id="m1", earn=OWED)
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(sale.earned.gid, OWED),))
    till.say(bring_back(till, sale, sold_as))
    till.push()
    assert balances(office, "m1") == {(RECEIVABLE, "m1", ""): -OWED}


def setting_off(till, earn: int, repaid: int) -> Sale:
    """Say a sale that earns so much, of which the till sets so much off."""
    sale = till.sale(member_id="m1", earn=earn)
    kept = None if repaid == earn else replace(sale.earned, amount=earn - repaid)
    said = replace(sale, earned=kept, repaid_points=repaid)
    till.say(said)
    return said


def push_new(till) -> None:
    if till.accepted_upto < len(till.log):
        assert set(statuses(till.push(till.accepted_upto + 1))) == {("posted", "")}


def test_what_two_tills_set_off_without_a_line_becomes_the_members_points_again(office, line, till):
    other = open_till(office, line, "S02")
    owing(office, till)
    setting_off(till, 130, OWED)
    setting_off(other, 250, OWED)

    push_new(till)
    assert balances(office, "m1") == {("escrow", "m1", till.holder): 30}

    push_new(other)
    had = {("escrow", "m1", till.holder): 30, ("escrow", "m1", other.holder): 150, ("available", "m1", ""): OWED}
    assert balances(office, "m1") == had
    assert set(trial_balance(office).values()) == {0}


def test_a_sale_that_says_it_repaid_more_than_it_earned_is_kept_aside(office, till):
    owing(office, till)
    sale = till.sale(member_id="m1", earn=10)
    till.say(replace(sale, earned=None, repaid_points=11))

    assert ("quarantined", "sale.repaid") in statuses(till.push(till.accepted_upto + 1))
    assert set(trial_balance(office).values()) == {0}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(0, 1), st.integers(1, 90), st.integers(0, 100)),
        st.tuples(st.sampled_from(["push", "release"]), st.integers(0, 1), st.just(0), st.just(0)),
    ),
    max_size=8,
)


@given(steps=STEPS)
@example(steps=[("sell", 0, 80, 100), ("sell", 1, 90, 100), ("push", 1, 0, 0), ("release", 1, 0, 0)])
@settings(max_examples=10, deadline=None)
def test_points_less_debts_are_what_was_earned_in_any_order(steps, tmp_path_factory, migrated_file):
    folder = tmp_path_factory.mktemp("debts")
    office = new_office(copied(migrated_file, folder), folder / "snapshots", TestClock())
    line = Line(office)
    try:
        tills = [open_till(office, line), open_till(office, line, "S02")]
        owing(office, tills[0])
        earned, held = 0, ([], [])
        for step, which, earn, percent in steps:
            till = tills[which]
            if step == "sell":
                earned += earn
                sale = setting_off(till, earn, earn * percent // 100)
                held[which].extend([] if sale.earned is None else [sale.earned])
            elif step == "release" and held[which]:
                grant = held[which].pop()
                till.say(RightsReleased("m1", (Spend(grant.gid, grant.amount),), "recall"))
            elif step == "push":
                push_new(till)
        for till in tills:
            push_new(till)
        had = balances(office, "m1")
        debt = had.get((RECEIVABLE, "m1", ""), 0)
        assert sum(had.values()) == earned - OWED
        assert debt <= 0
        assert not (debt and had.get(("available", "m1", ""), 0)), "head office holds points of somebody who owes"
        assert set(trial_balance(office).values()) == {0}
    finally:
        line.close()
        office.database.close()
