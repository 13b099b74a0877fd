"""S21: the six tasks of training, what each asks for, and how far the trainee is."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.training import Task
from pos_app.i18n import _
from pos_app.ui.presenters.training import TrainingFace
from pos_app.ui.theme.tokens import ACTION_PX, BODY_PX, BOLD, ITEM_PX, TITLE_PX
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.marks import Glyph
from pos_app.ui.widgets.sheet import Sheet
from pos_app.ui.widgets.words import RIGHT, Words

WIDTH_PX = 720

_SAYS: dict[Task, tuple[Callable[[], str], Callable[[], str]]] = {
    Task.SELL: (
        lambda: _("Sell for cash"),
        lambda: _("Scan two items or find them with F3, then F9 and Enter."),
    ),
    Task.SERVE: (
        lambda: _("Serve a member"),
        lambda: _("Scan an item, type 0001 for the customer's last four digits, take the money."),
    ),
    Task.REDEEM: (
        lambda: _("Redeem points"),
        lambda: _("With customer 0001: F4, choose what goes home for points, take the money."),
    ),
    Task.SPLIT: (
        lambda: _("Split a payment"),
        lambda: _("F9, pay a part in cash and the rest by card."),
    ),
    Task.REFUND: (
        lambda: _("Take goods back"),
        lambda: _("F7, choose the receipt, tick the line, give the money back."),
    ),
    Task.CALL: (
        lambda: _("Record a follow-up call"),
        lambda: _("Ctrl 3: open the call that is due today and record what was said."),
    ),
}


def task_word(task: Task) -> str:
    """Return what a task is called."""
    return _SAYS[task][0]()


def status_text(face: TrainingFace) -> str:
    """Return the one line of the status bar."""
    done = sum(is_done for _task, is_done in face.tasks)
    if face.current is None:
        return _("Training done: all {n} tasks in {time}").format(n=len(face.tasks), time=time_text(face.seconds))
    said = _("Training {n} of {all}: {task}").format(n=done + 1, all=len(face.tasks), task=task_word(face.current))
    return f"{said} · {time_text(face.seconds)}"


def time_text(seconds: int) -> str:
    """Return minutes and seconds: ``03:12``."""
    return f"{seconds // 60:02d}:{seconds % 60:02d}"


class TrainingSheet(Sheet):
    """Signals: ``left`` when the trainee wants to go back to the real till."""

    left = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(lambda: _("Training"), host, width_px=WIDTH_PX)
        self.subtitle.say(lambda: _("Nothing here is real: no sale, no points, no money, and nothing is sent."))
        self._time = Words("", TITLE_PX, "training", BOLD, align=RIGHT)
        self._rows = {task: _TaskRow(*says) for task, says in _SAYS.items()}
        for row in self._rows.values():
            self.body.addWidget(row)
        self.body.addWidget(self._time)
        self.leave = Button(lambda: _("End training"), height_px=ACTION_PX)
        self.go_on = Button(lambda: _("Go on"), variant="pri", key="Esc", height_px=ACTION_PX)
        self.footer.addWidget(self.leave, 1)
        self.footer.addWidget(self.go_on, 2)
        self.leave.clicked.connect(self.left)
        self.go_on.clicked.connect(self.dismiss)

    def show_training(self, face: TrainingFace) -> None:
        """Show what is done."""
        self._time.say(time_text(face.seconds))
        for task, is_done in face.tasks:
            self._rows[task].show_state(is_done=is_done, is_current=task is face.current)

    def open_sheet(self) -> None:
        """Show the tasks."""
        self.open_over(self.go_on)


class _TaskRow(QWidget):
    """One task: a tick, its name, how to do it."""

    def __init__(self, word: Callable[[], str], how: Callable[[], str]) -> None:
        super().__init__()
        self._mark = Glyph("check", "line", 24, "sunken")
        self._word = Words(word, ITEM_PX, "ink", BOLD)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 2)
        row.setSpacing(12)
        row.addWidget(self._mark)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._word)
        words.addWidget(Words(how, BODY_PX, "ink2"))
        row.addLayout(words, 1)

    def show_state(self, *, is_done: bool, is_current: bool) -> None:
        self._mark.show_icon("check", "ok" if is_done else "line", "ok_tint" if is_done else "sunken")
        self._word.set_tone("ok" if is_done else "training" if is_current else "ink")
