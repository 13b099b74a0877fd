"""The proof by what the till holds: a day's movements and holdings meet its facts, and any other row is found."""

from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.day_close import totals
from pos_app.domain.day_proof import HELD, TillBooks, contradicts, proof, unproven
from pos_app.domain.events import DayClosed, DayOpened, GrantsInstalled, RightsReleased, Sale, SaleLine, ToppedUp
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.tenders import Tender, TenderKind

TODAY, END = date(2026, 11, 20), date(2027, 12, 31)
BEFORE = {Asset.POINTS: 100_000, Asset.VALUE: 50_000, Asset.GIFT: 5_000}
OLD = {f"ho/{asset.value}": asset for asset in BEFORE}
LINE = {
    (Sale, Asset.POINTS): "points_redeemed",
    (Sale, Asset.VALUE): "value_spent",
    (Sale, Asset.GIFT): "gift_spent",
    (ToppedUp, Asset.VALUE): "value_sold",
    (ToppedUp, Asset.GIFT): "gift_given",
}
amounts = st.integers(0, 900)


def sale(n, points, value, gift):
    paid = value + gift
    line = SaleLine(1, 1, "", "商品", 1, paid + points, paid + points, 0, 0, points, points, paid, 0, ())
    tenders = tuple(
        Tender(kind, minor) for kind, minor in ((TenderKind.VALUE, value), (TenderKind.GIFT, gift)) if minor
    )
    spent = {Asset.POINTS: points, Asset.VALUE: value, Asset.GIFT: gift}
    spends = tuple(Spend(f"ho/{asset.value}", minor) for asset, minor in spent.items() if minor)
    return Sale(f"s{n}", f"0001-1-A1-{n:06d}", "m", (line,), tenders, paid, 0, spends, None, (), "p1")


def topped_up(n, value, gift):
    parts = ((Asset.VALUE, value), (Asset.GIFT, gift))
    granted = tuple(Grant(f"T1/1.1/{n}/grant{asset.value}", "m", asset, minor, END) for asset, minor in parts if minor)
    return ToppedUp(f"t{n}", f"T0001-1-A1-{n:06d}", "m", "", (Tender(TenderKind.CARD, value),), value, granted)


facts = st.lists(
    st.one_of(
        st.builds(lambda *of: ("sale", of), amounts, amounts, amounts),
        st.builds(lambda *of: ("top-up", of), amounts, amounts),
        st.builds(lambda of: ("install", (of,)), amounts),
        st.builds(lambda of: ("release", (of,)), amounts),
    ),
    max_size=6,
)


def day_of(plan):
    """Return the log of a day and what its till holds at the end."""
    log, moved, held = [(1, DayOpened(1, 0))], [], dict(BEFORE)
    sold = topups = 0
    for seq, (kind, of) in enumerate(plan, 2):
        match kind:
            case "sale":
                sold += 1
                fact = sale(sold, *of)
                changes = {asset: -minor for asset, minor in zip(BEFORE, of, strict=True)}
            case "top-up":
                topups += 1
                fact, changes = topped_up(topups, *of), {Asset.VALUE: of[0], Asset.GIFT: of[1]}
            case "install":
                fact, changes = GrantsInstalled((Grant(f"ho/{seq}", "m", Asset.POINTS, of[0], END),)), {}
                held[Asset.POINTS] += of[0]
            case _:
                fact, changes = RightsReleased("m", (Spend("ho/points", of[0]),), "close"), {}
                held[Asset.POINTS] -= of[0]
        log.append((seq, fact))
        moved += [(seq, asset, minor) for asset, minor in changes.items() if minor]
        for asset, minor in changes.items():
            held[asset] += minor
    return log, TillBooks(tuple(moved), held, BEFORE, OLD)


def proven(log, books):
    day = totals(log)
    closed = DayClosed(1, 1, day, 0, 0, 0, (), 0, "", "", "")
    return proof(log, day, closed, books)


@given(facts)
def test_holdings_that_moved_as_the_facts_say_prove_it(plan):
    log, books = day_of(plan)

    assert unproven(proven(log, books)) == ()


@given(facts, st.sampled_from(list(HELD)), st.integers(-50, 50).filter(bool))
def test_a_holding_that_changed_without_a_fact_is_found_by_exactly_so_much(plan, asset, by):
    log, books = day_of(plan)
    held = {**books.held, asset: books.held[asset] + by}

    (line,) = unproven(proven(log, replace(books, held=held)))

    assert (line.code, line.difference) == (HELD[asset], by)


@given(facts, st.data())
def test_a_movement_that_was_not_written_down_is_found_in_its_own_line(plan, data):
    log, books = day_of([*plan, ("sale", (1, 1, 1))])
    place = data.draw(st.integers(0, len(books.moved) - 1))
    seq, asset, amount = books.moved[place]

    (line,) = unproven(proven(log, replace(books, moved=books.moved[:place] + books.moved[place + 1 :])))

    assert (line.code, line.difference) == (LINE[type(dict(log)[seq]), asset], -abs(amount))


@given(facts)
def test_head_office_compares_what_the_facts_say_and_leaves_the_rest_to_the_till(plan):
    log, books = day_of(plan)
    told, known = proven(log, books), proven(log, None)

    assert not contradicts(told, known)
    assert not contradicts(known[:15], told), "a till of before some lines existed says fewer"
    assert all(contradicts([replace(line, found=line.found + 1)], known) for line in known)


def test_a_number_that_is_missing_between_top_ups_is_found():
    log = [(1, DayOpened(1, 0)), (2, topped_up(1, 5, 0)), (3, topped_up(3, 5, 0))]

    assert [(line.code, line.difference) for line in unproven(proven(log, None))] == [("topup_numbers", -1)]
