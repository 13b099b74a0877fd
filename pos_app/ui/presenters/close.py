"""Decides how a day is closed: what is still open, the blind count, the difference, the Z."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from pos_app.domain.staff import Role
from pos_app.errors import PosError, Refused
from pos_app.services.day import CloseChecks, CountResult, DayReport, DayState
from pos_app.services.staff import StaffTile
from pos_app.ui.presenters.close_models import (
    CheckBoard,
    Closed,
    Comparison,
    DayFace,
    ManagerFace,
    ReportFace,
    TenderSum,
)
from pos_app.ui.presenters.tasks import Errands, TaskRunner

CASH = "cash"


class CloseView(Protocol):
    """What the close can show."""

    def show_day(self, day: DayFace) -> None: ...
    def show_checks(self, checks: CheckBoard) -> None: ...
    def show_report(self, report: ReportFace) -> None: ...
    def show_count(self) -> None: ...
    def show_comparison(self, comparison: Comparison, managers: tuple[ManagerFace, ...]) -> None: ...
    def show_done(self, closed: Closed) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class CloseDesk(Protocol):
    """The business day, as far as closing needs it."""

    def state(self) -> DayState: ...
    def checks(self) -> CloseChecks: ...
    def x_report(self) -> DayReport: ...
    def count(self, denominations: Mapping[int, int]) -> CountResult: ...
    def close_day(
        self, count: Mapping[int, int], reason: str = "", manager: tuple[str, str] | None = None
    ) -> DayReport: ...


class StaffDesk(Protocol):
    """The people of the store."""

    def tiles(self) -> tuple[StaffTile, ...]: ...


class ClosePresenter:
    """Leads through the four steps. Expected cash is not shown before the count was handed in.

    ``staff_name`` is who closes; ``done`` is called when the person leaves the finished close.
    """

    def __init__(
        self,
        view: CloseView,
        desk: CloseDesk,
        staff: StaffDesk,
        tasks: TaskRunner,
        staff_name: str,
        done: Callable[[], None],
    ) -> None:
        self._view, self._desk, self._staff = view, desk, staff
        self._errands = Errands(tasks)
        self._staff_name = staff_name
        self._done = done
        self._pieces: dict[int, int] = {}
        self._comparison: Comparison | None = None
        self._needs_reason = False
        self._blind = True
        self._busy = False

    def start(self) -> None:
        """Show which day it is and what is still open; also to look again."""
        self._errands.run(self._desk.state, self._show_day, self._view.show_problem)
        self._errands.run(self._desk.checks, self._show_checks, self._view.show_problem)

    def print_x(self) -> None:
        """Print the figures so far; nothing is reset, and cash stays hidden until it was counted."""
        self._ask(self._desk.x_report, self._show_x)

    def begin_count(self) -> None:
        """Go on to the count."""
        self._view.show_count()

    def hand_in(self, pieces: Mapping[int, int]) -> None:
        """Compare a count (denomination in minor units to pieces) with the books."""
        self._pieces = {value: number for value, number in pieces.items() if number}
        self._ask(self._count, self._compare)

    def close_day(self, reason: str, manager_id: str = "", pin: str = "") -> None:
        """Close with a Z. ``reason`` and a manager's PIN as far as the difference asks for them."""
        comparison = self._comparison
        if comparison is None:
            return
        if self._needs_reason and not reason:
            self._view.show_problem(Refused("close.needs_reason"))
            return
        if comparison.needs_manager and not (manager_id and pin):
            self._view.show_problem(Refused("close.needs_manager"))
            return
        manager = (manager_id, pin) if comparison.needs_manager else None
        self._ask(lambda: self._desk.close_day(self._pieces, reason, manager), self._closed)

    def leave(self) -> None:
        """Go on after the close."""
        self._done()

    def close(self) -> None:
        """Leave the screen; answers still under way are dropped."""
        self._errands.close()

    def _count(self) -> tuple[CountResult, tuple[StaffTile, ...]]:
        return self._desk.count(self._pieces), self._staff.tiles()

    def _show_day(self, day: DayState) -> None:
        if day.is_open and day.business_date is not None:
            self._view.show_day(DayFace(day.business_date, day.shift_no, self._staff_name, day.float_minor))
        else:
            self._view.show_problem(Refused("day.not_open"))

    def _show_checks(self, checks: CloseChecks) -> None:
        self._view.show_checks(
            CheckBoard(
                basket_open=checks.basket_open,
                held=checks.held,
                unsent=checks.unsent,
                calls_unrecorded=checks.calls_unrecorded,
                print_jobs_waiting=checks.print_jobs_waiting,
            )
        )

    def _show_x(self, report: DayReport) -> None:
        self._view.show_report(report_face(report, blind=self._blind))

    def _compare(self, found: tuple[CountResult, tuple[StaffTile, ...]]) -> None:
        result, people = found
        self._blind = False
        self._needs_reason = result.needs_reason
        self._comparison = Comparison(
            result.expected_minor,
            result.counted_minor,
            result.over_short_minor,
            result.needs_reason,
            result.needs_manager,
        )
        managers = tuple(ManagerFace(tile.staff_id, tile.name) for tile in people if tile.role is Role.MANAGER)
        self._view.show_comparison(self._comparison, managers)

    def _closed(self, report: DayReport) -> None:
        face = report_face(report, blind=False)
        counted, over_short = report.counted_cash_minor or 0, report.over_short_minor or 0
        self._comparison = None
        self._view.show_done(Closed(report.z_no or 0, counted, over_short, report.unsent, face))

    def _ask(self, work: Callable[[], object], done: Callable[..., None]) -> None:
        if self._busy:
            return
        self._set_busy(True)

        def answered(result: object) -> None:
            self._set_busy(False)
            done(result)

        self._errands.run(work, answered, self._failed)

    def _failed(self, error: PosError) -> None:
        self._set_busy(False)
        self._view.show_problem(error)

    def _set_busy(self, busy: bool) -> None:
        self._busy = busy
        self._view.set_busy(busy)


def report_face(report: DayReport, *, blind: bool) -> ReportFace:
    """Return a report for the screen; while ``blind``, what cash took is left out."""
    totals = report.totals
    tenders = tuple(TenderSum(total.kind, total.count, total.amount_minor) for total in totals.tenders)
    if blind:
        tenders = tuple(replace(line, amount_minor=None) if line.kind == CASH else line for line in tenders)
    return ReportFace(
        z_no=report.z_no,
        business_date=report.business_date,
        shift_no=report.shift_no,
        sales=totals.sales,
        due_minor=None if blind else totals.due_minor,
        rounding_minor=totals.rounding_minor,
        tenders=tenders,
        points_earned=totals.points_earned,
        points_redeemed=totals.points_redeemed,
        members_joined=totals.members_joined,
        calls_recorded=totals.calls_recorded,
        baskets_voided=totals.baskets_voided,
        first_receipt_no=totals.first_receipt_no,
        last_receipt_no=totals.last_receipt_no,
    )
