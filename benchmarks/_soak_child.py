"""One till that sells for hours through its real window, at a steady pace; prints one JSON line of what it saw."""

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks import _common
from benchmarks._window_child import Pulse, Seller, memory_mb, spin, tiles
from pos_app.domain.codes import member_code
from pos_app.domain.day_close import booked, expected_cash, totals
from pos_app.domain.events import SaleRefunded, ToppedUp
from pos_app.domain.price_steps import Discount
from pos_app.errors import PosError
from pos_app.ui.keymap import Action
from pos_app.ui.presenters.refund_models import REASONS
from pos_app.ui.presenters.view_models import PointsChoice, Section, Tender, Way

T = TypeVar("T")

MOST_LINES = 6
LEAST_POINTS = 100
NOTES_MINOR = 1_000_000  # what is handed over in cash: enough for any sale
FLOAT_MINOR = 50_000  # what the day is opened with
TOP_UP_MINOR = 50_000
HAND_BP = 500  # a reduction by hand, within every seller's limit
LOOK_EVERY = 50  # sales between two looks at memory
SEED = 20_261_123
STUCK = _common.CACHE / "soak-stuck.png"  # the window where it would not go on
# The books' name of each tender that is money; what was bought and what was given are one stored value.
BOOK = {"cash": "cash", "card": "card", "value": "value", "gift": "value"}


class Shopkeeper(Seller):
    """Serves customers as they come, with what a day brings besides; ``staff`` are (staff_id, PIN), a manager last.

    ``seen`` counts what the screen said, in the figures of the books: see ``day_of``.
    """

    def __init__(self, application, barcodes: list[str], cards: list[str], staff: list[tuple[str, str]]) -> None:
        super().__init__(application)
        self.rng = random.Random(SEED)
        self.barcodes, self.cards, self.staff = barcodes, cards, staff
        self.seen: Counter[str] = Counter(cash_minor=FLOAT_MINOR)
        self.receipts: list[str] = []
        self._face: dict[str, object] = {}  # what a view was told to show last
        window = self._window
        for view, show in (
            (window.payment, "show_payment"),
            (window.payment, "show_done"),
            (window.refund, "show_refund"),
            (window.refund, "show_problem"),
            (window.top_up, "show_top_up"),
            (window.coupons, "show_rows"),
            (window.redeem, "show_redeem"),
            (window.hand_price, "show_hand_price"),
        ):
            self._look_at(view, show)
        # What customers bring, and out of how many: between two sales, with or without a member, or members only.
        self._between = {self._take_back: 3, self._look_up_price: 4, self._hand_over: 1, self._read_x: 1}
        self._of_members = {self._top_up: 3, self._use_coupon: 5, self._redeem: 24}
        self._of_anybody = {
            self._exchange: 1, self._change_price: 4, self._put_aside: 5, self._change_of_mind: 5, self._nothing: 44,
        }  # fmt: skip
        self._acts = self._between | self._of_members | self._of_anybody
        self._first = list(self._acts)

    def serve(self) -> None:
        """Serve one customer, and count what the screen said; the first ones bring one of each act."""
        app, rng = self._app, self.rng
        drawn = rng.choices(list(self._acts), list(self._acts.values()))[0]
        act = self._first.pop(0) if self._first and self.receipts else drawn
        if act in self._between:
            self._put_away()
            act()
        if act in self._of_members or rng.random() < 0.8:
            app.take_scan(member_code(rng.choice(self.cards)))
            spin(lambda: app.sale.checkout.state.member is not None, "the member's card")
        for _ in range(rng.randint(1, MOST_LINES)):
            self._ring_up(rng.choice(self.barcodes))
        if act not in self._between:
            act()
        self._pay()

    def _look_at(self, view, show: str) -> None:
        told = getattr(view, show)

        def look(face: object) -> None:
            self._face[show] = face
            told(face)

        setattr(view, show, look)

    def _put_away(self) -> None:
        """Go on from the finished sale."""
        if self._window.payment.is_open():
            self._app.sale.next_customer()
        self._settle()

    # ---- between two sales

    def _take_back(self) -> None:
        """Take one piece of an earlier sale back."""
        sheet = self._window.refund
        back = self._choose_piece()
        if back is None:
            return
        self.seen.update(refunds=1, points_gained=self._points_moved() + back.deducted_points)
        sheet.confirmed.emit()
        self._until(sheet.isHidden, "the refund made")
        for tender in back.tenders:
            self.seen[f"{BOOK[tender.kind]}_minor"] -= tender.amount_minor
            if BOOK[tender.kind] == "value":
                self.seen["stored_gained"] += tender.amount_minor
        self._settle()

    def _choose_piece(self):
        """Tick one piece of an earlier sale in the refund sheet; return what goes back, None where all has."""
        sheet = self._window.refund
        self._app.sale.open_refund(self.rng.choice(self.receipts))
        self._settle()
        rows = [sheet.model.row(place) for place in range(sheet.model.rowCount())]
        left = [row for row in rows if row.left]
        if not left:
            sheet.dismiss()
            return None
        sheet.pieces_set.emit(self.rng.choice(left).line_no, 1)
        sheet.reasoned.emit(REASONS[0])
        self._settle()
        return self._face["show_refund"]

    def _points_moved(self) -> int:
        model = self._window.refund.model
        return sum(model.row(place).points for place in range(model.rowCount()))

    def _look_up_price(self) -> None:
        finder = self._window.finder
        self._app.sale.find_item()
        finder.searched.emit(self.rng.choice(self.barcodes))
        spin(lambda: finder.model.rowCount() > 0, "the price")
        finder.dismiss()
        self.seen["price_checks"] += 1

    def _hand_over(self) -> None:
        """Lock the till, and let the other person go on."""
        app, screen = self._app, self._window.sign_in
        other, pin = next(each for each in self.staff if each[0] != app.signed_in.staff_id)
        app.act(Action.LOCK.value)
        spin(lambda: bool(tiles(screen.people)), "people")
        self._settle()
        screen.person_chosen.emit(other)
        screen.pin_entered.emit(pin)
        spin(lambda: app.signed_in is not None, "the other person signed in")
        self._settle()
        self.seen["hand_overs"] += 1

    def _read_x(self) -> None:
        app, close = self._app, self._window.close_day
        app.go(Section.CLOSE)
        self._settle()
        close.ask_print()
        spin(lambda: not close.report.isHidden(), "the X")
        close.report.dismiss()
        app.go(Section.SELL)
        self.seen["x_reports"] += 1

    # ---- in a sale

    def _nothing(self) -> None:
        """Just buy."""

    def _top_up(self) -> None:
        """Buy stored value; what the sale costs is paid with it."""
        app, sheet = self._app, self._window.top_up
        app.sale.open_top_up()
        self._settle()
        way = self.rng.choice((Tender.CASH, Tender.CARD))
        sheet.amount_chosen.emit(TOP_UP_MINOR)
        sheet.way_chosen.emit(way.value)
        sheet.confirmed.emit("" if way is Tender.CASH else f"U{self.seen['topups']:06d}", "")
        spin(lambda: self._face["show_top_up"].done is not None, "the top-up")
        done = self._face["show_top_up"].done
        gained = done.paid_minor + done.gift_minor + sum(part.amount_minor for part in done.later)
        self.seen.update({"topups": 1, f"{BOOK[way.value]}_minor": done.paid_minor, "stored_gained": gained})
        sheet.dismiss()
        self._settle()

    def _use_coupon(self) -> None:
        """Use a coupon of the member, if there is one for what is rung up."""
        sheet = self._window.coupons
        self._app.sale.open_coupons()
        spin(lambda: not sheet.isHidden(), "the coupons")
        usable = [row for row in self._face["show_rows"] if not row.refusal]
        if usable:
            sheet.use_asked.emit(usable[0].coupon_id)
            spin(sheet.isHidden, "the coupon used, or refused")
        sheet.dismiss()
        self._settle()
        self.seen["coupons"] += self._app.sale.checkout.state.basket.coupon != ""

    def _change_price(self) -> None:
        sheet = self._window.hand_price
        self._app.sale.change_price()
        sheet.entered.emit(HAND_BP)
        sheet.reasoned.emit(self._face["show_hand_price"].reasons[0])
        self._settle()
        if self._face["show_hand_price"].can_confirm:
            sheet.confirmed.emit()
            self._until(sheet.isHidden, "the price changed")
            self.seen["prices_changed"] += 1
        sheet.dismiss()
        self._settle()

    def _exchange(self) -> None:
        """Let a piece of an earlier sale pay for a part of this one; nothing where it is worth more, or may not."""
        sheet, due_minor = self._window.refund, self._app.sale.checkout.state.priced.due_minor
        back = self._choose_piece()
        if back is None or back.deducted_points or back.given_minor - back.rounding_minor >= due_minor:
            sheet.dismiss()
            return
        gained = self._points_moved()
        sheet.exchanged.emit()
        spin(
            lambda: self._face["show_problem"] is not None or (sheet.isHidden() and self._app.sale.payment.is_paying()),
            "the goods taken as a payment, or not",
        )
        if sheet.isHidden():
            self.seen.update(refunds=1, exchanges=1, points_gained=gained)
        else:
            assert self._face["show_problem"].code == "exchange.other_member", self._face["show_problem"]
            sheet.dismiss()

    def _ring_up(self, barcode: str) -> None:
        app = self._app
        before = 0 if self._window.payment.is_done() else pieces(app)
        app.take_scan(barcode)
        spin(lambda: not self._window.payment.is_done() and pieces(app) == before + 1, "the scanned article")

    def _redeem(self) -> None:
        """Use some of the points that this till holds or brings; what is refused is left as it was."""
        app, sheet = self._app, self._window.redeem
        app.sale.open_redeem()
        sheet.choice_asked.emit(PointsChoice.CUSTOM.value, LEAST_POINTS * self.rng.randint(1, 5))

        def is_answered() -> bool:
            sheet.use.click()  # deaf while points are brought
            return sheet.isHidden() or bool(self._face["show_redeem"].problem)

        spin(is_answered, "the points used, or not")
        sheet.dismiss()
        self._settle()
        self.seen["redemptions"] += app.sale.checkout.state.basket.points > 0

    def _put_aside(self) -> None:
        app = self._app
        before = pieces(app)
        app.act("hold")
        spin(lambda: app.sale.checkout.state.basket.is_empty, "the sale put aside")
        (held,) = self._ask(app.world.desks.checkout.held)
        app.sale.open_held()
        self._settle()
        app.sale.held.take(str(held.hold_id))
        spin(lambda: pieces(app) == before, "the sale taken back")
        self.seen["held"] += 1

    def _change_of_mind(self) -> None:
        app = self._app
        before = pieces(app)
        app.sale.checkout.remove_selected()
        spin(lambda: pieces(app) < before, "a line removed")
        app.sale.checkout.undo()
        spin(lambda: pieces(app) == before, "the line back")
        self.seen["undone"] += 1

    def _settle(self) -> None:
        """Wait until whatever was asked for is answered: by the database, by head office, and by the database again."""
        lanes = self._app.world.lanes
        for lane in (lanes.db, lanes.line, lanes.db):
            self._ask(lambda: None, lane)

    def _ask(self, work: Callable[[], T], lane=None) -> T:
        """Run something on a lane, the database's if none is named, and wait for what it answers."""
        answers: list[T] = []
        (lane or self._app.world.lanes.db).run(work, answers.append, answers.append)
        spin(lambda: bool(answers), "an answer")
        return answers[0]

    def _until(self, holds: Callable[[], bool], what: str) -> None:
        """Wait for what may need the manager's word, and give it where it is asked for."""
        override = self._window.override
        spin(lambda: holds() or not override.isHidden(), what)
        if not override.isHidden():
            override.allowed.emit(REASONS[0], self.staff[-1][1])
            spin(lambda: holds() and override.isHidden(), what)
            self.seen["approvals"] += 1

    def _pay(self) -> None:
        app, window = self._app, self._window
        priced = app.sale.checkout.state.priced
        gained = priced.earned_points - priced.points
        self.seen.update(
            sales=1, due_minor=priced.due_minor, points=priced.points, earned=priced.earned_points, points_gained=gained
        )
        rules = [step.rule for line in priced.lines for step in line.steps]
        self.seen["campaigns"] += Discount.CAMPAIGN in map(Discount.of, rules)
        began = time.perf_counter()
        if priced.due_minor:
            self._pay_with_value()
            self._pay_the_rest()
        else:
            app.sale.open_payment("")
            app.sale.payment.finish()
        self._until(window.payment.is_done, "paid")
        self.done_ms.append((time.perf_counter() - began) * 1_000)
        done = self._face["show_done"]
        self.receipts.append(done.receipt_no)
        for line in done.settled.taken:
            if line.tender.value in BOOK:
                self.seen[f"{BOOK[line.tender.value]}_minor"] += line.amount_minor
            if line.tender is Tender.VALUE:
                self.seen["stored_gained"] -= line.amount_minor
        self.seen["cash_minor"] -= done.change_minor

    def _pay_with_value(self) -> None:
        """Pay with stored value first, if the member has any, and it can be had."""
        app, member = self._app, self._app.sale.checkout.state.member
        if member is None or not member.value.total:
            return
        app.sale.open_payment(Way.VALUE.value)
        app.sale.take_tender(Tender.VALUE.value, min(self._owed_minor(), member.value.total), "")
        spin(lambda: self._window.payment.is_done() or app.sale.payment.is_paying(), "paid with stored value, or not")

    def _owed_minor(self) -> int:
        payment = self._window.payment
        if payment.is_done():
            return 0
        return (
            self._face["show_payment"].owed_minor
            if payment.is_open()
            else self._app.sale.checkout.state.priced.due_minor
        )

    def _pay_the_rest(self) -> None:
        """Pay by card, in cash, or both."""
        app, owed_minor = self._app, self._owed_minor()
        by_card = max(1, owed_minor // self.rng.randint(1, 3)) if self.rng.random() < 0.4 else 0
        if owed_minor and by_card:
            app.sale.open_payment(Way.CARD.value)
            app.sale.take_tender(Tender.CARD.value, by_card, f"T{self.seen['sales']:06d}")
            self._settle()  # the slip's number is looked up first
        if by_card < owed_minor:
            self._window.checkout.quick_cash_asked.emit(NOTES_MINOR)


def pieces(app) -> int:
    """Return how many articles are rung up, as the screen knows."""
    return sum(line.quantity for line in app.sale.checkout.state.basket.lines)


def soak(asked: argparse.Namespace) -> dict[str, object]:
    """Sell so many times, one sale every ``every`` seconds; return what was seen."""
    from pos_app.bootstrap.program import Start, running  # noqa: PLC0415 - pandas is kept out first
    from pos_app.paths import Paths  # noqa: PLC0415
    from pos_app.ui.start import make_application  # noqa: PLC0415

    make_application([])
    with running(Start(Paths(asked.home))) as till:
        staff = [(who, pin) for who, pin in zip(asked.staff.split(","), asked.pins.split(","), strict=True)]
        keeper = Shopkeeper(till.application, asked.barcodes.split(","), asked.cards.split(","), staff)
        keeper.sign_in(*staff[0])
        memory, pulse, began = [memory_mb()], Pulse(), time.perf_counter()
        for n in range(asked.sales):
            try:
                keeper.serve()
            except TimeoutError:
                till.application.window.grab().save(str(STUCK))
                print(f"stuck at sale {n + 1:,}: see {STUCK}", file=sys.stderr)
                raise
            if (n + 1) % LOOK_EVERY == 0:
                memory.append(memory_mb())
            spin(lambda due=began + (n + 1) * asked.every: time.perf_counter() >= due, "the next customer")
        took_s = time.perf_counter() - began
        pulse.stop()
        spin(lambda: till.db.call(till.desks.unsent.count) == 0, "everything sent")
        day = till.db.call(lambda: day_of(till.desks))
        return {
            "seen": dict(keeper.seen),
            "till": day,
            "memory_mb": [*memory, memory_mb()],
            "late_ms": pulse.late_ms,
            "work_ms": pulse.work_ms,
            "done_ms": keeper.done_ms,
            "took_s": took_s,
        }


def day_of(desks) -> dict[str, int]:
    """Return what the till's own facts of the day come to; on the database lane.

    ``sales``, ``due_minor``, ``points`` and ``earned`` of sales only; what each tender took, refunds off, with the
    float in ``cash_minor``; the points and the stored value that members gained in all. What goods paid for goods
    (``exchange_minor``) comes to nothing.
    """
    with desks.store.view() as unit:
        shift = unit.days.open_shift()
        said = unit.log.facts(shift.opened_seq, unit.log.next_seq() - 1)
    day = totals((seq, fact) for seq, fact, _at in said)
    topups = [fact for _seq, fact, _at in said if isinstance(fact, ToppedUp)]
    bought = sum(grant.amount for topup in topups for grant in topup.granted)
    promised = sum(part.amount_minor for topup in topups for part in topup.later)
    deducted = sum(fact.deducted_points for _seq, fact, _at in said if isinstance(fact, SaleRefunded))
    value_minor = booked("value", day) + booked("gift", day)
    return {
        "sales": day.sales,
        "due_minor": day.due_minor,
        "points": day.points_redeemed,
        "earned": day.points_earned,
        "refunds": day.refunds,
        "topups": day.topups,
        "cash_minor": expected_cash(shift.float_minor, day),
        "card_minor": booked("card", day),
        "value_minor": value_minor,
        "exchange_minor": booked("exchange", day),
        "points_gained": (
            day.points_earned - day.points_redeemed + day.points_returned - day.points_taken_back + deducted
        ),
        "stored_gained": bought + promised - value_minor,
    }


def main() -> int:
    """Soak, and say what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--sales", type=int, required=True)
    parser.add_argument("--every", type=float, required=True)
    parser.add_argument("--barcodes", required=True)
    parser.add_argument("--cards", required=True)
    parser.add_argument("--staff", required=True)
    parser.add_argument("--pins", required=True)
    asked = parser.parse_args()
    sys.modules["pandas"] = None  # type: ignore[assignment] # a till has none; sqlite-utils would load it
    try:
        seen = soak(asked)
    except PosError as error:
        print(f"{error.code} {error.facts}", file=sys.stderr)
        return 1
    print(json.dumps(seen), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
