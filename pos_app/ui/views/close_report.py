"""The figures of an X, a shift or a Z, money at the left, counts and tax at the right; over and short in words."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from pos_app.domain.tax import TaxTotal, rate_text
from pos_app.i18n import _
from pos_app.services.words import cash_words, discount_words
from pos_app.ui import wording
from pos_app.ui.desk_wording import tender_text
from pos_app.ui.presenters.close_models import ReportFace, TenderSum
from pos_app.ui.theme.tokens import BODY_PX
from pos_app.ui.widgets.figures import Figure, FigureList

GAP_PX = 28
ROW_GAP_PX = 4


class ReportFigures(QWidget):
    """Shows a report in two columns."""

    def __init__(self) -> None:
        super().__init__()
        self._money, self._counts = FigureList(BODY_PX, ROW_GAP_PX), FigureList(BODY_PX, ROW_GAP_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP_PX)
        for column in (self._money, self._counts):
            row.addWidget(column, 1, Qt.AlignmentFlag.AlignTop)

    def show_report(self, report: ReportFace) -> None:
        """Show a report; an amount that would give the count away reads as hidden."""
        self._money.show_figures(tuple(_money(report)))
        self._counts.show_figures(tuple(_counts(report)))


def _money(report: ReportFace) -> Iterator[Figure]:
    yield _amount(_("Sold"), report.due_minor)
    yield from (_sum(tender_text(line.kind), line) for line in report.tenders)
    yield _amount(_("Rounding"), report.rounding_minor)
    discounts, moves = discount_words(), cash_words()
    yield from (_sum(discounts[line.kind], line) for line in report.discounts)
    if report.refunds:
        yield _amount(_("Refunds × {count}").format(count=report.refunds), report.refunded_minor)
    yield from (_sum(_("{tender} back").format(tender=tender_text(line.kind)), line) for line in report.given_back)
    yield from (_sum(moves[line.kind], line) for line in report.cash_moved)
    if report.topups:
        yield _amount(_("Top-ups × {count}").format(count=report.topups), report.topped_up_minor)
    if report.topup_refunds:
        name = _("Top-ups refunded × {count}").format(count=report.topup_refunds)
        yield _amount(name, report.topup_refunded_minor)
    if report.expected_minor is not None:
        yield _amount(_("Should be in the drawer"), report.expected_minor)


def _counts(report: ReportFace) -> Iterator[Figure]:
    yield (_("Sales"), f"{report.sales:,}", "ink")
    yield (_("Points earned"), f"{report.points_earned:,}", "gold")
    yield (_("Points redeemed"), f"{report.points_redeemed:,}", "gold")
    if report.points_returned:
        yield (_("Points given back"), f"{report.points_returned:,}", "gold")
    if report.points_taken_back:
        yield (_("Points taken back"), f"{report.points_taken_back:,}", "gold")
    if report.topup_gift_minor:
        yield _amount(_("Given with top-ups"), report.topup_gift_minor)
    yield (_("New members"), f"{report.members_joined:,}", "ink")
    yield (_("Calls recorded"), f"{report.calls_recorded:,}", "ink")
    yield (_("Cancelled sales"), f"{report.baskets_voided:,}", "ink")
    yield (_("Overrides"), f"{report.overrides:,}", "ink")
    yield (_("Drawer openings"), f"{report.drawer_openings:,}", "ink")
    yield (_("Papers printed again"), f"{report.reprints:,}", "ink")
    yield (_("First receipt"), report.first_receipt_no or "–", "ink")
    yield (_("Last receipt"), report.last_receipt_no or "–", "ink")
    yield from (_tax(total, 1) for total in report.taxes)
    yield from (_tax(total, -1) for total in report.refund_taxes)


def _sum(name: str, line: TenderSum) -> Figure:
    return _amount(f"{name} × {line.count}", line.amount_minor)


def _tax(total: TaxTotal, sign: int) -> Figure:
    name = _("Tax {rate}%") if sign > 0 else _("Tax back {rate}%")
    return _amount(name.format(rate=rate_text(total.bp)), sign * total.tax_minor)


def _amount(name: str, minor: int | None) -> Figure:
    return (name, _("after the count"), "ink3") if minor is None else (name, wording.yuan(minor), "ink")


def difference_text(over_short_minor: int) -> str:
    """Return over, short or exact in words, with the amount."""
    if not over_short_minor:
        return _("Exact to the cent")
    words = _("Over by {amount}") if over_short_minor > 0 else _("Short by {amount}")
    return words.format(amount=wording.yuan(abs(over_short_minor)))


def difference_word(over_short_minor: int) -> str:
    """Return over, short or exact in a word, for above the amount."""
    if not over_short_minor:
        return _("Exact to the cent")
    return _("Over") if over_short_minor > 0 else _("Short")
