from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from pos_app.domain.day_proof import unproven
from pos_app.domain.events import Overridden, Sale, SaleRefunded
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.payment import TenderAsked
from pos_app.domain.posting import Scene, post
from pos_app.domain.punch_cards import PunchCard
from pos_app.domain.refunds import lot_of, post_refund
from pos_app.domain.tax import TaxTotal
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.overrides import Override
from pos_app.services.refund_models import Exchange, RefundAsked
from pos_app.services.refunds import RefundDesk
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, PROGRAMME, TODAY, barcode, grant, item, member, new_till, opened, record

ANNA, BEN, CARA = member(1), member(2), member(3)
WALLET = Tender(TenderKind.WECHAT, 3_333, reference="4200000001")
BY_MANAGER = Override("E2", "2222", "顾客要求")


@pytest.fixture
def till(tmp_path):
    """An open till: item 1 for ¥33.33, item 2 for ¥20.00; Anna has 5,000 points, all to spend here."""
    kit = opened(new_till(tmp_path, item(1, 3_333), item(2, 2_000), record(ANNA, 5_000)))
    kit.grant(grant(1, ANNA, 5_000))
    yield kit
    kit.close()


@pytest.fixture
def desk(till):
    return RefundDesk(till.session, FakePins())


def sell(till, quantity=3, *, points=0, to=ANNA, kind=TenderKind.WECHAT, item_id=1):
    """Sell pieces of an item and return the receipt's number."""
    checkout = Checkout(till.session, FakePins())
    state = checkout.add_item(item_id, quantity)
    if to is not None:
        state = checkout.attach(to.member_id)
        checkout.prove(to.card_no)
    if points:
        state = checkout.redeem_points(points)
    due = state.priced.due_minor
    asked = (
        TenderAsked(kind, 0, due + 10) if kind is TenderKind.CASH else TenderAsked(kind, due, reference="4200000001")
    )
    return checkout.pay((asked,)).receipt_no


def back(desk, receipt_no, pieces, reason="质量", override=BY_MANAGER, **more):
    of = desk.look(receipt_no)
    return desk.take_back(of, RefundAsked(desk.begin(), pieces, reason, **more), override)


def newest(till):
    return till.store.tables.log.fact(till.log.head()[0] - 1)[0]


def jobs(till):
    rows = till.store._database.conn.execute("SELECT task, subject FROM print_job ORDER BY job_id").fetchall()
    return [tuple(row) for row in rows]


def holdings(till):
    with till.store.view() as unit:
        return {one.grant.gid: one.remaining for one in unit.holdings.of(ANNA.member_id)}


def code_of(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value.code


def test_pieces_of_a_line_come_back_until_the_whole_is_back_and_it_adds_up(till, desk):
    number = sell(till)

    given = [back(desk, number, {1: 1}).given_minor for _ in range(3)]

    assert sum(given) == 9_999
    assert code_of(back, desk, number, {1: 1}) == "refund.all_back"
    facts = [taken.fact for taken in till.store.tables.refunds.of_sale(desk.look(number).sale.sale_id)]
    assert [fact.lines[0].before for fact in facts] == [0, 1, 2]
    assert {tender.reference for fact in facts for tender in fact.tenders} == {"4200000001"}


def test_what_it_comes_to_is_shown_before_and_said_after(till, desk):
    number = sell(till, points=3_000)
    of = desk.look(number)
    asked = RefundAsked(desk.begin(), {1: 3}, "买错")

    shown = desk.work_out(of, asked)
    before = holdings(till)
    done = desk.take_back(of, replace(asked, given_minor=shown.quote.given_minor), BY_MANAGER)

    assert (shown.quote.points_before, shown.quote.points_after) == (5_000 - 3_000 + 489, 5_000)
    assert done.points_after == 5_000
    assert (done.points_back, done.points_taken) == (3_000, 489)
    fact = newest(till)
    assert isinstance(fact, SaleRefunded)
    (back,) = fact.lots
    assert back.expires_on == grant(1, ANNA, 1).expires_on  # the last day of the lot that they came from
    assert sum(holdings(till).values()) == sum(before.values()) + 3_000 - 489


def test_what_it_does_to_a_punch_card_is_shown_before_and_printed_after(tmp_path):
    card = PunchCard("MILK", "奶粉卡", "Milk card", needed=4, items=(1,))
    rules = replace(PROGRAMME, punch_cards=(card,))
    till = opened(new_till(tmp_path, item(1, 3_333), item(2, 2_000), record(ANNA, 0), rules))
    desk = RefundDesk(till.session, FakePins())
    number = sell(till, 6)
    of = desk.look(number)

    shown = desk.work_out(of, RefundAsked(desk.begin(), {1: 2}))
    back(desk, number, {1: 2})
    after = desk.work_out(desk.look(number), RefundAsked(desk.begin(), {1: 1}))

    assert [(each.name, each.moved, each.after, each.owed) for each in shown.cards] == [("Milk card", -2, 4, 0)]
    assert [(each.moved, each.after) for each in after.cards] == [(-1, 3)]
    slip = till.store._database.conn.execute("SELECT paper_json FROM print_job WHERE subject LIKE 'R%'").fetchone()[0]
    assert "Milk card" in slip
    assert "now 4 of 4" in slip
    till.close()


def test_head_office_posts_what_the_till_said(till, desk):
    number = sell(till, points=1_000)
    back(desk, number, {1: 2})
    of = desk.look(number)
    fact = newest(till)
    with till.store.view() as unit:
        held = {one.gid: one for one in unit.holdings.grants([spend.gid for spend in fact.taken_back + of.sale.spends])}
    scene = Scene(of.sold_as, "S01", TODAY, held, grant(1, ANNA, 1).expires_on)
    own = tuple(replace(each, gid=f"{of.sold_as}/grant/{n}") for n, each in enumerate(fact.lots, 1))

    transfers = post_refund(replace(fact, lots=own), of.sale, scene, held, at_risk=False)

    assert {each.code for each in transfers} >= {"refund", "return", "return_worth", "take_back", "refund_right"}


def test_pressed_twice_it_is_one_refund(till, desk):
    of = desk.look(sell(till))
    asked = RefundAsked(desk.begin(), {1: 3}, "质量")

    first = desk.take_back(of, asked, BY_MANAGER)
    head = till.log.head()
    again = desk.take_back(of, asked, BY_MANAGER)

    assert again == first
    assert till.log.head() == head


def test_a_whole_sale_of_today_is_a_void_with_an_act_of_its_own(till, desk):
    number = sell(till)

    with pytest.raises(Refused) as error:
        back(desk, number, {1: 3}, override=None)
    done = back(desk, number, {1: 3})

    assert error.value.facts["act"] == "void"
    assert done.is_void
    assert newest(till).is_void
    assert newest(till).is_whole


def test_anything_else_needs_a_manager_whose_name_is_said(till, desk):
    number = sell(till)

    assert code_of(back, desk, number, {1: 1}, override=None) == "override.needed"
    back(desk, number, {1: 1})

    seq = till.log.head()[0] - 2
    said = till.store.tables.log.fact(seq)[0]
    assert isinstance(said, Overridden)
    assert (said.act, said.subject, said.approved_by, said.amount_minor) == ("refund", number, "E2", 3_333)


def test_the_drawer_opens_for_cash_and_the_slip_is_printed(till, desk):
    number = sell(till, kind=TenderKind.CASH)

    done = back(desk, number, {1: 1})

    assert done.cash_minor == 3_330  # rounded down as cash is
    assert jobs(till)[-2:] == [("paper", done.refund_no), ("drawer", done.refund_no)]


def test_no_drawer_for_a_wallet(till, desk):
    done = back(desk, sell(till), {1: 1})

    assert jobs(till)[-1] == ("paper", done.refund_no)


def test_points_that_were_spent_elsewhere_meanwhile_are_deducted_and_said(till, desk):
    number = sell(till)  # earns 699
    of = desk.look(number)
    with till.store.unit() as unit:  # she spends all that is here
        unit.holdings.take([Spend(one.grant.gid, one.remaining) for one in unit.holdings.of(ANNA.member_id)])
    till.publish(record(ANNA, 0, applied_seq=of.sold_as.seq, version=2))  # and head office knows it
    shown = desk.work_out(of, RefundAsked("x", {1: 3}))

    done = back(desk, number, {1: 3})

    assert (shown.quote.points_before, shown.quote.deducted_points, shown.quote.points_after) == (0, 699, 0)
    assert done.given_minor == shown.quote.given_minor == 9_999 - 699
    fact = newest(till)
    assert (fact.deducted_points, fact.deducted_minor, fact.owed_points, fact.taken_back) == (699, 699, 0, ())


def test_a_changed_amount_gives_nothing(till, desk):
    number = sell(till)

    assert code_of(back, desk, number, {1: 1}, given_minor=1) == "refund.changed"
    assert desk.look(number).so_far.refund_minor == 0


def test_more_than_is_left_is_refused_and_says_how_much_is(till, desk):
    number = sell(till)
    back(desk, number, {1: 2})

    with pytest.raises(Refused) as error:
        back(desk, number, {1: 2})

    assert (error.value.code, error.value.facts["left"]) == ("refund.gone", 1)
    assert [past.pieces for past in desk.look(number).past] == [2]


@pytest.mark.parametrize(
    ("pieces", "reason", "code"), [({}, "质量", "refund.nothing"), ({1: 1}, "  ", "refund.needs_reason")]
)
def test_nothing_and_no_reason_are_refused(till, desk, pieces, reason, code):
    assert code_of(back, desk, sell(till), pieces, reason) == code


def test_a_sale_is_found_by_receipt_member_and_item(till, desk):
    number = sell(till)
    other = sell(till, 1, to=None, item_id=2)

    assert desk.find(number).receipt_no == number
    assert desk.find(ANNA.card_no).receipt_no == number
    assert desk.find(ANNA.phone[-11:]).receipt_no == number
    assert desk.find(barcode(2)).receipt_no == other
    third = sell(till)
    assert [row.receipt_no for row in desk.find(ANNA.card_no).rows] == [third, number]
    assert [row.left for row in desk.find(barcode(1)).rows] == [3, 3]


@pytest.mark.parametrize(("text", "code"), [("", "refund.no_receipt"), ("nobody", "refund.not_found")])
def test_without_a_sale_there_is_no_refund(till, desk, text, code):
    assert code_of(desk.find, text) == code


def test_a_foreign_receipt_and_a_sale_of_a_closed_day_are_asked_of_head_office(till, desk):
    number = sell(till)
    of = desk.look(number)

    assert code_of(desk.look, "0421-3-A2-000017") == "refund.at_office"
    close(till)
    assert code_of(desk.look, number) == "refund.at_office"
    assert code_of(desk.take_back, of, RefundAsked("r", {1: 1}, "质量"), BY_MANAGER) == "refund.day_closed"


def close(till):
    till.session.staff = MANAGER
    day = DayDesk(till.session, FakePins())
    expected = day.count({}).expected_minor
    day.close_day({10: expected // 10})
    day.open_day(50_000)
    till.session.staff = CASHIER


def foreign(desk, till, number, **changes):
    """The receipt as head office has it once its day is closed."""
    of = desk.look(number)
    close(till)
    return replace(of, has_right=False, is_sole=True, **changes)


def test_rights_that_head_office_gave_are_used_up(till, desk):
    of = foreign(desk, till, sell(till))
    (need,) = desk.rights_for(of, {1: 2})
    lot = lot_of(of.sale.sale_id, 1)
    assert (need.member_id, need.lot, need.amount) == (ANNA.member_id, lot, 2)
    asked = RefundAsked(desk.begin(), {1: 2}, "过敏")
    assert code_of(desk.take_back, of, asked, BY_MANAGER) == "rights.short_here"
    till.grant(grant(7, ANNA, 2, asset=Asset.REFUND, lot=lot))
    assert desk.rights_for(of, {1: 2}) == ()

    desk.take_back(of, asked, BY_MANAGER)

    assert [(spend.gid, spend.amount) for spend in newest(till).spends] == [("ho/7", 2)]
    assert newest(till).lines[0].before == 0


def test_what_this_till_took_back_since_it_looked_the_receipt_up_counts_once(till, desk):
    of = foreign(desk, till, sell(till))
    till.grant(grant(7, ANNA, 3, asset=Asset.REFUND, lot=lot_of(of.sale.sale_id, 1)))

    given = [
        desk.take_back(of, RefundAsked(desk.begin(), {1: pieces}, "过敏"), BY_MANAGER).given_minor for pieces in (1, 2)
    ]

    assert given == [3_333, 6_666]
    assert newest(till).is_whole


def test_where_somebody_else_may_take_back_too_the_share_is_rounded_down(till, desk):
    of = replace(foreign(desk, till, sell(till, 2)), is_sole=False)
    till.grant(grant(7, ANNA, 1, asset=Asset.REFUND, lot=lot_of(of.sale.sale_id, 1)))

    desk.take_back(of, RefundAsked(desk.begin(), {1: 1}, "价格"), BY_MANAGER)

    assert newest(till).lines[0].before is None


def test_after_the_published_days_a_manager_approves(till, desk):
    of = foreign(desk, till, sell(till), business_date=TODAY - timedelta(days=31))
    till.grant(grant(7, ANNA, 1, asset=Asset.REFUND, lot=lot_of(of.sale.sale_id, 1)))
    asked = RefundAsked(desk.begin(), {1: 1}, "质量")

    assert desk.work_out(of, asked).days_late > 0
    assert code_of(desk.take_back, of, asked) == "override.needed"
    assert desk.take_back(of, asked, BY_MANAGER).given_minor == 3_333


def test_a_customer_whom_nobody_knows_any_more_still_gets_the_money(till, desk):
    of = foreign(desk, till, sell(till))
    gone = replace(of, sale=replace(of.sale, member_id="gone", spends=()))
    till.grant(grant(7, replace(ANNA, member_id="gone"), 3, asset=Asset.REFUND, lot=lot_of(of.sale.sale_id, 1)))

    done = desk.take_back(gone, RefundAsked(desk.begin(), {1: 3}, "质量"), BY_MANAGER)

    assert done.points_after is None
    assert newest(till).owed_points == newest(till).lines[0].earned_points  # head office settles them


def test_cash_goes_back_as_cash_and_the_rest_where_it_came_from(till, desk):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(2, 2)
    cash = TenderAsked(TenderKind.CASH, 1_000, 1_000)
    done = checkout.pay((TenderAsked(TenderKind.CARD, 3_000, reference="C1"), cash))

    back(desk, done.receipt_no, {1: 1})

    assert newest(till).tenders == (
        Tender(TenderKind.CARD, 1_500, reference="C1"),
        Tender(TenderKind.CASH, 500, given_minor=500),
    )


def test_a_day_with_refunds_of_every_kind_proves_itself(till, desk):
    first = sell(till, points=1_000)
    cash = sell(till, kind=TenderKind.CASH, to=None)
    back(desk, first, {1: 1})
    back(desk, cash, {1: 2})
    back(desk, first, {1: 2})
    till.session.staff = MANAGER
    days = DayDesk(till.session, FakePins())

    report = days.close_day({}, "点钞测试")

    assert unproven(report.proof) == ()
    assert report.totals.refunds == 3


def exchange(till, desk, number, pieces, *tenders, override=None):
    """Pay the sale in hand with goods of a receipt, and the rest with tenders."""
    state = Checkout(till.session, FakePins()).state()
    goods = Exchange(desk.look(number), RefundAsked(desk.begin(), pieces, "wrong_item"))
    return Checkout(till.session, FakePins()).pay(tenders, state.basket.sale_id, goods, override)


def exchanged(till):
    """The refund and the sale of an exchange, and what head office's books have of their tenders and points."""
    newest_seq = till.log.head()[0] - 1
    facts = [till.store.tables.log.fact(seq)[0] for seq in range(newest_seq - 2, newest_seq + 1)][::-1]
    sale = next(fact for fact in facts if isinstance(fact, Sale))
    refund = next(fact for fact in facts if isinstance(fact, SaleRefunded))
    return sale, refund


def test_goods_pay_for_dearer_ones_and_the_difference_is_paid(till, desk):
    number = sell(till, 1, to=None, item_id=2)
    Checkout(till.session, FakePins()).add_item(1)

    done = exchange(till, desk, number, {1: 1}, TenderAsked(TenderKind.CASH, 0, 1_340))

    sale, refund = exchanged(till)
    assert [(tender.kind, tender.amount_minor) for tender in sale.tenders] == [("exchange", 2_000), ("cash", 1_330)]
    assert sale.tenders[0].reference == number
    assert [(tender.kind, tender.amount_minor) for tender in refund.tenders] == [("exchange", 2_000)]
    assert refund.exchange_sale_id == sale.sale_id
    assert done.change_minor == 10
    assert not refund.is_void


def test_goods_that_are_worth_more_give_money_back_with_the_managers_word(till, desk):
    number = sell(till, 1, to=None, kind=TenderKind.CASH)
    Checkout(till.session, FakePins()).add_item(2)
    before = till.log.head()
    assert code_of(exchange, till, desk, number, {1: 1}) == "override.needed"
    assert till.log.head() == before  # neither the sale nor the refund

    done = exchange(till, desk, number, {1: 1}, override=BY_MANAGER)

    sale, refund = exchanged(till)
    assert [(tender.kind, tender.amount_minor) for tender in refund.tenders] == [("exchange", 2_000), ("cash", 1_330)]
    assert (refund.rounding_minor, done.change_minor, sale.rounding_minor) == (-3, 1_330, 0)


def test_in_an_exchange_both_sides_of_the_points_are_right_and_the_account_is_even(till, desk):
    number = sell(till, 1)
    of = desk.look(number)
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    before = holdings(till)

    done = exchange(till, desk, number, {1: 1})

    sale, refund = exchanged(till)
    assert sum(holdings(till).values()) == sum(before.values())  # what the first earned, the second does
    assert (refund.owed_points, refund.deducted_points) == (0, 0)
    assert done.points_after == 5_000 + sale.earned.amount
    booked = Counter()
    with till.store.view() as unit:
        held = {one.gid: one for one in unit.holdings.grants([spend.gid for spend in refund.taken_back])}
    scene = Scene(of.sold_as, "S01", TODAY, held, grant(1, ANNA, 1).expires_on)
    earned = replace(sale.earned, gid=f"{of.sold_as}/grant/1")
    for each in (*post(replace(sale, earned=earned), replace(scene, grants={})),
                 *post_refund(refund, of.sale, scene, held, at_risk=False)):  # fmt: skip
        booked[each.credit.kind] += each.amount
        booked[each.debit.kind] -= each.amount
    assert booked["tender:exchange"] == 0


def test_an_exchange_gives_the_tax_of_the_old_goods_back_and_takes_that_of_the_new(till, desk):
    till.publish(item(3, 2_000, tax_bp=600, tax_included=False), item(4, 29_800, tax_bp=1_300))
    number = sell(till, 2, to=None, item_id=3)
    Checkout(till.session, FakePins()).add_item(4)

    rest = TenderAsked(TenderKind.WECHAT, 27_680, reference="4200000002")
    exchange(till, desk, number, {1: 1}, rest, override=BY_MANAGER)

    sale, refund = exchanged(till)
    assert [(line.tax_bp, line.tax_minor) for line in (*refund.lines, *sale.lines)] == [(600, 120), (1_300, 3_428)]
    day = DayDesk(till.session, FakePins()).x_report().totals
    assert day.taxes == (TaxTotal(1_300, 26_372, 3_428), TaxTotal(600, 4_000, 240))
    assert day.refund_taxes == (TaxTotal(600, 2_000, 120),)


def test_an_exchange_pressed_twice_is_one(till, desk):
    number = sell(till, 1, to=None, item_id=2)
    checkout = Checkout(till.session, FakePins())
    sale_id = checkout.add_item(2).basket.sale_id
    goods = Exchange(desk.look(number), RefundAsked(desk.begin(), {1: 1}, "wrong_item"))

    first = checkout.pay((), sale_id, goods)
    head = till.log.head()
    again = checkout.pay((), sale_id, goods)

    assert (again.receipt_no, till.log.head()) == (first.receipt_no, head)


def test_exchanged_goods_come_back_as_the_first_had_been_paid_and_their_days_go_on(till, desk):
    first = sell(till, 1, to=None)  # with a wallet
    Checkout(till.session, FakePins()).add_item(1)
    second = exchange(till, desk, first, {1: 1}, override=BY_MANAGER).receipt_no
    sale, _ = exchanged(till)
    assert (sale.bought_on, sale.behind) == (TODAY, (WALLET,))

    back(desk, second, {1: 1})

    assert newest(till).tenders == (WALLET,)


def test_points_go_back_into_the_lots_they_were_spent_from(till, desk):
    soon, late = TODAY + timedelta(days=1), grant(1, ANNA, 1).expires_on
    till.grant(grant(2, ANNA, 4_800, expires_on=soon))
    number = sell(till, points=4_900)

    back(desk, number, {1: 1})  # 3,267 of the 4,900 stay spent: those that end first
    back(desk, number, {1: 2})

    with till.store.view() as unit:
        sale = unit.sales.with_receipt(number).sale
        spent = {one.gid: one.expires_on for one in unit.holdings.grants([each.gid for each in sale.spends])}
        told = unit.refunds.of_sale(sale.sale_id)
    lots = Counter[date]()
    for each in sale.spends:
        lots[spent[each.gid]] += each.amount
    given = [{each.expires_on: each.amount for each in taken.fact.lots} for taken in told]
    assert lots == {soon: 4_800, late: 100}
    assert given == [{late: 100, soon: 1_533}, {soon: 3_267}]


def test_goods_of_one_member_pay_for_another_whose_points_are_no_concern_of_theirs(till, desk):
    till.publish(record(BEN, 0), record(CARA, 0), item(5, 233))
    checkout = Checkout(till.session, FakePins())
    number = sell(till, 1, to=CARA)
    checkout.add_item(5)
    state = checkout.attach(CARA.member_id)
    checkout.prove(CARA.card_no)
    checkout.redeem_line(state.basket.lines[0].line_no, redeemed=True)
    checkout.pay(())  # her 233 points are spent
    checkout.add_item(1)
    checkout.attach(BEN.member_id)

    exchange(till, desk, number, {1: 1}, TenderAsked(TenderKind.WECHAT, 233, reference="42"))

    sale, refund = exchanged(till)
    assert (sale.member_id, refund.member_id) == (BEN.member_id, CARA.member_id)
    assert (refund.deducted_points, refund.deducted_minor) == (233, 233)  # his new points are not hers
    assert sale.tenders[0].amount_minor == refund.tenders[0].amount_minor == 3_100


def test_stored_value_pays_for_nobody_elses_goods(till, desk):
    till.publish(record(BEN, 0))
    till.grant(grant(4, ANNA, 10_000, asset=Asset.VALUE))
    number = sell(till, 1, kind=TenderKind.VALUE)
    Checkout(till.session, FakePins()).add_item(1)
    Checkout(till.session, FakePins()).attach(BEN.member_id)

    assert code_of(exchange, till, desk, number, {1: 1}) == "exchange.other_member"


def test_goods_pay_only_where_they_come_back(till, desk):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)

    tender = TenderAsked(TenderKind.EXCHANGE, 3_333, reference="r")
    assert code_of(checkout.pay, (tender,), checkout.state().basket.sale_id) == "exchange.no_goods"


def test_goods_that_are_worth_nothing_pay_nothing(till, desk):
    number = sell(till, 1, points=1_600, item_id=1)
    Checkout(till.session, FakePins()).add_item(2)
    of = desk.look(number)
    free = replace(of.sale.lines[0], paid_minor=0, net_minor=0, basket_points=0, basket_points_minor=0)
    nothing = replace(of, sale=replace(of.sale, lines=(free,), tenders=(), due_minor=0, rounding_minor=0))
    state = Checkout(till.session, FakePins()).state()

    goods = Exchange(nothing, RefundAsked(desk.begin(), {1: 1}, "price"))

    assert code_of(Checkout(till.session, FakePins()).pay, (), state.basket.sale_id, goods) == "exchange.worth_nothing"
