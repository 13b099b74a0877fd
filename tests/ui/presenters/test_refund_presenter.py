"""How goods come back: shown before it is done, rights brought from head office, and nothing done twice."""

from dataclasses import replace

import pytest

from pos_app.domain.events import SaleRefunded
from pos_app.domain.ledger import Asset
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused, Unavailable
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.refunding import NewSale
from pos_app.services.refunds import RefundDesk
from pos_app.services.staff import SignIn
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.presenters.refund import RefundDesks, RefundPresenter
from pos_app.ui.presenters.rights_gate import Lanes
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, barcode, grant, item, member, new_till, opened, record
from tests.ui.stand_ins import AtOnce, Later, Told

ANNA = member(1)


class Counter:
    """A till that sold, the refund presenter over it, and head office on the line."""

    def __init__(self, till, lane=None):
        self.till = till
        self.view, self.sheet, self.done = Told(), Told(), []
        self.online, self.office, self.asked = True, {}, []
        db, line = lane or AtOnce(), AtOnce()
        approvals = OverridePresenter(self.sheet, SignIn(till.session, FakePins()).approvers, db, till.clock.mono_ms)
        self.desk = RefundDesk(till.session, FakePins())
        self.override = approvals
        desks = RefundDesks(
            self.desk, approvals, Lanes(db, line), self.ask, self.look_up, lambda: self.online, lambda: False
        )
        self.goods = []
        self.refund = RefundPresenter(self.view, desks, self.done.append, lambda *told: self.goods.append(told))

    def ask(self, member_id, amount, request_no, *, asset, lot):
        self.asked.append((member_id, amount, asset, lot))
        self.till.grant(grant(request_no, ANNA, amount, asset=Asset.REFUND, lot=lot))
        return amount

    def look_up(self, receipt_no):
        if receipt_no not in self.office:
            raise Refused("receipt.not_at_office", receipt_no=receipt_no)
        return self.office[receipt_no]

    def sell(self, quantity=2):
        checkout = Checkout(self.till.session, FakePins())
        due = checkout.add_item(1, quantity).priced.due_minor
        checkout.attach(ANNA.member_id)
        return checkout.pay((TenderAsked(TenderKind.CARD, due, reference="C1"),)).receipt_no

    def approve(self):
        self.override.choose("E2")
        self.override.enter("quality", "2222")

    @property
    def problem(self):
        shown = self.view.last("show_problem")
        return None if shown is None or shown[0] is None else shown[0].code

    @property
    def refunds(self):
        newest = self.till.log.head()[0]
        facts = [self.till.store.tables.log.fact(seq)[0] for seq in range(1, newest)]
        return [fact for fact in facts if isinstance(fact, SaleRefunded)]


@pytest.fixture
def till(tmp_path):
    till = opened(new_till(tmp_path, item(1, 3_333), item(2, 2_000), record(ANNA, 5_000)))
    yield till
    till.close()


@pytest.fixture
def counter(till):
    return Counter(till)


def close_day(till):
    till.session.staff = MANAGER
    day = DayDesk(till.session, FakePins())
    day.close_day({10: day.count({}).expected_minor // 10})
    day.open_day(50_000)
    till.session.staff = CASHIER


def test_what_goes_back_is_shown_before_anything_is_done(counter):
    counter.refund.open(counter.sell())
    counter.refund.set_pieces(1, 1)

    (shown,) = counter.view.last("show_refund")
    assert (shown.given_minor, shown.is_void) == (3_333, False)
    assert counter.refunds == []
    (lines,) = counter.view.last("show_lines")
    assert (lines[0].taken, lines[0].left, lines[0].back_minor) == (1, 2, 3_333)


def test_a_refund_needs_ticks_and_a_reason_and_then_the_manager(counter):
    counter.refund.open(counter.sell())
    counter.refund.confirm()
    assert counter.problem == "refund.nothing"
    counter.refund.toggle(1)
    counter.refund.set_pieces(1, 1)
    counter.refund.confirm()
    assert counter.problem == "refund.needs_reason"
    counter.refund.choose_reason("quality")

    counter.refund.confirm()
    (asked,) = counter.sheet.last("open_override")
    counter.approve()

    assert (asked.act.value, asked.reason, asked.amount_minor) == ("refund", "quality", 3_333)
    assert [done.given_minor for done in counter.done] == [3_333]
    assert counter.view.names()[-1] == "dismiss"


def test_giving_up_at_the_pin_lets_it_be_tried_again(counter):
    counter.refund.open(counter.sell())
    counter.refund.set_pieces(1, 1)
    counter.refund.choose_reason("price")
    counter.refund.confirm()

    counter.override.give_up()
    counter.refund.confirm()
    counter.approve()

    assert len(counter.refunds) == 1


def test_pressed_twice_while_it_is_written_it_is_one_refund(till):
    lane = Later()
    counter = Counter(till, lane)
    counter.refund.open(counter.sell())
    lane.settle()
    counter.refund.toggle_all()
    lane.settle()
    counter.refund.choose_reason("quality")

    counter.refund.confirm()
    counter.refund.confirm()
    lane.settle()
    counter.approve()
    counter.approve()
    lane.settle()

    assert len(counter.refunds) == 1


def test_enter_before_the_amount_is_shown_does_nothing(till):
    lane = Later()
    counter = Counter(till, lane)
    counter.refund.open(counter.sell())
    lane.settle()
    counter.refund.choose_reason("quality")
    counter.refund.toggle_all()

    counter.refund.confirm()
    lane.settle()

    assert counter.refunds == []
    assert counter.problem is None


def test_the_answer_about_an_earlier_tick_is_dropped(till):
    lane = Later()
    counter = Counter(till, lane)
    counter.refund.open(counter.sell())
    lane.settle()
    counter.refund.set_pieces(1, 2)
    counter.refund.set_pieces(1, 0)
    lane.settle()

    assert counter.view.last("show_refund") == (None,)


def test_pieces_stay_within_what_is_left(counter):
    counter.refund.open(counter.sell())
    counter.refund.set_pieces(1, 9)
    assert counter.view.last("show_lines")[0][0].taken == 2
    counter.refund.set_pieces(1, -3)
    assert counter.view.last("show_lines")[0][0].taken == 0


def foreign(counter, number, **changes):
    """The receipt as head office has it after its day."""
    of = replace(counter.desk.look(number), has_right=False, is_sole=True, **changes)
    close_day(counter.till)
    counter.office[number] = of
    return of


def test_a_foreign_receipt_is_looked_up_and_its_rights_are_brought(counter):
    number = counter.sell()
    of = foreign(counter, number)
    counter.refund.open(number)
    counter.refund.set_pieces(1, 1)
    counter.refund.choose_reason("quality")

    counter.refund.confirm()
    counter.approve()

    assert counter.asked == [(ANNA.member_id, 1, Asset.REFUND, f"{of.sale.sale_id}#1")]
    (fact,) = counter.refunds
    assert [spend.amount for spend in fact.spends] == [1]


def test_offline_a_foreign_receipt_says_what_can_be_done(counter):
    counter.online = False

    counter.refund.open("0421-3-A2-000017")

    assert counter.problem == "refund.offline"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("receipt.day_open", receipt_no="n", held=()), "receipt.day_open"),
        (Unavailable("head_office.unreachable"), "head_office.unreachable"),
    ],
)
def test_what_head_office_answers_is_said(counter, error, code):
    def refuse(_receipt_no):
        raise error

    counter.refund._desks = replace(counter.refund._desks, look_up=refuse)

    counter.refund.open("0421-3-A2-000017")

    assert counter.problem == code
    assert counter.view.last("set_busy") == (False,)


def test_a_line_that_breaks_before_the_rights_come_gives_nothing(counter):
    number = counter.sell()
    foreign(counter, number)
    counter.refund.open(number)
    counter.refund.set_pieces(1, 1)
    counter.refund.choose_reason("quality")

    def broken(*_asked, **_lot):
        raise Unavailable("head_office.unreachable")

    counter.refund._desks = replace(counter.refund._desks, ask=broken)
    counter.refund.confirm()

    assert (counter.problem, counter.refunds) == ("head_office.unreachable", [])


def test_what_comes_to_another_amount_by_now_is_shown_again_and_not_given(counter):
    number = counter.sell(3)
    of = foreign(counter, number)
    counter.refund.open(number)
    counter.refund.set_pieces(1, 1)
    counter.refund.choose_reason("quality")
    gone = replace(of.so_far, pieces={1: 1}, paid_minor={1: 3_333}, refund_minor=3_333)
    tenders = (replace(of.sale.tenders[0], amount_minor=9_997),)
    sale = replace(of.sale, lines=(replace(of.sale.lines[0], paid_minor=9_997),), due_minor=9_997, tenders=tenders)
    counter.office[number] = replace(of, sale=sale, so_far=gone)  # another store was quicker

    counter.refund.confirm()

    assert (counter.problem, counter.refunds) == ("refund.changed", [])


def test_several_sales_are_offered_and_one_is_chosen(counter):
    first, second = counter.sell(), counter.sell()

    counter.refund.open()
    counter.refund.search(barcode(1))
    (rows,) = counter.view.last("show_choice")
    counter.refund.choose(rows[1].receipt_no)

    assert [row.receipt_no for row in rows] == [second, first]
    assert counter.view.last("show_sale")[0].receipt_no == first


def test_a_sale_that_is_all_back_says_so_and_shows_when(counter):
    number = counter.sell()
    for _turn in range(2):
        counter.refund.open(number)
        counter.refund.toggle_all()
        counter.refund.choose_reason("quality")
        counter.refund.confirm()
        counter.approve()

    assert counter.problem == "refund.all_back"
    assert [past.given_minor for past in counter.view.last("show_sale")[0].past] == [6_666]


def test_a_training_receipt_is_never_looked_up(counter):
    counter.refund.open("0001-1-A0-000001")

    assert counter.problem == "receipt.is_training"


def test_goods_are_handed_over_to_pay_for_the_sale_in_hand(counter):
    number = counter.sell(1)
    counter.refund.open(number, NewSale("s2", due_minor=2_000))
    counter.refund.toggle(1)
    counter.refund.exchange()
    assert counter.problem == "refund.needs_reason"
    counter.refund.choose_reason("wrong_item")

    counter.refund.exchange()

    ((goods, worth_minor),) = counter.goods
    assert (worth_minor, goods.asked.given_minor, goods.asked.pieces) == (2_000, 1_333, {1: 1})
    assert counter.refunds == []  # it is paid with the sale, in one commit


def test_without_a_sale_in_hand_there_is_no_exchange(counter):
    counter.refund.open(counter.sell(1))
    counter.refund.toggle(1)
    counter.refund.choose_reason("wrong_item")

    counter.refund.exchange()

    assert counter.goods == []
