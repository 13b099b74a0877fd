"""The proof of a close by what the till holds: every movement of a member's points and value, and no other."""

import shutil
from dataclasses import replace

import pytest

from pos_app.domain.day_proof import HELD, MONEY, ORDER, PIECES, unproven
from pos_app.domain.events import DayClosed
from pos_app.domain.payment import TenderAsked
from pos_app.domain.stored_value import TopUpRule
from pos_app.domain.tenders import TenderKind
from pos_app.services.checkout import Checkout
from pos_app.services.day import HELD_BEFORE, DayDesk
from pos_app.services.overrides import Override
from pos_app.services.refund_models import RefundAsked
from pos_app.services.refunds import RefundDesk
from pos_app.services.topping_up import TopUpAsked, TopUpDesk
from pos_app.services.topup_refunds import TopUpRefundAsked, TopUpRefundDesk
from pos_app.services.words import proof_words
from tests.fakes import FakePins
from tests.till_kit import MANAGER, PROGRAMME, grant, item, member, new_till, open_kit, opened, record, renamed_rules

ANNA = member(1)
BOSS = Override("E2", "2222", "顾客反悔")
CASH = (TenderAsked(TenderKind.CASH, given_minor=200_000),)
RULES = (TopUpRule("T500", 50_000, 5_000),)


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A till at the end of a day on which everything moved that a member can hold."""
    till = new_till(tmp_path_factory.mktemp("busy"), item(1, 10_000), record(ANNA, 5_000))
    till.grant(grant(1, ANNA, 900, gid="ho1/float/a/0"))
    opened(till)
    till.publish(renamed_rules(replace(PROGRAMME, topups=RULES), "p2"), shard="global")
    pins = FakePins()
    till.grant(grant(2, ANNA, 4_000), grant(3, ANNA, 60, gid="ho1/T1/1.1/request1/0"))
    desk, checkout = TopUpDesk(till.session), Checkout(till.session, pins)
    sold = [desk.begin() for _ in range(2)]
    for topup_id in sold:
        desk.top_up(TopUpAsked(topup_id, ANNA.member_id, 50_000, (TenderAsked(TenderKind.CASH, given_minor=50_000),)))
    back = TopUpRefundDesk(till.session, pins)
    back.refund(TopUpRefundAsked(back.begin(), sold[1], "customer"), BOSS)
    checkout.add_item(1, 2)
    checkout.scan(ANNA.card_no)
    checkout.redeem_points(1_000)
    receipt = checkout.pay((TenderAsked(TenderKind.VALUE, 3_300), *CASH)).receipt_no
    refunds = RefundDesk(till.session, pins)
    refunds.take_back(refunds.look(receipt), RefundAsked("r1", {1: 1}, "quality"), BOSS)
    till.session.staff = MANAGER
    till.close()
    return till.home


def closed(home, tamper=""):
    """Close the day after somebody was at the database; return the fact."""
    till = open_kit(home)
    till.session.staff = MANAGER
    if tamper:
        changed = till.store._database.conn.execute(tamper).rowcount
        assert changed == 1, tamper
    DayDesk(till.session, FakePins()).close_day({}, "不点")
    fact = till.store.tables.log.fact(till.log.head()[0] - 1)[0]
    till.close()
    assert isinstance(fact, DayClosed)
    return fact


@pytest.fixture
def home(busy, tmp_path):
    return shutil.copytree(busy, tmp_path / "till")


def test_a_day_on_which_everything_moved_proves_itself(home):
    day = closed(home)

    found = {line.code: line.found for line in day.proof}
    assert tuple(found) == ORDER
    assert unproven(day.proof) == ()
    assert (found["value_sold"], found["gift_given"], found["value_refunded"]) == (100_000, 10_000, 50_000)
    assert (found["value_spent"], found["gift_spent"], found["points_redeemed"]) == (3_000, 300, 1_000)
    assert (found["value_held"], found["gift_held"]) == (47_000, 4_700)
    assert (found["refund_numbers"], found["topup_numbers"]) == (1, 3)


SALE, TOP_UP, BACK = (
    f"(SELECT min(seq) FROM event WHERE kind = '{kind}')" for kind in ("sale", "topped_up", "topup_refunded")
)


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        ("UPDATE holding SET remaining = remaining - 1 WHERE gid = 'ho1/float/a/0'", {"points_held": -1}),
        ("UPDATE holding SET remaining = 0 WHERE asset = 'value' AND remaining", {"value_held": -47_000}),
        ("UPDATE holding SET remaining = 5000 WHERE asset = 'gift' AND remaining = 4700", {"gift_held": 300}),
        (f"UPDATE asset_move SET amount = -1001 WHERE seq = {SALE} AND amount = -1000", {"points_redeemed": 1}),
        (f"UPDATE asset_move SET amount = -2999 WHERE seq = {SALE} AND asset = 'value'", {"value_spent": -1}),
        (f"DELETE FROM asset_move WHERE seq = {SALE} AND asset = 'gift'", {"gift_spent": -300}),
        (f"UPDATE asset_move SET amount = 9 WHERE seq = {TOP_UP} AND asset = 'value'", {"value_sold": -49_991}),
        (f"UPDATE asset_move SET amount = 5001 WHERE seq = {TOP_UP} AND asset = 'gift'", {"gift_given": 1}),
        (f"DELETE FROM asset_move WHERE seq = {BACK} AND asset = 'value'", {"value_refunded": -50_000}),
    ],
)
def test_one_row_that_somebody_changed_is_where_the_proof_fails(home, tamper, found):
    assert {line.code: line.difference for line in unproven(closed(home, tamper).proof)} == found


def test_a_day_that_began_before_the_holdings_were_noted_leaves_those_lines_out(home):
    told = closed(home, f"DELETE FROM number WHERE name = '{HELD_BEFORE}gift'")

    assert {line.code for line in told.proof} == set(ORDER) - set(HELD.values())
    assert unproven(told.proof) == ()


def test_every_line_has_its_words_and_counts_money_or_pieces():
    assert set(proof_words()) == set(ORDER)
    assert set(ORDER) == MONEY | PIECES
