"""Plays pages of the scenario book through the till's real window: the same verbs, done by keys and scans."""

import asyncio
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import uvicorn
from PySide6.QtWidgets import QAbstractButton, QWidget

from head_office.enrolment import new_code
from head_office.office import Office
from pos_app import config
from pos_app.bootstrap.program import Start, enrol_till
from pos_app.domain.codes import member_code, receipt_code
from pos_app.domain.events import SaleRefunded
from pos_app.domain.pricing import price
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.paths import Paths
from pos_app.store.space import BALLAST_BYTES
from pos_app.ui import wording
from pos_app.ui.presenters.hand_price import Target, Way
from tests.e2e.hands import Hands
from tests.head_office.rig import Line
from tests.scenarios.book import Scenario, Step, minor
from tests.scenarios.play import APPROVALS, Played
from tests.scenarios.shop import PINS, Chain
from tests.till_kit import MANAGER

CODE = re.compile(r"\(([a-z_]+(?:\.[a-z_]+)+)\)")
FURTHEST = 60  # controls that Tab passes at most
CLOSE_S = 10


@contextmanager
def served(line: Line) -> Iterator[str]:
    """Let head office answer on a socket of this machine as well, and return its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(line.app, log_level="critical", timeout_graceful_shutdown=0))
    running = asyncio.run_coroutine_threadsafe(server.serve([listener]), line.loop)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        running.result(CLOSE_S)


def enrolled(home: Path, office: Office, url: str, clock: Any) -> None:
    """Make ``home`` the folder of a till that has exchanged its code, and has met head office no further."""
    home.mkdir()
    with (home / "ballast.bin").open("wb") as ballast:
        ballast.truncate(BALLAST_BYTES)
    paths = Paths(home)
    config.save(paths.config, {"head_office_url": url, "language": "zh_CN"})
    enrol_till(Start(paths, clock), url, new_code(office, "S01", 1))


@dataclass(frozen=True)
class GivenBack:
    """What a refund at the window came to, minor units."""

    given_minor: int
    cash_minor: int
    is_void: bool


class AtTheWindow(Played):
    """What happened so far at a window that somebody is signed in at; what a step changed is looked up behind it."""

    def __init__(self, scenario: Scenario, chain: Chain, hands: Hands) -> None:
        self.hands = hands
        chain.desks = hands.till.desks
        hands.ask(partial(super().__init__, scenario, chain))  # type: ignore[arg-type]

    def do(self, step: Step) -> None:
        """Do what a step says with keys and scans; what the till refuses is read off the screen."""
        hands, window = self.hands, self.hands.window
        if window.payment.is_done():
            hands.next_customer()
        window.checkout.clear_notice()
        KEYS[step.verb](self, step.words)
        hands.settle()
        self.state = hands.state
        self._compare()
        code = self.told()
        while sheet := window.open_sheet():
            assert code, f"{step.text}: {sheet} is still open"
            hands.press("Esc")
            hands.settle()
        self.state = hands.state
        if code:
            raise Refused(code)

    def look(self, name: str, values: list[str]) -> Any:
        """Look the fact up behind the window; the amount due must stand on the screen, too."""
        if name == "应收" and not self.just_paid:
            shown, due = self.hands.window.checkout.pay.due._total, wording.money(minor(values[0]))
            if shown != due:
                return f"{shown} on the screen"
        return self.hands.ask(partial(super().look, name, values))

    def told(self) -> str:
        """Return the code of what the till says that it refuses; empty where it refuses nothing."""
        window = self.hands.window
        if window.override.isVisible():
            return "override.needed"
        if window.payment.is_open() and not window.payment.is_done():
            return self.problem() or "tender.short"
        texts = [self.hands.notice]
        if window.redeem.isVisible():
            texts.append(window.redeem._note_text())
        if window.refund.isVisible():
            texts.append(window.refund.toast.accessibleName())
        found = CODE.search("\n".join(texts))
        return found.group(1) if found else ""

    def problem(self) -> str:
        """Return the code of what the screen of paying says is wrong, empty for nothing."""
        said = self.hands.window.payment.taken._problem_text
        found = CODE.search(said.text()) if said.isVisible() else None
        return found.group(1) if found else ""

    def done_or_told(self, work: Callable[[], object]) -> None:
        """Press something, and wait until the sale has changed or the till has said why not."""
        before = self.hands.state
        work()
        self.hands.until(lambda: self.hands.state != before or bool(self.told()))
        self.hands.settle()

    def reach(self, control: QWidget) -> None:
        """Press Tab until a control has the focus; inside a group of buttons the arrows lead on."""
        group = control.group().buttons() if isinstance(control, QAbstractButton) and control.group() else [control]
        for _turn in range(FURTHEST):
            focus = self.hands.focused()
            if focus is control:
                return
            self.hands.press(_towards(control, focus) if focus in group else "Tab")
        raise AssertionError(f"no key leads to {control}")

    def select(self, name: str) -> None:
        """Walk to the newest line of an article."""
        zone = self.hands.window.checkout.zone
        at = zone.model.place_of(str(self.line(name).line_no))
        steps = at - zone.delegate.open_place
        self.hands.press(*(["Down" if steps > 0 else "Up"] * abs(steps)))
        self.hands.settle()

    def approved(self, words: tuple[str, ...], done: Callable[[], bool]) -> None:
        """Let the manager approve where the book says so; without their word the sheet is left open."""
        hands = self.hands
        hands.until(lambda: done() or hands.window.override.isVisible())
        if MANAGER.staff_id in map(APPROVALS.get, words) and hands.window.override.isVisible():
            hands.type(PINS[MANAGER.staff_id])
            hands.press("Return")
            hands.until(done)
        hands.settle()

    def paid(self) -> None:
        """Wait until what was typed is taken; take note of the sale if that settled it."""
        hands, payment = self.hands, self.hands.app.sale.payment
        asked = len(payment._asked)
        hands.press("Return")
        hands.until(lambda: hands.window.payment.is_done() or len(payment._asked) > asked or bool(self.problem()))
        hands.settle()
        if hands.window.payment.is_done():
            self.done, self.just_paid = payment._done, True
            assert self.done is not None
            self.last_receipt = self.done.receipt_no

    def _compare(self) -> None:
        """Work the basket out once more, by the rules alone; campaigns and coupons need the till's data."""
        page, state = self.scenario, self.state
        if state.priced is None or page.campaigns or page.programme.coupons:
            return
        tier = None if state.member is None else state.member.member.tier
        assert price(state.basket, page.programme, tier) == state.priced


def _towards(control: QWidget, focus: QWidget) -> str:
    """Return the arrow that leads from one button to another."""
    way = control.mapToGlobal(control.rect().center()) - focus.mapToGlobal(focus.rect().center())
    if abs(way.y()) > control.height() // 2:
        return "Down" if way.y() > 0 else "Up"
    return "Right" if way.x() > 0 else "Left"


def _count(words: tuple[str, ...]) -> int:
    return int(words[1].lstrip("×")) if len(words) > 1 and words[1].startswith("×") else 1


def _scan(game: AtTheWindow, words: tuple[str, ...]) -> None:
    name, count = words[0], _count(words)
    code = game.scenario.items[name].barcode if name in game.scenario.items else name
    if count > 1:
        game.hands.type(f"{count}*")
    game.done_or_told(lambda: game.hands.burst(code))


def _serve(game: AtTheWindow, words: tuple[str, ...]) -> None:
    game.done_or_told(lambda: game.hands.burst(member_code(game.scenario.customers[words[0]].member.card_no)))


def _quantity(game: AtTheWindow, words: tuple[str, ...]) -> None:
    game.select(words[0])
    game.hands.type(f"*{_count(words)}")
    game.done_or_told(lambda: game.hands.press("Return"))


def _remove(game: AtTheWindow, words: tuple[str, ...]) -> None:
    game.select(words[0])
    game.done_or_told(lambda: game.hands.press("Del"))


def _key(key: str) -> Callable[[AtTheWindow, tuple[str, ...]], None]:
    return lambda game, _words: game.done_or_told(lambda: game.hands.press(key))


def _redeem_sheet(game: AtTheWindow) -> Any:
    game.hands.press("F4")
    game.hands.until(lambda: game.hands.window.redeem.isVisible() or bool(game.told()))
    game.hands.settle()
    return game.hands.window.redeem


def _redeem(game: AtTheWindow, words: tuple[str, ...]) -> None:
    sheet = _redeem_sheet(game)
    key = f"line:{game.line(words[0]).line_no}"
    row = next(row for row in sheet._lines if row.isVisible() and row._row.key == key)
    game.reach(row._stepper._more)
    game.done_or_told(lambda: game.hands.press("Space"))
    _use(game, sheet)


def _use(game: AtTheWindow, sheet: Any) -> None:
    if not game.told():
        game.reach(sheet.use)
        game.hands.press("Return")
        game.hands.until(lambda: not sheet.isVisible())


def _by_hand(game: AtTheWindow, target: Target, way: Way, amount: str, words: tuple[str, ...]) -> None:
    hands, sheet = game.hands, game.hands.window.hand_price
    hands.press("F5")
    hands.until(sheet.isVisible)
    hands.settle()
    for choice, wanted in ((sheet._targets, target.value), (sheet._ways, way.value)):
        if choice.choice() != wanted:
            game.reach(choice._buttons[choice._codes.index(wanted)])
            hands.press("Space")
            hands.settle()
    game.reach(sheet.value)
    hands.type(amount)
    hands.press("Down")
    hands.until(sheet.confirm.isEnabled)
    before = hands.state
    hands.press("Return")
    game.approved(words, lambda: hands.state != before)


def _reprice(game: AtTheWindow, words: tuple[str, ...]) -> None:
    game.select(words[0])
    _by_hand(game, Target.LINE, Way.PRICE, words[1], words)


def _off(text: str) -> tuple[Way, str]:
    return (Way.PERCENT, text[:-1]) if text.endswith("%") else (Way.AMOUNT, text)


def _reduce_line(game: AtTheWindow, words: tuple[str, ...]) -> None:
    game.select(words[0])
    _by_hand(game, Target.LINE, *_off(words[1]), words)


def _reduce_order(game: AtTheWindow, words: tuple[str, ...]) -> None:
    _by_hand(game, Target.ORDER, *_off(words[0]), words)


def _in_hand(game: AtTheWindow, key: str, amount: str, down: int = 0) -> None:
    """Take a way of payment in hand, its wallet or currency ``down`` steps further, and type the amount."""
    hands, payment = game.hands, game.hands.window.payment
    if not payment.is_open():
        hands.press("F9")
        hands.until(payment.is_open)
        hands.settle()
    hands.press(key, *["Down"] * down, "Ctrl+A")
    hands.type(amount.replace(",", ""))


def _cash(game: AtTheWindow, words: tuple[str, ...]) -> None:
    _in_hand(game, "Alt+2", words[0])
    game.paid()


def _foreign(game: AtTheWindow, words: tuple[str, ...]) -> None:
    currencies = [rate.currency for rate in game.scenario.programme.rates]
    _in_hand(game, "Alt+2", words[1], 1 + currencies.index(words[0]))
    game.paid()


def _slip(key: str, down: int = 0) -> Callable[[AtTheWindow, tuple[str, ...]], None]:
    """Pay by what a slip says: the amount, Enter, its number, Enter."""

    def pay(game: AtTheWindow, words: tuple[str, ...]) -> None:
        _in_hand(game, key, words[0], down)
        game.hands.press("Return")
        game.hands.type(words[1])
        game.paid()

    return pay


def _value(game: AtTheWindow, words: tuple[str, ...]) -> None:
    _in_hand(game, "Alt+4", words[0])
    game.paid()


def _top_up(game: AtTheWindow, words: tuple[str, ...]) -> None:
    """Sell stored value to the member who is served, for cash."""
    hands, sheet = game.hands, game.hands.window.top_up
    hands.press("Shift+F4")
    hands.until(sheet.isVisible)
    hands.settle()
    hands.type(words[1])
    hands.press("Return")
    hands.until(lambda: hands.app.sale.top_up._face.done is not None)
    hands.settle()
    hands.press("Esc")
    hands.settle()


def _refunds(game: AtTheWindow) -> list[SaleRefunded]:
    return [fact for fact in game.hands.facts() if isinstance(fact, SaleRefunded)]


def _take_back(game: AtTheWindow, words: tuple[str, ...]) -> None:
    """Scan the receipt, tick what comes back, say why, and do it."""
    hands, sheet, made = game.hands, game.hands.window.refund, len(_refunds(game))
    number, rest = game.last_receipt, words
    if rest[0].isdigit():
        number, rest = number[: -len(rest[0])] + rest[0], rest[1:]
    hands.burst(receipt_code(number))
    hands.until(lambda: sheet.isVisible() and sheet.model.rowCount() > 0)
    hands.settle()
    if rest[0] == "全部":
        hands.press("A")
    else:
        _tick(game, rest[0], _count(rest))
    hands.press("1")
    hands.settle()
    if game.told():
        return
    hands.press("Return")
    game.approved(words, lambda: not sheet.isVisible())
    if len(_refunds(game)) > made:
        fact = _refunds(game)[-1]
        cash = sum(tender.amount_minor for tender in fact.tenders if tender.kind is TenderKind.CASH)
        game.refund = GivenBack(sum(tender.amount_minor for tender in fact.tenders), cash, fact.is_void)


def _tick(game: AtTheWindow, name: str, count: int) -> None:
    hands, sheet = game.hands, game.hands.window.refund
    rows = [sheet.model.row(place) for place in range(sheet.model.rowCount())]
    hands.press(*["Down"] * next(place for place, row in enumerate(rows) if row and row.name == name))
    hands.press(*["+"] * count)
    hands.settle()


KEYS: dict[str, Callable[[AtTheWindow, tuple[str, ...]], None]] = {
    "扫": _scan,
    "会员": _serve,
    "数量": _quantity,
    "删": _remove,
    "兑": _redeem,
    "改价": _reprice,
    "打折": _reduce_line,
    "整单打折": _reduce_order,
    "撤销": _key("Ctrl+Z"),
    "整单取消": _key("Ctrl+Del"),
    "挂单": _key("F6"),
    "现金": _cash,
    "外币": _foreign,
    "刷卡": _slip("Alt+3"),
    "微信": _slip("Alt+1"),
    "支付宝": _slip("Alt+1", 1),
    "储值": _value,
    "充值": _top_up,
    "退": _take_back,
}
