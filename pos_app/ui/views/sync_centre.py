"""S14: how head office stands, in words; what waits here, what came, what ran lately, and trying at once."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.errors import PosError, Unavailable
from pos_app.i18n import _, ngettext
from pos_app.ui.desk_wording import ago_text, clock_s_text, ended_text, fact_text, span_text, when_text
from pos_app.ui.messages import lines, short
from pos_app.ui.presenters.sync_centre_models import Link, LinkStatus, Run, SyncBoard
from pos_app.ui.theme.tokens import BODY_PX, BOLD, HEAD_PX, KEY_PX, PAY_PX, POINTS_PX, Tone
from pos_app.ui.widgets.buttons import Button
from pos_app.ui.widgets.figures import Figure, FigureList
from pos_app.ui.widgets.marks import Glyph, card
from pos_app.ui.widgets.retold import Retold
from pos_app.ui.widgets.toast import Toast
from pos_app.ui.widgets.words import RIGHT, Paragraph, Words

TICK_MS = 1000
MOST_KINDS = 10
MOST_ASIDE = 4
DAY_MS = 86_400_000
MOST_RUNS = 10
TRY_PX = 240
# Icon, ink and tile of each state of the link; the words say the same.
LOOKS: dict[Link, tuple[str, Tone, Tone]] = {
    Link.SYNCED: ("cloud", "ok", "ok_tint"),
    Link.WAITING: ("sync", "info", "info_tint"),
    Link.SENDING: ("sync", "info", "info_tint"),
    Link.OFFLINE: ("cloudoff", "warn", "warn_tint"),
    Link.ATTENTION: ("warning", "bad", "bad_tint"),
    Link.UNENROLLED: ("cloudoff", "warn", "warn_tint"),
}


class SyncCentreScreen(Retold, QWidget):
    """Signals: ``try_asked``, ``back_asked``, ``ticked`` every second while it is shown."""

    try_asked = Signal()
    back_asked = Signal()
    ticked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._board = SyncBoard(LinkStatus())
        self._now_ms = 0
        self._mark = Glyph("cloud", "ok", 34, "ok_tint")
        self._head = Words("", POINTS_PX, "ink", BOLD)
        self._detail = Words("", BODY_PX, "ink2")
        self._next = Words("", BODY_PX, "ink3", align=RIGHT)
        self._count = Words("", KEY_PX, "ink", BOLD, align=RIGHT)
        self.confirm = Button(lambda: _("Try now"), icon="sync", variant="pri", height_px=PAY_PX)
        self.confirm.set_px(HEAD_PX)
        self.confirm.set_key("Enter", pill=True)
        self.back = Button(lambda: _("Back to the till"), icon="undo", key="Esc")
        self._waiting, self._downloads, self._runs = FigureList(), FigureList(), FigureList()
        self._waiting_head = Words("", HEAD_PX, "ink", BOLD)
        self._waiting_note = Paragraph("", BODY_PX, "ink2")
        self._runs_note = Paragraph("", BODY_PX, "ink2")
        self._aside_note = Paragraph("", BODY_PX, "warn")
        self.toast = Toast()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._connect()
        self._arrange()
        self.retranslate()

    def show_board(self, board: SyncBoard, now_ms: int) -> None:
        """Show the newest state; ``now_ms`` (UTC) is what ages and countdowns are counted from."""
        self._board, self._now_ms = board, now_ms
        self._show_link(board)
        self._show_waiting(board)
        self._show_downloads(board.status)
        self._show_runs(board.status.runs)

    def show_problem(self, error: PosError) -> None:
        """Say what went wrong."""
        what, then = lines(error)
        self.toast.show_notice("bad", what, then)

    def focus_home(self) -> None:
        """Take the focus, so that Enter tries and Esc goes back."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self.show_board(self._board, self._now_ms)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter tries now, Esc goes back."""
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._ask()
        elif key == Qt.Key.Key_Escape:
            self.back_asked.emit()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Let the times move while the screen is seen."""
        super().showEvent(event)
        self._tick.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop moving the times."""
        super().hideEvent(event)
        self._tick.stop()

    def _show_link(self, board: SyncBoard) -> None:
        status = board.status
        icon, ink, tile = LOOKS[status.link]
        self._mark.show_icon(icon, ink, tile)
        head, detail = link_words(board, self._now_ms)
        self._head.say(head)
        self._detail.say(detail)
        busy = status.link is Link.SENDING
        self.confirm.setEnabled(not busy and status.link is not Link.UNENROLLED)
        planned = status.next_try_ms is not None and not busy
        self._next.say(_("Next try in") if planned else "")
        left_s = ((status.next_try_ms or 0) - self._now_ms + 999) // 1000
        self._count.say(span_text(left_s) if planned else "")

    def _show_waiting(self, board: SyncBoard) -> None:
        unsent = board.unsent()
        self._waiting_head.say(ngettext("To upload: {n} record", "To upload: {n} records", unsent).format(n=unsent))
        kinds = board.waiting[:MOST_KINDS]
        figures: tuple[Figure, ...] = tuple((fact_text(kind.kind), f"{kind.count:,}", "ink") for kind in kinds)
        self._waiting.show_figures(figures)
        safe = _("They are stored safely on this till and go up in order.")
        self._waiting_note.say(safe if unsent else _("Everything is uploaded."))

    def _show_downloads(self, status: LinkStatus) -> None:
        words = {
            "members": _("Members"),
            "catalogue": _("Catalogue"),
            "programme": _("Programme rules"),
            "points": _("Points for this till"),
        }
        self._aside_note.say(aside_text(status.put_aside))
        never = _("never")
        self._downloads.show_figures(
            tuple(
                (
                    words.get(load.kind, load.kind),
                    never if load.as_of_ms is None else when_text(load.as_of_ms, self._now_ms),
                    "warn" if load.as_of_ms is None else "ink",
                )
                for load in status.downloads
            )
        )

    def _show_runs(self, runs: tuple[Run, ...]) -> None:
        figures: list[Figure] = []
        for run in runs[:MOST_RUNS]:
            today = self._now_ms - run.at_ms < DAY_MS
            at = clock_s_text(run.at_ms) if today else when_text(run.at_ms, self._now_ms)
            if run.code:
                figures.append((at, f"✗ {short(Unavailable(run.code))}", "warn"))
            else:
                took = f"{run.took_ms / 1000:.1f} s"
                figures.append((at, f"↑{run.sent} ↓{run.received} · {took} ✓", "ink"))
        self._runs.show_figures(tuple(figures))
        self._runs_note.say("" if runs else _("No exchange with head office yet."))

    def _ask(self) -> None:
        if self.confirm.isEnabled():
            self.try_asked.emit()

    def _connect(self) -> None:
        self.confirm.clicked.connect(self._ask)
        self.back.clicked.connect(self.back_asked)
        self._tick.timeout.connect(self.ticked)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(12)
        column.addWidget(self._state_card())
        cards = QHBoxLayout()
        cards.setSpacing(12)
        cards.addWidget(_list_card(self._waiting_head, self._waiting, self._waiting_note), 1)
        cards.addWidget(
            _list_card(
                Words(lambda: _("From head office, as of"), HEAD_PX, "ink", BOLD), self._downloads, self._aside_note
            ),
            1,
        )
        cards.addWidget(
            _list_card(Words(lambda: _("Last exchanges"), HEAD_PX, "ink", BOLD), self._runs, self._runs_note), 1
        )
        column.addLayout(cards, 1)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.back)
        foot.addWidget(self.toast, 1)
        column.addLayout(foot)

    def _state_card(self) -> QWidget:
        state = card()
        row = QHBoxLayout(state)
        row.setContentsMargins(20, 16, 16, 16)
        row.setSpacing(16)
        row.addWidget(self._mark)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._head)
        words.addWidget(self._detail)
        row.addLayout(words, 1)
        planned = QVBoxLayout()
        planned.setSpacing(0)
        planned.addWidget(self._next)
        planned.addWidget(self._count)
        row.addLayout(planned)
        self.confirm.setMinimumWidth(TRY_PX)
        row.addWidget(self.confirm)
        return state


def _list_card(head: QWidget, inside: QWidget, note: QWidget | None = None) -> QFrame:
    frame = card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(18, 16, 18, 14)
    column.setSpacing(12)
    column.addWidget(head)
    column.addWidget(inside)
    if note is not None:
        column.addWidget(note)
    column.addStretch(1)
    return frame


def aside_text(names: tuple[str, ...]) -> str:
    """Return what was put aside of what head office published, and that selling goes on; empty for nothing."""
    if not names:
        return ""
    words = {
        "campaign": _("Campaign"),
        "item": _("Item"),
        "programme": _("Programme rules"),
        "staff": _("Staff"),
        "member": _("Member"),
    }
    told = []
    for name in names[:MOST_ASIDE]:
        kind, _space, entity = name.partition(" ")
        told.append(f"{words.get(kind, kind)} {entity}".strip())
    more = "" if len(names) <= MOST_ASIDE else " …"
    return _("Put aside, it cannot be used: {names}. Selling goes on; call head office.").format(
        names=", ".join(told) + more
    )


def link_words(board: SyncBoard, now_ms: int) -> tuple[str, str]:
    """Return how the link stands and what that means for the shop, in two short lines."""
    status = board.status
    since = ago_text((now_ms - status.since_ms) // 1000) if status.since_ms is not None else ""
    last = status.last_ok_ms
    synced = _("Last synced {at}").format(at=when_text(last, now_ms)) if last is not None else _("Not synced yet")
    offline = _("Offline for {time}").format(time=since) if since else _("Offline")
    goes_on = _("Selling, joining, points and calls go on")
    words: dict[Link, tuple[str, str]] = {
        Link.SYNCED: (_("Connected, everything is uploaded"), synced),
        Link.WAITING: (_("Connected, upload follows"), synced),
        Link.SENDING: (_("Exchanging with head office…"), synced),
        Link.OFFLINE: (offline, f"{goes_on} · {synced}"),
        Link.ATTENTION: _attention(status.code),
        Link.UNENROLLED: (_("This till is not connected yet"), _reason(status.code or "till.not_enrolled")),
    }
    return words[status.link]


def _attention(code: str) -> tuple[str, str]:
    ended = ended_text(code)
    return (ended, lines(Unavailable(code))[1]) if ended else (_("Head office asks for attention"), _reason(code))


def _reason(code: str) -> str:
    return " ".join(lines(Unavailable(code))) if code else ""
