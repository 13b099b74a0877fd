"""The call list decides who is printed and whose number is shown; the outcome form what is kept of a call."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.calls import Bought, Call, CallState, Outcome
from pos_app.domain.members import Child
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.services.calls import CallLists, CallRow, CallSheet
from pos_app.ui.presenters.call_outcome import OutcomePresenter
from pos_app.ui.presenters.call_outcome_models import OutcomeForm, Progress, Saved, later_days
from pos_app.ui.presenters.calls import CallsPresenter, call_line, spaced_phone
from pos_app.ui.presenters.calls_models import BoughtLine, CallTab, ChildAge
from tests.ui.stand_ins import AtOnce, Later, Told

TODAY = date(2026, 11, 22)


def row(call_id: str, *, days_late: int = 0, may_call: bool = True, **more: object) -> CallRow:
    bought = (Bought(1, "益生菌", 2, "水温？"),)
    call = Call(call_id, "C" + call_id, "m1", "S01", TODAY - timedelta(days=3), TODAY, bought, **more)
    child = Child("糖糖", date(2026, 5, 1))
    return CallRow(call, "陈雨婷", "138****6627", child, 6, 21, days_late, may_call)


LISTS = CallLists(
    TODAY,
    due=(row("c1"), row("c2", may_call=False)),
    overdue=(row("c3", days_late=1),),
    upcoming=(row("c4", days_late=-2),),
    done=(row("c5", state=CallState.DONE, outcome=Outcome.FINE),),
)
EMPTY = CallLists(TODAY, (), (), (), ())


def sheet(call_id: str) -> CallSheet:
    return CallSheet(row(call_id), (), ())


class Desk:
    """The call desk: ``next`` is what recording opens, ``refuses`` replaces any answer but the lists."""

    def __init__(self, lists: CallLists = LISTS) -> None:
        self._lists = lists
        self.next: CallSheet | None = None
        self.refuses: PosError | None = None
        self.printed = 0
        self.recorded: list[tuple[object, ...]] = []

    def lists(self) -> CallLists:
        return self._lists

    def print_run(self) -> int:
        self._answer()
        self.printed += 1
        return 2

    def open(self, call_code_or_id: str) -> CallSheet:
        self._answer()
        return sheet(call_code_or_id)

    def reveal(self, call_id: str) -> str:
        self._answer()
        return "+8613827166627"

    def record(self, *values: object) -> CallSheet | None:
        self._answer()
        self.recorded.append(values)
        return self.next

    def _answer(self) -> None:
        if self.refuses is not None:
            raise self.refuses


def listed(desk: Desk, tasks: object = None) -> tuple[CallsPresenter, Told, list[str]]:
    view, wanted = Told(), []
    presenter = CallsPresenter(view, desk, tasks or AtOnce(), wanted.append)
    presenter.start()
    return presenter, view, wanted


def test_the_lists_are_shown_with_the_reason_of_each_call():
    _presenter, view, _wanted = listed(Desk())

    (board,) = view.last("show_board")
    line = board.lines(CallTab.DUE)[0]
    assert (line.bought, line.child, line.days_late) == (
        (BoughtLine("益生菌", 2, "水温？"),),
        ChildAge("糖糖", 6, 21),
        0,
    )
    assert [len(board.lines(tab)) for tab in CallTab] == [2, 1, 1, 1]


def test_a_run_prints_whom_may_be_called_overdue_first():
    _presenter, view, _wanted = listed(Desk())

    (board,) = view.last("show_board")
    assert [line.call_id for line in board.printable()] == ["c3", "c1"]


def test_a_run_is_printed_once_per_press_and_the_lists_are_read_again():
    desk, lane = Desk(), Later()
    presenter, view, _wanted = listed(desk, lane)
    lane.settle()

    presenter.print_run()
    presenter.print_run()
    lane.settle()

    assert desk.printed == 1
    assert view.last("show_printed") == (2,)
    assert view.names().count("show_board") == 2


def test_nothing_to_print_is_said_without_asking():
    desk = Desk(EMPTY)
    presenter, view, _wanted = listed(desk)

    presenter.print_run()

    assert [error.code for error in view.last("show_problem")] == ["slips.none"]
    assert desk.printed == 0


def test_a_run_that_failed_can_be_asked_for_again():
    desk = Desk()
    presenter, view, _wanted = listed(desk)
    desk.refuses = Unavailable("store.full")

    presenter.print_run()

    assert view.last("show_problem") == (desk.refuses,)
    assert view.last("set_busy") == (False,)


def test_the_number_is_shown_of_the_call_that_was_asked_for():
    presenter, view, _wanted = listed(Desk())

    presenter.reveal("c1")

    assert view.last("show_phone") == ("c1", "138 2716 6627")


def test_recording_is_handed_on():
    presenter, _view, wanted = listed(Desk())

    presenter.record("c1")

    assert wanted == ["c1"]


def test_the_list_drops_answers_after_leaving():
    lane = Later()
    presenter, view, _wanted = listed(Desk(), lane)
    presenter.close()

    lane.settle()

    assert view.said == []


@pytest.mark.parametrize(
    ("phone", "read_out"),
    [("+8613827166627", "138 2716 6627"), ("+441632960001", "+441632960001"), ("", "")],
)
def test_a_phone_is_written_as_it_is_read_out(phone, read_out):
    assert spaced_phone(phone) == read_out


def test_an_unborn_child_counts_to_its_birth():
    unborn = row("c1")
    child = Child("", date(2027, 1, 1), expected=True)

    line = call_line(CallRow(unborn.call, "陈", "138", child, -2, -9, 0, may_call=True))

    assert line.child == ChildAge("", 2, 9, expected=True)


def test_a_household_without_a_child_has_none():
    plain = row("c1")

    assert call_line(CallRow(plain.call, "陈", "138", None, None, None, 0, may_call=True)).child is None


class Form:
    def __init__(self, desk: Desk | None = None, tasks: object = None) -> None:
        self.view, self.desk = Told(), desk or Desk()
        self.finished = 0
        self.presenter = OutcomePresenter(self.view, self.desk, tasks or AtOnce(), 3, self._finish)

    def _finish(self) -> None:
        self.finished += 1


def test_a_scanned_slip_opens_its_call():
    form = Form()

    form.presenter.open("Cc1")

    (shown,) = form.view.last("show_sheet")
    assert (shown.member_name, shown.today, shown.most_attempts) == ("陈雨婷", TODAY, 3)
    assert form.view.last("show_progress") == (Progress(0, 2),)


def test_an_unknown_slip_is_said():
    form = Form()
    form.desk.refuses = Refused("call.unknown", call="Cx")

    form.presenter.open("Cx")

    assert form.view.last("show_problem") == (form.desk.refuses,)


def test_one_press_keeps_the_outcome_and_opens_the_next_call():
    form = Form()
    form.desk.next = sheet("c3")
    form.presenter.open("c1")

    form.presenter.save(OutcomeForm(Outcome.FINE, note=" 吃得好 "))

    assert form.desk.recorded == [("c1", Outcome.FINE, "吃得好", "", None)]
    assert form.view.last("show_saved") == (Saved("c1", "陈雨婷", Outcome.FINE),)
    assert form.view.last("show_sheet")[0].call_id == "c3"
    assert form.view.last("show_progress") == (Progress(1, 2),)


def test_after_the_last_call_the_form_is_finished():
    form = Form()
    form.presenter.open("c1")

    form.presenter.save(OutcomeForm(Outcome.NO_ANSWER))

    assert form.finished == 1


def test_nothing_is_kept_twice():
    lane = Later()
    form = Form(tasks=lane)
    form.presenter.open("c1")
    lane.settle()

    form.presenter.save(OutcomeForm(Outcome.FINE))
    form.presenter.save(OutcomeForm(Outcome.FINE))
    form.presenter.open("c2")
    lane.settle()
    form.presenter.save(OutcomeForm(Outcome.FINE))
    lane.settle()

    assert [values[0] for values in form.desk.recorded] == ["c1"]


@pytest.mark.parametrize(
    ("filled", "code"),
    [
        (OutcomeForm(Outcome.PROBLEM), "call.needs_problem"),
        (OutcomeForm(Outcome.LATER), "call.later_needs_date"),
        (OutcomeForm(Outcome.LATER, later_on=TODAY), "call.later_past"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(filled, code):
    form = Form()
    form.presenter.open("c1")

    form.presenter.save(filled)

    assert [error.code for error in form.view.last("show_problem")] == [code]
    assert form.desk.recorded == []


def test_only_what_the_outcome_asks_for_is_kept():
    form = Form()
    form.presenter.open("c1")

    form.presenter.save(OutcomeForm(Outcome.FINE, "allergy", TODAY + timedelta(days=2)))

    assert form.desk.recorded == [("c1", Outcome.FINE, "", "", None)]


def test_a_refused_outcome_stays_on_the_form():
    form = Form()
    form.presenter.open("c1")
    form.desk.refuses = Refused("call.settled", outcome="fine")

    form.presenter.save(OutcomeForm(Outcome.FINE))

    assert form.view.last("show_problem") == (form.desk.refuses,)
    assert form.view.last("set_busy") == (False,)
    assert form.finished == 0


def test_the_form_shows_the_number_only_when_asked():
    form = Form()
    form.presenter.reveal()
    form.presenter.open("c1")
    before = form.view.last("show_phone")

    form.presenter.reveal()

    assert (before, form.view.last("show_phone")) == (None, ("138 2716 6627",))


def test_the_form_drops_answers_after_leaving():
    lane = Later()
    form = Form(tasks=lane)
    form.presenter.open("c1")
    form.presenter.close()

    lane.settle()

    assert form.view.said == []


@given(st.dates(date(2020, 1, 1), date(2060, 1, 1)))
def test_the_days_offered_lie_ahead_and_differ(today):
    days = later_days(today)

    assert len(set(days)) == len(days)
    assert all(today < day <= today + timedelta(days=9) for day in days)
    assert any(day.weekday() >= 5 for day in days)
