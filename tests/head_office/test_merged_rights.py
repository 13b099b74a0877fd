"""Merged members and rights of every kind: whoever was ever one person refunds, uses and owes as one."""

import pytest

from head_office import floats
from head_office.books.issues import Issue
from head_office.issuing import issue
from head_office.merging import MergeDesk
from head_office.store import schema
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.members import Tier
from pos_app.domain.posting import RECEIVABLE
from pos_app.domain.refunds import lot_of
from tests.head_office.rig import LOT, balances, give, member, open_till, rows_of, trial_balance
from tests.head_office.test_refunds import bring_back, close_day, open_day, sell, statuses
from tests.head_office.test_rights import recalls


@pytest.fixture
def desk(office):
    return MergeDesk(office)


@pytest.fixture
def other(office, line, till):
    till.say(MemberRegistered(member(1)))
    till.say(MemberRegistered(member(2, tier=Tier.GOLD)))
    open_day(till)
    till.push()
    return open_till(office, line, "S02")


def owed(office) -> dict[str, int]:
    return {owner: -amount for (kind, owner, _), amount in balances(office).items() if kind == RECEIVABLE}


def in_debt(till, who: str, points: int) -> None:
    """Have a member spend what a sale earned and bring the goods back."""
    first = len(till.log) + 1
    sale, sold_as = sell(till, 1, member_id=who, earn=points)
    till.sell(paid_minor=0, member_id=who, spends=(Spend(sale.earned.gid, points),))
    till.say(bring_back(till, sale, sold_as))
    assert set(statuses(till.push(first))) == {("posted", "")}


def earn(till, who: str, points: int) -> None:
    """Have head office come to hold points of a member."""
    first = len(till.log) + 1
    sale, _ = sell(till, 1, member_id=who, earn=points)
    till.say(RightsReleased(who, (Spend(sale.earned.gid, points),), "close"))
    till.push(first)


@pytest.mark.parametrize(("bought_as", "asked_as"), [("m1", "m2"), ("m2", "m1"), ("m2", "m2")])
@pytest.mark.parametrize("undone", [False, True])
def test_goods_come_back_under_any_name_of_whoever_bought_them(office, till, other, desk, bought_as, asked_as, undone):
    sale, sold_as = sell(till, 1, member_id=bought_as, earn=10)
    close_day(till)
    till.push(4)
    desk.merge("m2", "m1", "lin")
    if undone:
        desk.unmerge("m2", "lin")

    (grant,) = other.rights(asked_as, 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    other.say(GrantsInstalled((grant,)))
    other.say(bring_back(other, sale, sold_as, member_id=asked_as, spends=(Spend(grant.gid, 1),)))

    assert set(statuses(other.push())) == {("posted", "")}
    assert sum(owed(office).values()) == 10
    assert set(trial_balance(office).values()) == {0}


def test_goods_of_a_stranger_do_not_come_back(till, other):
    sale, sold_as = sell(till, 1, member_id="m1")
    till.say(bring_back(till, sale, sold_as, member_id="m2"))

    assert statuses(till.push(4))[-1] == ("quarantined", "refund.other_sale")
    assert other.rights("m2", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).code == "rights.sale_unknown"


@pytest.mark.parametrize("asset", [Asset.COUPON, Asset.PUNCH])
def test_a_coupon_is_the_persons_under_any_name(office, other, desk, asset):
    issue(office, Issue("i1", "m2", asset, 1, LOT, "K-1"))
    before = other.rights("m1", 1, asset=asset, lot="K-1").code
    desk.merge("m2", "m1", "lin")

    (grant,) = other.rights("m1", 1, asset=asset, lot="K-1").grants
    other.say(GrantsInstalled((grant,)))
    other.sell(paid_minor=5, member_id="m2", spends=())

    assert before == "rights.lot_unknown"
    assert set(statuses(other.push())) == {("posted", "")}


@pytest.mark.parametrize("debtor", ["m1", "m2"])
@pytest.mark.parametrize("payer", ["m1", "m2"])
@pytest.mark.parametrize("merged_first", [False, True])
def test_what_one_name_owes_any_name_repays(office, till, other, desk, debtor, payer, merged_first):
    if merged_first:
        desk.merge("m2", "m1", "lin")
    in_debt(till, debtor, 100)
    if not merged_first:
        desk.merge("m2", "m1", "lin")
    assert owed(office) == {"m1": 100}

    earn(till, payer, 130)

    assert owed(office) == {}
    assert sum(amount for (kind, *_), amount in balances(office).items() if kind in ("available", "escrow")) == 30
    assert set(trial_balance(office).values()) == {0}


def test_a_merge_pays_ones_debt_with_the_others_points(office, till, other, desk):
    in_debt(till, "m2", 100)
    give(office, "m1", 70)

    desk.merge("m2", "m1", "lin")

    assert (owed(office), balances(office, "m1").get(("available", "m1", ""), 0)) == ({"m1": 30}, 0)


def test_an_undone_merge_gives_the_loser_their_debt_back_as_far_as_it_is_not_paid(office, till, other, desk):
    in_debt(till, "m2", 100)
    in_debt(till, "m1", 20)
    desk.merge("m2", "m1", "lin")
    earn(till, "m1", 50)

    desk.unmerge("m2", "lin")

    assert owed(office) == {"m2": 70}
    desk.merge("m2", "m1", "lin")
    assert owed(office) == {"m1": 70}
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.parametrize("asked_as", ["m1", "m2"])
def test_who_holds_the_rest_is_told_and_asked_for_it_under_every_name(office, till, other, desk, asked_as):
    for who in ("m1", "m2"):
        give(office, who, 300)
        till.rights(who, 300)
    desk.merge("m2", "m1", "lin")

    answer = other.rights(asked_as, 500)

    assert [(held.lane, held.points) for held in answer.held] == [(1, 600)]
    assert [each.member_id for each in recalls(till)] == ["m1", "m2"]
    assert len({each.recall_id for each in recalls(till)}) == 2


def test_the_float_is_of_the_united_tier_and_counts_what_is_held_under_every_name(office, till, other, desk):
    gold = floats.USUAL_POINTS[Tier.GOLD]
    till.sell(member_id="m1")
    till.push(4)
    give(office, "m2", 20_000)
    till.rights("m2", gold - 100)
    desk.merge("m2", "m1", "lin")
    till.hello()
    assert [row for row in rows_of(office, schema.grant) if row.source == "float"] == []

    till.say(RightsReleased("m2", (Spend(rows_of(office, schema.grant)[0].gid, gold - 100),), "idle"))
    till.push(5)
    till.hello()

    (grant,) = [row for row in rows_of(office, schema.grant) if row.source == "float"]
    assert (grant.member_id, grant.amount) == ("m1", gold)
