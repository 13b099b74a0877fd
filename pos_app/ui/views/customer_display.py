"""S19: the customer's screen: what is rung up, what it costs, what the points become, and thanks."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from pos_app.domain.members import Purpose
from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.presenters.customer_display import ASKED, CustomerFace, CustomerLine, Stage
from pos_app.ui.presenters.view_models import Way
from pos_app.ui.theme.look import colour, fit
from pos_app.ui.theme.tokens import BOLD, DEMI, MEDIUM, REGULAR, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Amount, Glyph, card
from pos_app.ui.widgets.qr import QrView
from pos_app.ui.widgets.words import CENTER, RIGHT, Lines, Say, Words, text_at

# Sizes at 768 px of height; every one of them grows and shrinks with the screen.
DESIGN_PX = (1366, 768)
FIGURE_PX = 96
BRAND_PX = 52
TIP_PX = 30
LINE_PX = 28
NOTE_PX = 22
QR_PX = 230
ROW_PX = 116
ROWS = 5
LEAST_SCALE = 0.55


class CustomerDisplay(QWidget):
    """Signals: ``answered(purpose, agreed)`` when the customer touches an answer while joining."""

    answered = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("root")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._idle, self._sale, self._joining = _Idle(), _Sale(), _Joining()
        self._joining.answered.connect(self.answered)
        self._stage = QStackedWidget()
        for page in (self._idle, self._sale, self._joining):
            self._stage.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stage)

    def show_brand(self, brand: str) -> None:
        """Show whose shop this is."""
        self._idle.show_brand(brand)
        self.setWindowTitle(brand)

    def show_face(self, face: CustomerFace) -> None:
        """Show a step of the sale."""
        pages: dict[Stage, _Idle | _Sale | _Joining] = {Stage.IDLE: self._idle, Stage.JOINING: self._joining}
        page = pages.get(face.stage, self._sale)
        page.show_face(face)
        self._stage.setCurrentWidget(page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let every size follow the screen's."""
        super().resizeEvent(event)
        scale = max(LEAST_SCALE, min(self.width() / DESIGN_PX[0], self.height() / DESIGN_PX[1]))
        for page in (self._idle, self._sale, self._joining):
            page.set_scale(scale)


class _Idle(QWidget):
    """Nobody is served: the shop, one tip of care, and the way to join."""

    def __init__(self) -> None:
        super().__init__()
        self._brand = Words("", BRAND_PX, "inverse", BOLD, align=CENTER, elide=True)
        self._welcome = Words(lambda: _("Welcome"), NOTE_PX, "night_ink", MEDIUM, align=CENTER)
        self._tip = Lines("", TIP_PX, "inverse", MEDIUM, align=CENTER)
        self._code = QrView(QR_PX)
        self._join = Words(
            lambda: _("Scan to join: points from the first purchase"), NOTE_PX, "night_ink", align=CENTER
        )
        column = QVBoxLayout(self)
        column.setSpacing(14)
        column.addStretch(3)
        column.addWidget(self._welcome)
        column.addWidget(self._brand)
        column.addStretch(1)
        column.addWidget(self._tip)
        column.addStretch(1)
        column.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._join)
        column.addStretch(3)

    def show_brand(self, brand: str) -> None:
        self._brand.say(brand)

    def show_face(self, face: CustomerFace) -> None:
        self._tip.say(face.tip)
        self._code.show_text(face.join_url, _("Code to join"))
        self._join.setVisible(bool(face.join_url))

    def set_scale(self, scale: float) -> None:
        self._brand.set_px(round(BRAND_PX * scale))
        _sized(self._tip, TIP_PX * scale)
        self._code.set_side(round(QR_PX * scale))
        for words in (self._welcome, self._join):
            words.set_px(round(NOTE_PX * scale))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the calm dark ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), colour("night"))
        painter.end()


class _Sale(QWidget):
    """Selling, paying, done: the basket at the left never moves, the figure at the right says what matters now."""

    def __init__(self) -> None:
        super().__init__()
        self._face = CustomerFace()
        self._count = Words(self._count_text, NOTE_PX, "ink3", MEDIUM)
        self._earlier = Words(self._earlier_text, NOTE_PX, "ink3", align=RIGHT)
        self._lines = _Basket()
        self._name = Words("", LINE_PX, "inverse", DEMI, elide=True)
        self._tier = Words("", NOTE_PX, "gold_solid", MEDIUM)
        self._word = Words(self._figure_word, LINE_PX, "night_ink", DEMI)
        self._figure = Amount(FIGURE_PX)
        self._saved = Words(self._saved_text, LINE_PX, "gold_solid", DEMI, align=RIGHT)
        self._ask = Lines("", LINE_PX, "inverse", MEDIUM, align=CENTER)
        self._points = _Points()
        self._code = QrView(QR_PX)
        self._join = Lines("", NOTE_PX, "ink2", MEDIUM, align=CENTER)
        self._arrange()

    def show_face(self, face: CustomerFace) -> None:
        self._face = face
        self._lines.show_lines(face.lines)
        self._name.say(face.customer)
        self._tier.say(face.tier)
        self._figure.show_text(
            wording.money(face.figure_minor), f"{self._figure_word()} {wording.money(face.figure_minor)}"
        )
        self._figure.set_tone("gold_solid" if face.is_change else "inverse")
        self._ask.say(self._ask_text())
        self._points.show_points(face)
        is_guest = face.points_before is None
        self._code.show_text(face.join_url if is_guest and face.earning else "", _("Code to join"))
        self._join.say(self._join_text() if is_guest else "")
        for words in (self._count, self._earlier, self._word, self._saved):
            words.retell()

    def set_scale(self, scale: float) -> None:
        for words in (self._count, self._earlier, self._tier):
            words.set_px(round(NOTE_PX * scale))
        for words in (self._name, self._word, self._saved):
            words.set_px(round(LINE_PX * scale))
        self._figure.set_px(round(FIGURE_PX * scale))
        self._lines.set_scale(scale)
        self._points.set_scale(scale)
        _sized(self._ask, LINE_PX * scale)
        _sized(self._join, NOTE_PX * scale)
        self._code.set_side(round(QR_PX * 0.72 * scale))

    def changeEvent(self, event: QEvent) -> None:
        """Say it again in another language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.show_face(self._face)
        super().changeEvent(event)

    def _figure_word(self) -> str:
        stage, face = self._face.stage, self._face
        if stage is Stage.DONE:
            return _("Change") if face.is_change else _("Paid, thank you")
        word = _("Still to pay") if stage is Stage.PAYING else _("You pay")
        if not face.added_tax_minor:
            return word
        return _("{what}, {tax} tax added").format(what=word, tax=wording.money(face.added_tax_minor))

    def _count_text(self) -> str:
        return wording.items(self._face.pieces)

    def _earlier_text(self) -> str:
        more = self._face.earlier
        return ngettext("and {n} line above", "and {n} lines above", more).format(n=more) if more else ""

    def _saved_text(self) -> str:
        saved = self._face.saved_minor
        return _("You save {amount}").format(amount=wording.yuan(saved)) if saved > 0 else ""

    def _ask_text(self) -> str:
        if self._face.raised:
            return _("Congratulations: you are a {tier} member now").format(tier=self._face.raised)
        if self._face.stage is Stage.DONE:
            return _("Thank you. See you again!")
        if self._face.stage is not Stage.PAYING:
            return ""
        asks = {Way.SCAN_PAY: _("Please show your payment code"), Way.CARD: _("Please use the card terminal")}
        return asks.get(self._face.way, "") if self._face.way is not None else ""

    def _join_text(self) -> str:
        earning = self._face.earning
        if not earning or self._face.stage is Stage.DONE:
            return ""
        return _("Join now: this purchase brings {points}").format(points=wording.points(earning))

    def _arrange(self) -> None:
        right = QVBoxLayout()
        right.setSpacing(14)
        right.addWidget(self._due_card(), 3)
        right.addWidget(self._member_card(), 2)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(18, 18, 18, 18)
        whole.setSpacing(16)
        whole.addWidget(self._basket_card(), 58)
        whole.addLayout(right, 42)

    def _basket_card(self) -> QFrame:
        frame = card()
        rows = QVBoxLayout(frame)
        rows.setContentsMargins(12, 18, 12, 12)
        head = QHBoxLayout()
        head.setContentsMargins(14, 0, 14, 0)
        head.addWidget(self._count)
        head.addWidget(self._earlier, 1)
        rows.addLayout(head)
        rows.addWidget(self._lines, 1)
        return frame

    def _due_card(self) -> QFrame:
        frame = card("night")
        column = QVBoxLayout(frame)
        column.setContentsMargins(26, 20, 26, 16)
        who = QHBoxLayout()
        who.setSpacing(12)
        who.addWidget(self._name)
        who.addWidget(self._tier)
        who.addStretch(1)
        column.addLayout(who)
        column.addStretch(1)
        column.addWidget(self._word)
        column.addWidget(self._figure)
        column.addWidget(self._saved)
        column.addStretch(1)
        column.addWidget(self._ask)
        return frame

    def _member_card(self) -> QFrame:
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(24, 16, 24, 16)
        column.addStretch(1)
        column.addWidget(self._points)
        column.addWidget(self._code, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._join)
        column.addStretch(1)
        return frame


class _Joining(QWidget):
    """The consents that only the customer can give, each with two large answers."""

    answered = Signal(str, bool)

    def __init__(self) -> None:
        super().__init__()
        self._head = Words(lambda: _("Becoming a member"), BRAND_PX, "ink", BOLD)
        self._note = Words(
            lambda: _("You decide, each point on its own. You can take it back at any time."), NOTE_PX, "ink3"
        )
        self._questions = {purpose: _Question(purpose, self.answered.emit) for purpose in ASKED}
        column = QVBoxLayout(self)
        column.setContentsMargins(48, 36, 48, 36)
        column.setSpacing(18)
        column.addStretch(1)
        column.addWidget(self._head)
        column.addWidget(self._note)
        column.addSpacing(10)
        for question in self._questions.values():
            column.addWidget(question)
        column.addStretch(2)

    def show_face(self, face: CustomerFace) -> None:
        for purpose, question in self._questions.items():
            question.show_agreed(agreed=purpose in face.agreed)

    def set_scale(self, scale: float) -> None:
        self._head.set_px(round(BRAND_PX * 0.8 * scale))
        self._note.set_px(round(NOTE_PX * scale))
        for question in self._questions.values():
            question.set_scale(scale)


class _Question(QWidget):
    """One consent: what it is for, and the two answers."""

    def __init__(self, purpose: Purpose, answer: Callable[[str, bool], None]) -> None:
        super().__init__()
        self._agreed = False
        says: dict[Purpose, tuple[Say, Say]] = {
            Purpose.MEMBERSHIP: (
                lambda: _("Membership and points rules"),
                lambda: _("We keep your phone number and purchases to run your account."),
            ),
            Purpose.CHILD: (
                lambda: _("Child's details, by the guardian"),
                lambda: _("We keep the month of birth so that advice and reminders fit the age."),
            ),
        }
        title, detail = says[purpose]
        self._title = Words(title, LINE_PX, "ink", DEMI)
        self._detail = Words(detail, NOTE_PX, "ink3")
        self._tick = Glyph("check", "ok", 40)
        self._yes = Button(lambda: _("I agree"), variant="pri", height_px=72)
        self._no = Button(lambda: _("I do not agree"), height_px=72)
        for button, agreed, wide in ((self._yes, True, 200), (self._no, False, 140)):
            button.setMinimumWidth(wide)
            button.set_px(NOTE_PX)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keys are the cashier's
            button.clicked.connect(partial(answer, purpose.value, agreed))
        frame = card()
        row = QHBoxLayout(frame)
        row.setContentsMargins(26, 20, 26, 20)
        row.setSpacing(14)
        row.addWidget(self._tick)
        words = QVBoxLayout()
        words.addWidget(self._title)
        words.addWidget(self._detail)
        row.addLayout(words, 1)
        row.addWidget(self._no)
        row.addWidget(self._yes)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.show_agreed(agreed=False)

    def show_agreed(self, *, agreed: bool) -> None:
        self._tick.show_icon("check", "ok" if agreed else "line")
        self._yes.say(lambda: _("Agreed") if agreed else _("I agree"))

    def set_scale(self, scale: float) -> None:
        self._title.set_px(round(LINE_PX * scale))
        self._detail.set_px(round(NOTE_PX * 0.9 * scale))


class _Basket(QWidget):
    """The newest lines of the basket, painted; the newest stands out."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[CustomerLine, ...] = ()
        self._scale = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_lines(self, lines: tuple[CustomerLine, ...]) -> None:
        self._lines = lines
        self.setAccessibleName("; ".join(f"{line.name} × {line.quantity}" for line in lines))
        self.update()

    def set_scale(self, scale: float) -> None:
        self._scale = scale
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw a row a line: name above quantity, amount or points at the right."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        high = min(ROW_PX * self._scale, self.height() / ROWS)
        for place, line in enumerate(self._lines):
            box = QRectF(0, place * high, self.width(), high)
            self._draw(painter, line, box, is_newest=place == len(self._lines) - 1)
        painter.end()

    def _draw(self, painter: QPainter, line: CustomerLine, box: QRectF, *, is_newest: bool) -> None:
        if is_newest:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("pri_tint"))
            painter.drawRoundedRect(box.adjusted(0, 3, 0, -3), 12, 12)
        box = box.adjusted(14, 0, -14, 0)
        px = max(14, round(LINE_PX * self._scale))
        figure = wording.points(line.points) if line.points else wording.money(line.amount_minor)
        tone: Tone = "gold" if line.points else "ink"
        text_at(painter, box, figure, (px, DEMI, tone), RIGHT)
        wide = int(box.width() * 0.68)
        name_px, name = fit(line.name, wide, px, MEDIUM, round(px * 0.72))
        upper = QRectF(box.left(), box.top() + box.height() * 0.14, wide, box.height() * 0.42)
        text_at(painter, upper, name, (name_px, MEDIUM, "ink"))
        lower = QRectF(box.left(), box.top() + box.height() * 0.54, wide, box.height() * 0.3)
        text_at(painter, lower, f"× {line.quantity}", (max(14, round(20 * self._scale)), REGULAR, "ink3"))


class _Points(QWidget):
    """The member's points: before, what this purchase brings, after."""

    def __init__(self) -> None:
        super().__init__()
        self._face = CustomerFace()
        self._word = Words(lambda: _("Your points"), NOTE_PX, "ink3", MEDIUM)
        self._after = Words("", FIGURE_PX // 2, "gold", BOLD)
        self._change = Words("", NOTE_PX, "ink2", MEDIUM)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for words in (self._word, self._after, self._change):
            column.addWidget(words)

    def show_points(self, face: CustomerFace) -> None:
        self._face = face
        self.setVisible(face.points_before is not None)
        if face.points_before is None:
            return
        before, after = face.points_before, face.points_after
        is_done = face.stage is Stage.DONE
        self._after.say(f"{after:,}" if is_done or before == after else f"{before:,} → {after:,}")
        spent = before + face.earning - after
        parts = [wording.signed(part) for part in (-spent, face.earning) if part] if not is_done else []
        said = " · ".join(parts) if parts else wording.signed(face.earning)
        self._change.say(_("This purchase: {points}").format(points=said) if said != "0" else "")

    def set_scale(self, scale: float) -> None:
        self._word.set_px(round(NOTE_PX * scale))
        self._after.set_px(round(FIGURE_PX * 0.46 * scale))
        self._change.set_px(round(NOTE_PX * scale))


def _sized(words: Lines, px: float) -> None:
    """Give a sentence two lines of this size."""
    words.set_px(round(px))
    words.set_lines(2)
