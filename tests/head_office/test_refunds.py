"""Refunds: every sold piece comes back at most once, whoever asks and in whatever order the news arrives."""

import os
from collections import Counter
from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from head_office.fencing import Declared, fence
from head_office.settling import SettleDesk
from head_office.store import schema
from pos_app.domain.day_close import expected_cash, totals
from pos_app.domain.events import (
    DayClosed,
    DayOpened,
    GrantsInstalled,
    MemberRegistered,
    RightsReleased,
    Sale,
    SaleRefunded,
)
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.money_back import money_back, shares
from pos_app.domain.posting import FLOORED, RECEIVABLE
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import REFUND, REMAINDER, RETURNS, lot_of, refunded
from pos_app.sync.wire.event_codec import decode
from tests.head_office.offices import copied
from tests.head_office.rig import (
    LOT,
    TODAY,
    Line,
    TestClock,
    balances,
    member,
    new_office,
    open_till,
    rows_of,
    trial_balance,
)

RULES = Programme("p1", TODAY)
FLOAT_MINOR = 1_000_000


def bring_back(till, sale: Sale, sold_as: Origin, pieces: int = 1, **changes) -> SaleRefunded:
    """Return the refund of ``pieces`` of the first line as a correct till says it."""
    line = refunded(sale.lines[0], pieces)
    back = money_back(sale, shares(sale, line.paid_minor, None), RULES)
    origin = till.next_origin()
    whole = SaleRefunded(
        refund_id=uuid4().hex,
        refund_no=f"R-{origin}",
        sale_id=sale.sale_id,
        sold_as=sold_as,
        member_id=sale.member_id,
        lines=(line,),
        tenders=back.tenders,
        refund_minor=line.paid_minor,
        rounding_minor=sum(back.by_tender) - line.paid_minor,
        returned=None,
        taken_back=(),
        owed_points=line.earned_points if sale.member_id else 0,
        spends=(),
        reason="changed mind",
    )
    return replace(whole, **changes)


def sell(till, pieces: int = 3, **more) -> tuple[Sale, Origin]:
    """Say a sale of ``pieces`` of one item and return it with its identity."""
    sale, sold_as = till.sale(**more), till.next_origin()
    sale = replace(sale, lines=(replace(sale.lines[0], quantity=pieces),))
    till.say(sale)
    return sale, sold_as


def open_day(till) -> None:
    till.say(DayOpened(1, FLOAT_MINOR))


def close_day(till) -> None:
    """Say the Z of everything since the day was opened."""
    facts = [(event.seq, decode(event.body)[0]) for event in till.log]
    first = max(seq for seq, fact in facts if isinstance(fact, DayOpened))
    day = totals(each for each in facts if each[0] >= first)
    cash = expected_cash(FLOAT_MINOR, day)
    till.say(DayClosed(1, 1, day, FLOAT_MINOR, cash, cash, ((1, cash),), 0, "", "s1", till.head().hex()))


def used(office) -> int:
    """Return the pieces that were taken back."""
    return sum(total for (kind, *_), total in balances_of(office, REFUND).items() if kind == "used")


def balances_of(office, ledger):
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows_of(office, schema.account):
        if row.ledger == ledger:
            found[row.kind, row.owner, row.holder] += row.credit - row.debit
    return found


def flags(office):
    return [flag.code for flag in rows_of(office, schema.flag)]


@pytest.fixture
def other(office, line):
    return open_till(office, line, "S02")


def statuses(answer):
    return [(each.status, each.code) for each in answer.statuses]


def test_the_till_that_sold_takes_back_before_it_closes_the_day(office, till):
    open_day(till)
    sale, sold_as = sell(till, paid_minor=1_000)
    till.say(bring_back(till, sale, sold_as, 1))
    till.say(bring_back(till, sale, sold_as, 2))
    close_day(till)

    answer = till.push()

    assert set(statuses(answer)) == {("posted", "")}
    assert balances(office, "S01")[(RETURNS, "S01", "")] == -1_000
    assert balances(office, "S01")[(REMAINDER, "S01", "")] == 1  # 333 and 666 went back, rounded down
    assert flags(office) == []
    assert used(office) == 3
    assert set(trial_balance(office).values()) == {0}


def test_a_piece_more_than_was_sold_is_kept_aside_and_its_money_is_in_suspense(office, till):
    sale, sold_as = sell(till, pieces=1, paid_minor=1_000)
    till.say(bring_back(till, sale, sold_as))
    till.say(bring_back(till, sale, sold_as))

    answer = till.push()

    assert statuses(answer)[1:] == [("posted", ""), ("quarantined", "books.overdrawn")]
    assert used(office) == 1
    assert balances(office, "S01")[("suspense", "S01", "")] == -1_000
    assert balances(office, "S01")[("tender:cash", "S01", "")] == 1_000  # into the drawer once, out of it twice
    assert set(trial_balance(office).values()) == {0}


def test_a_refund_of_a_line_that_was_not_sold_is_kept_aside_and_the_next_ones_are_posted(office, till):
    till.say(MemberRegistered(member(1)))
    sale, sold_as = sell(till, 3, member_id="m1")
    sound = bring_back(till, sale, sold_as)
    till.say(replace(sound, lines=(replace(sound.lines[0], line_no=9),)))
    till.say(bring_back(till, sale, sold_as))
    till.sell()

    first, second = till.push(1, 3), till.push(4)  # the second batch reads it from the inbox

    said = [*statuses(first), *statuses(second)]
    assert said[-4:] == [("posted", ""), ("quarantined", "refund.line"), ("posted", ""), ("posted", "")]
    assert used(office) == 1


def test_another_till_has_no_right_of_its_own(office, till, other):
    sale, sold_as = sell(till)
    till.push()
    other.say(bring_back(other, sale, sold_as))

    assert statuses(other.push()) == [("quarantined", "refund.no_right")]


def test_while_the_till_that_sold_has_the_right_the_asker_hears_who_has_it(office, till, other):
    open_day(till)
    sale, _ = sell(till)
    till.push()

    answer = other.rights("", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1))

    assert (answer.code, answer.grants) == ("rights.short", [])
    assert [(each.store_name, each.store_name_en, each.lane) for each in answer.held] == [
        ("江南西店", "Jiangnan West", 1)
    ]


def test_after_the_close_the_right_goes_to_whoever_asks_and_is_used_there(office, till, other):
    open_day(till)
    sale, sold_as = sell(till, paid_minor=900)
    close_day(till)
    till.push()
    (grant,) = other.rights("", 2, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    other.say(GrantsInstalled((grant,)))
    other.say(bring_back(other, sale, sold_as, 2, spends=(Spend(grant.gid, 2),)))

    assert set(statuses(other.push())) == {("posted", "")}
    assert used(office) == 2
    assert other.rights("", 2, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).code == "rights.short"
    till.say(bring_back(till, sale, sold_as))
    assert statuses(till.push(len(till.log)))[-1] == ("quarantined", "refund.no_right")


def test_a_right_to_something_else_or_to_nothing_is_not_granted(office, till, other):
    open_day(till)
    sale, _ = sell(till)
    close_day(till)
    till.push()

    for lot in ("nothing#1", f"{sale.sale_id}#7", sale.sale_id, "#", f"{sale.sale_id}#-1"):
        assert other.rights("", 1, asset=Asset.REFUND, lot=lot).code == "rights.sale_unknown", lot


def test_a_refund_of_a_sale_that_is_not_here_waits_for_it_and_moves_nothing(office, till):
    sale = till.sale()
    till.say(bring_back(till, sale, Origin("S09-1", "1.1", 4)))

    assert statuses(till.push()) == [("deferred", "event.waits")]
    assert [row.depends_on for row in rows_of(office, schema.posting)] == ["event:S09-1/1.1/4"]
    assert balances(office) == {}


def test_a_refund_of_what_is_no_sale_is_kept_aside(office, till):
    open_day(till)
    till.say(bring_back(till, till.sale(), Origin(till.terminal_id, till.epoch, 1)))

    assert statuses(till.push())[-1] == ("quarantined", "refund.sale_unknown")


def test_a_refund_of_a_sale_that_is_kept_aside_waits_with_it(office, till):
    sale, sold_as = sell(till)
    till.log.pop()
    sold_as = till.next_origin()
    till.say(replace(sale, due_minor=sale.due_minor + 1))
    till.say(bring_back(till, sale, sold_as))

    assert statuses(till.push())[-1] == ("deferred", "event.waits")
    SettleDesk(office).settle(sold_as, "post", "lin", "the till was right")
    assert [row.status for row in rows_of(office, schema.posting)] == ["posted", "posted"]


def test_points_come_back_to_the_till_and_what_was_earned_is_taken(office, till):
    till.say(MemberRegistered(member(1)))
    first, _ = sell(till, member_id="m1", earn=500)
    sale, sold_as = sell(till, 1, member_id="m1", earn=70, spends=(Spend(first.earned.gid, 300),))
    back = till.next_origin().part("grant", 1)
    returned = Grant(back, "m1", Asset.POINTS, 300, LOT)
    taken = (Spend(sale.earned.gid, 70),)
    till.say(bring_back(till, sale, sold_as, returned=returned, taken_back=taken, owed_points=0))
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(back, 300),))

    assert {status for status, _ in statuses(till.push())} == {"posted"}
    assert balances(office, "m1") == {("escrow", "m1", till.holder): 200}
    assert set(trial_balance(office).values()) == {0}


def test_points_that_come_back_elsewhere_wait_at_head_office(office, till, other):
    till.say(MemberRegistered(member(1)))
    open_day(till)
    first, _ = sell(till, member_id="m1", earn=500)
    sale, sold_as = sell(till, 1, member_id="m1", spends=(Spend(first.earned.gid, 300),))
    close_day(till)
    till.push()
    (grant,) = other.rights("m1", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    other.say(GrantsInstalled((grant,)))
    other.say(bring_back(other, sale, sold_as, spends=(Spend(grant.gid, 1),)))

    assert set(statuses(other.push())) == {("posted", "")}
    assert balances(office, "m1") == {("escrow", "m1", till.holder): 200, ("available", "m1", ""): 300}


def test_earned_points_that_were_spent_are_owed_and_repaid_from_what_comes_next(office, till, other):
    till.say(MemberRegistered(member(1)))
    sale, sold_as = sell(till, 1, member_id="m1", earn=100)
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(sale.earned.gid, 100),))
    till.say(bring_back(till, sale, sold_as))
    till.push()
    assert balances(office, "m1") == {(RECEIVABLE, "m1", ""): -100}

    later, _ = sell(till, 1, member_id="m1", earn=130)
    till.say(RightsReleased("m1", (Spend(later.earned.gid, 130),), "close"))
    till.push(len(till.log) - 1)

    assert balances(office, "m1") == {("available", "m1", ""): 30}
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"refund_minor": 1}, "refund.unbalanced"),
        ({"owed_points": 1}, "refund.points"),
        ({"sale_id": "x"}, "refund.other_sale"),
        ({"tenders": ()}, "refund.unbalanced"),
        ({"lines": ()}, "refund.line"),
        ({"spends": (Spend("g", 1),)}, "spend.unknown_grant"),
        ({"member_id": "m9"}, "refund.other_sale"),
    ],
)
def test_a_refund_that_contradicts_itself_or_the_sale_is_kept_aside(office, till, change, code):
    sale, sold_as = sell(till)
    till.say(replace(bring_back(till, sale, sold_as), **change))

    assert statuses(till.push())[-1] == ("quarantined", code)
    assert set(trial_balance(office).values()) == {0}


def spoil(till) -> None:
    """Give the last event a hash that does not cover it."""
    till.log[-1] = replace(till.log[-1], hash=os.urandom(32))


def points_sale(till):
    """Say a sale to m1 that earned 500, and one that earned 70 and took 300 points; return it with its identity."""
    till.say(MemberRegistered(member(1)))
    open_day(till)
    first, _ = sell(till, member_id="m1", earn=500)
    return sell(till, 1, member_id="m1", earn=70, paid_minor=997, spends=(Spend(first.earned.gid, 300),))


def points_refund(till, sale, sold_as, kept_points: int = 40, *, to_till: bool = True) -> SaleRefunded:
    back = Grant(till.next_origin().part("grant", 1), "m1", Asset.POINTS, 300, LOT) if to_till else None
    taken = (Spend(sale.earned.gid, 70 - kept_points),)
    return bring_back(till, sale, sold_as, returned=back, taken_back=taken, owed_points=kept_points)


def whoever_holds(there: dict[tuple[str, str, str], int]) -> Counter[tuple[str, str]]:
    """Return balances with head office's and the tills' holdings together: floats move between them."""
    found: Counter[tuple[str, str]] = Counter()
    for (kind, owner, _), amount in there.items():
        found["held" if kind in FLOORED else kind, owner] += amount
    return found


@pytest.mark.parametrize("to_till", [True, False])
def test_a_refund_that_is_settled_as_said_gives_the_books_of_one_that_was_good(
    office, till, to_till, migrated_file, tmp_path, clock
):
    (tmp_path / "good").mkdir()
    good = new_office(copied(migrated_file, tmp_path / "good"), tmp_path / "good" / "s", clock)
    good_line = Line(good)
    good_till = open_till(good, good_line)
    try:
        for each, spoilt in ((till, True), (good_till, False)):
            sale, sold_as = points_sale(each)
            each.say(points_refund(each, sale, sold_as, to_till=to_till))
            if spoilt:
                spoil(each)
            each.push()
        SettleDesk(office).settle(Origin(till.terminal_id, till.epoch, 5), "post", "lin", "seen")

        assert whoever_holds(balances(office)) == whoever_holds(balances(good))
        assert balances_of(office, REFUND) == balances_of(good, REFUND)
        till.say(bring_back(till, sale, sold_as, owed_points=70))
        assert statuses(till.push(len(till.log))) == [("quarantined", "books.overdrawn")]
    finally:
        good_line.close()
        good.database.close()


def test_a_piece_too_many_that_is_settled_as_said_is_the_merchants_loss(office, till):
    sale, sold_as = sell(till, pieces=1, paid_minor=1_000)
    till.say(bring_back(till, sale, sold_as))
    till.say(bring_back(till, sale, sold_as))
    till.push()

    SettleDesk(office).settle(Origin(till.terminal_id, till.epoch, 3), "post", "lin", "goods seen")

    assert balances_of(office, REFUND)[("risk", lot_of(sale.sale_id, 1), "")] == -1
    assert balances(office, "S01")[(RETURNS, "S01", "")] == -2_000
    assert ("suspense", "S01", "") not in balances(office, "S01")
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.parametrize("elsewhere_first", [False, True])
def test_a_late_refund_of_a_fenced_life_is_posted_in_full(office, till, other, elsewhere_first):
    sale, sold_as = points_sale(till)
    till.push()
    till.say(points_refund(till, sale, sold_as, 0))
    fence(office, Declared(till.terminal_id, "Chen", "Liu", "burnt down"))
    if elsewhere_first:
        (grant,) = other.rights("m1", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
        other.say(GrantsInstalled((grant,)))
        other.say(bring_back(other, sale, sold_as, owed_points=70, spends=(Spend(grant.gid, 1),)))
        other.push()

    till.hello()
    answer = till.push(len(till.log))

    assert statuses(answer) == [("posted", "")]
    assert balances_of(office, REFUND)[("risk", lot_of(sale.sale_id, 1), "")] == -elsewhere_first
    assert other.rights("m1", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).code == "rights.short"
    assert balances(office, "m1")[("available", "m1", "")] == 270 + 300 + (300 - 70 if elsewhere_first else 0)
    assert balances(office, "S01")[("risk", "S01", "")] == -70
    assert set(trial_balance(office).values()) == {0}


def test_pieces_that_a_fenced_life_took_back_late_are_not_there_again_when_their_right_is_given_back(
    office, till, other
):
    sale, sold_as = points_sale(till)
    till.push()
    till.say(points_refund(till, sale, sold_as, 0))
    fence(office, Declared(till.terminal_id, "Chen", "Liu", "burnt down"))
    (grant,) = other.rights("m1", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    other.say(GrantsInstalled((grant,)))
    other.push()
    till.hello()
    till.push(len(till.log))
    assert balances_of(office, REFUND)["risk", lot_of(sale.sale_id, 1), ""] == -1

    other.say(RightsReleased("m1", (Spend(grant.gid, 1),), "idle"))
    other.push(2)

    assert balances_of(office, REFUND)["risk", lot_of(sale.sale_id, 1), ""] == 0
    assert used(office) == 1
    assert other.rights("m1", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).code == "rights.short"


def test_a_right_that_a_fenced_life_used_late_cannot_be_used_again(office, till, other):
    open_day(till)
    sale, sold_as = sell(till, 2)
    close_day(till)
    till.push()
    (grant,) = other.rights("", 2, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).grants
    other.say(GrantsInstalled((grant,)))
    other.push()
    other.say(bring_back(other, sale, sold_as, 2, spends=(Spend(grant.gid, 2),)))
    fence(office, Declared(other.terminal_id, "Chen", "Liu", "burnt down"))
    other.hello()

    assert statuses(other.push(2)) == [("posted", "")]
    assert used(office) == 2
    assert till.rights("", 1, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1)).code == "rights.short"


@pytest.mark.parametrize("spoilt", [False, True])
@pytest.mark.parametrize("decision", ["post", "void"])
def test_what_an_ended_life_hands_back_after_its_fence_moves_nothing(office, till, spoilt, decision):
    till.say(MemberRegistered(member(1)))
    sale, _ = sell(till, member_id="m1", earn=500)
    till.push()
    till.say(RightsReleased("m1", (Spend(sale.earned.gid, 500),), "ended"))
    if spoilt:
        spoil(till)
    fence(office, Declared(till.terminal_id, "Chen", "Liu", "burnt down"))
    before = balances(office)
    till.hello()
    answer = till.push(len(till.log))
    if spoilt:
        SettleDesk(office).settle(Origin(till.terminal_id, till.epoch, 3), decision, "lin", "")

    assert [status for status, _ in statuses(answer)] == ["quarantined" if spoilt else "posted"]
    assert balances(office) == before


def test_points_given_back_by_a_spoilt_refund_of_a_fenced_life_are_the_members(office, till):
    sale, sold_as = points_sale(till)
    till.push()
    till.say(points_refund(till, sale, sold_as, 0))
    spoil(till)
    fence(office, Declared(till.terminal_id, "Chen", "Liu", "burnt down"))
    till.hello()
    till.push(len(till.log))
    SettleDesk(office).settle(Origin(till.terminal_id, till.epoch, 5), "post", "lin", "")

    assert balances(office, "m1") == {("available", "m1", ""): 270 + 300}
    assert {kind for kind, *_ in balances(office)} & {"suspense", "unbacked"} == set()
    assert set(trial_balance(office).values()) == {0}


SEEN: Counter[str] = Counter()


class RefundMachine(RuleBasedStateMachine):
    """Two tills without a line to each other, and head office that hears of them late, in any order."""

    folder = None
    migrated = None

    @initialize()
    def start(self):
        place = self.folder / uuid4().hex
        place.mkdir()
        self.office = new_office(copied(self.migrated, place), place / "snapshots", TestClock())
        self.line = Line(self.office)
        self.tills = [open_till(self.office, self.line, store) for store in ("S01", "S02")]
        self.sold: list[tuple[Sale, Origin, int]] = []
        self.back: Counter[str] = Counter()  # pieces that the tills took back by the rules
        self.closed = [0, 0]
        self.told = [0, 0]
        for which, till in enumerate(self.tills):
            open_day(till)
            self.sell(which, 3, 900, regret=which)

    def teardown(self):
        if hasattr(self, "office"):
            for which in (0, 1):
                self.push(which)
            assert {row.status for row in rows_of(self.office, schema.posting)} <= {"posted"}, flags(self.office)
            assert used(self.office) == sum(self.back.values())
            self.line.close()
            self.office.database.close()

    @rule(which=st.integers(0, 1), pieces=st.integers(1, 4), paid=st.integers(0, 999), regret=st.integers(0, 4))
    def sell(self, which, pieces, paid, regret):
        sale, sold_as = sell(self.tills[which], pieces, paid_minor=paid)
        self.sold.append((sale, sold_as, which))
        SEEN["sell"] += 1
        if regret:
            self.take_back_here(len(self.sold) - 1, regret)

    @precondition(lambda self: self.sold)
    @rule(which=st.integers(0, 99), pieces=st.integers(1, 4))
    def take_back_here(self, which, pieces):
        sale, sold_as, which = self.sold[which % len(self.sold)]
        left = sale.lines[0].quantity - self.back[sale.sale_id]
        if sold_as.seq > self.closed[which] and pieces <= left:
            self.tills[which].say(bring_back(self.tills[which], sale, sold_as, pieces))
            self.back[sale.sale_id] += pieces
            SEEN["at home"] += 1

    @precondition(lambda self: self.sold)
    @rule(sold=st.integers(0, 99), which=st.integers(0, 1), pieces=st.integers(1, 4), evening=st.booleans())
    def ask_and_take_back(self, sold, which, pieces, evening):
        sale, sold_as, seller = self.sold[sold % len(self.sold)]
        if evening:
            self.close(seller)
            self.push(seller)
        till = self.tills[which]
        answer = till.rights("", pieces, asset=Asset.REFUND, lot=lot_of(sale.sale_id, 1))
        SEEN[answer.code or "granted"] += 1
        for grant in answer.grants:
            till.say(GrantsInstalled((grant,)))
            kept = pieces > 2  # and sometimes the customer takes the goods home again
            if kept:
                till.say(RightsReleased("", (Spend(grant.gid, pieces),), "idle"))
            else:
                till.say(bring_back(till, sale, sold_as, pieces, spends=(Spend(grant.gid, pieces),)))
                self.back[sale.sale_id] += pieces

    @rule(which=st.integers(0, 1))
    def close(self, which):
        till = self.tills[which]
        close_day(till)
        self.closed[which] = len(till.log)
        open_day(till)
        SEEN["close"] += 1

    @rule(which=st.integers(0, 1))
    def push(self, which):
        till = self.tills[which]
        if self.told[which] < len(till.log):
            till.push(self.told[which] + 1)
            self.told[which] = len(till.log)

    @invariant()
    @precondition(lambda self: hasattr(self, "office"))
    def nothing_comes_back_twice(self):
        for sale, _, _ in self.sold:
            assert self.back[sale.sale_id] <= sale.lines[0].quantity

    @invariant()
    @precondition(lambda self: hasattr(self, "office"))
    def rights_are_conserved_and_books_balance(self):
        assert set(trial_balance(self.office).values()) <= {0}
        moved = balances_of(self.office, REFUND)
        assert all(total >= 0 for (kind, *_), total in moved.items() if kind != "refundable")


def test_two_tills_never_refund_a_piece_twice(tmp_path, migrated_file):
    SEEN.clear()
    machine = type("Machine", (RefundMachine,), {"folder": tmp_path, "migrated": migrated_file})
    case = machine.TestCase
    case.settings = settings(max_examples=8, stateful_step_count=20, deadline=None, derandomize=True)

    case("runTest").runTest()

    assert {"sell", "at home", "granted", "rights.short", "close"} <= set(SEEN), SEEN
