from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.campaigns import When, Who
from pos_app.domain.events import PhoneRevealed, ProfileOpened, Sale
from pos_app.domain.lifecycle import Segment, Stage
from pos_app.domain.members import Child, Ending, MemberAlias, Month, Purchase, Purpose, TierFacts
from pos_app.domain.payment import TenderAsked
from pos_app.domain.profile import Answered, BoughtElsewhere, Joined
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.member_models import SignUp
from pos_app.services.members import MemberDesk
from pos_app.services.profile import ProfileDesk
from pos_app.services.refund_models import RefundAsked
from pos_app.services.refunds import RefundDesk
from tests.fakes import FakePins
from tests.services.conftest import FIRST_ITEMS
from tests.till_kit import CASHIER, MANAGER, TODAY, campaign, grant, member, new_till, opened, record

ANNA = member(1)
LONG_AGO = TODAY - timedelta(days=40)


@pytest.fixture
def desk(till):
    till.session.staff = MANAGER
    return ProfileDesk(till.session)


def sell(till, *item_ids, points=0):
    checkout = Checkout(till.session, FakePins())
    for item_id in item_ids:
        checkout.add_item(item_id)
    checkout.attach(ANNA.member_id)
    if points:
        checkout.redeem_points(points)
    due = checkout.state().priced.due_minor
    return checkout.pay((TenderAsked(TenderKind.CARD, due, reference="r"),)).receipt_no


def last_fact(till):
    return till.store.tables.log.fact(till.log.head()[0] - 1)


def kinds(profile):
    return [type(moment.what).__name__ for moment in profile.moments]


def test_opening_a_profile_and_showing_a_phone_are_facts_of_whoever_did_it(desk, till):
    desk.open(ANNA.member_id)
    opened_fact, at = last_fact(till)
    assert (opened_fact, at.staff_id) == (ProfileOpened(ANNA.member_id), MANAGER.staff_id)

    assert desk.reveal(ANNA.member_id) == ANNA.phone
    assert last_fact(till)[0] == PhoneRevealed(ANNA.member_id)


def test_looking_again_after_a_change_says_nothing(desk, till):
    head = till.log.head()

    desk.again(ANNA.member_id)

    assert till.log.head() == head


def test_nobody_looks_without_having_signed_in(desk, till):
    till.session.staff = None
    with pytest.raises(Refused, match=r"staff\.nobody"):
        desk.open(ANNA.member_id)
    with pytest.raises(Refused, match=r"staff\.nobody"):
        desk.reveal(ANNA.member_id)


def test_whoever_is_unknown_here_is_said_to_be(desk):
    with pytest.raises(Refused, match=r"member\.unknown"):
        desk.open("nobody")


def test_the_balance_is_explained_by_head_offices_part_and_this_tills_own(desk, till):
    till.grant(grant(1, ANNA, 3_000))
    receipt_no = sell(till, 1, points=2_000)

    points = desk.again(ANNA.member_id).points

    (entry,) = points.entries
    (line,) = entry.lines
    assert (points.office_points, entry.paper_no, entry.points, points.total) == (5_000, receipt_no, -1_440, 3_560)
    assert (line.earned, line.spent, line.paid_minor) == (560, 2_000, 8_000)
    assert sum(lot.points for lot in points.lots) == 1_560
    assert points.inside == ()


def test_what_head_offices_figure_has_in_it_is_told_but_not_added_again(desk, till):
    receipt_no = sell(till, 1)
    till.publish(record(ANNA, 5_700, applied_seq=till.log.head()[0] - 1, version=2))

    points = desk.again(ANNA.member_id).points

    assert (points.total, points.entries) == (5_700, ())
    assert [entry.paper_no for entry in points.inside] == [receipt_no]


def test_what_was_granted_here_beyond_an_older_figure_is_a_line_of_its_own(desk, till):
    till.publish(record(ANNA, 0, version=2))
    till.grant(grant(1, ANNA, 3_000))

    profile = desk.again(ANNA.member_id)

    assert (profile.points.office_points, profile.points.ahead_points, profile.card.total) == (0, 3_000, 3_000)


def test_a_cashier_sees_balances_and_today_only(desk, till):
    sell(till, 1)
    till.clock.pass_ms(24 * 3_600_000)
    till.session.staff = CASHIER

    profile = desk.again(ANNA.member_id)

    assert not profile.sees_all
    assert (profile.glance, profile.usual) == (None, ())
    assert kinds(profile) == ["Sale"]  # the shift is still that of the sale
    assert (profile.points.total, profile.card.total) == (5_700, 5_700)


def test_what_a_cashier_may_not_see_is_still_in_the_sum(till):
    till.session.staff = MANAGER
    sell(till, 1)
    DayDesk(till.session, FakePins()).close_day({10_000: 5}, "other")
    till.clock.pass_ms(24 * 3_600_000)
    till.session.staff = CASHIER
    DayDesk(till.session, FakePins()).open_day(0)
    sell(till, 2)

    points = ProfileDesk(till.session).again(ANNA.member_id).points

    assert (len(points.entries), points.earlier_points, points.total) == (1, 700, 5_840)


def test_the_time_line_tells_every_kind_once_newest_first(desk, till):
    elsewhere = Purchase(2, 1, LONG_AGO, "S09")
    who = record(ANNA, 5_000, version=2)
    till.publish(type(who)(ANNA, who.balance, LONG_AGO, (elsewhere,), 2))
    sell(till, 1)
    till.clock.pass_ms(1_000)
    MemberDesk(till.session, FakePins()).answer(ANNA.member_id, Purpose.CALL, granted=False)

    moments = desk.again(ANNA.member_id).moments

    assert [type(moment.what) for moment in moments] == [Answered, Sale, BoughtElsewhere, Joined]
    assert moments[2].what.purchases == (elsewhere,)
    assert moments[0].staff_id == MANAGER.staff_id


def test_what_head_office_tells_of_our_own_sale_is_not_told_twice(desk, till):
    sell(till, 1)
    who = record(ANNA, 5_700, applied_seq=till.log.head()[0] - 1, version=2)
    till.publish(type(who)(ANNA, who.balance, TODAY, (Purchase(1, 1, TODAY, "S01"),), 2))

    assert kinds(desk.again(ANNA.member_id)) == ["Sale", "Joined"]


def test_a_record_merged_into_this_one_is_part_of_the_history(desk, till):
    other = member(2)
    till.publish(MemberAlias(other.member_id, ANNA.member_id, 2))

    profile = desk.again(other.member_id)

    assert profile.card.member.member_id == ANNA.member_id
    joined = [moment.what for moment in profile.moments if isinstance(moment.what, Joined)]
    assert {one.member.member_id: one.is_merged for one in joined} == {ANNA.member_id: False, other.member_id: True}


def test_somebody_who_joined_here_has_their_joining_with_time_and_clerk(desk, till):
    who = MemberDesk(till.session, FakePins()).sign_up(
        SignUp("13912345678", "陈", (Child("糖糖", TODAY),), frozenset(Purpose))
    )

    moments = desk.again(who.member.member_id).moments

    joined = [moment for moment in moments if isinstance(moment.what, Joined)]
    assert [(moment.staff_id, moment.at_ms) for moment in joined] == [(MANAGER.staff_id, till.clock.now_ms())]


def test_visits_of_ninety_days_and_the_repeat_within_them(desk, till):
    who = record(ANNA, 5_000, version=2)
    bought = (Purchase(2, 1, LONG_AGO, "S09"), Purchase(2, 1, LONG_AGO - timedelta(days=100), "S01"))
    till.publish(type(who)(ANNA, who.balance, LONG_AGO, bought, 2))

    before = desk.again(ANNA.member_id).glance
    assert (before.visits, before.spent_minor, before.is_repeat) == (1, 0, False)

    sell(till, 1)
    after = desk.again(ANNA.member_id).glance
    assert (after.visits, after.spent_minor, after.is_repeat, after.is_whole) == (2, 10_000, True, True)
    assert after.repeated == (TODAY, LONG_AGO)


def test_stage_kind_and_campaigns_are_those_that_price_a_sale(tmp_path):
    asleep = replace(ANNA, joined_on=TODAY - timedelta(days=500))
    campaigns = (
        campaign(1, who=Who(stages=(Stage.DORMANT,)), cap_per_member=2, when=When(hour_from=0, hour_to=1)),
        campaign(2, who=Who(stages=(Stage.NEW,))),
        campaign(3),
    )
    facts = TierFacts((Month((TODAY - timedelta(days=120)).replace(day=1), 620_00, 1),))
    known = replace(record(asleep, visit=TODAY - timedelta(days=120)), facts=facts)
    till = opened(new_till(tmp_path, known, *campaigns))
    till.session.staff = MANAGER

    profile = ProfileDesk(till.session).open(ANNA.member_id)

    assert (profile.life.stage, profile.life.segment) == (Stage.DORMANT, Segment.PLAIN_WIN_BACK)
    assert [(one.campaign.campaign_id, one.left) for one in profile.campaigns] == [("C1", 2), ("C3", None)]
    till.close()


def test_usual_items_have_their_rhythm(desk, till):
    days = [TODAY - timedelta(days=n) for n in (10, 40, 70)]
    who = record(ANNA, 5_000, version=2)
    till.publish(type(who)(ANNA, who.balance, days[0], tuple(Purchase(2, 1, day, "S01") for day in days), 2))

    (usual,) = desk.again(ANNA.member_id).usual

    assert (usual.item_id, usual.times, usual.every_days, usual.next_on) == (2, 3, 30, TODAY + timedelta(days=20))


def test_a_new_life_of_a_till_finds_the_history_by_its_index(tmp_path):
    till = opened(new_till(tmp_path, *FIRST_ITEMS, record(ANNA, 0)))
    sell(till, 1)
    MemberDesk(till.session, FakePins()).answer(ANNA.member_id, Purpose.CALL, granted=False)

    plan = till.store._database.conn.execute(
        "EXPLAIN QUERY PLAN SELECT seq FROM sale WHERE member_id IN (?) UNION ALL"
        " SELECT seq FROM about_member WHERE member_id IN (?) ORDER BY seq DESC",
        ["a", "b"],
    ).fetchall()

    assert not [row for row in plan if "SCAN" in row[3]]
    till.close()


DEALS = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(1, 3), st.integers(0, 20)),
        st.tuples(st.just("return"), st.integers(0, 5), st.integers(1, 2)),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DEALS, st.integers(0, 4))
def test_whatever_was_sold_and_came_back_the_parts_sum_to_what_the_card_shows(tmp_path, deals, behind):
    with TemporaryDirectory(dir=tmp_path) as home:
        till = opened(new_till(Path(home), *FIRST_ITEMS, record(ANNA, 5_000)))
        till.session.staff = MANAGER
        till.grant(grant(1, ANNA, 5_000))
        receipts = []
        for what, one, other in deals:
            with suppress(Refused):
                if what == "sell":
                    receipts.append(sell(till, *[1] * one, points=other * 100))
                elif receipts:
                    take_back(till, receipts[one % len(receipts)], other)
        head = till.log.head()[0] - 1
        desk, card = ProfileDesk(till.session), MemberDesk(till.session, FakePins())

        assert desk.again(ANNA.member_id).points.total == card.card(ANNA.member_id).total
        upto = max(0, head - behind)
        with till.store.view() as unit:
            later = unit.sales.points_since(ANNA.member_id, upto)
            all_of_it = unit.sales.points_since(ANNA.member_id, 0)
        till.publish(record(ANNA, 5_000 + all_of_it - later, applied_seq=upto, version=2))

        points = desk.again(ANNA.member_id).points
        assert points.total == card.card(ANNA.member_id).total
        assert points.office_points + sum(entry.points for entry in points.entries) == 5_000 + all_of_it
        for entry in (*points.entries, *points.inside):
            assert entry.points + entry.later == sum(one.earned - one.spent for one in entry.lines) + entry.paid_for
        till.close()


def take_back(till, receipt_no, pieces):
    desk = RefundDesk(till.session, FakePins())
    of = desk.look(receipt_no)
    desk.take_back(of, RefundAsked(desk.begin(), {1: pieces}, "质量"), None)


def test_what_came_back_is_an_entry_of_its_own_that_names_the_goods(desk, till):
    receipt_no = sell(till, 1, 1)
    take_back(till, receipt_no, 1)

    refund, sale = desk.again(ANNA.member_id).points.entries

    assert (sale.points, refund.points, refund.is_refund) == (1_400, -700, True)
    assert [(line.name, line.quantity, line.earned) for line in refund.lines] == [("商品1", 1, -700)]


def test_what_has_ended_is_off_the_total_and_the_profile_says_so_without_a_word_from_head_office(desk, till):
    known = record(ANNA, 5_300, version=2)
    ending = (Ending(5_000, TODAY), Ending(300, TODAY + timedelta(days=400)))
    till.publish(replace(known, balance=replace(known.balance, ending=ending)))
    till.grant(grant(1, ANNA, 2_000, expires_on=TODAY), grant(2, ANNA, 100, expires_on=TODAY + timedelta(days=400)))
    receipt_no = sell(till, 1, 1, points=700)
    earned = last_fact(till)[0].earned.amount
    take_back(till, receipt_no, 1)
    card = MemberDesk(till.session, FakePins()).card
    before = card(ANNA.member_id).total

    DayDesk(till.session, FakePins()).close_day({10_000: 5}, "other")
    till.clock.pass_ms(24 * 3_600_000)
    DayDesk(till.session, FakePins()).open_day(0)
    till.session.staff = MANAGER

    points = desk.again(ANNA.member_id).points
    assert points.total == card(ANNA.member_id).total
    (over,) = points.ended
    assert (over.until, before - over.points) == (TODAY, points.total)
    assert points.total == 300 + earned  # what came back took its earned points of the lot that ends first
