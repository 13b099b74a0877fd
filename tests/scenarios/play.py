"""Carries the steps of a scenario out in its shop, and compares what comes of each with what the book says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from head_office.books.issues import NOBODY
from pos_app.domain import dynamic_code
from pos_app.domain.basket import GRAMS_PER_KG, Reduction
from pos_app.domain.cash import CashKind
from pos_app.domain.codes import HoldCode, coupon_code, hold_code, member_code, parse
from pos_app.domain.day_close import DENOMINATIONS
from pos_app.domain.members import Purpose
from pos_app.domain.payment import TenderAsked
from pos_app.domain.punch_cards import PunchCard
from pos_app.domain.returnable import Returnable
from pos_app.domain.tenders import TenderKind
from pos_app.errors import PosError, Refused
from pos_app.services.member_models import SignUp
from pos_app.services.overrides import Override
from pos_app.services.refund_models import Exchange, RefundAsked
from pos_app.services.sale_models import SaleDone, SaleState
from pos_app.services.topping_up import TopUpAsked
from pos_app.services.topup_refunds import TopUpRefundAsked
from pos_app.ui.presenters.rights_gate import Lanes, RightsGate
from tests.scenarios.book import Scenario, Step, minor
from tests.scenarios.shop import ASSISTANT, PINS, Shop, lot_of
from tests.till_kit import CASHIER, MANAGER

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
APPROVING = Override(MANAGER.staff_id, PINS[MANAGER.staff_id], "一起点过")
TENDERS = {"刷卡": TenderKind.CARD, "微信": TenderKind.WECHAT, "支付宝": TenderKind.ALIPAY}
# written behind a step: that person approves it with PIN and reason
APPROVALS = {f"{one.name}批准": one.staff_id for one in (MANAGER, CASHIER, ASSISTANT)}


class InTurn:
    """A lane that does its work at once."""

    def run(self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[PosError], None]) -> None:
        """Run ``work`` and hand on what came of it."""
        try:
            result = work()
        except PosError as error:
            failed(error)
        else:
            done(result)


class Played:
    """What happened so far: the newest state of the sale, the last payment, and why the last step was refused."""

    def __init__(self, scenario: Scenario, shop: Shop) -> None:
        self.scenario, self.shop = scenario, shop
        self.state: SaleState = shop.desks.checkout.state()
        self.done: SaleDone | None = None
        self.just_paid = False
        self.refused: PosError | None = None
        self.report: Any = None
        self.tenders: list[TenderAsked] = []
        self.goods: tuple[Exchange, Override | None] | tuple[()] = ()  # what is to pay first
        self.refund: Any = None
        self.seen: dict[str, str] = {}  # the coupons that were listed, by rule
        self.last_receipt = self.hold_slip = self.phone_code = ""

    def play(self, step: Step) -> None:
        """Do one step; a refusal is remembered, for the book may want it."""
        self.refused, self.just_paid = None, False
        try:
            self.do(step)
        except (Refused, PosError) as error:
            self.refused = error
        wanted = {part[0] for part in step.expected}
        assert self.refused is None or "拒绝" in wanted, f"{step.text}: {self.refused!r}"
        for name, *values in step.expected:
            assert name in FACTS, f"no fact {name}"
            found = self.look(name, values)
            assert found is True, f"{step.text}: {name} {' '.join(values)}, but {found}"

    def do(self, step: Step) -> None:
        """Do what a step says; raises what the till refuses with."""
        assert step.verb in VERBS, f"no verb {step.verb}"
        VERBS[step.verb](self, step.words)

    def look(self, name: str, values: list[str]) -> Any:
        """Return whether a fact is as the book says, or how it is instead."""
        return FACTS[name](self, *values)

    def change(self, work: Callable[[], SaleState]) -> None:
        """Run a change of the sale; rights that lie at head office are brought first, while there is a line."""
        outcome: list[PosError] = []
        lane = InTurn()
        gate = RightsGate(self.shop.desks.rights, self.shop.process.ask, self.shop.link.is_online, Lanes(lane, lane))
        gate.attempt(work, self.show, outcome.append)
        if outcome:
            raise outcome[0]

    def show(self, state: SaleState) -> None:
        """Take note of a new state of the sale."""
        self.state = state

    def card(self, name: str) -> PunchCard:
        """Return the punch card of a name."""
        return next(card for card in self.scenario.programme.punch_cards if card.name == name)

    def line(self, name: str) -> Any:
        """Return the newest line of an article."""
        lines = [line for line in self.state.basket.lines if line.item.name == name]
        assert lines, f"no line of {name}"
        return lines[-1]

    def priced(self, name: str) -> Any:
        """Return that line as it is priced."""
        at = self.line(name).line_no
        assert self.state.priced is not None
        return next(line for line in self.state.priced.lines if line.line_no == at)

    def pay(self, *tender: TenderAsked) -> None:
        """Take one tender, or none where nothing is owed; the sale is paid with the one that settles it."""
        tenders = (*self.tenders, *tender)
        try:
            self.done = self.shop.desks.checkout.pay(tenders, self.state.basket.sale_id, *self.goods)
        except Refused as error:
            if error.code == "tender.short":
                self.tenders.extend(tender)
            else:
                self.goods = ()
            raise
        self.goods = ()
        self.tenders, self.just_paid, self.last_receipt = [], True, self.done.receipt_no
        self.state = self.shop.desks.checkout.state()


def _number(text: str) -> int:
    return int(text.removeprefix("×").removeprefix("x").replace(",", "").removesuffix("分"))


def _override(words: tuple[str, ...]) -> tuple[tuple[str, ...], Override | None]:
    rest = tuple(word for word in words if word not in APPROVALS)
    for staff_id in (APPROVALS[word] for word in words if word in APPROVALS):
        return rest, Override(staff_id, PINS[staff_id], "老客")
    return rest, None


def _reduction(text: str) -> Reduction:
    if text.endswith("%"):
        return Reduction(bp=round(float(text[:-1]) * 100), reason="老客")
    return Reduction(minor=minor(text), reason="老客")


def scan(game: Played, words: tuple[str, ...]) -> None:
    name, quantity = words[0], _number(words[1]) if len(words) > 1 else 1
    code = game.scenario.items[name].barcode if name in game.scenario.items else name
    game.state = game.shop.desks.checkout.scan(code, quantity).state


def serve(game: Played, words: tuple[str, ...]) -> None:
    card = game.scenario.customers[words[0]].member.card_no
    game.state = game.shop.desks.checkout.scan(member_code(card)).state


def show_code(game: Played, words: tuple[str, ...]) -> None:
    """Scan the code on a member's phone; without a name, the one that was scanned last: a picture of it."""
    if words:
        member = game.scenario.customers[words[0]].member
        game.phone_code = dynamic_code.make(member.card_no, member.code_key, game.shop.clock.now_ms())
    game.state = game.shop.desks.checkout.scan(game.phone_code).state


def attach(game: Played, words: tuple[str, ...]) -> None:
    game.state = game.shop.desks.checkout.attach(game.scenario.customers[words[0]].member.member_id)


def join(game: Played, words: tuple[str, ...]) -> None:
    """Sign somebody up; ``推荐`` and a name say who brought them."""
    name = words[1] if len(words) > 1 else ""
    referrer = game.scenario.customers[words[3]].member.member_id if len(words) > 3 else ""
    form = SignUp(words[0], name, agreed=frozenset(Purpose), referrer=referrer)
    card = game.shop.desks.members.sign_up(form)
    game.state = game.shop.desks.checkout.attach(card.member.member_id)


def quantity(game: Played, words: tuple[str, ...]) -> None:
    checkout = game.shop.desks.checkout
    game.change(lambda: checkout.set_quantity(game.line(words[0]).line_no, _number(words[1])))


def weigh(game: Played, words: tuple[str, ...]) -> None:
    """Type the weight of an article, in kg."""
    item_id = game.scenario.items[words[0]].item_id
    game.state = game.shop.desks.checkout.weigh(item_id, round(float(words[1]) * GRAMS_PER_KG))


def print_slip(game: Played, words: tuple[str, ...]) -> None:
    held = game.shop.desks.checkout.held()
    game.shop.desks.checkout.print_slip(held[_number(words[0]) - 1 if words else 0].hold_id)
    game.hold_slip = game.shop.code()


def scan_slip(game: Played, words: tuple[str, ...]) -> None:
    """Scan the slip that was printed last; with words that of another till: its store and lane."""
    code, found = game.hold_slip, parse(game.hold_slip)
    if words and isinstance(found, HoldCode):
        code = hold_code(_number(words[0]), _number(words[1]), found.sale_id)
    game.state = game.shop.desks.checkout.scan(code).state


def remove(game: Played, words: tuple[str, ...]) -> None:
    game.change(lambda: game.shop.desks.checkout.remove_line(game.line(words[0]).line_no))


def redeem(game: Played, words: tuple[str, ...]) -> None:
    checkout = game.shop.desks.checkout
    if any(line.item.name == words[0] and not line.redeemed for line in game.state.basket.lines):
        game.change(lambda: checkout.redeem_line(game.line(words[0]).line_no, redeemed=True))
    else:
        game.change(lambda: checkout.redeem_item(game.scenario.items[words[0]].item_id))


def points(game: Played, words: tuple[str, ...]) -> None:
    game.change(lambda: game.shop.desks.checkout.redeem_points(_number(words[0])))


def use_card(game: Played, _words: tuple[str, ...]) -> None:
    game.change(game.shop.desks.checkout.use_card)


def stamp_elsewhere(game: Played, words: tuple[str, ...]) -> None:
    """Let another store of the chain stamp a member's card, and tell head office of it when it likes."""
    name, card, count = words[0], words[1], _number(words[2])
    game.shop.stamp_elsewhere(game.scenario.customers[name].member.member_id, game.card(card), count)


def hand_back_elsewhere(game: Played, words: tuple[str, ...]) -> None:
    """Let that store hand the stamps back, as it does when head office asks for them."""
    game.shop.hand_back_elsewhere()


def reprice(game: Played, words: tuple[str, ...]) -> None:
    (name, amount), override = _override(words)
    at = game.line(name).line_no
    game.state = game.shop.desks.checkout.set_price(at, minor(amount), "老客", override=override)


def reduce_line(game: Played, words: tuple[str, ...]) -> None:
    (name, off), override = _override(words)
    at = game.line(name).line_no
    game.state = game.shop.desks.checkout.reduce_line(at, _reduction(off), override=override)


def reduce_order(game: Played, words: tuple[str, ...]) -> None:
    (off,), override = _override(words)
    game.state = game.shop.desks.checkout.reduce_order(_reduction(off), override=override)


def use_coupon(game: Played, words: tuple[str, ...]) -> None:
    """Use the coupon of a rule: the one of who is served, also once it is used, or another member's, who is named."""
    who = game.scenario.customers[words[1]].member.member_id if len(words) > 1 else game.state.basket.member_id
    is_nobodys = any(rule.rule_id == words[0] and rule.bearer for rule in game.scenario.programme.coupons)
    named = len(words) > 1 or is_nobodys or who is None
    game.seen |= {} if named else {one.rule.rule_id: one.lot for one in game.shop.desks.checkout.coupons()}
    book = lot_of(words[0], NOBODY if is_nobodys else who or "")
    lot = book if named else game.seen.get(words[0], book)
    game.change(lambda: game.shop.desks.checkout.scan(coupon_code(lot)).state)


def undo(game: Played, _words: tuple[str, ...]) -> None:
    game.state = game.shop.desks.checkout.undo()


def cancel(game: Played, _words: tuple[str, ...]) -> None:
    game.state = game.shop.desks.checkout.cancel()


def hold(game: Played, words: tuple[str, ...]) -> None:
    game.state = game.shop.desks.checkout.hold(" ".join(words))


def recall(game: Played, words: tuple[str, ...]) -> None:
    held = game.shop.desks.checkout.held()
    game.state = game.shop.desks.checkout.recall(held[_number(words[0]) - 1 if words else 0].hold_id)


def cash(game: Played, words: tuple[str, ...]) -> None:
    game.pay(TenderAsked(TenderKind.CASH, given_minor=minor(words[0])))


def top_up(game: Played, words: tuple[str, ...]) -> None:
    desk, member = game.shop.desks.topups, game.scenario.customers[words[0]].member
    amount = minor(words[1])
    tender = TenderAsked(TenderKind.CASH, given_minor=amount)
    if words[2:]:
        tender = TenderAsked(TENDERS[words[2]], amount, reference="T 0001")
    desk.top_up(TopUpAsked(desk.begin(), member.member_id, amount, (tender,)))


def top_up_back(game: Played, words: tuple[str, ...]) -> None:
    """Give a member's newest top-up back; ``现金`` behind the name: in cash, whatever it was paid with."""
    rest, override = _override(words)
    desk, member = game.shop.desks.topup_refunds, game.scenario.customers[rest[0]].member
    topup_id = desk.sold_to(member.member_id)[0].topup_id
    asked = TopUpRefundAsked(desk.begin(), topup_id, "customer", in_cash=rest[1:] == ("现金",))
    game.refund = desk.refund(asked, override)


def stored_value(game: Played, words: tuple[str, ...]) -> None:
    game.pay(TenderAsked(TenderKind.VALUE, minor(words[0])))


def foreign(game: Played, words: tuple[str, ...]) -> None:
    game.pay(TenderAsked(TenderKind.FOREIGN, given_minor=minor(words[1]), currency=words[0]))


def settle(game: Played, _words: tuple[str, ...]) -> None:
    game.pay()


def by_reference(kind: TenderKind) -> Callable[[Played, tuple[str, ...]], None]:
    def take(game: Played, words: tuple[str, ...]) -> None:
        if words[1:]:
            game.shop.desks.checkout.check_reference(kind, words[1])
        game.pay(TenderAsked(kind, minor(words[0]), reference=words[1] if len(words) > 1 else "T 0001"))

    return take


def pay_again(game: Played, _words: tuple[str, ...]) -> None:
    assert game.done is not None
    game.done = game.shop.desks.checkout.pay((TenderAsked(TenderKind.CASH, given_minor=1),), game.done.sale_id)


def line_off(game: Played, _words: tuple[str, ...]) -> None:
    game.shop.link.online = False


def line_on(game: Played, _words: tuple[str, ...]) -> None:
    game.shop.link.online = True
    game.shop.sync()
    game.state = game.shop.desks.checkout.state()


def sync(game: Played, _words: tuple[str, ...]) -> None:
    game.shop.sync()
    game.state = game.shop.desks.checkout.state()


def night_falls(game: Played, words: tuple[str, ...]) -> None:
    """Let head office do what is due by now, and the till hear of it."""
    game.shop.night_falls()
    sync(game, words)


def wait(game: Played, words: tuple[str, ...]) -> None:
    amount, unit = _number(words[0]), words[1]
    game.shop.pass_time(
        int(timedelta(**{{"天": "days", "小时": "hours", "分钟": "minutes"}[unit]: amount}) / timedelta(milliseconds=1))
    )
    if game.shop.desks.day.state().is_open:
        game.state = game.shop.desks.checkout.state()


def restart(game: Played, _words: tuple[str, ...]) -> None:
    game.shop.restart()
    game.state = game.shop.desks.checkout.state()


def step_clock(sign: int) -> Callable[[Played, tuple[str, ...]], None]:
    """Set the wall clock, by days where nothing else is said, while no time passes."""

    def step(game: Played, words: tuple[str, ...]) -> None:
        unit_ms = HOUR_MS if words[1:] == ("小时",) else DAY_MS
        game.shop.clock.wall_ms += sign * _number(words[0]) * unit_ms
        game.state = game.shop.desks.checkout.state()

    return step


def reprint(game: Played, _words: tuple[str, ...]) -> None:
    game.shop.desks.receipts.reprint()


def move_cash(kind: CashKind) -> Callable[[Played, tuple[str, ...]], None]:
    def move(game: Played, words: tuple[str, ...]) -> None:
        rest, override = _override(words)
        game.shop.desks.cash.move(kind, minor(rest[0]), rest[1] if len(rest) > 1 else "备用金", override)

    return move


def take_back(game: Played, words: tuple[str, ...]) -> None:
    """Take pieces of the newest sale, or of the one whose number begins the words, back; ``全部`` is all of it."""
    rest, override = _override(words)
    game.refund = game.shop.desks.refunds.take_back(*_brought(game, rest), override)


def exchange(game: Played, words: tuple[str, ...]) -> None:
    """Pay the sale in hand with goods of another; what they do not pay is refused as short, and paid after."""
    rest, override = _override(words)
    game.goods = (Exchange(*_brought(game, rest)), override)
    game.pay()


def _brought(game: Played, rest: tuple[str, ...]) -> tuple[Returnable, RefundAsked]:
    number = game.last_receipt
    if rest[0].isdigit():
        number, rest = number[: -len(rest[0])] + rest[0], rest[1:]
    desk = game.shop.desks.refunds
    of = desk.look(number)
    if rest == ("全部",):
        pieces = {line.line_no: line.quantity for line in of.sale.lines}
    else:
        line = next(line for line in of.sale.lines if line.name == rest[0])
        pieces = {line.line_no: _number(rest[1]) if len(rest) > 1 else 1}
    return of, RefundAsked(desk.begin(), pieces, "质量")


def use_elsewhere(game: Played, words: tuple[str, ...]) -> None:
    member_id = game.scenario.customers[words[0]].member.member_id
    game.shop.use_elsewhere(member_id, words[1], _number(words[2]) if len(words) > 2 else 1)


def x_report(game: Played, _words: tuple[str, ...]) -> None:
    game.report = game.shop.desks.day.x_report()


def counted(text: str) -> dict[int, int]:
    """Return an amount in as few notes and coins as lie in the drawer."""
    pieces, left = {}, minor(text)
    for value in DENOMINATIONS["CNY"]:
        pieces[value], left = divmod(left, value)
    assert left == 0, f"cannot be counted in notes and coins: {text}"
    return pieces


def close(game: Played, words: tuple[str, ...]) -> None:
    rest, override = _override(words)
    game.report = game.shop.desks.day.close_day(counted(rest[0]), " ".join(rest[1:]), override or APPROVING)


def hand_over(game: Played, words: tuple[str, ...]) -> None:
    rest, override = _override(words)
    game.report = game.shop.desks.day.hand_over(counted(rest[0]), " ".join(rest[1:]), override)


def open_day(game: Played, words: tuple[str, ...]) -> None:
    day = game.shop.desks.day
    day.open_day(minor(words[0]), sure_of=day.state().proposed_date if words[1:] == ("确认",) else None)
    game.state = game.shop.desks.checkout.state()


VERBS: dict[str, Callable[[Played, tuple[str, ...]], None]] = {
    "扫": scan,
    "会员": serve,
    "会员码": show_code,
    "选会员": attach,
    "入会": join,
    "数量": quantity,
    "称重": weigh,
    "挂单小票": print_slip,
    "扫挂单小票": scan_slip,
    "删": remove,
    "兑": redeem,
    "积分": points,
    "用卡": use_card,
    "他店集点": stamp_elsewhere,
    "他店交还": hand_back_elsewhere,
    "改价": reprice,
    "打折": reduce_line,
    "整单打折": reduce_order,
    "用券": use_coupon,
    "撤销": undo,
    "整单取消": cancel,
    "挂单": hold,
    "取单": recall,
    "收款": settle,
    "现金": cash,
    "外币": foreign,
    "储值": stored_value,
    "充值": top_up,
    "退充值": top_up_back,
    **{word: by_reference(kind) for word, kind in TENDERS.items()},
    "再按一次收款": pay_again,
    "断网": line_off,
    "联网": line_on,
    "同步": sync,
    "过": wait,
    "总部过夜": night_falls,
    "断电": restart,
    "时钟倒退": step_clock(-1),
    "时钟快进": step_clock(1),
    "补打": reprint,
    "备用金": move_cash(CashKind.FLOAT),
    "缴款": move_cash(CashKind.HANDED_IN),
    "费用": move_cash(CashKind.EXPENSE),
    "退": take_back,
    "换货": exchange,
    "别处用": use_elsewhere,
    "X报表": x_report,
    "交班": hand_over,
    "日结": close,
    "开班": open_day,
}


def _same(found: Any, wanted: Any) -> Any:
    return True if found == wanted else found


def _due(game: Played, amount: str) -> Any:
    if game.just_paid:
        assert game.done is not None
        return _same(game.done.due_minor, minor(amount))
    return _same(0 if game.state.priced is None else game.state.priced.due_minor, minor(amount))


def _earned(game: Played, amount: str) -> Any:
    if game.just_paid:
        assert game.done is not None
        return _same(game.done.earned_points, _number(amount))
    return _same(0 if game.state.priced is None else game.state.priced.earned_points, _number(amount))


def _line_is(game: Played, name: str, amount: str) -> Any:
    return _same(game.priced(name).shown_minor, minor(amount))


def _left(game: Played, name: str, amount: str) -> Any:
    """Return the points that a member has in all, as this till knows."""
    member_id = game.scenario.customers[name].member.member_id
    return _same(game.shop.desks.members.card(member_id).total, _number(amount))


def _listed(game: Played, name: str, amount: str) -> Any:
    """Return the points that stand beside a member's name where a list is looked up by their phone."""
    rows = game.shop.desks.members.find(game.scenario.customers[name].member.phone)
    return _same([row.points for row in rows], [_number(amount)])


def _stamps(game: Played, name: str, card: str, count: str) -> Any:
    """Return the stamps that a member has on a card, as this till knows."""
    member_id, card_id = game.scenario.customers[name].member.member_id, game.card(card).card_id
    cards = game.shop.desks.members.card(member_id).cards
    return _same(sum(each.total for each in cards if each.card.card_id == card_id), _number(count))


def _usable(game: Played, name: str, amount: str) -> Any:
    """Return the points that a member may spend at this till now."""
    member_id = game.scenario.customers[name].member.member_id
    return _same(game.shop.desks.members.card(member_id).usable_here, _number(amount))


def _owed(game: Played, name: str, amount: str) -> Any:
    """Return the points that the member's card says are owed."""
    member_id = game.scenario.customers[name].member.member_id
    return _same(game.shop.desks.members.card(member_id).owed, _number(amount))


def _vesting(game: Played, name: str, amount: str) -> Any:
    """Return the points that a member has, but may not spend yet."""
    member_id = game.scenario.customers[name].member.member_id
    return _same(sum(each.points for each in game.shop.desks.members.card(member_id).vesting), _number(amount))


def _value(game: Played, name: str, amount: str) -> Any:
    """Return what a member has of stored value in all, as this till knows."""
    member_id = game.scenario.customers[name].member.member_id
    return _same(game.shop.desks.members.card(member_id).value.total, minor(amount))


def _coupons(game: Played, *rules: str) -> Any:
    """Return the coupons of who is served as the till lists them: those that cannot be used now in brackets."""
    found = game.shop.desks.checkout.coupons()
    return _same(tuple(f"({one.rule.rule_id})" if one.refusal else one.rule.rule_id for one in found), rules)


def _refused(game: Played, code: str) -> Any:
    return _same("" if game.refused is None else game.refused.code, code)


def _paper_says(game: Played, *words: str) -> Any:
    """Look for words on the newest paper, whatever stands between them and wherever lines break."""
    paper = game.shop.paper()
    return True if "".join(words) in "".join(paper.split()) else paper


def _paper_lacks(game: Played, *words: str) -> Any:
    return True if _paper_says(game, *words) is not True else game.shop.paper()


FACTS: dict[str, Callable[..., Any]] = {
    "应收": _due,
    "得分": _earned,
    "行": _line_is,
    "找零": lambda game, amount: _same(game.done.change_minor, minor(amount)),
    "抹零": lambda game, amount: _same(game.done.rounding_minor, minor(amount)),
    "用分": lambda game, amount: _same(game.state.priced.points, _number(amount)),
    "剩分": _left,
    "名单": _listed,
    "集点": _stamps,
    "可用分": _usable,
    "欠分": _owed,
    "待生效": _vesting,
    "储值余额": _value,
    "券": _coupons,
    "拒绝": _refused,
    "小票": _paper_says,
    "小票没有": _paper_lacks,
    "件数": lambda game, count: _same(sum(line.quantity for line in game.state.basket.lines), _number(count)),
    "空单": lambda game: _same(game.state.basket.is_empty, True),
    "单数": lambda game, count: _same(game.shop.desks.day.figures().visits, _number(count)),
    "未上传": lambda game, count: _same(game.shop.desks.unsent.count(), _number(count)),
    "退款": lambda game, amount: _same(game.refund.given_minor, minor(amount)),
    "退现金": lambda game, amount: _same(game.refund.cash_minor, minor(amount)),
    "作废": lambda game: _same(game.refund.is_void, True),
    "长短款": lambda game, amount: _same(game.report.over_short_minor, minor(amount)),
    "应有现金": lambda game, amount: _same(game.report.expected_cash_minor, minor(amount)),
    "总部提醒": lambda game, *codes: _same(game.shop.flags(), list(codes)),
    "小票号": lambda game, tail: _same(game.done.receipt_no[-6:], tail),
}
