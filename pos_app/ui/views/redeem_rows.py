"""One row of the redeem sheet: can the points take it home, how many, and what a split would cost."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from pos_app.i18n import _
from pos_app.ui import wording
from pos_app.ui.presenters.view_models import Reach, RedeemRow
from pos_app.ui.theme.tokens import DEMI, ITEM_PX, LABEL_PX, SMALL_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.choice import Stepper
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.words import RIGHT, Words

REACH_LOOKS: dict[Reach, tuple[str, Tone, Tone]] = {
    Reach.ENOUGH: ("check", "ok", "ok_tint"),
    Reach.NEARLY: ("plus", "warn", "warn_tint"),
    Reach.NOT: ("minus", "ink3", "sunken"),
}


class RedeemLine(QFrame):
    """Signals: ``stepped(key, delta)``, ``mix_asked(key)`` to take the offered split of points and money."""

    stepped = Signal(str, int)
    mix_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._row: RedeemRow | None = None
        self._glyph = Glyph("check", "ok", 18, "ok_tint")
        self._name = Words("", ITEM_PX, "ink", DEMI, elide=True)
        self._below = Words(self._below_text, SMALL_PX, "ink3", elide=True)
        self._points = Words("", LABEL_PX, "gold", DEMI, align=RIGHT)
        self._price = Words("", SMALL_PX, "ink3", align=RIGHT)
        self._mix = Button(self._mix_text, variant="soft")
        self._mix.set_px(SMALL_PX)
        self._stepper = Stepper()
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(12)
        row.addWidget(self._glyph)
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self._name)
        names.addWidget(self._below)
        row.addLayout(names, 1)
        row.addWidget(self._mix)
        prices = QVBoxLayout()
        prices.setSpacing(0)
        prices.addWidget(self._points)
        prices.addWidget(self._price)
        row.addLayout(prices)
        row.addWidget(self._stepper)
        self.setFixedHeight(56)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._stepper.stepped.connect(self._step)
        self._mix.clicked.connect(self._ask_mix)

    def show_row(self, row: RedeemRow | None) -> None:
        """Show an item, or nothing."""
        self._row = row
        self.setVisible(row is not None)
        if row is None:
            return
        icon, ink, tile = REACH_LOOKS[row.reach]
        self._glyph.show_icon(icon, ink, tile)
        self._glyph.setAccessibleName(reach_word(row.reach))
        self._name.say(row.name)
        self._below.retell()
        self._points.say(lambda: wording.points(row.points))
        self._points.setMinimumWidth(88)
        self._price.say(wording.yuan(row.price_minor))
        self._mix.setVisible(row.mix_points > 0)
        self._mix.retell()
        reachable = row.most if row.reach is Reach.ENOUGH or row.taken else 0
        self._stepper.show_count(row.taken, most=reachable)
        self._stepper.set_name(row.name)

    def _below_text(self) -> str:
        row = self._row
        if row is None:
            return ""
        short = (
            _("{points} short").format(points=f"{row.short_points:,}") if row.short_points else reach_word(row.reach)
        )
        return " · ".join(part for part in (short, row.spec) if part)

    def _mix_text(self) -> str:
        row = self._row
        if row is None:
            return ""
        return _("{points} + {amount}").format(
            points=wording.points(row.mix_points), amount=wording.yuan(row.mix_minor)
        )

    def _step(self, delta: int) -> None:
        if self._row is not None:
            self.stepped.emit(self._row.key, delta)

    def _ask_mix(self) -> None:
        if self._row is not None:
            self.mix_asked.emit(self._row.key)


def reach_word(reach: Reach) -> str:
    """Return the word of whether the points suffice."""
    return {Reach.ENOUGH: _("Enough"), Reach.NEARLY: _("Nearly"), Reach.NOT: _("Not yet")}[reach]
