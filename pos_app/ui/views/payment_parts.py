"""Parts of the payment screen: what was taken, the amount entry, the done panel."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import MemberCard, PaymentFace, Tender, TenderLine, Way
from pos_app.ui.theme.tokens import (
    BODY_PX,
    BOLD,
    CAP_PX,
    DEMI,
    ITEM_PX,
    LABEL_PX,
    MEDIUM,
    SCAN_PX,
    SMALL_PX,
)
from pos_app.ui.views.member_parts import Identity, PointsPanel
from pos_app.ui.widgets.buttons import Button, IconButton
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import DirectField, NumberField
from pos_app.ui.widgets.marks import Glyph, rule
from pos_app.ui.widgets.words import RIGHT, Paragraph, Say, Words

MOST_TENDERS = 6
FEW_TENDERS = 3  # beside which there is room for the member's points
WAY_ICONS = {Way.SCAN_PAY: "qr", Way.CASH: "cash", Way.CARD: "card", Way.VALUE: "wallet", Way.POINTS: "star"}
TENDER_ICONS = {
    Tender.CASH: "cash",
    Tender.WECHAT: "qr",
    Tender.ALIPAY: "qr",
    Tender.CARD: "card",
    Tender.VALUE: "wallet",
    Tender.FOREIGN: "globe",
    Tender.EXCHANGE: "refund",
    Tender.POINTS: "star",
}


def tender_word(tender: Tender) -> str:
    """Return the word of a payment."""
    return {
        Tender.CASH: _("Cash"),
        Tender.WECHAT: _("WeChat"),
        Tender.ALIPAY: _("Alipay"),
        Tender.CARD: _("Card"),
        Tender.VALUE: _("Stored value"),
        Tender.FOREIGN: _("Foreign cash"),
        Tender.EXCHANGE: _("Goods returned"),
        Tender.POINTS: _("Points"),
    }[tender]


class TenderRow(QWidget):
    """One payment taken: icon, word, detail, amount, and a cross while it can be taken back."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = Glyph("cash", "pri", 20)
        self._word = Words("", LABEL_PX, "ink", DEMI)
        self._detail = Words("", CAP_PX, "ink3", elide=True)
        self._amount = Words("", ITEM_PX, "ink", DEMI, align=RIGHT)
        self.off = IconButton("cross", lambda: _("Take this payment back"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._glyph)
        lines = QVBoxLayout()
        lines.setSpacing(0)
        lines.addStretch()
        lines.addWidget(self._word)
        lines.addWidget(self._detail)
        lines.addStretch()
        row.addLayout(lines, 1)
        row.addWidget(self._amount)
        row.addWidget(self.off)
        self.setFixedHeight(48)

    def show_tender(self, line: TenderLine | None) -> None:
        """Show a payment, or nothing in its place."""
        self.setVisible(line is not None)
        if line is None:
            return
        self._glyph.show_icon(TENDER_ICONS[line.tender], "gold" if line.tender is Tender.POINTS else "pri")
        self._word.say(partial(tender_word, line.tender))
        self._detail.say(line.detail)
        self._detail.setVisible(bool(line.detail))
        self._detail.set_tone("warn" if line.is_pending else "ink3")
        self._amount.say(wording.money(line.amount_minor if line.is_pending else -line.amount_minor))
        self._amount.set_tone("warn" if line.is_pending else "ink")
        self.off.setVisible(line.removable)


class TakenPanel(QFrame):
    """The left zone while paying: what is due, what was taken, rounding, the way back.

    Signals: ``removed(tender_id)``, ``back_asked``.
    """

    removed = Signal(str)
    back_asked = Signal()

    def __init__(self, undo_key: str) -> None:
        super().__init__()
        self.setProperty("card", True)
        self._face: PaymentFace | None = None
        self._undo = Words(lambda: _("Undo {key}").format(key=undo_key), CAP_PX, "ink3", align=RIGHT)
        self._undo.hide()
        self._lines: tuple[TenderLine, ...] = ()
        self._has_member = False
        self._who = Identity()
        self._points = PointsPanel()
        self._due = Words("", ITEM_PX, "ink", BOLD, align=RIGHT)
        self._none = Paragraph(lambda: _("Nothing taken yet. Choose a way to pay at the right."), BODY_PX, "ink2")
        self._rows = [TenderRow() for _place in range(MOST_TENDERS)]
        self._rounding = self._fact(lambda: _("Cash rounding"))
        self._change = self._fact(lambda: _("Change"))
        self._problem = QFrame()
        self._problem.setProperty("fill", "warn_tint")
        self._problem_text = Paragraph("", SMALL_PX, "warn", MEDIUM)
        self.back = Button(lambda: _("Back"), icon="undo", key="Esc", variant="soft", height_px=52)
        self.back.clicked.connect(self.back_asked)
        self._group = QButtonGroup(self)
        for place, row in enumerate(self._rows):
            self._group.addButton(row.off, place)
        self._group.idClicked.connect(self._remove)
        self._arrange()

    def show_member(self, member: MemberCard | None) -> None:
        """Keep the customer in view: who, and what this sale does to the points, while there is room for that."""
        self._who.show_member(member)
        self._has_member = member is not None
        if member is not None:
            self._points.show_member(member)
        self._show_points()

    def _show_points(self) -> None:
        self._points.setVisible(self._has_member and len(self._lines) <= FEW_TENDERS)

    def set_compact(self, *, compact: bool) -> None:
        """Leave the avatar away."""
        self._who.set_compact(compact=compact)

    def show_face(self, face: PaymentFace) -> None:
        """Show the state of paying; at most six payments, the newest ones if there are more."""
        self._lines = face.taken[-MOST_TENDERS:]
        self._due.say(wording.yuan(face.due_minor))
        self._show_points()
        self._none.setVisible(not self._lines)
        self._undo.setVisible(bool(self._lines) and self._lines[-1].removable)
        for place, row in enumerate(self._rows):
            row.show_tender(self._lines[place] if place < len(self._lines) else None)
        self._show_fact(self._rounding, face.rounding_minor)
        self._show_fact(self._change, face.change_minor)
        self._problem.setVisible(bool(face.problem))
        self._problem_text.say(face.problem)

    def show_finished(self) -> None:
        """Keep what was taken in view, but offer neither cross nor way back."""
        self.back.setEnabled(False)
        self._undo.hide()
        for row in self._rows:
            row.off.setVisible(False)

    def show_open(self) -> None:
        """Offer the way back again."""
        self.back.setEnabled(True)

    def _remove(self, place: int) -> None:
        self.removed.emit(self._lines[place].tender_id)

    def _fact(self, words: Say) -> tuple[QWidget, Words]:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 2, 0, 2)
        amount = Words("", LABEL_PX, "ink", DEMI, align=RIGHT)
        row.addWidget(Words(words, BODY_PX, "ink2"), 1)
        row.addWidget(amount)
        return box, amount

    def _show_fact(self, fact: tuple[QWidget, Words], minor: int) -> None:
        box, amount = fact
        box.setVisible(minor != 0)
        amount.say(wording.money(minor))

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 14, 14, 10)
        column.setSpacing(6)
        column.addWidget(self._who)
        column.addWidget(self._points)
        head = QHBoxLayout()
        head.addWidget(Words(lambda: _("Due"), ITEM_PX, "ink", BOLD), 1)
        head.addWidget(self._due)
        column.addLayout(head)
        column.addWidget(rule())
        column.addWidget(self._list(), 1)
        inner = QHBoxLayout(self._problem)
        inner.setContentsMargins(10, 8, 10, 8)
        inner.setSpacing(8)
        inner.addWidget(Glyph("warning", "warn", 20), 0, Qt.AlignmentFlag.AlignTop)
        inner.addWidget(self._problem_text, 1)
        column.addWidget(self._problem)
        column.addWidget(self.back)

    def _list(self) -> QScrollArea:
        inner = QFrame()
        inner.setObjectName("scrolled")
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(2)
        head = QHBoxLayout()
        head.addWidget(Words(lambda: _("Taken"), SMALL_PX, "ink3", DEMI), 1)
        head.addWidget(self._undo)
        rows.addLayout(head)
        rows.addWidget(self._none)
        for row in self._rows:
            rows.addWidget(row)
        rows.addWidget(self._rounding[0])
        rows.addWidget(self._change[0])
        rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        return area


class EntryRow(QFrame):
    """The line in the scan line's place: which way, how much, which reference. Enter adds the payment.

    Signals: ``confirmed``.
    """

    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._way = Way.CASH
        self._compact = False
        self.wallet = Segmented(
            ((Tender.WECHAT.value, lambda: _("WeChat")), (Tender.ALIPAY.value, lambda: _("Alipay")))
        )
        self._currencies: tuple[str, ...] = ()
        self._currency = ""  # empty: the shop's own
        self.currency = Button(self._currency_text, variant="soft", height_px=SCAN_PX)
        self.currency.set_name(lambda: _("Currency of the cash"))
        self.currency.clicked.connect(self._next_currency)
        self.currency.hide()
        self._arrows = Words("↑↓", CAP_PX, "ink3")
        self._arrows.hide()
        self._glyph = Glyph("cash", "pri", 24)
        self._word = Words("", LABEL_PX, "ink", DEMI)
        self.reference = DirectField(self._hint)
        self.reference.setMaxLength(64)
        self.amount = NumberField(money=True, px=22)
        self.amount.setFixedHeight(SCAN_PX)
        self.amount.setMinimumWidth(126)
        self.reference.setFixedHeight(SCAN_PX)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._glyph)
        row.addWidget(self._word)
        row.addWidget(self.wallet)
        row.addWidget(self.currency)
        row.addWidget(self._arrows)
        row.addWidget(self.reference, 3)
        row.addWidget(self.amount, 2)
        self.amount.returnPressed.connect(self.confirmed)
        self.reference.returnPressed.connect(self.confirmed)
        self._retell()

    def show_way(self, way: Way, amount: str, *, asks_pin: bool = False) -> None:
        """Ask for a payment of one way, with the amount that is still owed ready to be overtyped.

        ``asks_pin``: with the digits that show that it is the member's stored value.
        """
        self._way = way
        scanned = way is Way.SCAN_PAY
        self._glyph.show_icon(WAY_ICONS[way], "pri")
        self._word.setVisible(not scanned and not self._compact)
        self._glyph.setVisible(not scanned)
        self.wallet.setVisible(scanned)
        self._currency = ""
        self._show_currency()
        self.reference.setVisible(way in {Way.SCAN_PAY, Way.CARD} or asks_pin)
        self.reference.setEchoMode(DirectField.EchoMode.Password if asks_pin else DirectField.EchoMode.Normal)
        self.reference.clear()
        self.amount.setText(amount)
        self._retell()
        self.amount.setFocus(Qt.FocusReason.OtherFocusReason)
        self.amount.selectAll()

    def show_currencies(self, currencies: tuple[str, ...]) -> None:
        """Offer these besides the shop's own money."""
        self._currencies = currencies
        self._show_currency()

    def foreign(self) -> str:
        """Return the currency of the notes in hand, empty for the shop's own."""
        return self._currency if self._way is Way.CASH else ""

    def step(self, by: int) -> None:
        """Take the next wallet in hand, or the next currency; ``by`` -1 for the one before."""
        if self._way is Way.SCAN_PAY:
            self.wallet.step(by)
        elif self._way is Way.CASH and self._currencies:
            self._next_currency(by=by)

    def _next_currency(self, *, by: int = 1) -> None:
        choices = ("", *self._currencies)
        self._currency = choices[(choices.index(self._currency) + by) % len(choices)]
        self._show_currency()
        self.amount.clear()  # what is owed is in the shop's own money
        self.amount.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_currency(self) -> None:
        has_more = self._way is Way.CASH and bool(self._currencies)
        self.currency.setVisible(has_more)
        self._arrows.setVisible(has_more or self._way is Way.SCAN_PAY)
        self.currency.retell()

    def _currency_text(self) -> str:
        return self._currency or "¥"

    def set_compact(self, *, compact: bool) -> None:
        """Leave the word to the icon and to the marked way."""
        self._compact = compact
        self._word.setVisible(not compact and self._way is not Way.SCAN_PAY)

    def retranslate(self) -> None:
        """Say the words again."""
        self._retell()

    def _hint(self) -> str:
        if self._way is Way.VALUE:
            return _("Last 4 + PIN") if self._compact else _("Scan the code, or last 4 + PIN")
        return _("Ref.") if self._compact else _("Reference")

    def _retell(self) -> None:
        self._word.say(partial(_way_text, self._way))
        self.reference.set_hint(self._hint)
        self.reference.setAccessibleName(self._hint() if self._way is Way.VALUE else _("Reference"))
        self.amount.setAccessibleName(_("Amount to take"))


def _way_text(way: Way) -> str:
    words = {Way.CASH: _("Amount given"), Way.CARD: _("Card"), Way.VALUE: _("Stored value"), Way.POINTS: _("Points")}
    return words.get(way, "")
