"""Top-up (充值): what is bought and given with it, how it is paid, and a PIN for spending it."""

from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QWidget

from pos_app.domain.stored_value import TopUpRule
from pos_app.domain.tenders import TenderKind
from pos_app.i18n import _, ngettext
from pos_app.ui import wording
from pos_app.ui.presenters.top_up import MOST_RULES, TopUpFace
from pos_app.ui.theme.tokens import BODY_PX, BOLD, GAP_PX, HEAD_PX, LABEL_PX, TARGET_PX
from pos_app.ui.views.payment import typed_minor
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Segmented
from pos_app.ui.widgets.fields import DirectField, Labelled, NumberField
from pos_app.ui.widgets.names import name
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import Lines, Words

WIDTH_PX, HEIGHT_PX = 720, 580
RULE_PX, FOOT_PX = 56, 52
COLUMNS = 2


class TopUpSheet(Sheet):
    """Signals: ``amount_chosen(amount_minor)``, ``way_chosen(kind)``, ``confirmed(reference, pin)``, ``back_asked()``.

    ``back_asked``: a top-up is to come back instead.
    """

    amount_chosen = Signal(int)
    way_chosen = Signal(str)
    confirmed = Signal(str, str)
    back_asked = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Top up stored value"), host, width_px=WIDTH_PX)
        self._face: TopUpFace | None = None
        self._busy = False
        self._rules = [Button(shape="stack", variant="act", height_px=RULE_PX) for _place in range(MOST_RULES)]
        self._group = QButtonGroup(self)
        self.amount = NumberField(money=True, px=HEAD_PX)
        self._amount = Labelled(lambda: _("Amount"), self.amount)
        self._ways = Segmented(
            (
                (TenderKind.CASH.value, lambda: _("Cash")),
                (TenderKind.WECHAT.value, lambda: _("WeChat")),
                (TenderKind.ALIPAY.value, lambda: _("Alipay")),
                (TenderKind.CARD.value, lambda: _("Card")),
            ),
            lambda: _("How it is paid"),
        )
        self.reference = DirectField(lambda: _("Reference"))
        self._reference = Labelled(lambda: _("Reference"), self.reference)
        self.pin = DirectField(lambda: _("4 to 6 digits, may stay empty"))
        self.pin.setEchoMode(DirectField.EchoMode.Password)
        self.pin.setMaxLength(6)
        self._pin = Labelled(lambda: _("PIN for spending, typed by the member"), self.pin)
        self._gift = Words(self._gift_text, LABEL_PX, "gold", BOLD, elide=True)
        self._gift.setFixedHeight(TARGET_PX)
        self._told = Lines("", BODY_PX, "ink2", elide=True)
        self._cancel = Button(self._cancel_text, key="Esc", variant="soft", height_px=FOOT_PX)
        self._back = Button(lambda: _("Top-up back"), icon="undo", variant="soft", height_px=FOOT_PX)
        self.confirm = Button(self._confirm_text, variant="pri", height_px=FOOT_PX)
        self.confirm.set_key("Enter", pill=True)
        self._arrange_body()
        self._connect()

    def open_sheet(self) -> None:
        """Show the sheet; digits are the amount."""
        for field in (self.amount, self.reference, self.pin):
            field.clear()
        self.open_over(self.amount)

    def show_top_up(self, face: TopUpFace) -> None:
        """Show what is bought, or what was."""
        self._face = face
        done = face.done is not None
        self.subtitle.say(" · ".join(part for part in (face.customer, face.has) if part))
        for place, button in enumerate(self._rules):
            known = place < len(face.rules)
            button.setVisible(known)
            if known:
                rule = face.rules[place]
                button.say(f"¥{wording.short_money(rule.amount_minor)}")
                button.set_caption(partial(_rule_text, rule))
                button.setChecked(rule.amount_minor == face.amount_minor)
                button.setEnabled(not done and not face.is_pending and not face.is_wrong)
        if face.amount_minor and not self.amount.hasFocus():
            with QSignalBlocker(self.amount):
                self.amount.setText(wording.short_money(face.amount_minor).replace(",", ""))
        self._ways.show_choice(face.way.value)
        self._reference.setVisible(face.way is not TenderKind.CASH)
        self._pin.setVisible(face.asks_pin)
        for field in (self.amount, self.reference, self.pin, self._ways):
            field.setEnabled(not done)
        for field in (self.amount, self._ways):
            field.setEnabled(not done and not face.is_pending and not face.is_wrong)
        self._told.say(face.problem or self._done_text() or self._scan_text())
        self._told.set_tone("warn" if face.is_pending else "bad" if face.problem else "ok" if done else "ink2")
        self._told.set_lines(2)
        for words in (self._gift, self._cancel, self.confirm):
            words.retell()
        self._arm()

    def set_busy(self, busy: bool) -> None:
        """Disarm the filled button while it is being written."""
        self._busy = busy
        self._arm()

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        if self._face is not None:
            self.show_top_up(self._face)

    def _height(self) -> int:
        return HEIGHT_PX

    def _arm(self) -> None:
        face = self._face
        self.confirm.setEnabled(
            face is not None and not self._busy and (face.amount_minor > 0 or face.done is not None)
        )
        if face is not None and (face.done is not None or face.is_pending or face.is_wrong):
            self.confirm.setFocus(Qt.FocusReason.OtherFocusReason)

    def _cancel_text(self) -> str:
        return _("Back") if self._face is not None and self._face.done is not None else _("Cancel")

    def _confirm_text(self) -> str:
        if self._face is None or self._face.done is not None:
            return _("Done")
        if self._face.is_pending:
            return _("Ask what became of it")
        if self._face.is_wrong:
            return _("Give it back")
        return _("Take {amount}").format(amount=wording.yuan(self._face.amount_minor))

    def _gift_text(self) -> str:
        face = self._face
        if face is None or not face.amount_minor:
            return _("Choose an amount, or type one")
        return _rule_text(face.gift) if face.gift is not None else _("Nothing is given with this amount")

    def _scan_text(self) -> str:
        face = self._face
        if face is None or not face.by_gateway or not face.amount_minor:
            return ""
        if face.way is TenderKind.CARD:
            return _("Enter asks the card terminal for the money")
        return _("Scan the customer's payment code") if face.way is not TenderKind.CASH else ""

    def _done_text(self) -> str:
        done = None if self._face is None else self._face.done
        if done is None:
            return ""
        return _("{paid} bought, {gift} given; now {total}. The slip is printed.").format(
            paid=wording.yuan(done.paid_minor), gift=wording.yuan(done.gift_minor), total=wording.yuan(done.after.total)
        )

    def _connect(self) -> None:
        for place, button in enumerate(self._rules):
            button.setCheckable(True)
            self._group.addButton(button, place)
        self._group.setExclusive(False)
        self._group.idClicked.connect(self._rule_chosen)
        self._ways.chosen.connect(self.way_chosen)
        self.amount.textChanged.connect(self._typed)  # a scan puts back what it wrote over
        for field in (self.amount, self.reference, self.pin):
            field.returnPressed.connect(self._confirm)
        self._cancel.clicked.connect(self.dismiss)
        self._back.clicked.connect(self.back_asked)
        self.confirm.clicked.connect(self._confirm)

    def _rule_chosen(self, place: int) -> None:
        if self._face is not None:
            self.amount.setText(wording.short_money(self._face.rules[place].amount_minor).replace(",", ""))

    def _typed(self, text: str) -> None:
        self.amount_chosen.emit(typed_minor(text) or 0)

    def _confirm(self) -> None:
        if self.confirm.isEnabled():
            self.confirmed.emit(self.reference.text().strip(), self.pin.text())

    def _arrange_body(self) -> None:
        name(self.amount, lambda: _("Amount"))
        name(self.reference, lambda: _("Reference"))
        name(self.pin, lambda: _("PIN for spending, typed by the member"))
        rules = QWidget()
        grid = QGridLayout(rules)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(GAP_PX)
        rules.setFixedHeight(MOST_RULES // COLUMNS * (RULE_PX + GAP_PX) - GAP_PX)
        for place, button in enumerate(self._rules):
            grid.addWidget(button, place // COLUMNS, place % COLUMNS)
        self.body.addWidget(rules)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._amount, 1)
        row.addWidget(Labelled(lambda: _("Given with it"), self._gift), 2)
        self.body.addLayout(row)
        self.body.addWidget(self._ways)
        proofs = QHBoxLayout()
        proofs.setSpacing(12)
        proofs.addWidget(self._reference, 1)
        proofs.addWidget(self._pin, 1)
        self.body.addLayout(proofs)
        self.body.addWidget(self._told)
        self.footer.addWidget(self._cancel, 1)
        self.footer.addWidget(self._back, 1)
        self.footer.addWidget(self.confirm, 2)


def _rule_text(rule: TopUpRule) -> str:
    """Return what is given with an amount."""
    if not rule.gift_minor:
        return _("nothing given")
    gift = f"¥{wording.short_money(rule.gift_minor)}"
    if rule.months == 1:
        return _("{gift} given").format(gift=gift)
    return ngettext("{gift} given in {n} month", "{gift} given over {n} months", rule.months).format(
        gift=gift, n=rule.months
    )
