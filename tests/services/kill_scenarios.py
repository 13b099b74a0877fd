"""Run as a program: kill the till with SIGKILL before each SQL statement of a sale, a refund, an exchange, a day's end.

It says what came back.

A killed process loses nothing that the system already has, so the files need not be synced here.
"""

import json
import os
import shutil
import signal
import sys
from pathlib import Path

from pos_app.domain.cash import CashKind
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.services.cash import CashDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.day_papers import DayPaperDesk
from pos_app.services.overrides import Override
from pos_app.services.refund_models import Exchange, RefundAsked
from pos_app.services.refunds import RefundDesk
from pos_app.services.staff import SignIn
from tests.fakes import FakePins
from tests.till_kit import CASHIER, barcode, grant, item, member, new_till, open_kit, opened, record

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
        lambda: day.hand_over({10_000: 6}, "多了", ("E2", "2222")),
        lambda: people.sign_in("E2", "2222"),
        lambda: checkout.recall(1),
        lambda: checkout.pay(cash),
        lambda: day.close_day({10_000: 7}, "少了", kept_minor=30_000, terminals={"card": 100}),
        lambda: DayPaperDesk(till.session).reprint(1),
        lambda: day.open_day(30_000),
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


def clean_run(home):
    """Return the picture after each step of a run that nobody disturbs."""
    till = open_kit(home)
    till.session.staff = CASHIER
    pictures = [picture(till)]
    for step in steps(till):
        step()
        pictures.append(picture(till))
    till.close()
    return pictures


def killed_run(home, at_statement):
    """Run in a child that kills itself before a statement; return how many steps it answered, None if it lived."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told)
        till = open_kit(home)
        till.session.staff = CASHIER
        work = steps(till)
        left = at_statement

        def count(_statement):
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        till.store._database.conn.set_trace_callback(count)
        for step in work:
            step()
            os.write(tell, b".")
        os._exit(0)
    os.close(tell)
    done = len(os.read(told, 1_000)) if _wait(child) else None
    os.close(told)
    return done


def _wait(child):
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main(folder):
    template = folder / "template"
    template.mkdir()
    till = opened(new_till(template, item(1, 10_000, advice="formula"), item(2, 2_000), record(ANNA, 5_000)))
    till.grant(grant(1, ANNA, 4_000))
    till.close()
    clean = folder / "clean"
    shutil.copytree(template, clean)
    pictures = clean_run(clean)
    kills, wrong = 0, []
    while True:
        home = folder / f"k{kills}"
        shutil.copytree(template, home)
        done = killed_run(home, kills + 1)
        if done is None:
            break
        again = open_kit(home)
        found = picture(again)
        again.close()
        shutil.rmtree(home)
        if found not in pictures[done : done + 2]:
            wrong.append({"kill": kills + 1, "done": done, "found": found, "expected": pictures[done : done + 2]})
        kills += 1
    sys.stdout.write(json.dumps({"kills": kills, "wrong": wrong, "steps": len(pictures) - 1}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
