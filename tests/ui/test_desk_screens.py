"""The desk screens by keyboard and by finger: what they ask for, and that nothing is asked by accident."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from pos_app import i18n
from pos_app.domain.calls import Outcome
from pos_app.domain.cash import CashKind
from pos_app.domain.events import ProofLine
from pos_app.domain.members import Purpose, Sex
from pos_app.domain.till import DayPaper, NewDayPaper
from pos_app.ui.presenters.call_outcome_models import OutcomeForm, OutcomeSheet, Progress
from pos_app.ui.presenters.calls_models import CallBoard, CallTab
from pos_app.ui.presenters.close_models import CheckBoard, Closed, Comparison, DayFace, Ending
from pos_app.ui.presenters.sign_in_models import Opening
from pos_app.ui.presenters.sign_up_models import ChildForm, ChildKind, PhoneLook, PhoneNote, SignUpStart
from pos_app.ui.presenters.sync_centre_models import Link, LinkStatus, SyncBoard
from pos_app.ui.views.call_outcome import OutcomeScreen
from pos_app.ui.views.calls import CallsScreen
from pos_app.ui.views.cash import CashSheet
from pos_app.ui.views.close import CloseScreen
from pos_app.ui.views.opening import MoneyEntry
from pos_app.ui.views.past_papers import PastPapersSheet
from pos_app.ui.views.sign_in import SignInScreen
from pos_app.ui.views.sign_up import SignUpSheet
from pos_app.ui.views.sync_centre import SyncCentreScreen
from tests.ui.gallery_desk import NOW_MS, PEOPLE, TODAY, board, report

ENTER, ESC, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


class Heard:
    """What a signal said, in order."""

    def __init__(self, *signals: object) -> None:
        self.said: list[object] = []
        for signal in signals:
            signal.connect(lambda *values: self.said.append(values[0] if len(values) == 1 else values))


@pytest.fixture
def seen(dressed: QApplication, qtbot) -> Callable[[QWidget], QWidget]:
    """Show a screen at the smallest size."""

    def show(screen: QWidget) -> QWidget:
        qtbot.addWidget(screen)
        screen.resize(948, 630)
        screen.show()
        return screen

    i18n.use("en")
    return show


def press(root: QWidget, *keys: str | Qt.Key, control: bool = False) -> int:
    """Press keys one after the other on whatever has the focus; return how many were pressed."""
    count = 0
    for part in keys:
        for key in [part] if isinstance(part, Qt.Key) else list(part):
            held = Qt.KeyboardModifier.ControlModifier if control else Qt.KeyboardModifier.NoModifier
            QTest.keyClick(root.window().focusWidget() or root, key, held)
            count += 1
    return count


# ---- sign-in


@pytest.fixture
def sign_in(seen) -> SignInScreen:
    screen = seen(SignInScreen())
    screen.person_chosen.connect(screen.show_chosen)
    screen.show_people(PEOPLE, "")
    return screen


def test_a_person_signs_in_by_keyboard_alone(sign_in):
    heard = Heard(sign_in.person_chosen, sign_in.pin_entered)

    press(sign_in, Qt.Key.Key_Down, Qt.Key.Key_Right, "1234", ENTER)

    assert heard.said == ["s1", "s2", "1234"]


def test_a_person_signs_in_by_finger_alone(sign_in, qtbot):
    heard = Heard(sign_in.person_chosen, sign_in.pin_entered)

    sign_in.people.chosen.emit("s3")
    for digit in "4321":
        sign_in.pin.pad.typed.emit(digit)
    qtbot.mouseClick(sign_in.pin.confirm, Qt.MouseButton.LeftButton)

    assert heard.said == ["s3", "4321"]


def test_too_short_a_pin_is_not_asked_with(sign_in):
    heard = Heard(sign_in.pin_entered)
    sign_in.show_chosen("s1")

    press(sign_in, "123", ENTER)

    assert heard.said == []
    assert not sign_in.pin.confirm.isEnabled()


def test_a_wrong_digit_can_be_taken_back(sign_in):
    heard = Heard(sign_in.pin_entered)
    sign_in.show_chosen("s1")

    press(sign_in, "12349", Qt.Key.Key_Backspace, ENTER)

    assert heard.said == ["1234"]


def test_digits_before_a_person_is_chosen_count_for_nothing(sign_in):
    heard = Heard(sign_in.pin_entered)

    press(sign_in, "1234", ENTER)

    assert heard.said == []


def test_a_lock_out_takes_no_digits_until_it_is_over(sign_in):
    heard = Heard(sign_in.pin_entered)
    sign_in.show_chosen("s1")
    sign_in.show_locked(47)
    press(sign_in, "1234", ENTER)

    sign_in.show_locked(0)
    press(sign_in, "1234", ENTER)

    assert heard.said == ["1234"]


def test_a_lock_out_asks_every_second_how_long_it_lasts(sign_in, qtbot):
    sign_in.show_chosen("s1")

    with qtbot.waitSignal(sign_in.ticked, timeout=3000):
        sign_in.show_locked(47)


def test_the_pin_is_forgotten_when_another_person_is_chosen(sign_in):
    heard = Heard(sign_in.pin_entered)
    sign_in.show_chosen("s1")
    press(sign_in, "1234")

    sign_in.show_chosen("s2")
    press(sign_in, ENTER)

    assert heard.said == []


def test_the_float_is_typed_and_opens_the_day(sign_in):
    heard = Heard(sign_in.float_entered)
    sign_in.show_opening(Opening("李敏", TODAY, 1))

    press(sign_in, "512.50", ENTER)

    assert heard.said == [51_250]


def test_one_tap_takes_a_usual_float(sign_in, qtbot):
    heard = Heard(sign_in.float_entered)
    sign_in.show_opening(Opening("李敏", TODAY, 1))

    qtbot.mouseClick(sign_in.opening._quick[1], Qt.MouseButton.LeftButton)
    press(sign_in, ENTER)

    assert heard.said == [50_000]


def test_somebody_else_may_sign_in_instead(sign_in):
    heard = Heard(sign_in.people_asked)
    sign_in.show_opening(Opening("李敏", TODAY, 1))

    press(sign_in, ESC)

    assert len(heard.said) == 1


@pytest.mark.parametrize(
    ("typed", "minor"),
    [
        ("", 0),
        ("5", 500),
        ("500", 50_000),
        ("1.5", 150),
        ("1.055", 105),
        (".5", 50),
        ("1..5", 150),
        ("9999999", 99_999_900),
    ],
)
def test_an_amount_is_taken_as_it_is_typed(typed, minor):
    entry = MoneyEntry()

    for key in typed:
        entry.add(key)

    assert entry.minor() == minor


# ---- sign-up


@pytest.fixture
def sign_up(seen) -> SignUpSheet:
    host = seen(QWidget())
    sheet = SignUpSheet(host)
    sheet.show_start(SignUpStart("13827166627", 7504, TODAY))
    sheet.show_phone(PhoneNote(PhoneLook.FREE))
    return sheet


def test_nothing_is_ticked_beforehand(sign_up):
    assert sign_up.form().agreed == frozenset()
    assert sign_up.form().child.is_blank()


def test_somebody_joins_within_the_keystrokes_that_are_allowed(sign_up):
    heard = Heard(sign_up.submitted)
    before = 1 + 11 + 1  # F2, the phone, Enter: they opened the sheet

    pressed = press(sign_up, "202605", "12", ENTER)

    after = 1  # F9; the payment is a scan
    assert before + pressed + after <= 26
    (form,) = heard.said
    assert (form.child.year, form.child.month) == (2026, 5)
    assert form.agreed == {Purpose.MEMBERSHIP, Purpose.CHILD}


def test_enter_joins_from_inside_any_field(sign_up):
    heard = Heard(sign_up.submitted)

    for field in (sign_up.phone, sign_up.name, sign_up.month, sign_up.nickname, sign_up.referrer):
        field.setFocus()
        press(sign_up, ENTER)

    assert len(heard.said) == 5


def test_digits_in_a_field_tick_nothing(sign_up):
    sign_up.referrer.setFocus()

    press(sign_up, "1234")

    assert sign_up.form().agreed == frozenset()
    assert sign_up.referrer.text() == "1234"


def test_a_month_that_is_not_whole_is_told_and_not_dropped(sign_up):
    sign_up.month.setFocus()

    press(sign_up, "2026")

    assert not sign_up.form().child.is_blank()


def test_no_child_closes_the_child_s_fields(sign_up):
    heard = Heard(sign_up.child_changed)

    sign_up.kind.chosen.emit("none")

    assert not sign_up.month.isEnabled()
    assert heard.said[-1][0].is_blank()


def test_the_child_is_told_as_it_was_chosen(sign_up):
    sign_up.kind.chosen.emit("expected")
    sign_up.sex.chosen.emit("girl")
    sign_up.nickname.setText("糖糖")
    sign_up.month.setText("202702")

    assert sign_up.form().child == ChildForm(ChildKind.EXPECTED, 2027, 2, "糖糖", Sex.GIRL)


@pytest.mark.parametrize("look", [PhoneLook.SHORT, PhoneLook.CHECKING, PhoneLook.INVALID])
def test_nobody_joins_with_a_phone_that_is_not_free(sign_up, look):
    heard = Heard(sign_up.submitted)
    sign_up.show_phone(PhoneNote(look))

    press(sign_up, ENTER)

    assert heard.said == []


def test_a_registered_phone_turns_the_button_into_using_that_member(sign_up):
    sign_up.show_phone(PhoneNote(PhoneLook.REGISTERED, "陈雨婷", "m1"))

    assert sign_up.confirm.word() == "Use 陈**"
    assert sign_up.confirm.isEnabled()


def test_a_busy_sheet_submits_nothing(sign_up):
    heard = Heard(sign_up.submitted)
    sign_up.set_busy(True)

    press(sign_up, ENTER)

    assert heard.said == []


def test_the_sheet_opens_empty_again(sign_up):
    sign_up.name.setText("陈女士")
    sign_up.ticks[Purpose.CALL].setChecked(True)
    sign_up.kind.chosen.emit("none")
    sign_up.dismiss()

    sign_up.show_start(SignUpStart("", 0, TODAY))

    form = sign_up.form()
    assert (form.phone, form.name, form.agreed, form.child.kind) == ("", "", frozenset(), ChildKind.BORN)
    assert sign_up.month.isEnabled()


# ---- calls


@pytest.fixture
def calls(seen) -> CallsScreen:
    screen = seen(CallsScreen())
    screen.show_board(board())
    screen.focus_home()
    return screen


def test_the_first_call_is_in_hand_and_enter_records_it(calls):
    heard = Heard(calls.record_asked)

    press(calls, ENTER)

    assert heard.said == ["c1"]


def test_arrows_walk_the_calls_while_the_list_has_the_focus(calls):
    heard = Heard(calls.record_asked)

    press(calls, Qt.Key.Key_Down, ENTER)

    assert heard.said == ["c2"]


def test_arrows_walk_the_lists(calls):
    heard = Heard(calls.record_asked)

    press(calls, Qt.Key.Key_Right, ENTER)

    assert heard.said == ["c7"]


def test_whoever_did_not_agree_is_neither_recorded_nor_shown(calls):
    heard = Heard(calls.record_asked, calls.reveal_asked)
    press(calls, Qt.Key.Key_Down, Qt.Key.Key_Down)

    press(calls, ENTER)
    press(calls, Qt.Key.Key_N, control=True)

    assert heard.said == []


def test_the_run_prints_whom_may_be_called(calls):
    heard = Heard(calls.print_asked)

    press(calls, Qt.Key.Key_P, control=True)

    assert len(heard.said) == 1
    assert calls.print.word() == "Print 7 slips"


def test_a_busy_run_is_not_asked_for_again(calls):
    heard = Heard(calls.print_asked)
    calls.set_busy(True)

    calls.ask_print()

    assert heard.said == []


def test_the_number_is_masked_until_it_is_asked_for_and_again_for_the_next(calls):
    heard = Heard(calls.reveal_asked)
    press(calls, Qt.Key.Key_N, control=True)
    calls.show_phone("c1", "138 2716 6627")
    shown = calls.detail._number.text()

    press(calls, Qt.Key.Key_Down, Qt.Key.Key_Up)

    assert (heard.said, shown, calls.detail._number.text()) == (["c1"], "138 2716 6627", "138****6627")


def test_a_number_that_comes_too_late_is_dropped(calls):
    press(calls, Qt.Key.Key_Down)

    calls.show_phone("c1", "138 2716 6627")

    assert calls.detail._number.text() == "139****0318"


def test_the_call_in_hand_stays_in_hand_when_the_lists_are_read_again(calls):
    heard = Heard(calls.record_asked)
    press(calls, Qt.Key.Key_Down)

    calls.show_board(board())
    press(calls, ENTER)

    assert heard.said == ["c2"]


def test_an_empty_list_has_nothing_in_hand(calls):
    heard = Heard(calls.record_asked)

    calls.show_board(CallBoard())
    press(calls, ENTER)

    assert heard.said == []
    assert not calls.print.isEnabled()


def test_a_call_that_was_recorded_is_not_recorded_again(calls):
    heard = Heard(calls.record_asked)
    calls.show_tab(CallTab.DONE)

    press(calls, ENTER)

    assert heard.said == []


# ---- the outcome


@pytest.fixture
def outcome(seen) -> OutcomeScreen:
    sheet = OutcomeScreen(seen(QWidget()))
    sheet.show_progress(Progress(4, 12))
    line = board().due[1]
    sheet.show_sheet(
        OutcomeSheet(
            line.call_id,
            line.member_name,
            line.masked_phone,
            line.child,
            line.bought,
            line.bought_on,
            line.due_on,
            TODAY,
            line.attempts,
            3,
        )
    )
    return sheet


def test_no_problem_is_one_key(outcome):
    heard = Heard(outcome.saved)

    press(outcome, "1")

    assert heard.said == [OutcomeForm(Outcome.FINE)]


def test_no_answer_is_one_key(outcome):
    heard = Heard(outcome.saved)

    press(outcome, "4")

    assert heard.said == [OutcomeForm(Outcome.NO_ANSWER)]


def test_a_tap_only_chooses(outcome, qtbot):
    heard = Heard(outcome.saved)

    qtbot.mouseClick(outcome.buttons[Outcome.FINE], Qt.MouseButton.LeftButton)

    assert heard.said == []
    assert outcome.confirm.isEnabled()


def test_a_problem_asks_for_its_kind(outcome):
    heard = Heard(outcome.saved)

    press(outcome, "2", Qt.Key.Key_Right, ENTER)

    assert heard.said == [OutcomeForm(Outcome.PROBLEM, "allergy")]


def test_another_day_is_chosen_with_the_arrows(outcome):
    heard = Heard(outcome.saved)

    press(outcome, "5", Qt.Key.Key_Right, ENTER)

    assert heard.said == [OutcomeForm(Outcome.LATER, later_on=TODAY + timedelta(days=2))]


def test_never_again_is_never_one_key_and_names_the_person(outcome):
    heard = Heard(outcome.saved)

    press(outcome, "6")

    assert heard.said == []
    assert outcome.confirm.word() == "Never call 林小姐 again"
    assert outcome.confirm.property("v") == "danger"


def test_digits_in_the_note_are_the_note(outcome):
    heard = Heard(outcome.saved)
    outcome.note.setFocus()

    press(outcome, "1 2")

    assert (heard.said, outcome.note.text()) == ([], "1 2")


def test_enter_in_the_note_saves_what_was_chosen(outcome):
    heard = Heard(outcome.saved)
    press(outcome, "3")
    outcome.note.setFocus()

    press(outcome, "2x", ENTER)

    assert heard.said == [OutcomeForm(Outcome.WANTS_MORE, note="2x")]


def test_enter_without_an_outcome_saves_nothing(outcome):
    heard = Heard(outcome.saved)

    press(outcome, ENTER)

    assert heard.said == []


def test_a_busy_form_takes_no_key(outcome):
    heard = Heard(outcome.saved)
    outcome.set_busy(True)

    press(outcome, "1", ENTER)

    assert heard.said == []


def test_the_next_call_begins_with_nothing_chosen(outcome):
    press(outcome, "2")
    outcome.note.setText("x")
    line = board().due[0]

    outcome.show_sheet(
        OutcomeSheet(
            line.call_id,
            line.member_name,
            line.masked_phone,
            None,
            line.bought,
            line.bought_on,
            line.due_on,
            TODAY,
            0,
            3,
        )
    )

    assert not outcome.confirm.isEnabled()
    assert outcome.note.text() == ""


def test_the_last_call_finishes(outcome):
    outcome.show_progress(Progress(11, 12))
    press(outcome, "3")

    assert outcome.confirm.word() == "Save and finish"


def test_the_form_asks_for_the_number_by_key(outcome):
    heard = Heard(outcome.reveal_asked)

    press(outcome, Qt.Key.Key_N, control=True)

    assert len(heard.said) == 1


# ---- the close


@pytest.fixture
def close(seen) -> CloseScreen:
    return seen(CloseScreen())


CLEAR = CheckBoard(basket_open=False, held=1, unsent=14, calls_unrecorded=0, print_jobs_waiting=0)


def test_a_day_is_counted_by_keyboard_alone(close):
    heard = Heard(close.counted)
    close.show_count(Ending.DAY, 50_000)

    press(close, "34", ENTER, ENTER, ENTER, "8", ENTER, ENTER, ENTER, ENTER, "5", ENTER)

    count = heard.said[0]
    assert {value: n for value, n in count.pieces.items() if n} == {10_000: 34, 1_000: 8, 10: 5}
    assert (count.terminals, count.kept_minor) == ({}, 50_000)


def test_below_the_coins_the_terminals_are_typed_and_what_stays(close):
    heard = Heard(close.counted)
    close.show_count(Ending.DAY, 50_000)

    down = Qt.Key.Key_Down
    press(close, *[down] * 8, "128", down, down, "23.50", down, "300", ENTER)

    count = heard.said[0]
    assert (count.terminals, count.kept_minor) == ({"wechat": 12_800, "card": 2_350}, 30_000)


def test_a_shift_asks_for_notes_and_coins_only(close):
    close.show_count(Ending.SHIFT, 50_000)

    assert not close.count.kept.isVisible()
    assert close.count.count().kept_minor == 0


def test_left_and_right_choose_between_hand_over_and_close(close):
    heard = Heard(close.ending_chosen)
    close.show_day(DayFace(TODAY, 1, "赵强", 50_000, Ending.DAY))
    close.show_checks(CLEAR)
    close.focus_home()

    press(close, Qt.Key.Key_Right)
    close.show_day(DayFace(TODAY, 1, "赵强", 50_000, Ending.SHIFT))
    press(close, Qt.Key.Key_Left)

    assert heard.said == ["shift", "day"]


def test_an_open_sale_does_not_stop_a_hand_over(close):
    heard = Heard(close.count_asked)
    close.show_day(DayFace(TODAY, 1, "赵强", 50_000, Ending.SHIFT))
    close.show_checks(CheckBoard(basket_open=True, held=0, unsent=0, calls_unrecorded=0, print_jobs_waiting=0))
    close.focus_home()

    press(close, ENTER)

    assert len(heard.said) == 1


def test_a_proof_that_does_not_hold_is_what_is_seen_first(close):
    right, wrong = ProofLine("tenders", 5, 5), ProofLine("goods", 5, 7)
    close.show_done(Closed(231, 5, 0, 0, report(blind=False, z_no=231), 0, (right,)))
    assert close.done.tabs.choice() == "figures"

    close.show_done(Closed(231, 5, 0, 0, report(blind=False, z_no=231), 0, (right, wrong)))

    assert close.done.tabs.choice() == "proof"
    press(close, Qt.Key.Key_Right)
    assert close.done.tabs.choice() == "figures"


def test_cash_moves_by_keyboard_alone(seen):
    sheet = seen(CashSheet(QWidget()))
    heard = Heard(sheet.moved)
    sheet.open_cash(("change", "bank", "paid_out"))

    press(sheet, ENTER, Qt.Key.Key_Up, "30.5", ENTER)

    assert heard.said == [(CashKind.EXPENSE, 3_050, "Paid out")]


def test_a_reason_that_was_written_is_the_reason(seen):
    sheet = seen(CashSheet(QWidget()))
    heard = Heard(sheet.moved)
    sheet.open_cash(("change",))
    sheet.written.setText("买水")
    sheet.written.textEdited.emit("买水")

    press(sheet, "5", ENTER)

    assert heard.said == [(CashKind.CHANGE, 500, "买水")]


def test_the_newest_paper_is_copied_with_enter(seen):
    sheet = seen(PastPapersSheet(QWidget()))
    heard = Heard(sheet.reprint_asked)
    kept = NewDayPaper("z", 231, TODAY, 1, 9)
    sheet.open_papers((DayPaper(7, kept, 2), DayPaper(6, replace(kept, kind="shift", number=2), 0)))

    press(sheet, ENTER)
    sheet.view.setCurrentIndex(sheet.model.index(1))
    press(sheet, ENTER)

    assert heard.said == [7, 6]


def test_without_a_paper_there_is_nothing_to_copy(seen):
    sheet = seen(PastPapersSheet(QWidget()))
    sheet.open_papers(())

    assert not sheet.confirm.isEnabled()


def test_the_keypad_types_into_the_note_in_hand(close, qtbot):
    close.show_count(Ending.DAY, 0)
    press(close, Qt.Key.Key_Down)

    for text in ("1", "00", "."):
        close.count.pad.typed.emit(text)
    close.count.pad.erased.emit()

    assert close.count.pieces()[5_000] == 10


def test_what_should_be_there_is_not_on_the_screen_before_the_count(close):
    close.show_checks(CLEAR)
    close.show_count(Ending.DAY, 0)

    assert not close.compare.isVisible()
    assert close.compare._figures.findChildren(QWidget) == []


def test_an_open_sale_stops_the_count(close):
    heard = Heard(close.count_asked)
    close.show_checks(CheckBoard(basket_open=True, held=0, unsent=0, calls_unrecorded=0, print_jobs_waiting=0))
    close.focus_home()

    press(close, ENTER)

    assert heard.said == []


def test_each_thing_still_open_can_be_dealt_with(close, qtbot):
    heard = Heard(close.act_asked)
    close.show_checks(CheckBoard(basket_open=True, held=1, unsent=1, calls_unrecorded=1, print_jobs_waiting=1))

    for row in close.checks.rows.values():
        if row.act.isVisible():
            qtbot.mouseClick(row.act, Qt.MouseButton.LeftButton)

    assert heard.said == ["basket", "held", "unsent", "calls"]
    assert not close.checks.rows["prints"].act.isVisible(), "the printer is looked after where it stands"


def difference(over_short_minor: int, *, manager: bool = False) -> Comparison:
    return Comparison(350_650, 350_650 + over_short_minor, over_short_minor, bool(over_short_minor), manager)


def test_an_exact_count_closes_with_enter(close):
    heard = Heard(close.close_asked)
    close.show_comparison(difference(0))

    press(close, ENTER)

    assert heard.said == [""]


def test_a_difference_closes_with_a_reason_only(close):
    heard = Heard(close.close_asked)
    close.show_comparison(difference(-2_000))

    press(close, ENTER, Qt.Key.Key_Right, ENTER)

    assert heard.said == ["Wrong change"]


def test_counting_again_starts_from_nothing(close):
    close.show_count(Ending.DAY, 0)
    press(close, "34")
    close.show_comparison(difference(-2_000))

    press(close, ESC)

    assert sum(close.count.pieces().values()) == 0


def test_going_back_looks_again_what_is_open(close):
    heard = Heard(close.looked)
    close.show_count(Ending.DAY, 0)

    press(close, ESC)

    assert len(heard.said) == 1


# ---- the sync centre


@pytest.fixture
def sync(seen) -> SyncCentreScreen:
    screen = seen(SyncCentreScreen())
    screen.focus_home()
    return screen


def test_enter_tries_now_and_esc_goes_back(sync):
    tried, back = Heard(sync.try_asked), Heard(sync.back_asked)
    sync.show_board(SyncBoard(LinkStatus(Link.OFFLINE, NOW_MS, None, NOW_MS + 18_000)), NOW_MS)

    press(sync, ENTER, ESC)

    assert (len(tried.said), len(back.said), sync._count.text()) == (1, 1, "0:18")


@pytest.mark.parametrize("link", [Link.SENDING, Link.UNENROLLED])
def test_there_is_nothing_to_try_while_a_run_goes_on_or_without_a_connection(sync, link):
    heard = Heard(sync.try_asked)
    sync.show_board(SyncBoard(LinkStatus(link)), NOW_MS)

    press(sync, ENTER)

    assert heard.said == []


def test_the_times_move_only_while_the_screen_is_seen(sync, qtbot):
    with qtbot.waitSignal(sync.ticked, timeout=3000):
        pass
    sync.hide()

    assert not sync._tick.isActive()


def test_a_screen_follows_the_language_without_being_built_again(sync):
    heads = []
    for language in ("en", "zh_CN", "en"):
        i18n.use(language)
        QApplication.sendEvent(sync, QEvent(QEvent.Type.LanguageChange))
        heads.append(sync._head.text())

    assert heads == ["Offline", "离线", "Offline"]
