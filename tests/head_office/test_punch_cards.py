"""Punch cards in the books: stamped by tills, used once, taken back with the goods, owed where they are gone."""

from dataclasses import replace

import msgspec
import pytest

from head_office.issuing import Issue, issue
from head_office.settling import SettleDesk
from pos_app.domain.events import MemberRegistered, RightsReleased
from pos_app.domain.ids import Origin
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.members import MemberRecord
from pos_app.domain.punch_cards import Stamps, lot_of
from tests.head_office.rig import LOT, balances, member, open_till, trial_balance
from tests.head_office.test_refunds import bring_back

CARD = lot_of("NAPPY", "m1")


@pytest.fixture
def joined(till):
    till.say(MemberRegistered(member(1, "S03")))
    till.push()


def stamp(till, count, *, spends=(), reward=None, given=None):
    """Say a sale of ``count`` pieces that stamp the member's card; return it with its identity."""
    origin = till.next_origin()
    sale = till.sale(member_id="m1")
    lines = (replace(sale.lines[0], quantity=count, stamps=(Stamps("NAPPY", count),)),)
    if reward is not None:
        lines = (replace(sale.lines[0], reward=Stamps("NAPPY", reward)),)
    grant = Grant(origin.part("grant", 2), "m1", Asset.PUNCH, given or count, LOT, lot=CARD)
    said = replace(sale, lines=lines, spends=spends, stamped=() if reward is not None else (grant,))
    till.say(said)
    return said, origin


def push(till):
    """Send what was said since the last time and return what became of it."""
    first = getattr(till, "sent", 1) + 1
    till.sent = len(till.log)
    return [(status.status, status.code) for status in till.push(first).statuses]


def card(office):
    """Return what the books have of the card, by kind and holder."""
    return {(kind, holder): left for (kind, _owner, holder), left in balances(office, CARD).items()}


def test_stamps_are_held_by_the_till_that_gave_them_and_told_to_the_stores(office, till, joined):
    stamp(till, 3)

    assert push(till) == [("posted", "")]
    assert card(office) == {("escrow", till.holder): 3}
    assert set(trial_balance(office).values()) == {0}
    told = [item for item in till.changes("store:S01") if item.kind == "member"][-1]
    (lot,) = msgspec.json.decode(told.body, type=MemberRecord).balance.lots
    assert (lot.asset, lot.lot, lot.amount) == (Asset.PUNCH, CARD, 3)


def test_two_tills_stamp_one_card_and_only_who_holds_ten_can_use_ten(office, line, till, joined):
    other = open_till(office, line, "S02")
    mine, _ = stamp(till, 6)
    theirs, _ = stamp(other, 4)
    push(till)
    other.push()

    assert other.rights("m1", 6, asset=Asset.PUNCH, lot=CARD).code == "rights.short"

    till.say(RightsReleased("m1", (Spend(mine.stamped[0].gid, 6),), "recall"))
    push(till)
    (grant,) = other.rights("m1", 6, asset=Asset.PUNCH, lot=CARD).grants
    stamp(other, 1, spends=(Spend(theirs.stamped[0].gid, 4), Spend(grant.gid, 6)), reward=10)
    other.push(2)
    assert card(office) == {}
    stamp(till, 1, spends=(Spend(mine.stamped[0].gid, 6),), reward=6)
    assert push(till) == [("quarantined", "spend.over_grant")]


@pytest.mark.parametrize("given", [2, 4])
def test_other_stamps_than_those_of_the_lines_are_kept_in_suspense_until_a_person_looks(office, till, joined, given):
    stamp(till, 3, given=given)

    assert push(till) == [("quarantined", "sale.stamps")]
    assert card(office) == {("escrow", till.holder): given}
    SettleDesk(office).settle(Origin(till.terminal_id, till.epoch, len(till.log)), "post", "lin", "seen on the paper")
    assert set(trial_balance(office).values()) == {0}


def test_a_reward_takes_as_many_stamps_as_it_says(till, joined):
    sale, _ = stamp(till, 10)
    stamp(till, 1, spends=(Spend(sale.stamped[0].gid, 9),), reward=10)

    assert push(till) == [("posted", ""), ("quarantined", "sale.stamps")]


def test_goods_take_their_stamps_back_and_what_is_missing_the_card_owes(office, till, joined):
    sale, origin = stamp(till, 3)
    refund = bring_back(till, sale, Origin(origin.terminal_id, origin.epoch, origin.seq), 2)
    mine = Spend(sale.stamped[0].gid, 1)
    till.say(replace(refund, unstamped=(mine,), owed_stamps=(Stamps("NAPPY", 1),)))

    assert push(till) == [("posted", ""), ("posted", "")]
    assert card(office) == {("escrow", till.holder): 2, ("risk", ""): -1}

    till.say(RightsReleased("m1", (Spend(sale.stamped[0].gid, 2),), "close"))
    push(till)
    assert card(office) == {("available", ""): 1}, "what comes to head office pays first"
    assert set(trial_balance(office).values()) == {0}


def test_a_refund_that_takes_back_fewer_stamps_than_its_goods_gave_is_not_believed(till, joined):
    sale, origin = stamp(till, 3)
    till.say(bring_back(till, sale, origin, 2))

    assert push(till)[-1] == ("quarantined", "refund.stamps")


def test_a_free_piece_that_comes_back_gives_the_whole_card_back(office, till, joined):
    sale, _ = stamp(till, 10)
    free, origin = stamp(till, 1, spends=(Spend(sale.stamped[0].gid, 10),), reward=10)
    till.say(bring_back(till, free, origin, 1))

    assert push(till) == [("posted", "")] * 3
    assert card(office) == {("available", ""): 10}


def test_head_office_adds_stamps_to_a_card(office, till, joined):
    for name, count in (("one", 2), ("two", 3), ("one", 2)):
        issue(office, Issue(name, "m1", Asset.PUNCH, count, LOT, CARD))

    assert card(office) == {("available", ""): 5}
    (grant,) = till.rights("m1", 5, asset=Asset.PUNCH, lot=CARD).grants
    assert grant.amount == 5
