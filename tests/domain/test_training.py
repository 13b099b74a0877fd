"""Training: what the facts show to be done, and customers who are nobody."""

from dataclasses import replace

import pytest

from pos_app.domain.codes import MemberCode, parse
from pos_app.domain.training import STORE_NO, Progress, Task, cast, identity, is_training_receipt, progress
from tests.domain.test_receipts import line, sold
from tests.till_kit import IDENTITY, TODAY, item

KEYS = ("a" * 64, "b" * 64, "c" * 64)
SALE = sold(line(1, "奶粉", 1, 1_000, 1_000))


def test_nothing_said_is_nothing_done():
    assert progress([]) == Progress(frozenset())
    assert Progress(frozenset()).next is Task.SELL


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (replace(SALE, member_id=None), {Task.SELL}),
        (replace(SALE, member_id="m", tenders=SALE.tenders[:1]), {Task.SERVE}),
        (replace(SALE, member_id="m", tenders=SALE.tenders[:1] * 2), {Task.SERVE, Task.SPLIT}),
    ],
)
def test_a_sale_shows_what_it_was(fact, shown):
    assert progress([fact]).done >= shown


def test_after_the_last_task_there_is_none():
    assert Progress(frozenset(Task)).next is None


def test_the_training_till_is_no_store_of_the_chain():
    there = identity(IDENTITY)

    assert (there.store_no, there.store_id, there.lane) == (STORE_NO, IDENTITY.store_id, IDENTITY.lane)
    assert is_training_receipt("0000-1-A0-000001")
    assert not is_training_receipt("0001-1-A1-000017")


def test_customers_have_good_cards_points_here_and_one_call_due_today():
    made = cast("S01", TODAY, 1_000, [item(7, advice="formula")], KEYS)

    assert all(isinstance(parse(record.member.card_no), MemberCode) for record in made.records)
    assert [grant.amount for grant in made.grants] == [record.balance.points for record in made.records]
    assert [(call.due_on, call.bought[0].item_id) for call in made.calls] == [(TODAY, 7)]


def test_without_goods_that_are_asked_about_no_call_is_due():
    assert cast("S01", TODAY, 1_000, [], KEYS).calls == ()
