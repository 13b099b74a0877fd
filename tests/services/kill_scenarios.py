"""A till's day in small steps, and a picture of all that it changes: what a till that died must come back with."""

import json
from contextlib import suppress

from pos_app.domain.cash import CashKind
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.cash import CashDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.day_papers import DayPaperDesk
from pos_app.services.overrides import Override
from pos_app.services.refund_models import Exchange, RefundAsked
from pos_app.services.refunds import RefundDesk
from pos_app.services.staff import SignIn
from tests.fakes import FakePins
from tests.till_kit import barcode, member

ANNA = member(1)
FIRST = "0001-1-A1-000001"


def steps(till):
    """A sale, a piece of it back, the rest in exchange, the first scan of the next; then cash and the day's end."""
    checkout, day = Checkout(till.session, FakePins()), DayDesk(till.session, FakePins())
    people, boxes = SignIn(till.session, FakePins()), CashDesk(till.session, FakePins())
    cash = (TenderAsked(TenderKind.CASH, 0, 20_000),)
    boss = Override("E2", "2222", "急用")
    refunds = RefundDesk(till.session, FakePins())

    def swap():
        sold, wanted = refunds.look(FIRST), RefundAsked("r2", {1: 1}, "wrong_item")
        checkout.pay((), None, Exchange(sold, wanted), boss)

    def mistype():
        with suppress(Refused):
            day.close_day({10_000: 2}, "少了", Override("E2", "0000", "急用"))

    return (
        lambda: checkout.scan(barcode(1)),
        lambda: checkout.scan(ANNA.card_no),
        lambda: checkout.set_quantity(1, 2),
        lambda: checkout.redeem_points(1_000),
        checkout.undo,
        lambda: checkout.redeem_item(2),
        lambda: checkout.pay(cash),
        lambda: refunds.take_back(refunds.look(FIRST), RefundAsked("r1", {1: 1}, "quality"), boss),
        lambda: checkout.scan(barcode(2)),
        swap,
        lambda: checkout.scan(barcode(2)),
        checkout.hold,
        lambda: boxes.move(CashKind.EXPENSE, 1_000, "买水", boss),
        day.x_report,
        lambda: day.hand_over({10_000: 6}, "多了", boss),
        lambda: people.sign_in("E2", "2222"),
        lambda: checkout.recall(1),
        lambda: checkout.pay(cash),
        lambda: day.close_day({10_000: 7}, "少了", kept_minor=30_000, terminals={"card": 100}),
        lambda: DayPaperDesk(till.session).reprint(1),
        lambda: day.open_day(30_000),
        lambda: people.sign_in("E1", "1111"),
        mistype,
        lambda: day.close_day({10_000: 2}, "少了", boss),
    )


def picture(till):
    """Return everything that a sale changes, comparable."""
    state = Checkout(till.session, FakePins()).state()
    till.store.tables.log.verify()
    with till.store.view() as unit:
        last = unit.sales.with_receipt(None)
        held = [(one.grant.gid, one.remaining) for one in unit.holdings.of(ANNA.member_id)]
        jobs = till.store._database.conn.execute("SELECT task, state, subject FROM print_job").fetchall()
        seq = unit.log.next_seq()
        calls = [call.call_id for call in unit.calls.of_member(ANNA.member_id, ANNA.joined_on, 9)]
        papers = [(one.paper.kind, one.paper.number, one.reprints) for one in unit.days.papers(9)]
        back = [
            tuple(row) for row in till.store._database.conn.execute("SELECT refund_id, points FROM refund").fetchall()
        ]
    day = DayDesk(till.session, FakePins()).state()
    shift = [day.is_open, str(day.business_date), day.shift_no, day.float_minor, papers]
    lines = [(line.item.item_id, line.quantity, line.redeemed) for line in state.basket.lines]
    basket = [lines, state.basket.points, state.basket.member_id, state.held_count, state.next_receipt_no]
    return json.dumps([basket, last.sale.receipt_no if last else "", held, jobs, seq, calls, shift, back])
