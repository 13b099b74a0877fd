"""A person at the till for tests: every key is counted, every wait is on what the screen or the till's data says."""

import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from pos_app.bootstrap.program import Running
from pos_app.demo.operator import SCANNING_S, TYPING_S, Fingers
from pos_app.services.sale_models import SaleState
from pos_app.ui.application import TillApplication
from pos_app.ui.presenters.view_models import Section
from pos_app.ui.window import TillWindow
from tests.till_kit import barcode

WAIT_S = 20.0


class Hands:
    """Presses keys on the window's handle, as the window system does. ``keys`` counts them; scans are not keys."""

    def __init__(self, till: Running, fingers: Fingers) -> None:
        self.till = till
        self.keys = 0
        self._fingers = fingers
        self._sales_before = 0

    @property
    def app(self) -> TillApplication:
        return self.till.application

    @property
    def window(self) -> TillWindow:
        return self.till.application.window

    @property
    def state(self) -> SaleState:
        state = self.app.sale.checkout.state
        assert state is not None
        return state

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.state.basket.lines)

    @property
    def scan_line(self) -> Any:
        return self.window.checkout.zone.scan.line

    @property
    def notice(self) -> str:
        return self.window.checkout.zone.toast.accessibleName()

    # ---- what hands do

    def press(self, *keys: str) -> None:
        """Press keys as they are printed on the buttons: ``F9``, ``Ctrl+Z``, ``Return``."""
        for one in keys:
            self.keys += 1
            self._fingers.rest(TYPING_S)
            sequence: Any = QKeySequence(one)
            combination: QKeyCombination = sequence[0]
            QTest.keyClick(self._handle, combination.key(), combination.keyboardModifiers())

    def type(self, text: str) -> None:
        """Type slower than any scanner."""
        for character in text:
            self.keys += 1
            self._fingers.rest(TYPING_S)
            QTest.keyClick(self._handle, ord(character))

    def burst(self, code: str) -> None:
        """Scan without waiting for what comes of it."""
        self._fingers.rest(TYPING_S)
        for character in code:
            self._fingers.rest(SCANNING_S)
            QTest.keyClick(self._handle, ord(character))
        self._fingers.rest(SCANNING_S)
        QTest.keyClick(self._handle, Qt.Key.Key_Return)

    def scan(self, code: str) -> None:
        """Scan, and wait until the till has dealt with it."""
        self.burst(code)
        self.settle()

    def rest(self, seconds: float) -> None:
        """Let the fingers rest."""
        self._fingers.rest(seconds)

    def tap(self, widget: QWidget) -> None:
        """Tap the middle of a control."""
        self.until(lambda: widget.isVisible() and widget.isEnabled())
        at = widget.mapTo(self.window, widget.rect().center())
        QTest.mouseClick(self._handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)

    def button(self, where: QWidget, *words: str) -> QAbstractButton | None:
        """The first button in sight that says one of the words."""
        for found in where.findChildren(QAbstractButton):
            if found.isVisible() and any(word in (found.accessibleName() or found.text()) for word in words):
                return found
        return None

    def quick(self, amount_minor: int) -> QAbstractButton:
        """The button of a cash amount in sight."""
        zones = (self.window.checkout.pay, self.window.payment.pay)
        zone = next(zone for zone in zones if zone.isVisible())
        return zone._quick[zone._amounts.index(amount_minor)]

    # ---- what eyes do

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something is true."""
        until_s = time.monotonic() + WAIT_S
        while not holds():
            assert time.monotonic() < until_s, f"it never came true: {self.sight()}"
            QTest.qWait(5)

    def sight(self) -> dict[str, object]:
        """What somebody looking over the shoulder would see; for the test that waits in vain."""
        close = self.app.desk.close_day
        return {
            "who": self.app.signed_in,
            "page": self.window.shell.stage.currentWidget(),
            "sheet": self.window.open_sheet(),
            "focus": self.focused(),
            "active": QApplication.activeWindow(),
            "notice": self.notice,
            "close": close and (close.is_finished, close._busy),
            "facts": [type(fact).__name__ for fact in self.facts()[-3:]],
        }

    def settle(self) -> None:
        """Wait until the database lane has answered everything that was asked so far, and the window has heard."""
        for _turn in range(3):
            QApplication.processEvents()
            self.till.db.call(lambda: None)
            QApplication.processEvents()

    def focused(self) -> QWidget | None:
        return QApplication.focusWidget()

    def focusable(self, where: QWidget) -> list[QWidget]:
        """Every control in sight that can have the focus, by Tab or by tap."""
        return [
            widget
            for widget in where.findChildren(QWidget)
            if widget.isVisible() and widget.isEnabled() and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
        ]

    # ---- what a shift is made of

    def sign_in(self, person: str, pin: str, float_minor: int | None = None) -> None:
        """Sign in, and open the day if none is open."""
        screen = self.window.sign_in
        self.until(lambda: self.button(screen, person) is not None)
        tile = self.button(screen, person)
        assert tile is not None
        self.tap(tile)
        self.type(pin)
        self.press("Return")
        self.until(lambda: self.app.signed_in is not None or screen.asks_float())
        if screen.asks_float() and self.app.signed_in is None:
            assert float_minor is not None
            self.type(str(float_minor // 100))
            self.press("Return")
        self.until(lambda: self.app.signed_in is not None and self.app.sale.checkout.programme is not None)
        self.settle()

    def tidy(self, person: str, pin: str) -> None:
        """Make the till as it stands between two customers, whatever the test before left."""
        app, checkout = self.app, self.till.desks.checkout
        for sheet in self.window.sheets():
            sheet.dismiss()
        self.window.shell.keys.dismiss()
        if self.window.payment.is_open():
            app.sale.next_customer()
        self.settle()
        if app.signed_in is None or app.signed_in.name != person:
            app.lock()
            self.settle()
            self.sign_in(person, pin)
        for held in self.ask(checkout.held):
            self.ask(lambda one=held: checkout.discard(one.hold_id))
        self.ask(checkout.cancel)
        app.go(Section.SELL)
        app.sale.checkout.start()
        self.scan_line.clear()
        self.window.checkout.clear_notice()
        self.settle()
        self.keys = 0
        self._sales_before = self.rows("SELECT coalesce(max(receipt_n), 0) FROM sale")[0][0]

    def sales(self) -> list[tuple[Any, ...]]:
        """What this test sold: (receipt_no, member_id, due_minor) of each sale."""
        return self.rows(
            "SELECT receipt_no, member_id, due_minor FROM sale"
            f" WHERE receipt_n > {self._sales_before} ORDER BY receipt_n"
        )

    def tenders(self) -> list[tuple[Any, ...]]:
        """How this test was paid: (kind, amount, given, change, reference) of each tender, minor units."""
        return self.rows(
            "SELECT kind, amount_minor, given_minor, change_minor, reference FROM tender"
            f" WHERE receipt_n > {self._sales_before} ORDER BY receipt_n, tender_no"
        )

    def ring_up(self, *numbers: int) -> None:
        """Scan the shop's items."""
        for n in numbers:
            before = self.pieces
            self.burst(barcode(n))
            self.until(lambda was=before: self.pieces == was + 1)

    def serve(self, code: str) -> None:
        """Scan a member's card."""
        self.burst(code)
        self.until(lambda: self.state.member is not None)

    def pay_exactly(self) -> None:
        """Take exact cash: F9, Enter."""
        self.press("F9")
        self.until(self.window.payment.is_open)
        self.press("Return")
        self.until(self.window.payment.is_done)

    def next_customer(self) -> None:
        """Go on."""
        self.press("Return")
        self.until(lambda: not self.window.payment.is_open() and self.state.basket.is_empty)
        self.settle()

    def ask(self, work: Callable[[], Any]) -> Any:
        """Ask the till's own data, on its lane."""
        return self.till.db.call(work)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Read the till's database as it is stored, decrypted."""
        store: Any = self.till.desks.store
        return self.ask(lambda: [tuple(row) for row in store._database.execute(statement).fetchall()])

    def facts(self) -> list[Any]:
        """Everything that the till's log says, oldest first."""

        def work() -> list[Any]:
            with self.till.desks.store.view() as unit:
                return [fact for _, fact, _ in unit.log.facts(1, unit.log.next_seq() - 1)]

        return self.ask(work)

    @property
    def _handle(self) -> Any:
        return self.window.windowHandle()
