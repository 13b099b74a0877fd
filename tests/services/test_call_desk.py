from dataclasses import replace
from datetime import timedelta

import pytest

from pos_app.domain.calls import Call, CallState, Outcome
from pos_app.domain.events import CallRecorded, ConsentChanged, PhoneRevealed, SlipsPrinted
from pos_app.domain.members import Purpose
from pos_app.domain.paper_json import from_json
from pos_app.domain.payment import TenderAsked
from pos_app.domain.print_jobs import JobState
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.calls import CallDesk
from pos_app.services.checkout import Checkout
from pos_app.services.members import MemberDesk
from tests.fakes import FakePins
from tests.till_kit import CASHIER, TODAY, member, open_kit

ANNA, BEN = member(1), member(2)
DAY = timedelta(days=1)
DAY_MS = 86_400_000


@pytest.fixture
def desk(till):
    return CallDesk(till.session)


@pytest.fixture
def sold(till):
    """Anna bought formula: she falls due in three days."""
    return sell(till, ANNA)


def sell(till, who):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(who.member_id)
    (call,) = checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),)).calls
    return call


def facts(till, kind):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, kind)]


def slips(till):
    with till.store.view() as unit:
        papers = [
            from_json(job.job.paper_json)
            for job in unit.papers.in_state("receipt", JobState.QUEUED)
            if job.job.paper_json
        ]
    return [paper for paper in papers if paper.kind == "slip"]


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value


def where(desk, today):
    lists = desk.lists(today)
    return [name for name in ("due", "overdue", "upcoming", "done") if getattr(lists, name)]


def test_a_sale_falls_due_after_three_days_then_overdue_then_dropped(desk, sold):
    assert where(desk, TODAY) == ["upcoming"]
    assert where(desk, TODAY + 3 * DAY) == ["due"]
    assert where(desk, TODAY + 4 * DAY) == ["overdue"]
    assert where(desk, TODAY + 7 * DAY) == ["overdue"]
    assert where(desk, TODAY + 8 * DAY) == []


def test_a_row_says_who_what_and_how_late_with_a_masked_phone(desk, sold):
    (row,) = desk.lists(TODAY + 4 * DAY).overdue

    assert (row.member_name, row.masked_phone, row.days_late, row.may_call) == ("会员1", "138****0001", 1, True)
    assert (row.child.name, row.child_months) == ("糖糖", 6)
    assert [bought.item_id for bought in row.call.bought] == [1]


def test_the_lists_follow_the_calendar_though_the_day_was_left_open(desk, till, sold):
    till.clock.pass_ms(3 * DAY_MS)

    assert [row.call.call_id for row in desk.lists().due] == [sold.call_id]


def test_a_slip_run_prints_whoever_may_be_called_and_is_said(desk, till, sold):
    other = sell(till, BEN)
    MemberDesk(till.session, FakePins()).answer(BEN.member_id, Purpose.CALL, granted=False)
    till.clock.pass_ms(3 * DAY_MS)

    assert desk.print_run() == 1

    (run,) = facts(till, SlipsPrinted)
    assert run.call_ids == (sold.call_id,)
    assert len(slips(till)) == 1
    assert [row.may_call for row in desk.lists().due if row.call.call_id == other.call_id] == [False]
    assert desk.print_run((other.call_id,)) == 0


def test_an_empty_run_says_nothing(desk, till, sold):
    assert desk.print_run() == 0
    assert facts(till, SlipsPrinted) == []


def test_a_slip_opens_by_its_code_and_the_number_to_dial_is_shown_and_written_down(desk, till, sold):
    sheet = desk.open(sold.code)

    assert sheet == desk.open(sold.call_id)
    assert sheet.advice == ("formula",)
    assert (desk.reveal(sold.call_id), facts(till, PhoneRevealed)) == (ANNA.phone, [PhoneRevealed(ANNA.member_id)])
    assert refusal(desk.open, "CAAAAAAAAAA00").code == "call.unknown"


def test_a_number_is_not_shown_without_consent(desk, till, sold):
    MemberDesk(till.session, FakePins()).answer(ANNA.member_id, Purpose.CALL, granted=False)

    assert refusal(desk.reveal, sold.call_id).code == "call.not_agreed"


@pytest.mark.parametrize(
    ("outcome", "standing", "next_due"),
    [
        (Outcome.FINE, "done", None),
        (Outcome.WANTS_MORE, "done", None),
        (Outcome.DO_NOT_CALL, "done", None),
        (Outcome.NO_ANSWER, "upcoming", TODAY + 4 * DAY),
        (Outcome.PROBLEM, "upcoming", TODAY + 4 * DAY),
        (Outcome.LATER, "upcoming", TODAY + 5 * DAY),
    ],
)
def test_each_outcome_leads_to_its_next_step(desk, till, sold, outcome, standing, next_due):
    till.clock.pass_ms(3 * DAY_MS)

    desk.record(
        sold.call_id, outcome, "冲泡水温", "便秘" if outcome is Outcome.PROBLEM else "", later_on=TODAY + 5 * DAY
    )

    (said,) = facts(till, CallRecorded)
    assert (said.outcome, said.note, said.next_due_on) == (outcome, "冲泡水温", next_due)
    lists = desk.lists()
    assert [row.call.call_id for row in getattr(lists, standing)] == [sold.call_id]
    assert lists.due == ()


def test_do_not_call_takes_the_consent_back(desk, till, sold):
    desk.record(sold.call_id, Outcome.DO_NOT_CALL)

    (changed,) = facts(till, ConsentChanged)
    assert (changed.member_id, changed.consent.purpose, changed.consent.granted) == (
        ANNA.member_id,
        Purpose.CALL,
        False,
    )
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    assert checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),)).calls == ()


def test_nobody_is_tried_more_often_than_the_rules_say(desk, till, sold):
    for _ in range(3):
        till.clock.pass_ms(DAY_MS)
        desk.record(sold.call_id, Outcome.NO_ANSWER)

    assert desk.open(sold.call_id).row.call.state is CallState.DROPPED
    assert refusal(desk.record, sold.call_id, Outcome.FINE).code == "call.settled"


def test_later_needs_a_day_ahead(desk, sold):
    assert refusal(desk.record, sold.call_id, Outcome.LATER).code == "call.later_needs_date"
    assert refusal(desk.record, sold.call_id, Outcome.LATER, later_on=TODAY).code == "call.later_past"
    assert refusal(desk.record, sold.call_id, Outcome.FINE, "长" * 501).code == "note.too_long"


def test_recording_leads_to_the_next_call_due(desk, till, sold):
    other = sell(till, BEN)
    till.clock.pass_ms(3 * DAY_MS)

    following = desk.record(sold.call_id, Outcome.FINE)

    assert following.row.call.call_id == other.call_id
    assert desk.record(other.call_id, Outcome.FINE) is None


def test_a_call_of_head_office_is_recorded_here_and_stays_so_when_it_comes_again(desk, till):
    call = Call("S02/1/call1", "CHOHOHOHO", ANNA.member_id, "S01", TODAY - 3 * DAY, TODAY, ())
    till.publish(call)
    assert [row.call for row in desk.lists().due] == [call]

    desk.record(call.call_id, Outcome.FINE)
    till.publish(call)

    assert desk.lists().due == ()
    assert [row.call.version for row in desk.lists().done] == [2]
    till.publish(replace(call, version=3, due_on=TODAY + DAY))
    assert [row.call.version for row in desk.lists().upcoming] == [3]


def test_outcomes_survive_a_restart(desk, till, sold):
    till.clock.pass_ms(3 * DAY_MS)
    desk.record(sold.call_id, Outcome.FINE, "很好")
    till.close()

    again = open_kit(till.home)
    again.session.staff = CASHIER
    again.clock.pass_ms(3 * DAY_MS)

    assert [row.call.note for row in CallDesk(again.session).lists().done] == ["很好"]
    again.close()
