"""The close decides: no books before the count, a difference is booked, a large one approved."""

from collections.abc import Mapping
from datetime import date

import pytest

from pos_app.domain.events import DayTotals, TenderTotal
from pos_app.domain.staff import Role
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.services.day import CloseChecks, CountResult, DayReport, DayState
from pos_app.services.staff import StaffTile
from pos_app.ui.presenters.close import ClosePresenter, report_face
from pos_app.ui.presenters.close_models import CheckBoard, Comparison, DayFace, ManagerFace, TenderSum, counted_minor
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
PIECES = {10_000: 34, 1_000: 8, 10: 0}


def report(z_no: int | None) -> DayReport:
    counted = (348_000, -2_650) if z_no is not None else (None, None)
    return DayReport(z_no, 1, TODAY, TOTALS, 50_000, 350_650, *counted, unsent=15)


class Day:
    """An open day; ``result`` is what the count is told."""

    def __init__(self) -> None:
        self.result = CountResult(350_650, 348_000, -2_650, needs_reason=True, needs_manager=False)
        self.is_open = True
        self.refuses: PosError | None = None
        self.counts: list[Mapping[int, int]] = []
        self.closed: list[tuple[object, ...]] = []

    def state(self) -> DayState:
        return DayState(self.is_open, TODAY if self.is_open else None, 1, TODAY, 50_000, 1)

    def checks(self) -> CloseChecks:
        return CloseChecks(basket_open=False, held=1, unsent=14, calls_unrecorded=2, print_jobs_waiting=0)

    def x_report(self) -> DayReport:
        return report(None)

    def count(self, denominations: Mapping[int, int]) -> CountResult:
        self.counts.append(denominations)
        return self.result

    def close_day(
        self, count: Mapping[int, int], reason: str = "", manager: tuple[str, str] | None = None
    ) -> DayReport:
        if self.refuses is not None:
            raise self.refuses
        self.closed.append((count, reason, manager))
        return report(231)


class Staff:
    def tiles(self) -> tuple[StaffTile, ...]:
        return (StaffTile("s1", "李敏", Role.CASHIER), StaffTile("s3", "赵强", Role.MANAGER))


class Closing:
    def __init__(self, tasks: object = None) -> None:
        self.view, self.day = Told(), Day()
        self.left = 0
        self.presenter = ClosePresenter(self.view, self.day, Staff(), tasks or AtOnce(), "李敏", self._leave)

    def _leave(self) -> None:
        self.left += 1


def test_the_day_and_what_is_still_open_are_shown_first():
    closing = Closing()

    closing.presenter.start()

    assert closing.view.last("show_day") == (DayFace(TODAY, 1, "李敏", 50_000),)
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


def test_an_x_after_the_count_shows_all():
    closing = Closing()
    closing.presenter.hand_in(PIECES)

    closing.presenter.print_x()

    (face,) = closing.view.last("show_report")
    assert (face.due_minor, face.tenders[0].amount_minor) == (2_237_650, 298_650)


def test_the_count_comes_before_the_books():
    closing = Closing()
    closing.presenter.start()

    closing.presenter.begin_count()

    assert "show_count" in closing.view.names()
    assert "show_comparison" not in closing.view.names()


def test_the_count_is_compared_and_the_managers_are_named():
    closing = Closing()

    closing.presenter.hand_in(PIECES)

    assert closing.day.counts == [{10_000: 34, 1_000: 8}]
    found = Comparison(350_650, 348_000, -2_650, needs_reason=True, needs_manager=False)
    assert closing.view.last("show_comparison") == (found, (ManagerFace("s3", "赵强"),))


def test_nothing_is_closed_before_it_was_counted():
    closing = Closing()

    closing.presenter.close_day("other")

    assert closing.day.closed == []


def test_a_difference_needs_a_reason():
    closing = Closing()
    closing.presenter.hand_in(PIECES)

    closing.presenter.close_day("")

    assert [error.code for error in closing.view.last("show_problem")] == ["close.needs_reason"]
    assert closing.day.closed == []


def test_a_large_difference_needs_a_manager_s_pin():
    closing = Closing()
    closing.day.result = CountResult(350_650, 148_000, -202_650, needs_reason=True, needs_manager=True)
    closing.presenter.hand_in(PIECES)

    closing.presenter.close_day("other", "s3", "")
    closing.presenter.close_day("other", "s3", "4321")

    assert [error.code for error in closing.view.last("show_problem")] == ["close.needs_manager"]
    assert closing.day.closed == [({10_000: 34, 1_000: 8}, "other", ("s3", "4321"))]


def test_the_z_is_shown_with_everything():
    closing = Closing()
    closing.presenter.hand_in(PIECES)

    closing.presenter.close_day("wrong_change", "s3", "4321")

    (closed,) = closing.view.last("show_done")
    assert (closed.z_no, closed.counted_minor, closed.over_short_minor, closed.unsent) == (231, 348_000, -2_650, 15)
    assert closed.report == report_face(report(231), blind=False)
    assert closing.day.closed == [({10_000: 34, 1_000: 8}, "wrong_change", None)]


def test_a_day_is_closed_once():
    closing = Closing()
    closing.presenter.hand_in(PIECES)
    closing.presenter.close_day("other")

    closing.presenter.close_day("other")

    assert len(closing.day.closed) == 1


def test_pressing_twice_closes_once():
    lane = Later()
    closing = Closing(lane)
    closing.presenter.hand_in(PIECES)
    lane.settle()

    closing.presenter.close_day("other")
    closing.presenter.close_day("other")
    lane.settle()

    assert len(closing.day.closed) == 1


@pytest.mark.parametrize("error", [Refused("pin.wrong", left=3), Unavailable("store.full")])
def test_a_close_that_failed_can_be_tried_again(error):
    closing = Closing()
    closing.presenter.hand_in(PIECES)
    closing.day.refuses = error
    closing.presenter.close_day("other")
    closing.day.refuses = None

    closing.presenter.close_day("other")

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
