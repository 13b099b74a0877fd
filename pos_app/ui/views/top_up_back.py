"""A top-up comes back (退储值): which one, what goes back and what ends, why, and what there is after it."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from pos_app.i18n import _
from pos_app.services.topup_refunds import MOST_ROWS, TopUpRow
from pos_app.ui import wording
from pos_app.ui.desk_wording import moment_text, tender_text
from pos_app.ui.presenters.top_up_back import REASONS, TopUpBackFace
from pos_app.ui.theme.tokens import BODY_PX, BOLD, GAP_PX, HEAD_PX, LABEL_PX
from pos_app.ui.views.reasons import ReasonGrid
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Lines, Words

WIDTH_PX, HEIGHT_PX = 720, 600
ROW_PX, FOOT_PX = 52, 52
COLUMNS = 2
CASH, ORIGINAL = "cash", "original"
MOST_LINES = 3


class TopUpBackSheet(Sheet):
    """Signals: ``chosen(topup_id)``, ``cash_chosen(bool)``, ``reasoned(reason)``, ``confirmed()``."""

    chosen = Signal(str)
    cash_chosen = Signal(bool)
    reasoned = Signal(str)
    confirmed = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Give a top-up back"), host, width_px=WIDTH_PX)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._face: TopUpBackFace | None = None
        self._busy = False
        self._rows = [Button(shape="stack", variant="act", height_px=ROW_PX) for _place in range(MOST_ROWS)]
        self._group = QButtonGroup(self)
        self._money = Words(self._money_text, HEAD_PX, "ink", BOLD, elide=True)
        self._parts = Lines("", BODY_PX, "ink2", elide=True)
        self._ways = Segmented(
            ((ORIGINAL, lambda: _("The way it was paid")), (CASH, lambda: _("In cash"))),
            lambda: _("How it goes back"),
        )
        self._ways.hide()
        self._why = Words(lambda: _("Why it comes back"), LABEL_PX, "ink2")
        self.reasons = ReasonGrid(with_digits=True)
        self._told = Lines("", BODY_PX, "ink2", elide=True)
        self._cancel = Button(self._cancel_text, key="Esc", variant="soft", height_px=FOOT_PX)
        self.confirm = Button(self._confirm_text, variant="pri", height_px=FOOT_PX)
        self.confirm.set_key("Enter", pill=True)
        self._arrange_body()
        self._connect()

    def open_sheet(self) -> None:
        """Show the sheet; digits are reasons."""
        self.open_over(self)

    def show_top_up_back(self, face: TopUpBackFace) -> None:
        """Show what can come back, what it comes to, or what went back."""
        self._face = face
        self.subtitle.say(" · ".join(part for part in (face.customer, face.has) if part))
        rows = face.rows or ()
        self._group.setExclusive(False)
        for place, button in enumerate(self._rows):
            button.setVisible(place < len(rows))
            if place < len(rows):
                row = rows[place]
                button.say(partial(_row_text, row))
                button.set_caption(partial(_row_more, row))
                button.setChecked(row.topup_id == face.chosen)
                button.setEnabled(face.done is None)
        self._ways.setVisible(face.in_cash is not None)
        self._ways.show_choice(CASH if face.in_cash else ORIGINAL)
        self._ways.setEnabled(face.done is None)
        self.reasons.show_reasons(REASONS, face.reason)
        self.reasons.setEnabled(face.done is None)
        self._parts.say("\n".join(_parts(face)))
        self._parts.set_lines(MOST_LINES)
        self._told.say(face.problem or self._done_text())
        self._told.set_tone("bad" if face.problem else "ok")
        self._told.set_lines(2)
        for words in (self._money, self._cancel, self.confirm):
            words.retell()
        self._arm()

    def set_busy(self, busy: bool) -> None:
        """Disarm the filled button while it is being written."""
        self._busy = busy
        self._arm()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._face is not None:
            self.show_top_up_back(self._face)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit is a reason; Enter gives back."""
        reason = self.reasons.reason_at(event.text()) if event.text() and event.text() in "123456789" else ""
        if reason:
            self.reasoned.emit(reason)
            event.accept()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._confirm()
            event.accept()
        else:
            super().keyPressEvent(event)

    def _height(self) -> int:
        return HEIGHT_PX

    def _arm(self) -> None:
        face = self._face
        ready = face is not None and (face.done is not None or (face.quote is not None and bool(face.reason)))
        self.confirm.setEnabled(ready and not self._busy)

    def _cancel_text(self) -> str:
        return _("Back") if self._face is not None and self._face.done is not None else _("Cancel")

    def _confirm_text(self) -> str:
        face = self._face
        if face is not None and face.done is not None:
            return _("Done")
        if face is None or face.quote is None:
            return _("Give back")
        return _("Give back {amount}").format(amount=wording.yuan(face.quote.given_minor))

    def _money_text(self) -> str:
        face = self._face
        if face is None or face.rows is None:
            return ""
        if not face.rows:
            return _("Nothing was sold at this till that could come back")
        if face.problem and face.quote is None:
            return ""
        if face.quote is None:
            return _("Choose the top-up that comes back")
        word = _("Undone, as if it had not been sold: {amount}") if face.quote.is_undo else _("Goes back: {amount}")
        return word.format(amount=wording.yuan(face.quote.given_minor))

    def _done_text(self) -> str:
        done = None if self._face is None else self._face.done
        if done is None:
            return ""
        return _("{paid} given back; stored value now {total}. The slip is printed.").format(
            paid=wording.yuan(done.given_minor), total=wording.yuan(done.after.total)
        )

    def _connect(self) -> None:
        for place, button in enumerate(self._rows):
            button.setCheckable(True)
            button.setAutoDefault(False)
            self._group.addButton(button, place)
        self._group.idClicked.connect(self._row_chosen)
        self._ways.chosen.connect(lambda code: self.cash_chosen.emit(code == CASH))
        self.reasons.chosen.connect(self.reasoned)
        self._cancel.clicked.connect(self.dismiss)
        self.confirm.clicked.connect(self._confirm)

    def _row_chosen(self, place: int) -> None:
        if self._face is not None and self._face.rows:
            self.chosen.emit(self._face.rows[place].topup_id)

    def _confirm(self) -> None:
        if self.confirm.isEnabled():
            self.confirmed.emit()

    def _arrange_body(self) -> None:
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP_PX)
        rows.setFixedHeight(MOST_ROWS // COLUMNS * (ROW_PX + GAP_PX) - GAP_PX)
        for place, button in enumerate(self._rows):
            button.hide()
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
        grid.setRowStretch(MOST_ROWS // COLUMNS, 1)
        for part in (rows, self._money, self._parts, self._ways, self._why, self.reasons, self._told):
            self.body.addWidget(part)
        self.footer.addWidget(self._cancel, 1)
        self.footer.addWidget(self.confirm, 2)


def _row_text(row: TopUpRow) -> str:
    return f"{row.topup_no} · {wording.yuan(row.paid_minor)}"


def _row_more(row: TopUpRow) -> str:
    when = moment_text(row.sold_at_ms)
    if row.left_minor == row.paid_minor:
        return when
    return _("{when} · {amount} came back before").format(
        when=when, amount=wording.yuan(row.paid_minor - row.left_minor)
    )


def _parts(face: TopUpBackFace) -> list[str]:
    """Return how the money goes and what becomes of the gift, a line each."""
    quote = face.quote
    if quote is None:
        return []
    ways = (f"{tender_text(tender.kind)} {wording.yuan(tender.amount_minor)}" for tender in quote.tenders)
    lines = [" · ".join(ways)]
    spent = quote.deducted_minor
    if spent:
        lines.append(
            _("{principal} bought and not spent, less {spent} of gifts already spent").format(
                principal=wording.yuan(quote.principal_minor), spent=wording.yuan(spent)
            )
        )
    ends = []
    if quote.gift_minor:
        ends.append(_("{gift} of gifts ends").format(gift=wording.yuan(quote.gift_minor)))
    cancelled = sum(part.amount_minor for part in quote.cancelled)
    if cancelled:
        ends.append(_("{gift} that was to be given later is cancelled").format(gift=wording.yuan(cancelled)))
    return [*lines, " · ".join(ends)] if ends else lines
