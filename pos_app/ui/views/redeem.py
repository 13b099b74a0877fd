"""S5 Redeem: points against any item of the shop, and as many as the member chooses against the basket."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import PointsChoice, RedeemFace
from pos_app.ui.theme.tokens import BODY_PX, BOLD, DEMI, HEAD_PX, LABEL_PX, SMALL_PX
from pos_app.ui.views.redeem_rows import RedeemLine
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import DirectField, NumberField, TextField
from pos_app.ui.widgets.marks import Glyph, rule
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import RIGHT, Lines, Words

MOST_ROWS = 24
TABS = ("basket", "offers", "search")
PROOF_DIGITS, PROOF_PX = 10, 230  # four of the phone, and a PIN


class RedeemSheet(Sheet):
    """Choosing what the points take home; nothing is spent before the sale is paid.

    Signals: ``tab_asked(tab)`` with ``basket``, ``offers`` or ``search``; ``search_asked(text)`` at each keystroke
    there; ``row_stepped(key, delta)``; ``mix_asked(key)``; ``choice_asked(choice, points)`` with a
    ``PointsChoice`` and the typed points; ``use_asked``; ``vouch_asked``; ``coupons_asked`` to see the coupons
    instead. ``closed`` means: cancelled or done.
    """

    tab_asked = Signal(str)
    search_asked = Signal(str)
    row_stepped = Signal(str, int)
    mix_asked = Signal(str)
    choice_asked = Signal(str, int)
    use_asked = Signal()
    vouch_asked = Signal()
    coupons_asked = Signal()
    proof_given = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Redeem points"), host, width_px=840, anchor="left")
        self._face: RedeemFace | None = None
        self._busy = False
        self._balance = Words(self._balance_text, LABEL_PX, "gold", DEMI)
        self._held = Words("", SMALL_PX, "ink2", elide=True)
        self._tabs = Segmented(
            (
                ("basket", lambda: _("In this sale")),
                ("offers", lambda: _("Offers")),
                ("search", lambda: _("Any item")),
            )
        )
        self.search = TextField(lambda: _("Name, initials or code; or scan the item"))
        self._lines: list[RedeemLine] = []
        self._column = QVBoxLayout()
        self._nothing = Words(
            lambda: _("Nothing to show here yet"), BODY_PX, "ink3", align=Qt.AlignmentFlag.AlignCenter
        )
        self._choice = Segmented(
            (
                (PointsChoice.NONE.value, lambda: _("None")),
                (PointsChoice.ALL.value, self._all_text),
                (PointsChoice.CUSTOM.value, lambda: _("Choose")),
            )
        )
        self.custom = NumberField(lambda: _("pts"))
        self.custom.setMaxLength(8)
        self.custom.setAccessibleName(_("Points to use"))
        self.custom.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._cap = Words(self._cap_text, SMALL_PX, "ink3", elide=True)
        self._used = Words(self._used_text, LABEL_PX, "gold", DEMI)
        self._due = Words(self._due_text, HEAD_PX, "ink", BOLD, align=RIGHT)
        self.proof = DirectField()
        self.proof.setEchoMode(DirectField.EchoMode.Password)
        self.proof.setMaxLength(PROOF_DIGITS)
        self.proof.setFixedWidth(PROOF_PX)
        self.proof.hide()
        self._note = Lines(self._note_text, SMALL_PX, "ink2", elide=True)
        self.vouch = Button(lambda: _("Manager vouches"), variant="soft")
        self.vouch.hide()
        self._cancel = Button(lambda: _("Cancel"), key="Esc", variant="soft", height_px=52)
        self._coupons = Button(lambda: _("Coupons"), icon="gift", variant="soft", height_px=52)
        self.use = Button(self._use_text, variant="pri", height_px=52)
        self.use.set_key("Enter", pill=True)
        self._fill()
        self._connect()

    def open_sheet(self) -> None:
        """Show the sheet; typing goes to the search, scanning works as ever."""
        self.open_over(self.search if self._face is not None and self._face.tab == "search" else self.use)

    def show_redeem(self, face: RedeemFace) -> None:
        """Show balance, rows and the effect of what is chosen."""
        self._face = face
        self._tabs.show_choice(face.tab)
        self.search.setVisible(face.tab == "search")
        rows = face.rows[:MOST_ROWS]
        while len(self._lines) < len(rows):
            self._add_line()
        for place, line in enumerate(self._lines):
            line.show_row(rows[place] if place < len(rows) else None)
        self._nothing.setVisible(not face.rows)
        self._held.say(face.elsewhere)
        self._held.setVisible(bool(face.elsewhere))
        self._choice.show_choice(face.choice.value)
        self.custom.setEnabled(face.choice is PointsChoice.CUSTOM)
        if face.choice is PointsChoice.CUSTOM and face.custom_points and not self.custom.hasFocus():
            self.custom.setText(str(face.custom_points))
        self._note.set_tone("bad" if face.problem else "warn" if face.stale else "ink2")
        self._note.set_lines(2 if face.problem else 1)  # an error is told in two
        self.use.setEnabled(not face.problem)
        self.vouch.setVisible(face.may_vouch)
        self._show_proof(face.proof_hint)
        self._retell()
        self._focus_use()

    def _show_proof(self, hint: str) -> None:
        """Ask for a proof to be typed, which the digits then are, or no more."""
        self.proof.set_hint(hint)
        self.proof.setAccessibleName(hint)
        if bool(hint) == self.proof.isHidden():
            self.proof.clear()
            self.proof.setVisible(bool(hint))
            if hint:
                self.proof.setFocus(Qt.FocusReason.OtherFocusReason)
            elif self.isVisible():
                self.use.setFocus(Qt.FocusReason.OtherFocusReason)

    def _give_proof(self) -> None:
        digits = self.proof.text().strip()
        self.proof.clear()
        if digits:
            self.proof_given.emit(digits)

    def set_busy(self, busy: bool) -> None:
        """Disarm the button while the choice is being worked out; it keeps the focus."""
        self._busy = busy

    def _retell(self) -> None:
        self.custom.setAccessibleName(_("Points to use"))
        for words in (self._balance, self._cap, self._used, self._due, self._note):
            words.retell()
        self.use.retell()
        self._choice.say(PointsChoice.ALL.value, self._all_text)

    def _balance_text(self) -> str:
        face = self._face
        if face is None:
            return ""
        here = _("{points} usable here ≈ {amount}").format(
            points=wording.points(face.points_here), amount=wording.yuan(face.worth_minor)
        )
        when = "" if face.as_of_ms is None else _("as of {time}").format(time=wording.clock(face.as_of_ms))
        total = _("{points} in total").format(points=f"{face.points_total:,}")
        return " · ".join(part for part in (here, total, when) if part)

    def _all_text(self) -> str:
        most = 0 if self._face is None else self._face.cap_points
        return _("All: {points}").format(points=f"{most:,}")

    def _cap_text(self) -> str:
        face = self._face
        if face is None:
            return ""
        return _("Up to {points} ({amount}) on this sale").format(
            points=wording.points(face.cap_points), amount=wording.yuan(face.cap_minor)
        )

    def _used_text(self) -> str:
        face = self._face
        if face is None:
            return ""
        return _("Uses {used} · {left} left").format(used=wording.points(face.used), left=f"{face.left:,}")

    def _due_text(self) -> str:
        face = self._face
        if face is None:
            return ""
        return _("To pay {before} → {after}").format(
            before=wording.money(face.due_before_minor), after=wording.money(face.due_after_minor)
        )

    def _note_text(self) -> str:
        return "" if self._face is None else self._face.problem or self._face.note

    def _use_text(self) -> str:
        used = 0 if self._face is None else self._face.used
        return _("Use {points}").format(points=wording.points(used)) if used else _("Use no points")

    def _choose(self, code: str) -> None:
        custom = code == PointsChoice.CUSTOM.value
        self.custom.setEnabled(custom)
        if custom:
            self.custom.setFocus(Qt.FocusReason.OtherFocusReason)
        self.choice_asked.emit(code, self._typed())

    def _typed(self) -> int:
        return int(self.custom.text() or 0)

    def _custom_changed(self) -> None:
        self.choice_asked.emit(PointsChoice.CUSTOM.value, self._typed())

    def _ask_use(self) -> None:
        if not self._busy:
            self.use_asked.emit()

    def _focus_use(self) -> None:
        """Let Enter mean the filled button, unless something is being typed or another control was chosen."""
        if self.isVisible() and self.use.isEnabled() and QApplication.focusWidget() in {None, self.cross, self._cancel}:
            self.use.setFocus(Qt.FocusReason.OtherFocusReason)

    def _search(self) -> None:
        self.search_asked.emit(self.search.text().strip())

    def _connect(self) -> None:
        self._tabs.chosen.connect(self.tab_asked)
        self.search.textEdited.connect(self._search)
        self._choice.chosen.connect(self._choose)
        self.custom.textEdited.connect(self._custom_changed)
        self.custom.returnPressed.connect(self.use.click)
        self.proof.returnPressed.connect(self._give_proof)
        self._cancel.clicked.connect(self.dismiss)
        self.vouch.clicked.connect(self.vouch_asked)
        self._coupons.clicked.connect(self.coupons_asked)
        self.use.clicked.connect(self._ask_use)

    def _add_line(self) -> None:
        line = RedeemLine()
        line.stepped.connect(self.row_stepped)
        line.mix_asked.connect(self.mix_asked)
        self._column.addWidget(line)
        self._lines.append(line)

    def _fill(self) -> None:
        self.subtitle.hide()
        self.body.setSpacing(8)
        self.body.addWidget(self._balance)
        self.body.addWidget(self._held)
        tabs = QHBoxLayout()
        tabs.setSpacing(8)
        tabs.addWidget(self._tabs)
        tabs.addWidget(self.search, 1)
        tabs.addStretch(0)
        self.body.addLayout(tabs)
        self.body.addWidget(self._rows(), 1)
        self.body.addWidget(rule())
        self.body.addLayout(self._against_basket())
        self.body.addWidget(rule())
        sums = QHBoxLayout()
        sums.addWidget(self._used)
        sums.addWidget(self._due, 1)
        self.body.addLayout(sums)
        note = QHBoxLayout()
        note.setSpacing(6)
        note.addWidget(Glyph("info", "ink3", 18))
        note.addWidget(self._note, 1)
        note.addWidget(self.vouch)
        note.addWidget(self.proof)
        self.body.addLayout(note)
        self.footer.addWidget(self._coupons)
        self.footer.addStretch(1)
        self.footer.addWidget(self._cancel)
        self.footer.addWidget(self.use)
        self.use.setMinimumWidth(230)

    def _rows(self) -> QScrollArea:
        inner = QFrame()
        inner.setObjectName("scrolled")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._nothing)
        self._column.setSpacing(0)
        column.addLayout(self._column)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setMinimumHeight(120)
        area.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        return area

    def _against_basket(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(10)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(Words(lambda: _("Points against the basket"), LABEL_PX, "ink", DEMI))
        words.addWidget(self._cap)
        row.addLayout(words, 1)
        row.addWidget(self._choice)
        self.custom.setFixedWidth(110)
        row.addWidget(self.custom)
        return row

    def _height(self) -> int:
        return min(self.height(), 650)
