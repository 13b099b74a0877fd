from datetime import timedelta

import pytest

from pos_app.domain.day_close import totals
from pos_app.domain.events import DayClosed, DayOpened, DrawerOpened, RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.drawer import DrawerDesk
from pos_app.services.receipts import ReceiptDesk
from tests.fakes import FakePins
from tests.till_kit import MANAGER, TODAY, grant, member, new_till, open_kit, record

ANNA, STRANGER = member(1), member(9, home_store_id="S02")
DAY = timedelta(days=1)
FLOAT = {10_000: 5}  # what the day was opened with
BOSS = ("E2", "2222")


@pytest.fixture
def desk(till):
    return DayDesk(till.session, FakePins())


def sell(till, given_minor=10_000):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    return checkout.pay((TenderAsked(TenderKind.CASH, 0, given_minor),))


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value


def papers(till):
    with till.store.view() as unit:
        queued = unit.papers.in_state("receipt", JobState.QUEUED)
    return [from_json(job.job.paper_json) for job in queued if job.job.task == "paper"]


def test_opening_says_the_float_and_proposes_the_shops_date(tmp_path):
    till = new_till(tmp_path)
    till.session.staff = MANAGER
    desk = DayDesk(till.session, FakePins())
    assert (desk.state().is_open, desk.state().proposed_date) == (False, TODAY)

    state = desk.open_day(50_000)

    assert (state.is_open, state.business_date, state.shift_no, state.float_minor) == (True, TODAY, 1, 50_000)
    assert till.store.tables.log.fact(1)[0] == DayOpened(1, 50_000)
    till.close()


def test_the_date_is_the_shops_not_greenwichs(tmp_path):
    till = new_till(tmp_path)
    till.session.staff = MANAGER
    till.clock.wall_ms += 15 * 3_600_000  # 01:00 in Shanghai, 17:00 in Greenwich

    assert DayDesk(till.session, FakePins()).open_day(0).business_date == TODAY + DAY
    till.close()


def test_an_open_day_is_not_opened_again_and_survives_a_restart(desk, till):
    assert refusal(desk.open_day, 0).code == "day.already_open"
    till.close()

    again = open_kit(till.home)

    assert DayDesk(again.session, FakePins()).state().business_date == TODAY
    again.close()


def test_nothing_is_sold_before_the_day_is_open(tmp_path):
    till = new_till(tmp_path)
    till.session.staff = MANAGER

    assert refusal(Checkout(till.session, FakePins()).add_item, 1).code == "day.not_open"
    till.close()


def test_an_x_prints_and_resets_nothing(desk, till):
    sell(till)

    first, second = desk.x_report(), desk.x_report()

    assert first == second
    assert (first.z_no, first.totals.sales, first.expected_cash_minor) == (None, 1, 60_000)
    assert [paper.kind for paper in papers(till)] == ["receipt", "x", "x"]


def test_a_close_states_what_the_log_says_and_prints_the_z(desk, till):
    till.session.staff = MANAGER
    sell(till)
    sell(till, 20_000)

    report = desk.close_day({10_000: 7})

    closed, at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert isinstance(closed, DayClosed)
    facts = till.store.tables.log.facts(closed.totals.seq_from, closed.totals.seq_to)
    assert totals((seq, fact) for seq, fact, _at in facts) == closed.totals
    assert closed.log_hash == till.log.hash_at(closed.totals.seq_to).hex()
    assert closed.totals.seq_to == till.log.head()[0] - 2
    assert (closed.expected_cash_minor, closed.counted_cash_minor, closed.over_short_minor) == (70_000, 70_000, 0)
    assert (report.z_no, report.totals.sales, at.business_date) == (1, 2, TODAY)
    assert [paper.kind for paper in papers(till)][-1] == "z"
    assert desk.state().is_open is False


def test_over_and_short_are_booked_with_a_reason_never_refused(desk, till):
    till.session.staff = MANAGER
    sell(till)

    error = refusal(desk.close_day, FLOAT)
    assert (error.code, error.facts) == ("close.needs_reason", {"over_short_minor": -10_000})
    report = desk.close_day(FLOAT, "找错")

    assert report.over_short_minor == -10_000
    closed, _at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert (closed.over_short_reason, closed.approved_by) == ("找错", "E2")


def test_a_cashier_closes_with_a_manager(desk, till):
    assert desk.count(FLOAT).needs_manager is True
    assert refusal(desk.close_day, FLOAT).code == "close.needs_manager"
    assert refusal(desk.close_day, FLOAT, manager=("E1", "1111")).code == "close.needs_manager"
    assert refusal(desk.close_day, FLOAT, manager=("E2", "0000")).code == "pin.wrong"
    assert desk.state().is_open

    desk.close_day(FLOAT, manager=BOSS)

    closed, _at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert closed.approved_by == "E2"


def test_counting_shows_the_difference_only_afterwards(desk, till):
    till.session.staff = MANAGER
    sell(till)

    counted = desk.count({10_000: 6, 100: 3})

    assert (counted.expected_minor, counted.counted_minor, counted.over_short_minor) == (60_000, 60_300, 300)
    assert (counted.needs_reason, counted.needs_manager) == (True, False)
    assert refusal(desk.count, {10_000: -1}).code == "count.pieces"
    assert refusal(desk.count, {333: 1}).code == "count.denomination"


def test_an_open_sale_is_finished_first_and_held_ones_stay(desk, till):
    till.session.staff = MANAGER
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    assert desk.checks().basket_open is True
    assert refusal(desk.close_day, FLOAT).code == "day.sale_open"
    checkout.hold()
    assert (desk.checks().basket_open, desk.checks().held) == (False, 1)

    desk.close_day(FLOAT)
    desk.open_day(0)

    assert checkout.recall(checkout.held()[0].hold_id).basket.line(1).item.item_id == 1


def test_a_sale_cancelled_last_is_in_the_close(desk, till):
    till.session.staff = MANAGER
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.cancel()

    assert desk.close_day(FLOAT).totals.baskets_voided == 1
    assert checkout.state().undo is None


def test_a_closed_date_is_never_opened_again_and_numbers_have_no_gaps(desk, till):
    till.session.staff = MANAGER
    numbers = []
    for _ in range(3):
        sell(till)
        numbers.append(desk.close_day({10_000: 6}).z_no)
        assert refusal(desk.open_day, 0, desk.state().proposed_date - DAY).code == "day.closed_date"
        desk.open_day(50_000)

    assert numbers == [1, 2, 3]
    assert desk.state().business_date == TODAY + 3 * DAY
    assert desk.state().shift_no == 4


def test_the_close_waits_for_nobody_when_offline_and_says_what_is_unsent(desk, till):
    till.session.staff = MANAGER
    sell(till)
    assert desk.checks().unsent == till.log.unsent() == 2

    assert desk.close_day({10_000: 6}).unsent == 3


def test_ended_leases_go_back_with_the_close(desk, till):
    till.session.staff = MANAGER
    till.grant(grant(1, ANNA, 500, lease_until_ms=till.clock.now_ms() + 1_000), grant(2, ANNA, 300))
    till.clock.pass_ms(2_000)

    desk.close_day(FLOAT)

    with till.store.view() as unit:
        assert [(one.grant.gid, one.remaining) for one in unit.holdings.of(ANNA.member_id)] == [("ho/2", 300)]


def test_the_close_hands_back_leftovers_and_what_strangers_earned_and_keeps_the_home_float(desk, till):
    till.session.staff = MANAGER
    till.publish(record(STRANGER, 0, version=2))
    till.grant(
        grant(1, ANNA, 500, gid="ho1/float/a/0"),
        grant(2, ANNA, 60, gid="ho1/T1/1.1/request1/0"),
        grant(3, ANNA, 70, gid="T1/1.1/2/grant1"),
        grant(4, STRANGER, 80, gid="T1/1.1/3/grant1"),
    )

    desk.close_day(FLOAT)

    with till.store.view() as unit:
        kept = [each.holding.grant.gid for each in unit.holdings.live()]
        *before, closed = [fact for _seq, fact, _at in unit.log.facts(1, 99)]
    assert kept == ["ho1/float/a/0", "T1/1.1/2/grant1"]
    assert before[-2:] == [
        RightsReleased(ANNA.member_id, (Spend("ho1/T1/1.1/request1/0", 60),), "close"),
        RightsReleased(STRANGER.member_id, (Spend("T1/1.1/3/grant1", 80),), "close"),
    ]
    assert (type(closed), closed.totals.seq_to) == (DayClosed, len(before))


def test_a_close_that_is_refused_hands_nothing_back(desk, till):
    till.grant(grant(1, ANNA, 60, gid="ho1/T1/1.1/request1/0"))

    assert refusal(desk.close_day, FLOAT).code == "close.needs_manager"

    with till.store.view() as unit:
        assert len(unit.holdings.live()) == 1


def test_the_three_numbers_of_the_day(desk, till):
    sell(till)

    figures = desk.figures()

    assert (figures.visits, figures.sign_ups, figures.calls_due) == (1, 0, 0)


def test_an_impossible_float_is_refused(desk):
    assert refusal(desk.open_day, -1).code == "day.float"


# ---- the drawer without a sale


def test_the_drawer_opens_with_a_reason_that_is_said_and_counted(desk, till):
    drawer = DrawerDesk(till.session, FakePins())
    assert refusal(drawer.open, "  ").code == "drawer.needs_reason"

    drawer.open("换零钱")

    with till.store.view() as unit:
        assert unit.papers.next_waiting("receipt", "drawer") is not None
    assert till.store.tables.log.fact(till.log.head()[0] - 1)[0] == DrawerOpened("换零钱")
    assert desk.x_report().totals.drawer_openings == 1


# ---- receipts again


def test_a_reprint_is_counted_said_and_marked(till):
    done = sell(till)
    desk = ReceiptDesk(till.session, FakePins())

    counts = [desk.reprint().count, desk.reprint(done.receipt_no).count]

    assert counts == [1, 2]
    original, first, second = papers(till)
    assert first.blocks[1:] == original.blocks == second.blocks[1:]
    assert first.blocks[0] != second.blocks[0]
    assert desk.last().reprints == 2
    assert desk.last().receipt_no == done.receipt_no


def test_a_receipt_of_another_till_cannot_be_printed_here(till):
    sell(till)
    desk = ReceiptDesk(till.session, FakePins())

    for unknown in ("0002-1-A1-000001", "0001-1-A1-000009", "x", "", "0001-1-A1-１"):
        assert refusal(desk.reprint, unknown).code == "receipt.unknown"
        assert desk.sale(unknown) is None


def test_before_the_first_sale_there_is_no_last_one(till):
    assert ReceiptDesk(till.session, FakePins()).last() is None
    assert refusal(ReceiptDesk(till.session, FakePins()).reprint).code == "receipt.unknown"
