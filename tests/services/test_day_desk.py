from dataclasses import replace
from datetime import timedelta

import pytest

from pos_app.domain.cash import CashKind
from pos_app.domain.day_close import totals
from pos_app.domain.day_proof import unproven
from pos_app.domain.events import (
    CashMoved,
    DayClosed,
    DayOpened,
    DrawerOpened,
    Overridden,
    RightsReleased,
    StaffPinWrong,
    TenderCheck,
)
from pos_app.domain.ledger import Spend
from pos_app.domain.paper import Pair
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.staff import Role, StaffMember
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.cash import CashDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.day_papers import DayPaperDesk
from pos_app.services.drawer import DrawerDesk
from pos_app.services.overrides import Override
from pos_app.services.receipts import ReceiptDesk
from pos_app.services.staff import SignIn
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, PROGRAMME, TODAY, grant, member, new_till, open_kit, record, renamed_rules

ANNA, STRANGER = member(1), member(9, home_store_id="S02")
DAY = timedelta(days=1)
FLOAT = {10_000: 5}  # what the day was opened with
BOSS = Override("E2", "2222", "一起点过")


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


def pairs(paper):
    return {block.left: block.right for block in paper.blocks if isinstance(block, Pair)}


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
    assert (first.z_no, first.totals.sales, first.expected_cash_minor) == (None, 1, None)
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
    assert (closed.over_short_reason, closed.approved_by, closed.approver) == ("找错", "E2", "赵强")


def test_a_cashier_closes_with_a_manager(desk, till):
    assert desk.count(FLOAT).needs_manager is True
    needed = refusal(desk.close_day, FLOAT)
    assert (needed.code, needed.facts["act"]) == ("override.needed", "close_day")

    report = desk.close_day(FLOAT, override=BOSS)

    *_before, approved, closed = [fact for _seq, fact, _at in till.store.tables.log.facts(1, 99)]
    assert approved == Overridden("close_day", TODAY.isoformat(), "一起点过", "E2", 0, "赵强")
    assert (closed.approved_by, closed.approver, report.approver) == ("E2", "赵强", "赵强")
    assert dict(closed.totals.facts)["overridden"] == 1
    assert pairs(papers(till)[-1])["Approved by"] == "赵强"


@pytest.mark.parametrize("ending", ["close_day", "hand_over"])
@pytest.mark.parametrize(
    ("override", "code"),
    [
        (Override("E2", "0000", "急"), "pin.wrong"),
        (Override("E1", "1111", "急"), "override.own"),
        (Override("E4", "4444", "急"), "staff.not_allowed"),
        (Override("E9", "2222", "急"), "staff.unknown"),
        (Override("E2", "2222", "  "), "override.needs_reason"),
    ],
)
def test_who_may_not_approve_ends_no_shift_and_no_day(desk, till, ending, override, code):
    till.publish(StaffMember("E4", "S01", "小周", Role.ASSISTANT, "plain:4444"))
    before = till.log.head()

    assert refusal(getattr(desk, ending), {10_000: 1}, "少了", override).code == code

    said = [fact for _seq, fact, _at in till.store.tables.log.facts(before[0], 99)]
    assert said == ([StaffPinWrong("E2", "赵强", 1)] if code == "pin.wrong" else [])
    assert (desk.state().shift_no, desk.state().is_open) == (1, True)
    assert papers(till) == []


def test_the_fifth_wrong_pin_at_the_close_locks_whoever_should_approve(desk, till):
    guess = Override("E2", "0000", "急")

    codes = [refusal(desk.close_day, FLOAT, override=guess).code for _ in range(5)]

    assert codes == ["pin.wrong"] * 4 + ["pin.locked"]
    assert refusal(desk.close_day, FLOAT, override=BOSS).code == "pin.locked"
    assert refusal(desk.hand_over, {}, "少了", BOSS).code == "pin.locked"
    till.clock.pass_ms(60_000)
    assert desk.close_day(FLOAT, override=BOSS).z_no == 1


def test_an_approval_of_a_close_that_fails_is_not_said(desk, till):
    till.session.staff = CASHIER

    assert refusal(desk.close_day, FLOAT, override=BOSS, kept_minor=60_000).code == "close.kept"

    assert not any(isinstance(fact, Overridden) for _seq, fact, _at in till.store.tables.log.facts(1, 99))


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
    assert till.store.tables.log.fact(till.log.head()[0] - 1)[0].held == 1
    desk.open_day(0)

    assert checkout.recall(checkout.held()[0].hold_id).basket.line(1).item.item_id == 1


def test_a_sale_cancelled_last_is_in_the_close(desk, till):
    till.session.staff = MANAGER
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.cancel()

    assert desk.close_day(FLOAT).totals.baskets_voided == 1
    assert checkout.state().undo is None


def test_head_offices_clock_says_what_day_is_opened(desk, till):
    till.session.staff = MANAGER
    desk.close_day({10_000: 5})
    right_ms = till.clock.now_ms() + 86_400_000
    till.clock.wall_ms += 400 * 86_400_000
    offline = desk.state().proposed_date

    till.link.online = True
    till.log.heard(right_ms)

    assert (offline, desk.state().proposed_date) == (TODAY + 400 * DAY, TODAY + DAY)


def test_a_day_that_a_wrong_clock_opened_does_not_take_all_that_follow_with_it(desk, till):
    till.session.staff = MANAGER
    desk.close_day({10_000: 5})
    till.clock.wall_ms += 400 * 86_400_000
    wrong = desk.state().proposed_date
    refused = refusal(desk.open_day, 50_000)
    desk.open_day(50_000, sure_of=wrong)
    desk.close_day({10_000: 5})
    till.clock.wall_ms -= 399 * 86_400_000
    alone = desk.state().proposed_date

    till.link.online = True
    till.log.heard(till.clock.now_ms())

    assert (refused.code, refused.facts) == ("day.far_ahead", {"on": wrong, "last": TODAY})
    assert alone == TODAY + 401 * DAY
    assert desk.open_day(50_000).business_date == TODAY + DAY
    for _day in range(2):
        desk.close_day({10_000: 5})
        desk.open_day(50_000)
    assert desk.state().business_date == TODAY + 3 * DAY


def test_a_date_that_was_opened_too_early_is_left_out_when_it_comes(desk, till):
    till.session.staff = MANAGER
    till.link.online = True
    desk.close_day({10_000: 5})
    desk.open_day(50_000, TODAY + 3 * DAY)
    desk.close_day({10_000: 5})
    opened = []
    for _day in range(3):
        till.clock.wall_ms += 86_400_000
        till.log.heard(till.clock.now_ms())
        opened.append(desk.open_day(50_000).business_date)
        desk.close_day({10_000: 5})

    assert opened == [TODAY + DAY, TODAY + 2 * DAY, TODAY + 4 * DAY]


def test_a_count_that_is_corrected_after_a_look_at_the_books_leaves_what_it_was_first(desk, till):
    till.session.staff = MANAGER
    desk.count({10_000: 6})
    desk.count({10_000: 5})

    desk.close_day({10_000: 5})

    closed = till.store.tables.log.fact(till.log.head()[0] - 1)[0]
    assert (closed.over_short_minor, closed.first_over_short_minor) == (0, 10_000)
    assert pairs(papers(till)[-1])["First count differed"] == "100.00"
    desk.open_day(50_000)
    desk.count({10_000: 5})
    desk.hand_over({10_000: 5})
    assert till.store.tables.log.fact(till.log.head()[0] - 1)[0].first_over_short_minor is None


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

    assert refusal(desk.close_day, FLOAT).code == "override.needed"

    with till.store.view() as unit:
        assert len(unit.holdings.live()) == 1


def test_the_three_numbers_of_the_day(desk, till):
    sell(till)

    figures = desk.figures()

    assert (figures.visits, figures.sign_ups, figures.calls_due) == (1, 0, 0)


# ---- hand-over inside the day


def test_a_hand_over_ends_the_shift_and_leaves_the_counted_cash_as_float(desk, till):
    sell(till)

    report = desk.hand_over({10_000: 6})

    assert (report.shift_no, report.totals.sales, report.over_short_minor) == (1, 1, 0)
    state = desk.state()
    assert (state.is_open, state.business_date, state.shift_no, state.float_minor) == (True, TODAY, 2, 60_000)
    assert [paper.kind for paper in papers(till)] == ["receipt", "shift"]


def test_the_day_sums_its_shifts_and_each_counts_its_own_cash(desk, till):
    sell(till)
    desk.hand_over({10_000: 6, 100: 1}, "多找")
    till.session.staff = MANAGER
    sell(till)
    sell(till)

    report = desk.close_day({10_000: 8, 100: 1}, kept_minor=30_000)

    assert (report.totals.sales, report.expected_cash_minor, report.over_short_minor) == (3, 80_100, 0)
    assert report.totals.handed_over_short_minor == 100
    assert [(each.shift_no, each.sales, each.over_short_minor) for each in report.shifts] == [(1, 1, 100), (2, 2, 0)]
    assert [each.staff_name for each in report.shifts] == ["李敏", "赵强"]
    assert unproven(report.proof) == ()
    assert [paper.kind for paper in papers(till)][-2:] == ["shift", "z"]


def test_a_cashier_hands_over_alone_and_a_large_difference_asks_for_the_manager(desk, till):
    sell(till)
    assert desk.count({10_000: 6}, handing_over=True).needs_manager is False
    needed = refusal(desk.hand_over, {10_000: 5}, "少了")
    assert (needed.code, needed.facts["act"], needed.facts["amount_minor"]) == ("override.needed", "hand_over", -10_000)
    assert refusal(desk.hand_over, {10_000: 5}).code == "close.needs_reason"

    desk.hand_over({10_000: 5}, "少了", BOSS)

    handed, at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert (handed.over_short_minor, handed.approved_by, handed.approver, at.staff_id) == (-10_000, "E2", "赵强", "E1")
    assert isinstance(till.store.tables.log.fact(handed.totals.seq_to)[0], Overridden)
    assert pairs(papers(till)[-1])["Approved by"] == "赵强"


def test_the_basket_in_hand_stays_for_the_next_person(desk, till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)

    desk.hand_over(FLOAT)

    SignIn(till.session, FakePins()).sign_in("E2", "2222")
    assert checkout.pay((TenderAsked(TenderKind.CASH, 0, 10_000),)).receipt_no
    assert desk.close_day({10_000: 6}).shifts[1].sales == 1


def test_an_x_after_a_hand_over_is_of_the_day_so_far(desk, till):
    sell(till)
    desk.hand_over({10_000: 6})
    till.session.staff = MANAGER
    sell(till)

    report = desk.x_report()

    assert (report.totals.sales, report.expected_cash_minor, desk.figures().visits) == (2, 70_000, 2)


# ---- the float, other tenders


def test_what_stays_in_the_drawer_is_tomorrows_float(desk, till):
    till.session.staff = MANAGER
    sell(till)
    assert refusal(desk.close_day, {10_000: 6}, kept_minor=60_001).code == "close.kept"

    assert desk.close_day({10_000: 6}, kept_minor=20_000).kept_minor == 20_000

    assert desk.state().float_minor == 20_000
    desk.open_day(25_000)
    opened, _at = till.store.tables.log.fact(till.log.head()[0] - 1)
    assert (opened.float_minor, opened.kept_minor) == (25_000, 20_000)
    desk.close_day({5_000: 5})
    assert desk.state().float_minor == 0


def test_the_terminals_total_is_compared_at_the_close(desk, till):
    till.session.staff = MANAGER
    assert refusal(desk.close_day, FLOAT, terminals={"cash": 1}).code == "check.kind"

    report = desk.close_day(FLOAT, terminals={"card": 1_500})

    assert report.checked == (TenderCheck("card", 0, 1_500),)


# ---- the clock inside a shift


def test_a_close_after_midnight_is_of_the_day_that_was_opened(desk, till):
    till.session.staff = MANAGER
    till.clock.pass_ms(24 * 3_600_000)
    sell(till)

    assert desk.close_day({10_000: 6}).business_date == TODAY
    assert desk.state().proposed_date == TODAY + DAY


def test_a_clock_that_jumps_inside_a_shift_is_said_once_and_changes_no_figure(desk, till):
    sell(till)
    till.clock.wall_ms -= 3 * 3_600_000
    sell(till)
    desk.hand_over({10_000: 7})
    till.session.staff = MANAGER
    till.clock.wall_ms += 40 * 24 * 3_600_000
    sell(till)

    report = desk.close_day({10_000: 8})

    assert dict(report.totals.facts)["clock_stepped"] == 1
    assert (report.business_date, report.totals.sales, unproven(report.proof)) == (TODAY, 3, ())


# ---- papers again


def test_a_paper_of_a_past_close_is_printed_again_as_a_copy_that_is_counted(desk, till):
    till.session.staff = MANAGER
    desk.hand_over(FLOAT)
    till.session.staff = MANAGER
    desk.close_day(FLOAT)
    past = DayPaperDesk(till.session)
    assert [(each.paper.kind, each.paper.number) for each in past.papers()] == [("z", 1), ("shift", 2), ("shift", 1)]

    counts = [past.reprint(past.papers()[0].paper_no).count for _ in range(2)]

    assert counts == [1, 2]
    assert past.papers()[0].reprints == 2
    *_, original, first, second = papers(till)
    assert first.blocks[1:] == original.blocks == second.blocks[1:]
    assert refusal(past.reprint, 99).code == "paper.unknown"


def test_an_x_with_cash_is_no_way_around_the_blind_count(desk, till):
    till.session.staff = MANAGER
    desk.x_report()
    past = DayPaperDesk(till.session)
    till.session.staff = CASHIER
    assert refusal(past.reprint, past.papers()[0].paper_no).code == "staff.not_allowed"

    desk.close_day(FLOAT, override=BOSS)

    assert past.reprint(past.papers()[1].paper_no).kind == "x"


# ---- cash without a sale


def test_cash_put_in_and_taken_out_opens_the_drawer_prints_a_slip_and_is_expected(desk, till):
    till.session.staff = MANAGER
    cash = CashDesk(till.session, FakePins())

    assert cash.move(CashKind.CHANGE, 20_000, " 换  零钱 ") == 1
    assert cash.move(CashKind.EXPENSE, 3_000, "买水") == 2

    said = [till.store.tables.log.fact(seq)[0] for seq in range(2, till.log.head()[0])]
    assert said == [CashMoved(CashKind.CHANGE, 20_000, "换 零钱", 1), CashMoved(CashKind.EXPENSE, 3_000, "买水", 2)]
    assert [paper.kind for paper in papers(till)] == ["cash", "cash"]
    with till.store.view() as unit:
        assert unit.papers.next_waiting("receipt", "drawer") is not None
    assert desk.x_report().expected_cash_minor == 67_000


def test_cash_that_the_drawer_should_not_hold_stays_until_it_was_counted(till, desk):
    cash = CashDesk(till.session, FakePins())
    till.session.staff = MANAGER
    sell(till)

    assert refusal(cash.move, CashKind.HANDED_IN, 60_010, "交银行").code == "cash.not_there"
    cash.move(CashKind.HANDED_IN, 60_000, "交银行")
    assert refusal(cash.move, CashKind.EXPENSE, 1, "买水").code == "cash.not_there"
    desk.hand_over({100: 3}, "多了")

    assert cash.move(CashKind.EXPENSE, 300, "买水") == 2
    assert not any(isinstance(fact, Overridden) for _seq, fact, _at in till.store.tables.log.facts(1, 99))


def test_who_counts_blind_learns_nothing_of_the_cash_within_their_own_limit(till):
    limits = tuple(replace(limit, cash_minor=99_999) for limit in PROGRAMME.limits)
    till.publish(renamed_rules(replace(PROGRAMME, limits=limits), "p2"), shard="global")
    cash = CashDesk(till.session, FakePins())

    assert cash.move(CashKind.EXPENSE, 50_001, "买水") == 1
    assert refusal(cash.move, CashKind.EXPENSE, 50_001, "买水", Override("E2", "2222", "急")).code == "cash.not_there"


def test_cash_beyond_a_roles_limit_needs_somebody_else_for_this_once(till):
    cash = CashDesk(till.session, FakePins())
    assert refusal(cash.move, CashKind.EXPENSE, 3_000, "买水").code == "override.needed"

    cash.move(CashKind.EXPENSE, 3_000, "买水", Override("E2", "2222", "急用"))

    overridden = till.store.tables.log.fact(till.log.head()[0] - 2)[0]
    assert (overridden.act, overridden.subject, overridden.amount_minor) == ("move_cash", "expense", 3_000)
    assert refusal(cash.move, CashKind.EXPENSE, 3_000, "买水").code == "override.needed"


@pytest.mark.parametrize(("amount", "reason", "code"), [(0, "x", "cash.amount"), (1, "  ", "cash.needs_reason")])
def test_cash_that_cannot_be_moved_is_refused(till, amount, reason, code):
    assert refusal(CashDesk(till.session, FakePins()).move, CashKind.CHANGE, amount, reason).code == code


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
