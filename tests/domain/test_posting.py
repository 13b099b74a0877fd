"""Posting: every fact is balanced, nothing appears or vanishes, and a retry cannot differ."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.events import DayClosed, DayOpened, DayTotals, GrantsInstalled, RightsReleased, Sale, SaleLine
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.posting import (
    AVAILABLE,
    DRAWER,
    EARNED,
    ESCROW,
    MAX_AMOUNT,
    REDEEMED,
    RISK,
    ROUNDING,
    SALES,
    SETTLEMENT,
    SUSPENSE,
    TENDER,
    UNBACKED,
    Scene,
    Transfer,
    book_unknown_grants,
    covered,
    park,
    post,
)
from pos_app.domain.price_steps import PointStep, PriceStep
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Damaged

DAY = date(2026, 11, 23)
LOT = date(2027, 12, 31)
ORIGIN = Origin("S01-1", "1.1", 9)
GRANTS = {gid: Grant(gid, "m1", Asset.POINTS, 5_000, LOT) for gid in ("g1", "g2", "g3")}
SCENE = Scene(ORIGIN, "S01", DAY, GRANTS, LOT)
MONEY = st.integers(0, 10**9)


def moved(transfers: tuple[Transfer, ...]) -> Counter[str]:
    """Return credits minus debits by kind of account."""
    balance: Counter[str] = Counter()
    for each in transfers:
        balance[each.credit.kind] += each.amount
        balance[each.debit.kind] -= each.amount
    return balance


@st.composite
def sales(draw: st.DrawFn) -> Sale:
    """Correct sales: any lines, any split of tenders, cash rounding, points spent and earned."""
    lines = []
    for number in range(1, draw(st.integers(1, 6)) + 1):
        paid, redeemed, shared = draw(MONEY), draw(st.integers(0, 3_000)), draw(st.integers(0, 3_000))
        earned = draw(st.integers(0, 5_000))
        net = paid + redeemed + shared
        lines.append(
            SaleLine(number, number, "952", "x", 1, net, net, redeemed, redeemed, shared, shared, paid, earned, ())
        )
    due = sum(line.paid_minor for line in lines)
    rounding = -draw(st.integers(0, min(9, due)))
    left = due + rounding
    tenders = []
    for kind in (TenderKind.WECHAT, TenderKind.ALIPAY):
        amount = draw(st.integers(0, left))
        left -= amount
        tenders.append(Tender(kind, amount, reference="r"))
    change = draw(st.integers(0, 10_000))
    tenders.append(Tender(TenderKind.CASH, left, left + change, change))
    points = sum(line.redeemed_points + line.basket_points for line in lines)
    first = draw(st.integers(0, points))
    spends = tuple(Spend(gid, amount) for gid, amount in (("g1", first), ("g2", points - first)) if amount)
    earned_points = sum(line.earned_points for line in lines)
    earned = Grant(ORIGIN.part("grant", 1), "m1", Asset.POINTS, earned_points, LOT) if earned_points else None
    return Sale("s1", "0001-1-A1-000001", "m1", tuple(lines), tuple(tenders), due, rounding, spends, earned, (), "p1")


@given(sales())
def test_a_sale_credits_sales_with_its_net_value_and_balances(sale):
    transfers = post(sale, SCENE)

    balance = moved(transfers)
    assert balance[SALES] == sum(line.net_minor for line in sale.lines)
    assert -sum(balance[TENDER + kind] for kind in TenderKind) == sum(tender.amount_minor for tender in sale.tenders)
    assert balance[ROUNDING] == sale.rounding_minor
    assert -balance[SETTLEMENT] == sum(line.redeemed_minor + line.basket_points_minor for line in sale.lines)
    assert sum(balance.values()) == 0


@given(sales())
def test_points_leave_escrow_for_redeemed_and_come_from_expense(sale):
    balance = moved(post(sale, SCENE))

    spent = sum(spend.amount for spend in sale.spends)
    earned = sale.earned.amount if sale.earned else 0
    assert balance[ESCROW] == earned - spent
    assert balance[REDEEMED] == spent
    assert -balance[EARNED] == earned


@given(sales())
def test_transfers_are_positive_within_one_ledger_and_named_by_the_fact(sale):
    transfers = post(sale, SCENE)

    assert all(each.amount > 0 and each.debit.ledger == each.credit.ledger for each in transfers)
    assert [each.transfer_id for each in transfers] == [ORIGIN.part("transfer", n) for n in range(len(transfers))]


@given(sales())
def test_posting_again_gives_the_same_transfers(sale):
    assert post(sale, SCENE) == post(sale, SCENE)


@given(sales(), st.data())
def test_a_sale_changed_in_one_amount_is_never_posted(sale, data):
    field = data.draw(st.sampled_from(["due_minor", "rounding_minor"]))
    off = data.draw(st.integers(1, 1_000)) * data.draw(st.sampled_from([1, -1]))

    with pytest.raises(Damaged):
        post(replace(sale, **{field: getattr(sale, field) + off}), SCENE)


@given(sales(), st.dictionaries(st.sampled_from(["g1", "g2", "g3"]), st.integers(0, 5_000)))
def test_a_parked_sale_keeps_tenders_in_suspense_and_takes_from_grants_only_what_they_have(sale, left):
    transfers = park(sale, SCENE, lambda gid: left.get(gid, 0))

    balance = moved(transfers)
    money = sum(each.amount for each in transfers if each.debit.kind.startswith(TENDER))
    spent = sum(spend.amount for spend in sale.spends)
    taken = sum(part.amount for part in covered(sale.spends, lambda gid: left.get(gid, 0)))
    assert money == sum(tender.amount_minor for tender in sale.tenders)
    assert taken == sum(min(spend.amount, left.get(spend.gid, 0)) for spend in sale.spends)
    assert balance[ESCROW] == (sale.earned.amount if sale.earned else 0) - taken
    assert -balance[UNBACKED] == spent - taken
    assert balance[SALES] == balance[REDEEMED] == balance[EARNED] == 0


@pytest.mark.parametrize("amount", [-1, MAX_AMOUNT + 1, 10**30])
def test_amounts_out_of_range_are_neither_posted_nor_parked(amount):
    line = SaleLine(1, 1, "952", "x", 1, amount, amount, 0, 0, 0, 0, amount, 0, ())
    tender = Tender(TenderKind.CARD, amount, reference="r")
    sale = Sale("s1", "r1", None, (line,), (tender,), amount, 0, (), None, (), "p1")

    with pytest.raises(Damaged, match=r"amount\.range"):
        post(sale, SCENE)
    assert park(sale, SCENE, lambda _: 0) == ()


def test_spending_an_unknown_grant_or_somebody_elses_is_damaged():
    line = SaleLine(1, 1, "952", "x", 1, 100, 100, 100, 100, 0, 0, 0, 0, ())
    sale = Sale("s1", "r1", "m1", (line,), (), 0, 0, (Spend("nobody's", 100),), None, (), "p1")

    with pytest.raises(Damaged, match=r"spend\.unknown_grant"):
        post(sale, SCENE)
    with pytest.raises(Damaged, match=r"spend\.other_member"):
        post(replace(sale, member_id="m2", spends=(Spend("g1", 100),)), SCENE)


@pytest.mark.parametrize(
    ("steps", "gains", "code"),
    [
        ((PriceStep("member_price@p1", 19),), (), r"sale\.steps"),
        ((PriceStep("member_price@p1", 30), PriceStep("c1@1", -11)), (), r"sale\.steps"),
        ((), (PointStep("earn@p1", 1),), r"sale\.gains"),
    ],
)
def test_steps_that_do_not_explain_a_line_are_damaged(steps, gains, code):
    line = SaleLine(1, 1, "952", "x", 1, 120, 100, 0, 0, 0, 0, 100, 0, (), steps, gains)
    sale = Sale("s1", "r1", None, (line,), (Tender(TenderKind.CARD, 100),), 100, 0, (), None, (), "p1")

    with pytest.raises(Damaged, match=code):
        post(sale, SCENE)


def test_a_self_grant_must_carry_the_name_of_its_sale():
    line = SaleLine(1, 1, "952", "x", 1, 100, 100, 0, 0, 0, 0, 100, 7, ())
    forged = Grant("S02-1/1.1/9/grant1", "m1", Asset.POINTS, 7, LOT)
    sale = Sale("s1", "r1", "m1", (line,), (Tender(TenderKind.CARD, 100),), 100, 0, (), forged, (), "p1")

    with pytest.raises(Damaged, match=r"sale\.earned"):
        post(sale, SCENE)


def test_points_of_a_card_the_till_did_not_know_go_to_head_offices_holding():
    line = SaleLine(1, 1, "952", "x", 1, 100, 100, 0, 0, 0, 0, 100, 7, ())
    sale = Sale("s1", "r1", "m9", (line,), (Tender(TenderKind.CARD, 100),), 100, 0, (), None, (), "p1")

    assert moved(post(sale, SCENE))[AVAILABLE] == 7


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=3))
def test_a_release_moves_escrow_back_to_available(amounts):
    releases = tuple(Spend(gid, amount) for gid, amount in zip(GRANTS, amounts, strict=False))

    balance = moved(post(RightsReleased("m1", releases, "close"), SCENE))

    assert balance[AVAILABLE] == sum(amounts) == -balance[ESCROW]


@given(MONEY, st.lists(MONEY, max_size=5), st.integers(-500, 500))
def test_after_the_close_the_drawer_is_empty(float_minor, takings, off):
    expected = float_minor + sum(takings)
    counted = max(0, expected + off)
    totals = DayTotals(1, 2, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, "", "")
    closed = DayClosed(1, 1, totals, float_minor, expected, counted, (), counted - expected, "", "", "")
    transfers = post(DayOpened(1, float_minor), SCENE) + post(closed, SCENE)

    assert -moved(transfers)[DRAWER] == -sum(takings)


def test_a_close_that_contradicts_itself_is_damaged():
    totals = DayTotals(1, 2, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, "", "")

    with pytest.raises(Damaged, match=r"day\.unbalanced"):
        post(DayClosed(1, 1, totals, 0, 1_000, 900, (), 0, "", "", ""), SCENE)


@given(st.integers(0, 900))
def test_forgotten_grants_are_booked_from_what_is_there_and_known_ones_not(held):
    unknown = Grant("lost", "m1", Asset.POINTS, 300, LOT)

    fact = GrantsInstalled((GRANTS["g1"], unknown, replace(unknown, gid="lost too")))
    short = SCENE.points(SUSPENSE)

    balance = moved(book_unknown_grants(fact, SCENE, lambda _grant: short, lambda account: (account, held)))

    here = min(held, 600)
    assert balance == {name: n for name, n in {ESCROW: 600, AVAILABLE: -here, SUSPENSE: here - 600}.items() if n}


@given(st.integers(0, 900))
def test_forgotten_grants_of_members_who_were_merged_share_what_is_there(held):
    lost = Grant("lost", "m1", Asset.POINTS, 300, LOT)
    shared = SCENE.available(lost)
    fact = GrantsInstalled((lost, replace(lost, gid="lost too", member_id="m2")))

    transfers = book_unknown_grants(fact, SCENE, lambda _grant: SCENE.points(SUSPENSE), lambda _account: (shared, held))

    from_holdings = sum(each.amount for each in transfers if each.debit.kind == shared.kind)
    assert from_holdings == min(held, 600)


def test_a_forgotten_grant_that_nothing_else_pays_for_overdraws_head_office_visibly():
    unknown = Grant("lost", "m1", Asset.POINTS, 300, LOT)

    balance = moved(
        book_unknown_grants(GrantsInstalled((unknown,)), SCENE, lambda _grant: None, lambda account: (account, 0))
    )

    assert balance == {ESCROW: 300, AVAILABLE: -300}


def test_a_life_that_holds_nothing_spends_at_the_merchants_risk_and_earns_for_head_office():
    scene = replace(SCENE, holds_nothing=True)

    assert scene.spent_from(GRANTS["g1"]) == scene.points(RISK)
    assert scene.earned_into(GRANTS["g1"]) == scene.available(GRANTS["g1"])
