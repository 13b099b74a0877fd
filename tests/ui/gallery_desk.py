"""Every state of the desk screens, for pictures and for the tests that measure them.

Run as a program it paints each state in both languages and both sizes:
``python tests/ui/gallery_desk.py FOLDER [part of a name ...]``.
"""

import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from pos_app.domain.calls import Outcome
from pos_app.domain.members import Purpose
from pos_app.domain.staff import Role
from pos_app.errors import Refused, Unavailable
from pos_app.i18n import use
from pos_app.ui.presenters.call_outcome_models import OutcomeSheet, Progress, Saved
from pos_app.ui.presenters.calls_models import BoughtLine, CallBoard, CallLine, CallTab, ChildAge
from pos_app.ui.presenters.close_models import (
    CheckBoard,
    Closed,
    Comparison,
    DayFace,
    ManagerFace,
    ReportFace,
    TenderSum,
)
from pos_app.ui.presenters.sign_in_models import DayNote, Opening, Person, SyncNote, Till
from pos_app.ui.presenters.sign_up_models import ChildNote, PhoneLook, PhoneNote, SignUpStart
from pos_app.ui.presenters.sync_centre_models import (
    Download,
    KindCount,
    Link,
    LinkStatus,
    Run,
    SyncBoard,
)
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme
from pos_app.ui.theme.tokens import STATUS_PX, TOP_PX
from pos_app.ui.views.call_outcome import OutcomeScreen
from pos_app.ui.views.calls import CallsScreen
from pos_app.ui.views.close import CloseScreen
from pos_app.ui.views.sign_in import SignInScreen
from pos_app.ui.views.sign_up import SignUpSheet
from pos_app.ui.views.sync_centre import SyncCentreScreen

SIZES = ((1366, 768), (1024, 768))
LANGUAGES = ("zh_CN", "en")
NOW_MS = 1_795_308_420_000  # 2026-11-22, in the morning
TODAY = date(2026, 11, 22)
PEOPLE = (
    Person("s1", "李敏", Role.CASHIER),
    Person("s2", "王芳", Role.ASSISTANT),
    Person("s3", "赵强", Role.MANAGER),
    Person("s4", "Zhou Xiaolan", Role.CASHIER),
    Person("s5", "陈静", Role.ASSISTANT),
)


def in_window(page: QWidget, size: tuple[int, int]) -> QWidget:
    """Put a page where the window has it: right of the rail, below the top bar, above the status bar."""
    window = QWidget()
    window.setObjectName("root")
    window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    rail = QFrame()
    rail.setObjectName("rail")
    rail.setFixedWidth(80 if size[0] >= 1200 else 76)
    top, status = QFrame(), QFrame()
    top.setObjectName("top")
    top.setFixedHeight(TOP_PX)
    status.setObjectName("status")
    status.setFixedHeight(STATUS_PX)
    right = QVBoxLayout()
    right.setSpacing(0)
    for part in (top, page, status):
        right.addWidget(part, 1 if part is page else 0)
    row = QHBoxLayout(window)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(0)
    row.addWidget(rail)
    row.addLayout(right, 1)
    return window


def sign_in() -> SignInScreen:
    """Return the screen with five people, offline, no day open."""
    screen = SignInScreen()
    screen.show_till(Till("禾苗母婴", "江南西店", 1, "v0.1.0"))
    screen.show_sync(SyncNote(online=False, last_ok_ms=NOW_MS, unsent=14))
    screen.show_day(DayNote(is_open=False, business_date=TODAY, shift_no=1))
    screen.show_people(PEOPLE, "")
    return screen


def sign_in_nobody() -> QWidget:
    screen = sign_in()
    screen.show_sync(SyncNote(online=True, last_ok_ms=None, unsent=0))
    screen.show_people((), "")
    return screen


def sign_in_typing() -> QWidget:
    screen = sign_in()
    screen.show_sync(SyncNote(online=True, last_ok_ms=NOW_MS, unsent=0))
    screen.show_day(DayNote(is_open=True, business_date=TODAY, shift_no=2))
    screen.show_chosen("s1")
    for digit in "123":
        screen.pin.add(digit)
    return screen


def sign_in_busy() -> QWidget:
    screen = sign_in()
    screen.show_chosen("s1")
    for digit in "1234":
        screen.pin.add(digit)
    screen.set_busy(True)
    return screen


def sign_in_wrong() -> QWidget:
    screen = sign_in()
    screen.show_chosen("s3")
    screen.show_wrong(4)
    return screen


def sign_in_locked() -> QWidget:
    screen = sign_in()
    screen.show_chosen("s3")
    screen.show_locked(47)
    return screen


def sign_in_problem() -> QWidget:
    screen = sign_in()
    screen.show_problem(Unavailable("store.full"))
    return screen


def sign_in_opening() -> QWidget:
    screen = sign_in()
    screen.show_opening(Opening("李敏", TODAY, 1))
    for digit in ("5", "00"):
        screen.opening.pad.typed.emit(digit)
    return screen


class Page(QWidget):
    """A page that a sheet opens over."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.sheet = SignUpSheet(self)

    def showEvent(self, event: QShowEvent) -> None:
        """Give the focus to where the cashier types, which a hidden sheet could not take."""
        super().showEvent(event)
        (self.sheet.month if self.sheet.phone.text() else self.sheet.phone).setFocus()


def sign_up() -> QWidget:
    """The sheet as it opens from an unknown phone number."""
    page = Page()
    page.sheet.show_start(SignUpStart("13827166627", 7504, TODAY))
    page.sheet.show_phone(PhoneNote(PhoneLook.FREE))
    return page


def sign_up_filled() -> QWidget:
    page = sign_up()
    page.sheet.name.setText("陈女士")
    page.sheet.nickname.setText("糖糖")
    page.sheet.month.setText("202605")
    page.sheet.ticks[Purpose.MEMBERSHIP].setChecked(True)
    page.sheet.ticks[Purpose.CHILD].setChecked(True)
    page.sheet.ticks[Purpose.CALL].setChecked(True)
    page.sheet.show_child(ChildNote("age", 6))
    return page


def sign_up_dropped() -> QWidget:
    page = sign_up_filled()
    page.sheet.ticks[Purpose.CHILD].setChecked(False)
    page.sheet.show_child(ChildNote("dropped"))
    page.sheet.show_problem(Refused("consent.membership_needed"))
    return page


def sign_up_typing() -> QWidget:
    page = Page()
    page.sheet.show_start(SignUpStart("", 0, TODAY))
    page.sheet.phone.setText("138271")
    page.sheet.show_phone(PhoneNote(PhoneLook.SHORT))
    return page


def sign_up_registered() -> QWidget:
    page = sign_up()
    page.sheet.show_phone(PhoneNote(PhoneLook.REGISTERED, "陈雨婷", "m1"))
    return page


def call(number: int, name: str, phone: str, days_late: int, **more: object) -> CallLine:
    """Return one invented call."""
    bought_on = TODAY - timedelta(days=3 + days_late)
    values: dict[str, object] = {
        "call_id": f"c{number}",
        "member_name": name,
        "masked_phone": phone,
        "child": ChildAge("糖糖", 6, 12),
        "bought": (BoughtLine("益舒 儿童益生菌冻干粉", 2, "冲泡水温不超过 40℃ 吗？有没有便秘？"),),
        "bought_on": bought_on,
        "due_on": TODAY - timedelta(days=days_late),
        "days_late": days_late,
        "attempts": 0,
        "may_call": True,
        **more,
    }
    return CallLine(**values)  # type: ignore[arg-type]


def board() -> CallBoard:
    """Return lists with a row of every kind."""
    milk = (
        BoughtLine("优伴 较大婴儿配方奶粉 2 段", 2, "换段后便便和吐奶怎么样？"),
        BoughtLine("柔净 婴儿湿巾", 1, ""),
    )
    due = (
        call(1, "陈雨婷", "138****6627", 0),
        call(2, "林小姐", "139****0318", 0, bought=milk, child=ChildAge("豆豆", 3, 2), attempts=1, note="上午没接"),
        call(3, "周晓兰", "137****8890", 0, may_call=False),
        call(4, "Charlotte Montgomery-Wellington", "136****2210", 0, child=None),
        call(5, "黄女士", "135****2210", 0, child=ChildAge("", 2, 0, expected=True)),
        call(6, "吴静", "133****4417", 0, child=ChildAge("果果", 30, 4)),
    )
    overdue = (call(7, "赵女士", "138****1123", 1), call(8, "钱丽", "150****7731", 2, attempts=2))
    upcoming = tuple(call(20 + n, "孙佳", "151****0008", -n) for n in range(1, 4))
    done = (
        call(9, "李梅", "152****3321", 1, outcome="fine", note="宝宝吃得好"),
        call(10, "何欣", "153****6610", 0, outcome="no_answer"),
    )
    return CallBoard(due, overdue, upcoming, done)


def calls() -> CallsScreen:
    """Today's calls with the first in hand."""
    screen = CallsScreen()
    screen.show_board(board())
    return screen


def calls_reading() -> QWidget:
    return CallsScreen()


def calls_empty() -> QWidget:
    screen = CallsScreen()
    screen.show_board(CallBoard())
    return screen


def calls_number() -> QWidget:
    screen = calls()
    screen.show_phone("c1", "138 2716 6627")
    screen.show_printed(7)
    return screen


def calls_no_consent() -> QWidget:
    screen = calls()
    screen.list.setCurrentIndex(screen.list.model().index(2, 0))
    return screen


def calls_overdue() -> QWidget:
    screen = calls()
    screen.show_tab(CallTab.OVERDUE)
    screen.list.setCurrentIndex(screen.list.model().index(1, 0))
    return screen


def calls_done() -> QWidget:
    screen = calls()
    screen.show_tab(CallTab.DONE)
    return screen


def calls_problem() -> QWidget:
    screen = calls()
    screen.show_problem(Unavailable("store.write"))
    return screen


class CallPage(QWidget):
    """The call list with the outcome form over it."""

    def __init__(self, outcome: Outcome | None = None) -> None:
        super().__init__()
        self.calls = calls()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.calls)
        self.sheet = OutcomeScreen(self)
        self.sheet.show_progress(Progress(4, 12))
        line = board().due[1]
        self.sheet.show_sheet(
            OutcomeSheet(
                line.call_id, line.member_name, line.masked_phone, line.child, line.bought, line.bought_on,
                line.due_on, TODAY, line.attempts, 3, line.note,
            )
        )  # fmt: skip
        if outcome is not None:
            self.sheet.buttons[outcome].click()


def outcome_saved() -> QWidget:
    page = CallPage()
    page.sheet.show_saved(Saved("c1", "陈雨婷", Outcome.FINE))
    page.sheet.show_phone("139 1234 0318")
    return page


def outcome_problem() -> QWidget:
    page = CallPage(Outcome.PROBLEM)
    page.sheet.note.setText("两天没拉，建议先停益生菌")
    return page


def outcome_refused() -> QWidget:
    page = CallPage(Outcome.LATER)
    page.sheet.show_problem(Refused("call.later_past", earliest=TODAY + timedelta(days=1)))
    return page


def report(*, blind: bool, z_no: int | None = None) -> ReportFace:
    """Return an invented X or Z."""
    tenders = (
        TenderSum("cash", 21, None if blind else 298_650),
        TenderSum("wechat", 30, 1_288_000),
        TenderSum("alipay", 9, 421_000),
        TenderSum("card", 4, 230_000),
    )
    due = None if blind else 2_237_650
    return ReportFace(
        z_no, TODAY, 1, 64, due, -120, tenders, 88_204, 41_300, 7, 10, 1, "0001-1-A1-000101", "0001-1-A1-000164"
    )


def close() -> CloseScreen:
    """Step 1 with something open of each kind."""
    screen = CloseScreen()
    screen.show_day(DayFace(TODAY, 1, "李敏", 50_000))
    screen.show_checks(CheckBoard(basket_open=False, held=1, unsent=14, calls_unrecorded=2, print_jobs_waiting=0))
    return screen


def close_looking() -> QWidget:
    return CloseScreen()


def close_clear() -> QWidget:
    screen = close()
    screen.show_checks(CheckBoard(basket_open=False, held=0, unsent=0, calls_unrecorded=0, print_jobs_waiting=0))
    return screen


def close_sale_open() -> QWidget:
    screen = close()
    screen.show_checks(CheckBoard(basket_open=True, held=0, unsent=3, calls_unrecorded=0, print_jobs_waiting=1))
    return screen


def close_x() -> QWidget:
    screen = close()
    screen.show_report(report(blind=True))
    return screen


def close_count() -> QWidget:
    screen = close()
    screen.show_count()
    for field, pieces in zip(screen.count.fields.values(), ("28", "8", "9", "6", "4", "15", "3"), strict=False):
        field.setText(pieces)
    return screen


def close_exact() -> QWidget:
    screen = close()
    screen.show_comparison(Comparison(350_650, 350_650, 0, needs_reason=False, needs_manager=False), ())
    return screen


def close_short() -> QWidget:
    screen = close()
    screen.show_comparison(Comparison(350_650, 348_650, -2_000, needs_reason=True, needs_manager=False), ())
    return screen


def close_manager() -> QWidget:
    screen = close()
    managers = (ManagerFace("s3", "赵强"), ManagerFace("s9", "刘店长"))
    screen.show_comparison(Comparison(350_650, 330_650, -20_000, needs_reason=True, needs_manager=True), managers)
    screen.compare.reasons.chosen.emit("other")
    screen.compare.reasons.show_choice("other")
    for digit in "4321":
        screen.compare.pad.typed.emit(digit)
    return screen


def close_wrong_pin() -> QWidget:
    screen = close_manager()
    assert isinstance(screen, CloseScreen)
    screen.show_problem(Refused("pin.wrong", left=3))
    return screen


def close_done() -> QWidget:
    screen = close()
    screen.show_done(Closed(231, 348_650, -2_000, 15, report(blind=False, z_no=231)))
    return screen


RUNS = (
    Run(NOW_MS - 130_000, 0, 0, 3_000, "link.offline"),
    Run(NOW_MS - 2_520_000, 37, 112, 1_900),
    Run(NOW_MS - 2_820_000, 4, 0, 240),
    Run(NOW_MS - 86_400_000, 512, 2_040, 6_120),
)
DOWNLOADS = (
    Download("members", NOW_MS - 2_520_000),
    Download("catalogue", NOW_MS - 2_520_000),
    Download("programme", NOW_MS - 90_000_000),
    Download("points", None),
)
WAITING = (KindCount("sale", 9), KindCount("call_recorded", 3), KindCount("member_registered", 2))


def sync(link: Link, waiting: tuple[KindCount, ...] = (), code: str = "") -> SyncCentreScreen:
    """Return the sync centre in one state of the link."""
    screen = SyncCentreScreen()
    planned = NOW_MS + 18_000 if link is Link.OFFLINE else None
    status = LinkStatus(link, NOW_MS - 2_520_000, NOW_MS - 2_520_000, planned, DOWNLOADS, RUNS, code)
    screen.show_board(SyncBoard(status, waiting), NOW_MS)
    return screen


def sync_problem() -> QWidget:
    screen = sync(Link.OFFLINE, WAITING)
    screen.show_problem(Unavailable("store.busy"))
    return screen


def sync_new() -> QWidget:
    screen = SyncCentreScreen()
    downloads = tuple(Download(load.kind, None) for load in DOWNLOADS)
    screen.show_board(SyncBoard(LinkStatus(Link.UNENROLLED, downloads=downloads)), NOW_MS)
    return screen


STATES: dict[str, Callable[[], QWidget]] = {
    "s01_sign_in_choose": sign_in,
    "s01_sign_in_typing": sign_in_typing,
    "s01_sign_in_busy": sign_in_busy,
    "s01_sign_in_wrong": sign_in_wrong,
    "s01_sign_in_locked": sign_in_locked,
    "s01_sign_in_nobody": sign_in_nobody,
    "s01_sign_in_problem": sign_in_problem,
    "s01_sign_in_opening": sign_in_opening,
    "s03_sign_up_typing": sign_up_typing,
    "s03_sign_up_opened": sign_up,
    "s03_sign_up_filled": sign_up_filled,
    "s03_sign_up_dropped": sign_up_dropped,
    "s03_sign_up_registered": sign_up_registered,
    "s09_calls_reading": calls_reading,
    "s09_calls_today": calls,
    "s09_calls_number": calls_number,
    "s09_calls_no_consent": calls_no_consent,
    "s09_calls_overdue": calls_overdue,
    "s09_calls_done": calls_done,
    "s09_calls_empty": calls_empty,
    "s09_calls_problem": calls_problem,
    "s10_outcome_open": CallPage,
    "s10_outcome_saved": outcome_saved,
    "s10_outcome_problem": outcome_problem,
    "s10_outcome_later": lambda: CallPage(Outcome.LATER),
    "s10_outcome_no_answer": lambda: CallPage(Outcome.NO_ANSWER),
    "s10_outcome_never": lambda: CallPage(Outcome.DO_NOT_CALL),
    "s10_outcome_refused": outcome_refused,
    "s13_close_looking": close_looking,
    "s13_close_checks": close,
    "s13_close_clear": close_clear,
    "s13_close_sale_open": close_sale_open,
    "s13_close_x": close_x,
    "s13_close_count": close_count,
    "s13_close_exact": close_exact,
    "s13_close_short": close_short,
    "s13_close_manager": close_manager,
    "s13_close_wrong_pin": close_wrong_pin,
    "s13_close_done": close_done,
    "s14_sync_offline": lambda: sync(Link.OFFLINE, WAITING),
    "s14_sync_synced": lambda: sync(Link.SYNCED),
    "s14_sync_sending": lambda: sync(Link.SENDING, WAITING),
    "s14_sync_attention": lambda: sync(Link.ATTENTION, WAITING, "sync.refused"),
    "s14_sync_new": sync_new,
    "s14_sync_problem": sync_problem,
}
WHOLE_WINDOW = "s01"


def stage(name: str, size: tuple[int, int]) -> QWidget:
    """Return the window of one state at one size, shown and laid out."""
    made = STATES[name]()
    window = made if name.startswith(WHOLE_WINDOW) else in_window(made, size)
    window.resize(*size)
    window.show()
    focus_home = getattr(made, "focus_home", None)
    if focus_home is not None:
        focus_home()
    QCoreApplication.processEvents()
    return window


def main(arguments: list[str]) -> int:
    """Paint the states into a folder."""
    folder = Path(arguments[0])
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    load_fonts()
    apply_theme(app)
    for name in STATES:
        if len(arguments) > 1 and not any(part in name for part in arguments[1:]):
            continue
        for language in LANGUAGES:
            use(language)
            for size in SIZES:
                window = stage(name, size)
                QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))
                QCoreApplication.processEvents()
                window.grab().save(str(folder / f"{name}_{language[:2]}_{size[0]}.png"))
                window.deleteLater()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
