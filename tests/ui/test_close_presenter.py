"""The close decides: no books before the count, a difference is booked, a large one approved."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.events import DayTotals, TenderCheck, TenderTotal
from pos_app.domain.staff import Act, Role
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.services.day import CloseChecks, CountResult, DayReport, DayState
from pos_app.services.overrides import Override
from pos_app.services.staff import SignedIn, StaffTile
from pos_app.ui.presenters.close import CloseDesks, ClosePresenter, report_face
from pos_app.ui.presenters.close_models import (
    CheckBoard,
    Comparison,
    CountFace,
    DayFace,
    Ending,
    TenderGap,
    TenderSum,
    counted_minor,
)
from pos_app.ui.presenters.override import OverridePresenter
from tests.ui.stand_ins import AtOnce, Later, Told

TODAY = date(2026, 11, 22)
TOTALS = DayTotals(
    seq_from=1,
    seq_to=99,
    sales=64,
    due_minor=2_237_650,
    rounding_minor=-120,
    tenders=(TenderTotal("cash", 21, 298_650), TenderTotal("wechat", 30, 1_288_000)),
    points_earned=88_204,
    points_redeemed=41_300,
    members_joined=7,
    calls_recorded=10,
    baskets_voided=1,
    drawer_openings=0,
    first_receipt_no="0001-1-A1-000101",
    last_receipt_no="0001-1-A1-000164",
)
PIECES = CountFace({10_000: 34, 1_000: 8, 10: 0}, {})
CASHIER, MANAGER = SignedIn("s1", "李敏", Role.CASHIER), SignedIn("s3", "赵强", Role.MANAGER)


def report(z_no: int | None, *, counted: bool = True, blind: bool = False) -> DayReport:
    count = (348_000, -2_650) if counted else (None, None)
    return DayReport(z_no, 1, TODAY, TOTALS, 50_000, None if blind else 350_650, *count, unsent=15)


class Day:
    """An open day; ``result`` is what the count is told."""

    def __init__(self) -> None:
        self.result = CountResult(350_650, 348_000, -2_650, needs_reason=True, needs_manager=False)
        self.is_open = True
        self.refuses: PosError | None = None
        self.is_blind = True
        self.counts: list[tuple[Mapping[int, int], bool, Mapping[str, int]]] = []
        self.closed: list[tuple[object, ...]] = []
        self.handed: list[tuple[object, ...]] = []

    def state(self) -> DayState:
        return DayState(self.is_open, TODAY if self.is_open else None, 1, TODAY, 50_000, 1)

    def checks(self) -> CloseChecks:
        return CloseChecks(basket_open=False, held=1, unsent=14, calls_unrecorded=2, print_jobs_waiting=0)

    def x_report(self) -> DayReport:
        return report(None, counted=False, blind=self.is_blind)

    def count(
        self,
        denominations: Mapping[int, int],
        *,
        handing_over: bool = False,
        terminals: Mapping[str, int] | None = None,
    ) -> CountResult:
        self.counts.append((denominations, handing_over, terminals or {}))
        return self.result

    def allow(self, act: Act, override: Override | None) -> None:
        if self.refuses is not None:
            raise self.refuses
        if self.result.needs_manager and override is None:
            raise Refused("override.needed", act=act.value, subject="", amount_minor=self.result.over_short_minor)
        if override is not None and override.pin != "4321":
            raise Refused("pin.wrong", left=4)

    def hand_over(self, count: Mapping[int, int], reason: str = "", override: Override | None = None) -> DayReport:
        self.allow(Act.HAND_OVER, override)
        self.handed.append((count, reason, override))
        return report(None)

    def close_day(
        self,
        count: Mapping[int, int],
        reason: str = "",
        override: Override | None = None,
        *,
        kept_minor: int = 0,
        terminals: Mapping[str, int] | None = None,
    ) -> DayReport:
        self.allow(Act.CLOSE_DAY, override)
        self.closed.append((count, reason, override, kept_minor, terminals))
        return report(231)


def approvers() -> tuple[StaffTile, ...]:
    return (StaffTile("s3", "赵强", Role.MANAGER),)


class Closing:
    def __init__(self, tasks: object = None, who: SignedIn = MANAGER) -> None:
        self.view, self.day = Told(), Day()
        self.left = 0
        lane, self.sheet = tasks or AtOnce(), Told()
        self.override = OverridePresenter(self.sheet, approvers, lane, lambda: 0)
        desks = CloseDesks(self.day, self.override, lane)
        self.presenter = ClosePresenter(self.view, desks, who, self._leave)

    def _leave(self) -> None:
        self.left += 1


def test_the_day_and_what_is_still_open_are_shown_first():
    closing = Closing()

    closing.presenter.start()

    assert closing.view.last("show_day") == (DayFace(TODAY, 1, "赵强", 50_000, Ending.DAY),)
    board = CheckBoard(basket_open=False, held=1, unsent=14, calls_unrecorded=2, print_jobs_waiting=0)
    assert closing.view.last("show_checks") == (board,)
    assert not board.is_clear()


def test_without_an_open_day_there_is_nothing_to_close():
    closing = Closing()
    closing.day.is_open = False

    closing.presenter.start()

    assert [error.code for error in closing.view.last("show_problem")] == ["day.not_open"]


def test_an_x_before_the_count_hides_what_would_give_the_cash_away():
    closing = Closing()

    closing.presenter.print_x()

    (face,) = closing.view.last("show_report")
    assert face.tenders == (TenderSum("cash", 21, None), TenderSum("wechat", 30, 1_288_000))
    assert face.due_minor is None


def test_an_x_of_somebody_who_does_not_count_blind_shows_all():
    closing = Closing()
    closing.day.is_blind = False

    closing.presenter.print_x()

    (face,) = closing.view.last("show_report")
    assert (face.due_minor, face.tenders[0].amount_minor, face.expected_minor) == (2_237_650, 298_650, 350_650)


def test_a_cashier_is_offered_the_hand_over_and_a_manager_the_close():
    cashier, manager = Closing(who=CASHIER), Closing()

    for closing in (cashier, manager):
        closing.presenter.start()
        closing.presenter.begin_count()

    assert cashier.view.last("show_count") == (Ending.SHIFT, 50_000)
    assert manager.view.last("show_count") == (Ending.DAY, 50_000)


def test_a_shift_is_handed_over_with_its_count_alone():
    closing = Closing()
    closing.presenter.start()
    closing.presenter.choose(Ending.SHIFT)
    closing.presenter.hand_in(CountFace({10_000: 34, 1_000: 8}, {"card": 5}, 50_000))

    closing.presenter.finish("wrong_change")

    assert closing.day.counts == [({10_000: 34, 1_000: 8}, True, {})]
    assert closing.day.handed == [({10_000: 34, 1_000: 8}, "wrong_change", None)]
    (closed,) = closing.view.last("show_done")
    assert (closed.z_no, closed.proof, closing.presenter.is_finished) == (None, (), True)


def test_what_the_terminals_say_is_compared_and_goes_with_the_close():
    closing = Closing()
    checked = (TenderCheck("card", 230_000, 231_500),)
    closing.day.result = CountResult(350_650, 350_650, 0, needs_reason=False, needs_manager=False, checked=checked)
    count = CountFace({10_000: 35, 10: 65}, {"card": 231_500}, 50_000)

    closing.presenter.hand_in(count)
    closing.presenter.finish("")

    (comparison,) = closing.view.last("show_comparison")
    assert (comparison.gaps, comparison.kept_minor) == ((TenderGap("card", 1_500),), 50_000)
    assert closing.day.closed == [({10_000: 35, 10: 65}, "", None, 50_000, {"card": 231_500})]


def test_more_than_was_counted_cannot_stay():
    closing = Closing()

    closing.presenter.hand_in(CountFace({10_000: 1}, {}, 10_001))

    (error,) = closing.view.last("show_problem")
    assert (error.code, closing.day.counts) == ("close.kept", [])


def test_the_count_comes_before_the_books():
    closing = Closing()
    closing.presenter.start()

    closing.presenter.begin_count()

    assert "show_count" in closing.view.names()
    assert "show_comparison" not in closing.view.names()


def test_the_count_is_compared_with_the_books():
    closing = Closing()

    closing.presenter.hand_in(PIECES)

    assert closing.day.counts == [({10_000: 34, 1_000: 8}, False, {})]
    found = Comparison(350_650, 348_000, -2_650, needs_reason=True, needs_manager=False)
    assert closing.view.last("show_comparison") == (found,)


def test_nothing_is_closed_before_it_was_counted():
    closing = Closing()

    closing.presenter.finish("other")

    assert closing.day.closed == []


def test_a_difference_needs_a_reason():
    closing = Closing()
    closing.presenter.hand_in(PIECES)

    closing.presenter.finish("")

    assert [error.code for error in closing.view.last("show_problem")] == ["close.needs_reason"]
    assert closing.day.closed == []


LARGE = CountResult(350_650, 148_000, -202_650, needs_reason=True, needs_manager=True)


@pytest.mark.parametrize(("ending", "act"), [(Ending.DAY, Act.CLOSE_DAY), (Ending.SHIFT, Act.HAND_OVER)])
def test_a_large_difference_opens_the_sheet_that_asks_for_every_approval(ending, act):
    closing = Closing()
    closing.day.result = LARGE
    closing.presenter.choose(ending)
    closing.presenter.hand_in(PIECES)

    closing.presenter.finish("找错")

    (asked,) = closing.sheet.last("open_override")
    assert (asked.act, asked.amount_minor, asked.reason) == (act, -202_650, "找错")
    assert (closing.day.closed, closing.day.handed, closing.presenter.is_finished) == ([], [], False)


def test_a_wrong_pin_keeps_the_sheet_and_the_right_one_repeats_the_very_same_close():
    closing = Closing()
    closing.day.result = LARGE
    closing.presenter.hand_in(CountFace({10_000: 34, 1_000: 8}, {"card": 5}, 50_000))
    closing.presenter.finish("找错")

    closing.override.enter("找错", "1234")
    assert (closing.sheet.last("show_wrong"), closing.day.closed) == ((4,), [])
    closing.override.enter("找错", "4321")

    allowed = Override("s3", "4321", "找错")
    assert closing.day.closed == [({10_000: 34, 1_000: 8}, "找错", allowed, 50_000, {"card": 5})]
    assert closing.sheet.names()[-1] == "dismiss"
    assert closing.presenter.is_finished


def test_an_approval_given_up_leaves_the_comparison_to_try_again():
    closing = Closing()
    closing.day.result = LARGE
    closing.presenter.hand_in(PIECES)
    closing.presenter.finish("找错")

    closing.override.give_up()

    assert closing.view.last("set_busy") == (False,)
    closing.presenter.finish("找错")
    assert closing.sheet.names().count("open_override") == 2


def test_the_z_is_shown_with_everything():
    closing = Closing()
    closing.presenter.hand_in(PIECES)

    closing.presenter.finish("wrong_change")

    (closed,) = closing.view.last("show_done")
    assert (closed.z_no, closed.counted_minor, closed.over_short_minor, closed.unsent) == (231, 348_000, -2_650, 15)
    assert closed.report == replace(report_face(report(231)), expected_minor=None)
    assert closing.day.closed == [({10_000: 34, 1_000: 8}, "wrong_change", None, 0, {})]


def test_a_day_is_closed_once():
    closing = Closing()
    closing.presenter.hand_in(PIECES)
    closing.presenter.finish("other")

    closing.presenter.finish("other")

    assert len(closing.day.closed) == 1


def test_pressing_twice_closes_once():
    lane = Later()
    closing = Closing(lane)
    closing.presenter.hand_in(PIECES)
    lane.settle()

    closing.presenter.finish("other")
    closing.presenter.finish("other")
    lane.settle()

    assert len(closing.day.closed) == 1


@pytest.mark.parametrize("error", [Refused("pin.wrong", left=3), Unavailable("store.full")])
def test_a_close_that_failed_can_be_tried_again(error):
    closing = Closing()
    closing.presenter.hand_in(PIECES)
    closing.day.refuses = error
    closing.presenter.finish("other")
    closing.day.refuses = None

    closing.presenter.finish("other")

    assert closing.view.last("show_problem") == (error,)
    assert len(closing.day.closed) == 1


def test_leaving_after_the_z_is_handed_on():
    closing = Closing()

    closing.presenter.leave()

    assert closing.left == 1


def test_answers_after_leaving_are_dropped():
    lane = Later()
    closing = Closing(lane)
    closing.presenter.start()
    closing.presenter.close()

    lane.settle()

    assert closing.view.said == []


def test_pieces_add_up():
    assert counted_minor({10_000: 34, 50: 3, 10: 0}) == 340_150
