"""Coupons, punch cards and stored value: issued by head office, granted for the asking, used once."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from head_office.books.issues import Issue
from head_office.fencing import Declared, fence
from head_office.issuing import issue
from head_office.merging import MergeDesk
from head_office.promises import keep_promises
from head_office.report import report
from head_office.settling import SettleDesk
from head_office.store import schema
from pos_app.domain.events import (
    AtRisk,
    GrantsInstalled,
    MemberPinSet,
    MemberRegistered,
    RightsReleased,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.ledger import LOTTED, Asset, Grant, Spend
from pos_app.domain.members import MemberLot
from pos_app.domain.posting import ledger_of
from pos_app.domain.refunds import NO_END
from pos_app.domain.stored_value import GiftPart
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.errors import Refused
from tests.head_office.offices import copied
from tests.head_office.rig import (
    LOT,
    Line,
    Refusal,
    TestClock,
    be_restored,
    member,
    new_office,
    open_till,
    rows_of,
    trial_balance,
)
from tests.head_office.test_members import records
from tests.head_office.test_refunds import balances_of

ISSUABLE = (Asset.VALUE, Asset.GIFT, Asset.COUPON, Asset.PUNCH)


@pytest.fixture
def other(office, line, till):
    till.say(MemberRegistered(member(1)))
    till.push()
    return open_till(office, line, "S02")


def lot_for(asset: Asset) -> str:
    return "K-1" if asset in LOTTED else ""


def give(office, asset: Asset, amount: int, issue_id: str = "i1") -> None:
    issue(office, Issue(issue_id, "m1", asset, amount, LOT, lot_for(asset)))


def fetch(till, asset: Asset, amount: int) -> Grant:
    (grant,) = till.rights("m1", amount, asset=asset, lot=lot_for(asset)).grants
    till.say(GrantsInstalled((grant,)))
    return grant


def buy(till, *spends: Spend, paid: dict[TenderKind, int] | None = None, at_risk: tuple[AtRisk, ...] = ()):
    """Say a sale of 1,000 that uses ``spends``; what stored value does not pay is paid in cash."""
    paid = paid or {}
    sale = till.sale(paid_minor=1_000, member_id="m1")
    cash = 1_000 - sum(paid.values())
    tenders = [Tender(kind, amount) for kind, amount in paid.items()]
    tenders += [Tender(TenderKind.CASH, cash, cash)] if cash else []
    till.say(replace(sale, tenders=tuple(tenders), spends=spends, at_risk=at_risk))


def held(office, asset: Asset) -> dict[tuple[str, str], int]:
    """Return (kind, holder) to what there is of an asset, zeros left out."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows_of(office, schema.account):
        if row.ledger.partition(":")[0] == asset.value.upper():
            found[row.kind, row.holder] += row.credit - row.debit
    return {key: total for key, total in found.items() if total}


def codes(answer):
    return [each.code or each.status for each in answer.statuses]


def flags(office):
    return [flag.code for flag in rows_of(office, schema.flag)]


@pytest.mark.parametrize("asset", ISSUABLE)
def test_what_was_issued_is_granted_used_and_given_back_in_its_own_ledger(office, till, other, asset):
    give(office, asset, 10)
    grant = fetch(other, asset, 7)
    buy(other, Spend(grant.gid, 4), paid={TenderKind(asset.value): 4} if asset not in LOTTED else None)
    other.say(RightsReleased("m1", (Spend(grant.gid, 3),), "idle"))

    answer = other.push()

    assert set(codes(answer)) == {"posted"}
    assert held(office, asset) == {("issued", ""): -10, ("available", ""): 6, ("used", ""): 4}
    assert set(trial_balance(office).values()) == {0}


def test_stored_value_is_linked_to_the_money_it_paid(office, other):
    give(office, Asset.VALUE, 900)
    grant = fetch(other, Asset.VALUE, 900)
    buy(other, Spend(grant.gid, 900), paid={TenderKind.VALUE: 900})
    other.push()

    transfers = {row.transfer_id: row for row in rows_of(office, schema.transfer)}

    (used,) = [row for row in transfers.values() if row.code == "redeem"]
    assert (transfers[used.link_id].code, transfers[used.link_id].amount) == ("tender", 900)


@pytest.mark.parametrize(
    ("asset", "spent", "tendered", "code"),
    [
        (Asset.VALUE, 5, 6, "sale.stored_value"),
        (Asset.VALUE, 5, 0, "sale.stored_value"),
        (Asset.COUPON, 0, 0, "sale.spend"),
    ],
)
def test_a_sale_that_does_not_say_what_it_used_is_kept_aside(office, other, asset, spent, tendered, code):
    give(office, asset, 10)
    grant = fetch(other, asset, 10)
    buy(other, Spend(grant.gid, spent), paid={TenderKind.VALUE: tendered} if tendered else None)

    assert codes(other.push())[-1] == code
    assert set(trial_balance(office).values()) == {0}


def test_points_are_never_paid_with_something_else(office, other):
    give(office, Asset.PUNCH, 500)
    grant = fetch(other, Asset.PUNCH, 500)
    other.say(other.sale(paid_minor=0, member_id="m1", spends=(Spend(grant.gid, 500),)))

    assert codes(other.push())[-1] == "sale.points"


def test_a_coupon_is_used_once_however_many_tills_accept_it(office, till, other):
    give(office, Asset.COUPON, 1)
    risk = (AtRisk(Asset.COUPON, "K-1", 1),)
    buy(till, at_risk=risk)
    buy(other, at_risk=risk)
    till.push(2)

    answer = other.push()

    assert codes(answer) == ["posted"]  # the sale stands
    assert held(office, Asset.COUPON) == {("issued", ""): -1, ("used", ""): 2, ("risk", ""): -1}
    assert flags(office) == ["coupon.overrun"]
    assert other.rights("m1", 1, asset=Asset.COUPON, lot="K-1").code == "rights.short"


def test_a_coupon_that_head_office_still_has_covers_its_risk(office, other):
    give(office, Asset.COUPON, 1)
    buy(other, at_risk=(AtRisk(Asset.COUPON, "K-1", 1),))
    other.push()

    assert held(office, Asset.COUPON) == {("issued", ""): -1, ("used", ""): 1}
    assert flags(office) == []


@pytest.mark.parametrize("asset", [Asset.COUPON, Asset.PUNCH])
@pytest.mark.parametrize("burnt_down", [False, True])
def test_what_was_used_at_risk_is_not_there_again_when_its_holder_gives_it_back(office, till, other, asset, burnt_down):
    give(office, asset, 3)
    grant = fetch(other, asset, 3)
    other.push()
    buy(till, at_risk=(AtRisk(asset, "K-1", 2),))
    till.push(2)
    assert held(office, asset)["risk", ""] == -2

    if burnt_down:
        fence(office, Declared(other.terminal_id, "Chen", "Liu", "burnt down"))
    else:
        other.say(RightsReleased("m1", (Spend(grant.gid, 3),), "idle"))
        other.push(2)

    assert held(office, asset) == {("issued", ""): -3, ("used", ""): 2, ("available", ""): 1}
    assert till.rights("m1", 1, asset=asset, lot="K-1").grants[0].amount == 1


def test_what_its_holder_uses_too_is_the_merchants_loss(office, till, other):
    give(office, Asset.PUNCH, 3)
    grant = fetch(other, Asset.PUNCH, 3)
    buy(till, at_risk=(AtRisk(Asset.PUNCH, "K-1", 2),))
    till.push(2)
    buy(other, Spend(grant.gid, 2))
    other.say(RightsReleased("m1", (Spend(grant.gid, 1),), "idle"))
    other.push()

    assert held(office, Asset.PUNCH) == {("issued", ""): -3, ("used", ""): 4, ("risk", ""): -1}
    assert report(office)["risk"] == {"PUNCH": -1}
    assert [day["risk"] for day in report(office)["days"]] == [{}, {}]
    assert other.rights("m1", 1, asset=Asset.PUNCH, lot="K-1").code == "rights.short"


def test_a_coupon_that_is_issued_after_it_was_used_at_risk_is_used(office, other):
    buy(other, at_risk=(AtRisk(Asset.COUPON, "K-1", 1),))
    other.push()

    give(office, Asset.COUPON, 1)

    assert held(office, Asset.COUPON) == {("issued", ""): -1, ("used", ""): 1}


def test_what_is_given_to_somebody_who_was_merged_is_the_survivors(office, till, other):
    till.say(MemberRegistered(member(2)))
    till.push(2)
    MergeDesk(office).merge("m1", "m2", "lin")

    give(office, Asset.VALUE, 500)

    assert balances_of(office, "VALUE:CNY")["available", "m2", ""] == 500
    assert other.rights("m1", 500, asset=Asset.VALUE).grants[0].amount == 500


@pytest.mark.parametrize(
    "risk", [AtRisk(Asset.POINTS, "m1", 1), AtRisk(Asset.COUPON, "", 1), AtRisk(Asset.COUPON, "K-1", 0)]
)
def test_only_a_named_coupon_can_be_taken_at_risk(other, risk):
    buy(other, at_risk=(risk,))

    assert codes(other.push()) == ["sale.at_risk"]


def test_a_lot_that_is_somebody_elses_is_not_granted(office, till, other):
    till.say(MemberRegistered(member(2)))
    till.push(2)
    give(office, Asset.COUPON, 1)

    assert other.rights("m2", 1, asset=Asset.COUPON, lot="K-1").code == "rights.lot_unknown"
    assert other.rights("m1", 1, asset=Asset.PUNCH, lot="K-1").code == "rights.lot_unknown"


@pytest.mark.parametrize(("asset", "lot"), [(Asset.POINTS, "m2"), (Asset.VALUE, "m2"), (Asset.COUPON, "")])
def test_a_lot_cannot_be_used_to_reach_into_somebody_elses_account(office, other, asset, lot):
    be_restored(office)
    with pytest.raises(Refusal, match=r"request\.malformed"):
        other.rights("m1", 1, asset=asset, lot=lot)
    other.say(GrantsInstalled((Grant("ho1/made-up", "m1", asset, 1, LOT, None, lot),)))
    assert codes(other.push()) == ["grant.lot"]


def test_issuing_again_under_one_name_gives_nothing_more(office, other):
    first = issue(office, Issue("i1", "m1", Asset.VALUE, 500, LOT))

    assert (first, issue(office, Issue("i1", "m1", Asset.VALUE, 500, LOT))) == (True, False)
    assert held(office, Asset.VALUE)[("available", "")] == 500


@pytest.mark.parametrize(
    ("given_", "code"),
    [
        (Issue("i1", "m1", Asset.POINTS, 1, LOT), "issue.malformed"),
        (Issue("i1", "m1", Asset.REFUND, 1, LOT, "s#1"), "issue.malformed"),
        (Issue("i1", "m1", Asset.COUPON, 1, LOT), "issue.malformed"),
        (Issue("i1", "m1", Asset.VALUE, 1, LOT, "K-1"), "issue.malformed"),
        (Issue("i1", "m1", Asset.VALUE, 0, LOT), "issue.malformed"),
        (Issue("", "m1", Asset.VALUE, 1, LOT), "issue.malformed"),
        (Issue("i1", "m9", Asset.VALUE, 1, LOT), "issue.member_unknown"),
        (Issue("i2", "m1", Asset.COUPON, 1, LOT, "K-1"), "issue.lot_taken"),
    ],
)
def test_what_cannot_be_issued_is_refused(office, other, given_, code):
    give(office, Asset.COUPON, 1, "first")

    with pytest.raises(Refused) as error:
        issue(office, given_)

    assert error.value.code == code


acts = st.lists(
    st.tuples(
        st.sampled_from(["issue", "fetch", "use", "give back", "risk", "push"]),
        st.sampled_from(ISSUABLE),
        st.integers(0, 1),
        st.integers(1, 9),
    ),
    min_size=10,
    max_size=40,
)


@given(script=acts)
@settings(max_examples=10, deadline=None)
def test_nothing_of_any_asset_appears_or_vanishes(script, tmp_path_factory, migrated_file):
    folder = tmp_path_factory.mktemp("assets")
    office = new_office(copied(migrated_file, folder), folder / "snapshots", TestClock())
    line = Line(office)
    tills = [open_till(office, line, store) for store in ("S01", "S02")]
    tills[0].say(MemberRegistered(member(1)))
    told, left, lots, grants = [0, 0], Counter(), [], {}

    def push(which):
        if told[which] < len(tills[which].log):
            answer = tills[which].push(told[which] + 1)
            assert set(codes(answer)) <= {"posted"}
            told[which] = len(tills[which].log)

    push(0)
    for n, (act, asset, which, amount) in enumerate(script):
        till = tills[which]
        mine = [gid for gid, (at, what) in grants.items() if (at, what) == (which, asset) and left[gid]]
        if act == "issue":
            lot = f"L{n}" if asset in LOTTED else ""
            issue(office, Issue(f"i{n}", "m1", asset, amount, LOT, lot))
            lots.append((asset, lot))
        elif act == "fetch" and (wanted := [lot for what, lot in lots if what == asset]):
            for grant in till.rights("m1", amount, asset=asset, lot=wanted[n % len(wanted)]).grants:
                till.say(GrantsInstalled((grant,)))
                grants[grant.gid], left[grant.gid] = (which, asset), grant.amount
        elif act == "use" and mine:
            spent = min(amount, left[mine[0]])
            left[mine[0]] -= spent
            buy(till, Spend(mine[0], spent), paid={TenderKind(asset.value): spent} if asset not in LOTTED else None)
        elif act == "give back" and mine:
            till.say(RightsReleased("m1", (Spend(mine[0], left[mine[0]]),), "idle"))
            left[mine[0]] = 0
        elif act == "risk" and asset in LOTTED:
            buy(till, at_risk=(AtRisk(asset, f"L{n % 5}", 1),))
        elif act == "push":
            push(which)
        assert set(trial_balance(office).values()) <= {0}
    push(0)
    push(1)

    for asset in ISSUABLE:
        there = held(office, asset)
        lots = balances_of(office, ledger_of(asset, "CNY"))
        assert not [
            lot for kind, lot, _ in lots if kind == "risk" and lots[kind, lot, ""] and lots["available", lot, ""]
        ]
        assert all(total >= 0 for (kind, _), total in there.items() if kind not in ("issued", "risk"))
        for which, till in enumerate(tills):
            at_till = sum(left[gid] for gid, place in grants.items() if place == (which, asset))
            assert there.get(("escrow", till.holder), 0) == at_till
    line.close()
    office.database.close()


def test_a_store_is_told_what_its_member_has_of_every_asset_and_who_holds_it(office, till, other):
    for asset, amount in ((Asset.VALUE, 900), (Asset.GIFT, 90), (Asset.COUPON, 1)):
        issue(office, Issue(f"i-{asset}", "m1", asset, amount, LOT, "W50@1" if asset in LOTTED else ""))
    fetch(other, Asset.VALUE, 400)

    balance = records(till)[-1].balance

    assert (balance.value_minor, balance.gift_minor) == (900, 90)
    assert [(held.holder, held.points) for held in balance.value_elsewhere] == [("S02-1/1.1", 400)]
    assert balance.lots == (MemberLot(Asset.COUPON, "W50@1", 1, LOT),)


def test_a_pin_that_a_member_chose_reaches_every_till_of_their_stores(office, till, other):
    other.say(MemberPinSet("m1", "$argon2id$..."))
    other.push()
    till.say(MemberPinSet("m9", "waits for a member who is not here yet"))

    assert records(till)[-1].member.pin_hash == "$argon2id$..."
    assert codes(till.push())[-1:] == ["event.waits"]


def topped_up(till, value=50_000, gift=5_000, later=(), **more):
    at = till.next_origin()
    grants = [Grant(at.part("grant", 1), "m1", Asset.VALUE, value, NO_END)]
    grants += [Grant(at.part("grant", 2), "m1", Asset.GIFT, gift, LOT)] if gift else []
    paid = (Tender(TenderKind.CARD, value, reference="POS 1"),)
    fact = ToppedUp(f"t{at.seq}", f"T{at}", "m1", "T500@1", paid, value, tuple(grants), tuple(later))
    till.say(replace(fact, **more))
    return grants


def test_a_top_up_is_owed_and_no_revenue(office, till, other):
    topped_up(other)

    answer = other.push()

    assert set(codes(answer)) == {"posted"}
    assert held(office, Asset.VALUE) == {("issued", ""): -50_000, ("escrow", "S02-1/1.1"): 50_000}
    assert held(office, Asset.GIFT) == {("issued", ""): -5_000, ("escrow", "S02-1/1.1"): 5_000}
    money = Counter()
    for row in rows_of(office, schema.account):
        if row.ledger.startswith("MONEY"):
            money[row.kind] += row.credit - row.debit
    assert (money["stored_value"], money["sales"], money["tender:card"]) == (50_000, 0, -50_000)
    assert set(trial_balance(office).values()) == {0}
    balance = records(till)[-1].balance
    assert (balance.value_minor, balance.gift_minor) == (50_000, 5_000)


def test_what_a_top_up_gave_is_spent_where_it_was_bought(office, other):
    value, gift = topped_up(other)
    buy(other, Spend(value.gid, 900), Spend(gift.gid, 90), paid={TenderKind.VALUE: 900, TenderKind.GIFT: 90})

    assert set(codes(other.push())) == {"posted"}
    assert held(office, Asset.VALUE)["used", ""] == 900
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"paid_minor": 49_999}, "topup.unbalanced"),
        ({"tenders": (Tender(TenderKind.GIFT, 50_000),)}, "topup.tender"),
        ({"granted": ()}, "topup.granted"),
        ({"member_id": "m2"}, "topup.granted"),
    ],
)
def test_a_top_up_that_contradicts_itself_is_kept_aside(office, other, wrong, code):
    topped_up(other, **wrong)

    assert codes(other.push())[-1] == code
    assert set(trial_balance(office).values()) == {0}


def test_parts_of_a_gift_are_given_on_their_day_and_once(office, till, other):
    today = office.clock.today()
    topped_up(other, later=(GiftPart(300, today), GiftPart(200, today + timedelta(days=31))))
    other.push()

    assert (keep_promises(office), keep_promises(office)) == (1, 0)

    assert held(office, Asset.GIFT)["available", ""] == 300
    assert held(office, Asset.GIFT)["promised", ""] == 200
    assert records(till)[-1].balance.gift_minor == 5_300
    topped_up(other, later=(GiftPart(70, today),))
    other.push()
    assert keep_promises(office) == 1
    assert held(office, Asset.GIFT)["available", ""] == 370
    assert set(trial_balance(office).values()) == {0}


def refunded(till, sold_at, principal=50_000, gift=5_000, cancelled=(), **more):
    """Say the refund of what ``topped_up`` sold as event ``sold_at``."""
    at = till.next_origin()
    sold_as = replace(at, seq=sold_at)
    spends = [Spend(sold_as.part("grant", 1), principal)]
    spends += [Spend(sold_as.part("grant", 2), gift)] if gift else []
    paid = (Tender(TenderKind.CARD, principal, reference="POS 1"),)
    values = (f"r{at.seq}", f"TR{at}", f"t{sold_at}", sold_as, "m1", paid, principal, tuple(spends), tuple(cancelled))
    till.say(replace(TopUpRefunded(*values, "customer"), **more))


def money(office):
    found = Counter()
    for row in rows_of(office, schema.account):
        if row.ledger.startswith("MONEY"):
            found[row.kind] += row.credit - row.debit
    return {kind: total for kind, total in found.items() if total}


def test_a_top_up_that_came_back_leaves_nothing_behind(office, till, other):
    sold_at = other.next_origin().seq
    topped_up(other, later=(GiftPart(300, office.clock.today() + timedelta(days=31)),))
    refunded(other, sold_at, cancelled=(GiftPart(300, office.clock.today() + timedelta(days=31)),))

    assert set(codes(other.push())) == {"posted"}
    assert (held(office, Asset.VALUE), held(office, Asset.GIFT), money(office)) == ({}, {}, {})
    assert keep_promises(office) == 0
    assert set(trial_balance(office).values()) == {0}
    balance = records(till)[-1].balance
    assert (balance.value_minor, balance.gift_minor) == (0, 0)


def test_parts_of_a_top_up_come_back_until_all_of_it_has(office, other):
    sold_at = other.next_origin().seq
    topped_up(other)
    refunded(other, sold_at, 20_000, 2_000)
    refunded(
        other,
        sold_at,
        30_000,
        1_000,
        tenders=(Tender(TenderKind.CARD, 28_000, reference="POS 1"),),
        deducted_minor=2_000,
    )

    assert set(codes(other.push())) == {"posted"}
    assert held(office, Asset.VALUE) == {}
    assert held(office, Asset.GIFT) == {("issued", ""): -2_000, ("escrow", "S02-1/1.1"): 2_000}
    assert money(office) == {"tender:card": -2_000, "gift_paid_for": 2_000}
    assert set(trial_balance(office).values()) == {0}


def test_a_gift_that_was_given_before_its_cancellation_came_is_the_shops_loss(office, other):
    today = office.clock.today()
    sold_at = other.next_origin().seq
    topped_up(other, later=(GiftPart(300, today),))
    other.push()
    keep_promises(office)
    refunded(other, sold_at, cancelled=(GiftPart(300, today),))

    assert codes(other.push())[-1] == "posted"
    assert held(office, Asset.GIFT) == {("available", ""): 300, ("risk", ""): -300}
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"topup_id": "t0"}, "topup_refund.other"),
        ({"principal_minor": 49_999}, "topup_refund.amount"),
        ({"tenders": ()}, "topup_refund.amount"),
        ({"tenders": (Tender(TenderKind.CARD, 50_000, reference="POS 2"),)}, "topup_refund.tender"),
        ({"tenders": (Tender(TenderKind.VALUE, 50_000),)}, "topup_refund.tender"),
        ({"cancelled": (GiftPart(1, LOT),)}, "topup_refund.gift"),
        ({"spends": ()}, "topup_refund.gift"),
    ],
)
def test_a_refund_of_a_top_up_that_contradicts_itself_is_kept_aside(office, other, wrong, code):
    sold_at = other.next_origin().seq
    topped_up(other)
    refunded(other, sold_at, **wrong)

    assert codes(other.push())[-1] == code
    assert set(trial_balance(office).values()) == {0}


def test_no_more_comes_back_than_was_sold_and_only_where_it_was(office, till, other):
    sold_at = other.next_origin().seq
    topped_up(other)
    topped_up(other)
    refunded(other, sold_at)
    both = (Spend(replace(other.next_origin(), seq=sold_at + 1).part("grant", 1), 50_000),)
    refunded(other, sold_at, gift=0, spends=both)
    elsewhere = replace(till.next_origin(), seq=sold_at)
    refunded(other, sold_at, sold_as=elsewhere)
    refunded(other, 999)

    assert codes(other.push())[-3:] == ["topup_refund.too_much", "topup_refund.no_right", "topup_refund.unknown"]
    assert set(trial_balance(office).values()) == {0}


def test_a_person_settles_a_refund_that_was_kept_aside(office, other):
    sold_at = other.next_origin().seq
    topped_up(other)
    at = other.next_origin()
    refunded(other, sold_at, tenders=(Tender(TenderKind.CARD, 50_000, reference="mistyped"),))
    other.push()

    SettleDesk(office).settle(at, "post", "boss", "seen")

    assert (held(office, Asset.VALUE), held(office, Asset.GIFT), money(office)) == ({}, {}, {})
