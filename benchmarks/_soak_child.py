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

from benchmarks._window_child import Pulse, Seller, memory_mb, spin
from pos_app.domain.codes import member_code
from pos_app.domain.day_close import totals
from pos_app.errors import PosError
from pos_app.ui.presenters.view_models import PointsChoice, Tender, Way

T = TypeVar("T")

MOST_LINES = 6
LEAST_POINTS = 100
LOOK_EVERY = 50  # sales between two looks at memory
SEED = 20_261_123


class Shopkeeper(Seller):
    """Serves customers as they come: guests and members, cash and card, points, sales put aside and taken back."""

    def __init__(self, application, barcodes: list[str], cards: list[str]) -> None:
        super().__init__(application)
        self.rng = random.Random(SEED)
        self.barcodes, self.cards = barcodes, cards
        self.seen: Counter[str] = Counter()

    def serve(self) -> None:
        """Serve one customer, and count what the screen said would be paid and earned."""
        app, rng = self._app, self.rng
        has_member = rng.random() < 0.8
        if has_member:
            app.take_scan(member_code(rng.choice(self.cards)))
            spin(lambda: app.sale.checkout.state.member is not None, "the member's card")
        for _ in range(rng.randint(1, MOST_LINES)):
            self._ring_up(rng.choice(self.barcodes))
        if has_member and rng.random() < 0.3:
            self._redeem()
        if rng.random() < 0.05:
            self._put_aside()
        if rng.random() < 0.05:
            self._change_of_mind()
        self._pay()

    def _ring_up(self, barcode: str) -> None:
        app = self._app
        before = 0 if self._window.payment.is_done() else pieces(app)
        app.take_scan(barcode)
        spin(lambda: not self._window.payment.is_done() and pieces(app) == before + 1, "the scanned article")

    def _redeem(self) -> None:
        """Use some of the points that this till holds."""
        app = self._app
        app.sale.open_redeem()
        app.sale.redeem.choose(PointsChoice.CUSTOM, LEAST_POINTS * self.rng.randint(1, 5))
        self._settle()
        app.sale.use_points()
        spin(self._window.redeem.isHidden, "the redeem sheet gone")
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

    def _pay(self) -> None:
        app, window = self._app, self._window
        priced = app.sale.checkout.state.priced
        self.seen.update(sales=1, due_minor=priced.due_minor, points=priced.points, earned=priced.earned_points)
        began = time.perf_counter()
        if priced.due_minor and self.rng.random() < 0.4:
            app.sale.open_payment(Way.CARD.value)
            part = max(1, priced.due_minor // self.rng.randint(1, 3))
            app.sale.take_tender(Tender.CARD.value, part, f"T{self.seen['sales']:06d}")
            if part < priced.due_minor:
                app.sale.payment.pay_cash(1_000_000)
        elif priced.due_minor:
            window.checkout.quick_cash_asked.emit(1_000_000)
        else:
            app.sale.open_payment("")
            app.sale.payment.finish()
        spin(window.payment.is_done, "paid")
        self.done_ms.append((time.perf_counter() - began) * 1_000)


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
        keeper = Shopkeeper(till.application, asked.barcodes.split(","), asked.cards.split(","))
        keeper.sign_in(asked.person, asked.pin)
        memory, pulse, began = [memory_mb()], Pulse(), time.perf_counter()
        for n in range(asked.sales):
            keeper.serve()
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
    """Return what the till's own facts of the day come to; on the database lane."""
    with desks.store.view() as unit:
        shift = unit.days.open_shift()
        said = unit.log.facts(shift.opened_seq, unit.log.next_seq() - 1)
    day = totals((seq, fact) for seq, fact, _at in said)
    return {
        "sales": day.sales, "due_minor": day.due_minor, "points": day.points_redeemed, "earned": day.points_earned,
    }  # fmt: skip


def main() -> int:
    """Soak, and say what was seen."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--sales", type=int, required=True)
    parser.add_argument("--every", type=float, required=True)
    parser.add_argument("--barcodes", required=True)
    parser.add_argument("--cards", required=True)
    parser.add_argument("--person", required=True)
    parser.add_argument("--pin", required=True)
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
