"""Decides how a shift is handed over and a day is closed: what is open, the blind count, the difference, the paper."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from pos_app.domain.cash import CashKind
from pos_app.domain.events import TenderTotal
from pos_app.domain.staff import MAY, Act
from pos_app.errors import PosError, Refused
from pos_app.services.day import CloseChecks, CountResult, DayReport, DayState
from pos_app.services.overrides import Override
from pos_app.services.staff import SignedIn
from pos_app.ui.presenters.close_models import (
    CheckBoard,
    Closed,
    Comparison,
    CountFace,
    DayFace,
    Ending,
    ReportFace,
    TenderGap,
    TenderSum,
    counted_minor,
)
from pos_app.ui.presenters.override import Approvals
from pos_app.ui.presenters.tasks import Errands, TaskRunner

CASH = "cash"


class CloseView(Protocol):
    """What the close can show."""

    def show_day(self, day: DayFace) -> None: ...
    def show_checks(self, checks: CheckBoard) -> None: ...
    def show_report(self, report: ReportFace) -> None: ...
    def show_count(self, ending: Ending, float_minor: int) -> None: ...
    def show_comparison(self, comparison: Comparison) -> None: ...
    def show_done(self, closed: Closed) -> None: ...
    def show_problem(self, error: PosError) -> None: ...
    def set_busy(self, busy: bool) -> None: ...


class CloseDesk(Protocol):
    """The business day, as far as closing needs it."""

    def state(self) -> DayState: ...
    def checks(self) -> CloseChecks: ...
    def x_report(self) -> DayReport: ...
    def count(
        self, denominations: Mapping[int, int], *, handing_over: bool = ..., terminals: Mapping[str, int] = ...
    ) -> CountResult: ...
    def hand_over(self, count: Mapping[int, int], reason: str = "", override: Override | None = None) -> DayReport: ...
    def close_day(
        self,
        count: Mapping[int, int],
        reason: str = "",
        override: Override | None = None,
        *,
        kept_minor: int = ...,
        terminals: Mapping[str, int] = ...,
    ) -> DayReport: ...


@dataclass(frozen=True, slots=True)
class CloseDesks:
    """Where the close asks: the day, who approves, and the lane they answer on."""

    day: CloseDesk
    approvals: Approvals
    tasks: TaskRunner


class ClosePresenter:
    """Leads through the four steps. Expected cash is not shown before the count was handed in.

    ``who`` counts; ``done`` is called when the person leaves the finished close, after which ``is_finished`` leaves
    nothing else to do.
    """

    def __init__(self, view: CloseView, desks: CloseDesks, who: SignedIn, done: Callable[[], None]) -> None:
        self._view, self._desk, self._approvals = view, desks.day, desks.approvals
        self._errands = Errands(desks.tasks)
        self._who = who
        self._done = done
        self._ending = Ending.DAY if Act.CLOSE_DAY in MAY[who.role] else Ending.SHIFT
        self._day: DayState | None = None
        self._count = CountFace({}, {})
        self._comparison: Comparison | None = None
        self._busy = False
        self.is_finished = False

    def start(self) -> None:
        """Show which day it is and what is still open; also to look again."""
        self._errands.run(self._desk.state, self._show_day, self._view.show_problem)
        self._errands.run(self._desk.checks, self._show_checks, self._view.show_problem)

    def choose(self, ending: Ending) -> None:
        """Hand the shift over, or close the day."""
        self._ending = ending
        if self._day is not None:
            self._show_day(self._day)

    def print_x(self) -> None:
        """Print the figures so far; nothing is reset, and cash stays hidden from those who count blind."""
        self._ask(self._desk.x_report, self._show_x)

    def begin_count(self) -> None:
        """Go on to the count."""
        self._view.show_count(self._ending, self._day.float_minor if self._day is not None else 0)

    def hand_in(self, count: CountFace) -> None:
        """Compare a count with the books."""
        pieces = {value: number for value, number in count.pieces.items() if number}
        counted = counted_minor(pieces)
        if self._ending is Ending.SHIFT:
            count = CountFace(pieces, {})
        elif count.kept_minor > counted:
            self._view.show_problem(Refused("close.kept", counted_minor=counted))
            return
        self._count = replace(count, pieces=pieces)
        self._ask(self._counted, self._compare)

    def finish(self, reason: str) -> None:
        """Hand over, or close with a Z; ``reason`` in words where the cash differs. What is too much is approved."""
        comparison = self._comparison
        if comparison is None or self._busy:
            return
        if comparison.needs_reason and not reason:
            self._view.show_problem(Refused("close.needs_reason"))
            return
        self._set_busy(True)
        self._approvals.attempt(
            self._work(comparison.ending, self._count, reason),
            self._errands.kept(self._finished),
            self._errands.kept(self._failed),
            reason=reason,
            given_up=lambda: self._set_busy(False),
        )

    def leave(self) -> None:
        """Go on after the close."""
        self._done()

    def close(self) -> None:
        """Leave the screen; answers still under way are dropped."""
        self._errands.close()

    def _work(self, ending: Ending, count: CountFace, reason: str) -> Callable[[Override | None], DayReport]:
        if ending is Ending.SHIFT:
            return lambda override: self._desk.hand_over(count.pieces, reason, override)
        return lambda override: self._desk.close_day(
            count.pieces, reason, override, kept_minor=count.kept_minor, terminals=count.terminals
        )

    def _counted(self) -> CountResult:
        shift_only = self._ending is Ending.SHIFT
        return self._desk.count(self._count.pieces, handing_over=shift_only, terminals=self._count.terminals)

    def _show_day(self, day: DayState) -> None:
        if day.is_open and day.business_date is not None:
            self._day = day
            self._view.show_day(DayFace(day.business_date, day.shift_no, self._who.name, day.float_minor, self._ending))
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
                charges=checks.charges,
            )
        )

    def _show_x(self, report: DayReport) -> None:
        self._view.show_report(report_face(report))

    def _compare(self, result: CountResult) -> None:
        self._comparison = Comparison(
            result.expected_minor,
            result.counted_minor,
            result.over_short_minor,
            result.needs_reason,
            result.needs_manager,
            self._ending,
            self._count.kept_minor,
            tuple(TenderGap(check.kind, check.difference_minor) for check in result.checked),
        )
        self._view.show_comparison(self._comparison)

    def _finished(self, report: DayReport) -> None:
        face = replace(report_face(report), expected_minor=None)
        counted, over_short = report.counted_cash_minor or 0, report.over_short_minor or 0
        self._comparison = None
        self.is_finished = True
        self._set_busy(False)
        self._view.show_done(
            Closed(
                report.z_no,
                counted,
                over_short,
                report.unsent,
                face,
                report.kept_minor,
                report.proof,
                report.approver,
            )
        )

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


def report_face(report: DayReport) -> ReportFace:
    """Return a report for the screen; whoever counts blind does not see what cash took, nor what would tell it."""
    totals, blind = report.totals, report.expected_cash_minor is None
    facts = dict(totals.facts)
    return ReportFace(
        z_no=report.z_no,
        business_date=report.business_date,
        shift_no=report.shift_no,
        sales=totals.sales,
        due_minor=None if blind else totals.due_minor,
        rounding_minor=totals.rounding_minor,
        tenders=_sums(totals.tenders, blind=blind),
        points_earned=totals.points_earned,
        points_redeemed=totals.points_redeemed,
        members_joined=totals.members_joined,
        calls_recorded=totals.calls_recorded,
        baskets_voided=totals.baskets_voided,
        first_receipt_no=totals.first_receipt_no,
        last_receipt_no=totals.last_receipt_no,
        discounts=_sums(totals.discounts, sign=-1),
        refunds=totals.refunds,
        refunded_minor=None if blind else -totals.refunded_minor,
        given_back=_sums(totals.refund_tenders, blind=blind, sign=-1),
        cash_moved=tuple(
            TenderSum(
                total.kind, total.count, total.amount_minor if CashKind(total.kind).is_in else -total.amount_minor
            )
            for total in totals.cash_moved
        ),
        points_returned=totals.points_returned,
        points_taken_back=totals.points_taken_back,
        drawer_openings=totals.drawer_openings,
        overrides=facts.get("overridden", 0),
        reprints=facts.get("receipt_reprinted", 0) + facts.get("day_paper_reprinted", 0),
        expected_minor=report.expected_cash_minor,
        taxes=() if blind else totals.taxes,
        refund_taxes=() if blind else totals.refund_taxes,
        topups=totals.topups,
        topped_up_minor=None if blind else totals.topped_up_minor,
        topup_gift_minor=totals.topup_gift_minor,
        topup_refunds=totals.topup_refunds,
        topup_refunded_minor=None if blind else -totals.topup_refunded_minor,
    )


def _sums(totals: tuple[TenderTotal, ...], *, blind: bool = False, sign: int = 1) -> tuple[TenderSum, ...]:
    return tuple(
        TenderSum(total.kind, total.count, None if blind and total.kind == CASH else sign * total.amount_minor)
        for total in totals
    )
