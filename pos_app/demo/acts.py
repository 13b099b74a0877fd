"""What a person does at the till, in steps that read like the shop: each is a script for the operator."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtWidgets import QAbstractButton, QWidget

from pos_app.bootstrap.program import Running
from pos_app.demo.cast import Cast, barcode
from pos_app.demo.operator import Operator, Script
from pos_app.domain.codes import receipt_code
from pos_app.domain.events import Fact
from pos_app.domain.members import Purpose
from pos_app.services.sale_models import SaleState
from pos_app.ui.application import TillApplication
from pos_app.ui.window import TillWindow

F = TypeVar("F", bound=Fact)
FLOAT = "500"


@dataclass(frozen=True, slots=True)
class Stage:
    """What an act plays on.

    ``ask(order, **facts)`` has the director do something outside the till and waits for it; ``check`` and ``figure``
    go into the report.
    """

    till: Running
    operator: Operator
    cast: Cast | None
    ask: Callable[..., Script]
    check: Callable[[str, bool, str], None]
    figure: Callable[[str, float], None]
    out: Path

    @property
    def app(self) -> TillApplication:
        """Return the till's controller."""
        return self.till.application

    @property
    def window(self) -> TillWindow:
        """Return the till's window."""
        return self.till.application.window

    @property
    def state(self) -> SaleState:
        """Return the sale in hand."""
        state = self.app.sale.checkout.state
        assert state is not None
        return state


def button(where: QWidget, *words: str) -> QAbstractButton | None:
    """Return the first visible button whose name has one of the words."""
    for found in where.findChildren(QAbstractButton):
        if found.isVisible() and any(word in (found.accessibleName() or found.text()) for word in words):
            return found
    return None


def tap_word(stage: Stage, where: QWidget, *words: str) -> Script:
    """Tap the button that says one of the words, once it is there."""
    yield from stage.operator.until(f"a button says {words[0]}", lambda: button(where, *words) is not None)
    found = button(where, *words)
    assert found is not None
    yield from stage.operator.tap(found)


def sign_in(stage: Stage, person: str, pin: str, *, shots: str = "") -> Script:
    """Tap one's name, type the PIN, open the day if none is open."""
    op, screen, app = stage.operator, stage.window.sign_in, stage.app
    yield from op.until("people are shown", lambda: button(screen, person) is not None, 60)
    yield from tap_word(stage, screen, person)
    if shots:
        yield from op.shots(shots)
    yield from op.type(pin)
    yield from op.press("Return")
    yield from op.until("the PIN is checked", lambda: app.signed_in is not None or screen.asks_float(), 40)
    if app.signed_in is None:
        if shots:
            yield from op.shots(f"{shots}_float")
        yield from op.type(FLOAT)
        yield from op.press("Return")
    yield from op.until(
        "the sale screen is open", lambda: app.signed_in is not None and app.sale.checkout.state is not None
    )
    yield from op.pause(0.3)


def add(stage: Stage, n: int) -> Script:
    """Scan the demo chain's ``n``-th item."""
    before = pieces(stage)
    yield from stage.operator.scan(barcode(n))
    yield from stage.operator.until(f"item {n} is rung up", lambda: pieces(stage) > before)


def pieces(stage: Stage) -> int:
    """Return how many articles are rung up."""
    return sum(line.quantity for line in stage.state.basket.lines)


def serve(stage: Stage, code: str, member_id: str) -> Script:
    """Scan a member's card with the wedge scanner."""
    yield from stage.operator.scan(code)
    yield from stage.operator.until("the member is attached", lambda: stage.state.basket.member_id == member_id)


def redeem(stage: Stage, n: int, *, points: int = 0, shots: str = "") -> Script:
    """Take an item home for points, and spend ``points`` against the basket besides."""
    op, sheet = stage.operator, stage.window.redeem
    before = redeemed_points(stage)
    yield from op.press("F4")
    yield from op.until("the redeem sheet is open", sheet.isVisible)
    yield from op.scan(barcode(n))
    yield from op.until(f"item {n} is redeemed", lambda: redeemed_points(stage) > before)
    if points:
        yield from tap_word(stage, sheet, "自定", "Custom", "Choose", "自选")
        sheet.custom.setFocus()
        yield from op.type(str(points))
        yield from op.until("points are chosen", lambda: stage.state.basket.points == points)
    if shots:
        yield from op.shots(shots)
    yield from op.tap(sheet.use)
    yield from op.until("the redeem sheet is closed", sheet.isHidden)


def redeemed_points(stage: Stage) -> int:
    """Return the points of the lines that are redeemed wholly."""
    return stage.state.priced.redeemed_points if stage.state.priced else 0


def pay_cash(stage: Stage, given: str = "") -> Script:
    """Pay in cash: exactly, or what was handed over."""
    op = stage.operator
    yield from op.press("F9")
    yield from op.until("payment is open", stage.window.payment.is_open)
    if given:
        yield from op.type(given)
    yield from op.press("Return")
    yield from done(stage)


def pay_by_scan(stage: Stage, reference: str) -> Script:
    """Pay what is still owed by WeChat; payment is open."""
    op = stage.operator
    yield from tap_word(stage, stage.window.payment.pay, "微信", "WeChat")
    entry = stage.window.payment.entry
    yield from op.until("a reference is asked for", entry.reference.isVisible)
    entry.reference.setFocus()
    yield from op.type(reference)
    yield from op.press("Return")
    yield from done(stage)


def done(stage: Stage) -> Script:
    """Wait until the sale is paid."""
    yield from stage.operator.until("the sale is paid", stage.window.payment.is_done, 30)


def next_customer(stage: Stage) -> Script:
    """Go on with the next customer."""
    op = stage.operator
    yield from op.press("F9")
    yield from op.until("the next sale begins", lambda: not stage.window.payment.is_open())
    yield from op.until("the basket is empty", lambda: stage.state.basket.is_empty)


def sign_up(stage: Stage, phone: str, month: str, *, shots: str = "") -> Script:
    """Make the guest a member: phone, child's month, consents; Enter."""
    op, form = stage.operator, stage.window.sign_up
    yield from op.press("F2")
    yield from op.until("the finder is open", stage.window.finder.isVisible)
    yield from op.type(phone)
    yield from op.press("Return")
    yield from op.until("the form is open", form.isVisible)
    form.month.setFocus()
    yield from op.type(month)
    for purpose in (Purpose.MEMBERSHIP, Purpose.CHILD, Purpose.CALL):
        yield from op.tap(form.ticks[purpose])
    if shots:
        yield from op.shots(shots)
    yield from op.until("the phone is free", form.confirm.isEnabled)
    yield from op.tap(form.confirm)
    yield from op.until("the new member is attached", lambda: stage.state.member is not None, 30)


def count_blind(stage: Stage, expected_minor: int) -> Script:
    """Count ``expected_minor`` of cash into the denominations, as they would lie in the drawer."""
    op, count = stage.operator, stage.window.close_day.count
    left = expected_minor
    for value, field in count.fields.items():
        pieces_of, left = divmod(left, value)
        field.setFocus()
        yield from op.type(str(pieces_of))
    assert left == 0, left


def open_receipt(stage: Stage, *, shots: str = "") -> Script:
    """Scan the receipt of the sale before; its lines are shown."""
    op, sheet = stage.operator, stage.window.refund
    last = facts_of(stage, stage.till.desks.receipts.last)
    yield from op.scan(receipt_code(last.receipt_no))
    yield from op.until("the sale is found", lambda: sheet.isVisible() and sheet.model.rowCount() > 0)
    if shots:
        yield from op.pause(0.3)
        yield from op.shots(shots)


def said(stage: Stage, kind: type[F]) -> list[F]:
    """Return every fact of a kind that this till has said, oldest first."""

    def work() -> list[F]:
        with stage.till.desks.store.view() as unit:
            return [fact for _, fact, _ in unit.log.facts(1, unit.log.next_seq() - 1) if isinstance(fact, kind)]

    found: list[F] = facts_of(stage, work)
    return found


def facts_of(stage: Stage, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the question answers
    """Ask the till's own data, on its lane; the window waits."""
    return stage.till.db.call(work)
