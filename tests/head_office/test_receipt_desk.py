"""Receipts by number: what a refund at another till needs, and who alone may refund before the day is closed."""

import pytest

from pos_app.domain.events import GrantsInstalled, RightsReleased, SaleRefunded
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.refund_quote import work_out
from pos_app.domain.refunds import REMAINDER, RETURNS, lot_of
from tests.head_office.rig import balances, open_till, trial_balance
from tests.head_office.test_refunds import RULES, bring_back, close_day, flags, open_day, sell, statuses


@pytest.fixture
def other(office, line):
    return open_till(office, line, "S02")


def granted(till, sale, pieces):
    (grant,) = till.rights("", pieces, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    till.say(GrantsInstalled((grant,)))
    return grant


def refund_as_told(till, number, grant) -> SaleRefunded:
    """Refund all pieces of a grant as the refund desk does it: by what head office says of the receipt."""
    of = till.receipt(number).found
    quote = work_out(of.sale, {1: grant.amount}, of.before, RULES, None)
    fact = bring_back(till, of.sale, of.sold_as, grant.amount, spends=(Spend(grant.gid, grant.amount),))
    values = {name: getattr(quote, name) for name in ("lines", "tenders", "refund_minor", "rounding_minor", "is_whole")}
    return SaleRefunded(**{name: getattr(fact, name) for name in fact.__slots__} | values)


def test_another_store_is_told_what_was_sold_and_what_came_back(office, till, other):
    open_day(till)
    sale, sold_as = sell(till, paid_minor=1_000)
    till.say(bring_back(till, sale, sold_as, 1))
    close_day(till)
    till.push()

    of = other.receipt(sale.receipt_no).found

    assert (of.sale.lines, of.sold_as, of.store_name) == (sale.lines, sold_as, "江南西店")
    assert (of.left(1), of.is_sole, of.has_right) == (2, True, False)
    assert [(past.refund_no, past.pieces) for past in of.past] == [(f"R-{sold_as.terminal_id}/1.1/3", 1)]


def test_while_the_day_is_open_only_its_own_till_takes_back(till, other):
    open_day(till)
    sale, _ = sell(till)
    till.push()

    answer = other.receipt(sale.receipt_no)

    assert (answer.code, answer.found) == ("receipt.day_open", None)
    assert [each.store_name for each in answer.held] == ["江南西店"]


def test_unknown_receipts_and_refunds_are_told_apart(till, other):
    open_day(till)
    sale, sold_as = sell(till, 1)
    refund = bring_back(till, sale, sold_as)
    till.say(refund)
    close_day(till)
    till.push()

    assert other.receipt("0421-3-A2-000017").code == "receipt.not_at_office"
    assert other.receipt(refund.refund_no).code == "receipt.is_refund"


def test_three_stores_one_after_the_other_give_back_exactly_what_was_paid(office, line, till, other):
    open_day(till)
    sale, _ = sell(till, paid_minor=1_000)
    close_day(till)
    till.push()
    stores = [other, open_till(office, line, "S02", 2), till]

    for each in stores:
        each.say(refund_as_told(each, sale.receipt_no, granted(each, sale, 1)))
        assert {status for status, _ in statuses(each.push(max(1, len(each.log) - 1)))} == {"posted"}

    booked = balances(office)
    assert sum(amount for (kind, *_), amount in booked.items() if kind == RETURNS) == -1_000
    assert not any(kind == REMAINDER for kind, *_ in booked)
    assert flags(office) == []
    assert set(trial_balance(office).values()) == {0}


def test_two_stores_at_once_round_down_and_the_books_show_what_is_kept(office, till, other):
    open_day(till)
    sale, _ = sell(till, paid_minor=1_000)
    close_day(till)
    till.push()
    first, second = granted(till, sale, 1), granted(other, sale, 2)
    assert not other.receipt(sale.receipt_no).found.is_sole

    other.say(refund_as_told(other, sale.receipt_no, second))
    till.say(refund_as_told(till, sale.receipt_no, first))
    other.push()
    till.push(len(till.log) - 1)

    booked = balances(office)
    assert sum(amount for (kind, *_), amount in booked.items() if kind == REMAINDER) == 1_000 - 666 - 333
    assert set(trial_balance(office).values()) == {0}


def test_a_right_that_was_given_back_lets_the_next_one_know_exactly(till, other):
    open_day(till)
    sale, _ = sell(till, paid_minor=1_000)
    close_day(till)
    till.push()
    grant = granted(other, sale, 1)
    other.push()
    assert not till.receipt(sale.receipt_no).found.is_sole

    other.say(RightsReleased("", (Spend(grant.gid, 1),), "idle"))
    other.push(2)

    assert till.receipt(sale.receipt_no).found.is_sole
