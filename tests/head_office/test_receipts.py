"""Receipt numbers: used once for ever, and when they are not, the sale stands and somebody looks."""

from dataclasses import replace

from head_office.store import schema
from pos_app.domain.posting import SALES
from tests.head_office.rig import balances, open_till, rows_of


def flags(office):
    return [flag.code for flag in rows_of(office, schema.flag)]


def owner(office, receipt_no):
    return [
        (row.life_no, row.seq, row.sale_id) for row in rows_of(office, schema.receipt) if row.receipt_no == receipt_no
    ]


def test_a_second_sale_under_a_number_is_posted_and_flagged(office, line, till):
    other = open_till(office, line, "S02")
    first = till.sale(paid_minor=1_000)
    till.say(first)
    till.push()
    other.say(replace(other.sale(paid_minor=500), receipt_no=first.receipt_no))

    answer = other.push()

    assert [each.status for each in answer.statuses] == ["posted"]
    assert balances(office)[(SALES, "S02", "")] == 500
    assert flags(office) == ["receipt.twice"]
    assert owner(office, first.receipt_no) == [(1, 1, first.sale_id)]


def test_two_sales_of_one_batch_under_a_number_are_noticed_too(office, till):
    first = till.sale()
    till.say(first)
    till.say(replace(till.sale(), receipt_no=first.receipt_no))

    till.push()

    assert flags(office) == ["receipt.twice"]


def test_the_same_sale_delivered_twice_is_one_use(office, till):
    till.sell()
    till.push()

    till.push()

    assert flags(office) == []


def test_a_sale_that_is_kept_aside_has_used_its_number(office, till):
    broken = replace(till.sale(), due_minor=1)
    till.say(broken)
    till.say(replace(till.sale(), receipt_no=broken.receipt_no))

    answer = till.push()

    assert [each.status for each in answer.statuses] == ["quarantined", "posted"]
    assert sorted(flags(office)) == ["receipt.twice", "sale.unbalanced"]


def test_a_number_that_no_till_prints_harms_nobody(office, till):
    till.say(replace(till.sale(), receipt_no="9" * 5_000))

    answer = till.push()

    assert [each.status for each in answer.statuses] == ["posted"]
    assert rows_of(office, schema.receipt) == []
