"""F5: a price changed by hand: of the selected line or the whole order, why, and what the customer then pays."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QButtonGroup, QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from pos_app.domain.basket import MAX_NOTE, WHOLE_BP
from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.hand_price import QUICK, HandPriceFace, Target, Way
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, GAP_PX, HEAD_PX, LABEL_PX, POINTS_PX
from pos_app.ui.views.payment import typed_minor
from pos_app.ui.views.reasons import ReasonGrid
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import Labelled, NumberField, TextField
from pos_app.ui.widgets.keypad import Keypad
from pos_app.ui.widgets.marks import rule
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.tick import Tick
from pos_app.ui.widgets.words import RIGHT, Words

WIDTH_PX, HEIGHT_PX = 900, 600
PAD_PX = 300
QUICK_COLUMNS = 6
PERCENT_BP = 100


class HandPriceSheet(Sheet):
    """Digits are the amount, ↑ ↓ the reason, Enter changes the price, Esc leaves it as it was.

    Signals: ``aimed(target)``, ``way_chosen(way)``, ``entered(value)`` in basis points or minor units,
    ``reasoned(reason)``, ``confirmed``, ``taken_back``, ``noted(line_note, order_note, prints_notes)``.
    """

    aimed = Signal(str)
    way_chosen = Signal(str)
    entered = Signal(int)
    reasoned = Signal(str)
    confirmed = Signal()
    taken_back = Signal()
    noted = Signal(str, str, bool)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Discount and price"), host, width_px=WIDTH_PX)
        self._face: HandPriceFace | None = None
        self._targets = Segmented(
            (
                (Target.LINE.value, lambda: _("This line")),
                (Target.ORDER.value, lambda: _("Whole order")),
                (Target.NOTE.value, lambda: _("Notes")),
            ),
            lambda: _("What is changed"),
        )
        self._ways = Segmented(
            (
                (Way.PERCENT.value, lambda: _("Percent off")),
                (Way.AMOUNT.value, lambda: _("Money off")),
                (Way.PRICE.value, lambda: _("Price of a piece")),
            ),
            lambda: _("How it is changed"),
        )
        self.value = NumberField(lambda: "0", money=True, px=POINTS_PX)
        self._unit = Words(self._unit_text, HEAD_PX, "ink2", DEMI)
        self._quick = [Button("", variant="quick") for _place in range(QUICK_COLUMNS)]
        self._quick_group = QButtonGroup(self)
        self.reasons = ReasonGrid()
        self.written = TextField(lambda: _("Or write the reason"))
        self.written.setMaxLength(MAX_NOTE)
        name(self.written, lambda: _("Or write the reason"))
        self.line_note, self.order_note = TextField(), TextField()
        self._line_label = Labelled(lambda: _("Note on this line"), self.line_note)
        self._order_label = Labelled(lambda: _("Note for the whole order"), self.order_note)
        self.prints = Tick(lambda: _("Print the notes on the receipt"))
        self._effect = Words(self._effect_text, HEAD_PX, "ink", BOLD)
        self._due = Words(self._due_text, HEAD_PX, "ink", BOLD, align=RIGHT)
        self._told = Words(self._told_text, BODY_PX, "ink2", elide=True)
        self.keypad = Keypad()
        self.keypad.times.setEnabled(False)
        self.back = Button(lambda: _("Take it back"), icon="undo", variant="soft", height_px=52)
        self._cancel = Button(lambda: _("Cancel"), key="Esc", variant="soft", height_px=52)
        self.confirm = Button(self._confirm_text, variant="pri", height_px=52)
        self.confirm.set_key("Enter", pill=True)
        self._pages = QStackedWidget()
        self._fill()
        self._connect()

    def open_sheet(self) -> None:
        """Show the sheet; digits go to the amount."""
        self.value.clear()
        self.written.clear()
        self._face = None
        self.open_over(self.value)

    def show_hand_price(self, face: HandPriceFace) -> None:
        """Show what is changed, and what it comes to."""
        fresh = self._face is None or (self._face.target, self._face.way) != (face.target, face.way)
        self._face = face
        self.subtitle.say(face.line_name if face.target is not Target.ORDER else "")
        self._targets.show_choice(face.target.value)
        self._pages.setCurrentIndex(1 if face.target is Target.NOTE else 0)
        self._ways.setVisible(face.target is not Target.NOTE)
        self._ways.show_choice(face.way.value)
        self._ways.set_available(Way.PRICE.value, face.target is Target.LINE)
        for place, button in enumerate(self._quick):
            values = QUICK[face.way]
            button.setVisible(place < len(values))
            button.say(partial(_quick_text, face.way, values[place]) if place < len(values) else "")
        self.reasons.show_reasons(face.reasons, face.reason)
        self._told.set_tone("bad" if face.problem else "warn" if _needs_approval(face) else "ink2")
        self.back.setEnabled(face.is_changed and face.target is not Target.NOTE)
        if fresh:
            self._begin(face)
        self._retell()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._face is not None:
            self.show_hand_price(self._face)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down choose a reason while the amount is typed."""
        key = Qt.Key(event.key())
        if self._face is not None and self._face.target is not Target.NOTE and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._chosen(self.reasons.beside(self._face.reason, 1 if key == Qt.Key.Key_Down else -1))
            event.accept()
        else:
            super().keyPressEvent(event)

    def _height(self) -> int:
        return HEIGHT_PX

    def _begin(self, face: HandPriceFace) -> None:
        """Empty the amount of another unit, and put the focus where typing goes."""
        self.value.clear()
        if face.target is Target.NOTE:
            self.line_note.setText(face.line_note)
            self.order_note.setText(face.order_note)
            self.prints.setChecked(face.prints_notes)
            self.line_note.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self.isVisible():
            self.value.setFocus(Qt.FocusReason.OtherFocusReason)

    def _retell(self) -> None:
        for words in (self._unit, self._effect, self._due, self._told):
            words.retell()
        self.value.setAccessibleName(self._unit_text())
        is_note = self._face is not None and self._face.target is Target.NOTE
        self.confirm.setEnabled(is_note or (self._face is not None and self._face.can_confirm))
        self.confirm.retell()

    def _unit_text(self) -> str:
        face = self._face
        if face is None or face.way is Way.PERCENT:
            return _("percent off")
        return _("¥ off") if face.way is Way.AMOUNT else _("¥ a piece")

    def _effect_text(self) -> str:
        effect = None if self._face is None else self._face.effect
        if effect is None:
            return ""
        off = effect.before_minor - effect.after_minor
        share = f"{off * 100 / effect.before_minor:.4g} %" if effect.before_minor else ""
        return " · ".join(
            part
            for part in (
                f"{wording.money(effect.before_minor)} → {wording.money(effect.after_minor)}",
                share and f"−{share}",
            )
            if part
        )

    def _due_text(self) -> str:
        effect = None if self._face is None else self._face.effect
        return "" if effect is None else _("To pay {amount}").format(amount=wording.yuan(effect.due_minor))

    def _told_text(self) -> str:
        face = self._face
        if face is None or face.target is Target.NOTE:
            return ""
        if face.problem:
            return face.problem
        if face.effect is None:
            return _("Type the amount, or tap one")
        if not face.reason.strip():
            return _("Choose a reason, or write it")
        return _("More than you may allow alone: a manager is asked") if face.effect.needs_approval else ""

    def _confirm_text(self) -> str:
        face = self._face
        if face is not None and face.target is Target.NOTE:
            return _("Keep the notes")
        effect = None if face is None else face.effect
        if effect is None:
            return _("Change the price")
        if effect.after_minor == 0:
            return _("Give it away")
        return _("Change to {amount}").format(amount=wording.yuan(effect.after_minor))

    def _typed(self) -> None:
        minor = typed_minor(self.value.text()) if self.value.text() else 0
        if minor is not None:
            self.entered.emit(minor)  # percent has two decimals too: 7.5 % are 750 basis points

    def _tapped(self, place: int) -> None:
        assert self._face is not None
        value = QUICK[self._face.way][place]
        self.value.setText(f"{value / PERCENT_BP:g}")
        self.entered.emit(value)

    def _written_changed(self, text: str) -> None:
        self.reasons.show_chosen("")
        self.reasoned.emit(text)

    def _chosen(self, reason: str) -> None:
        self.written.clear()
        self.reasoned.emit(reason)

    def _confirm(self) -> None:
        face = self._face
        if face is None:
            return
        if face.target is Target.NOTE:
            self.noted.emit(self.line_note.text(), self.order_note.text(), self.prints.isChecked())
        elif face.can_confirm:
            self.confirmed.emit()
        elif QApplication.focusWidget() is self.value and face.effect is not None:
            self.written.setFocus(Qt.FocusReason.OtherFocusReason)

    def _connect(self) -> None:
        self._targets.chosen.connect(self.aimed)
        self._ways.chosen.connect(self.way_chosen)
        self.value.textChanged.connect(self._typed)
        self.value.returnPressed.connect(self._confirm)
        self.written.textEdited.connect(self._written_changed)
        self.written.returnPressed.connect(self._confirm)
        self.line_note.returnPressed.connect(self._confirm)
        self.order_note.returnPressed.connect(self._confirm)
        self.reasons.chosen.connect(self._chosen)
        for place, button in enumerate(self._quick):
            button.setAutoDefault(False)
            self._quick_group.addButton(button, place)
        self._quick_group.idClicked.connect(self._tapped)
        self.keypad.type_into(self.value)
        self.keypad.confirmed.connect(self._confirm)
        self.back.clicked.connect(self.taken_back)
        self._cancel.clicked.connect(self.dismiss)
        self.confirm.clicked.connect(self._confirm)

    def _fill(self) -> None:
        for field in (self.line_note, self.order_note):
            field.setMaxLength(MAX_NOTE)
        kinds = QHBoxLayout()
        kinds.setSpacing(12)
        kinds.addWidget(self._targets, 1)
        kinds.addWidget(self._ways, 1)
        kept = self._ways.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # nothing moves where only notes are written
        self._ways.setSizePolicy(kept)
        self.body.addLayout(kinds)
        self._pages.addWidget(self._price_page())
        self._pages.addWidget(self._note_page())
        self.body.addWidget(self._pages, 1)
        self.body.addWidget(rule())
        sums = QHBoxLayout()
        sums.addWidget(self._effect, 1)
        sums.addWidget(self._due)
        self.body.addLayout(sums)
        self.body.addWidget(self._told)
        self.footer.addWidget(self.back)
        self.footer.addStretch(1)
        self.footer.addWidget(self._cancel)
        self.footer.addWidget(self.confirm)
        self.confirm.setMinimumWidth(230)

    def _price_page(self) -> QWidget:
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        left = QVBoxLayout()
        left.setSpacing(10)
        entry = QHBoxLayout()
        entry.setSpacing(10)
        entry.addWidget(self.value, 1)
        entry.addWidget(self._unit)
        left.addLayout(entry)
        quick = QGridLayout()
        quick.setSpacing(GAP_PX)
        for place, button in enumerate(self._quick):
            button.set_px(LABEL_PX)
            quick.addWidget(button, 0, place)
            quick.setColumnStretch(place, 1)
        left.addLayout(quick)
        left.addSpacing(6)
        left.addWidget(Words(lambda: _("Why?  ↑ ↓"), LABEL_PX, "ink", DEMI))
        left.addWidget(self.reasons)
        left.addWidget(self.written)
        left.addStretch(1)
        row.addLayout(left, 1)
        self.keypad.setFixedWidth(PAD_PX)
        row.addWidget(self.keypad)
        return page

    def _note_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._line_label)
        column.addWidget(self._order_label)
        column.addWidget(self.prints)
        column.addStretch(1)
        return page


def _needs_approval(face: HandPriceFace) -> bool:
    return face.effect is not None and face.effect.needs_approval


def _quick_text(way: Way, value: int) -> str:
    if way is Way.PERCENT:
        return _("Gift") if value == WHOLE_BP else f"{value // PERCENT_BP} %"
    return f"¥{value // 100}"
