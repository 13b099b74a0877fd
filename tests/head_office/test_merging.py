"""Merging and unmerging on real books: nothing re-keyed, every grant spendable, every point accounted for."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random

import msgspec
import pytest
import sqlalchemy as sa

from head_office.books.aliases import locked_members
from head_office.merging import MergeDesk
from head_office.snapshots import _members as snapshot_members
from head_office.store import schema
from pos_app.domain.events import ConsentChanged, GrantsInstalled, MemberRegistered, RightsReleased
from pos_app.domain.ledger import Grant, Spend
from pos_app.domain.members import Child, Consent, MemberAlias, MemberRecord, Purpose, Tier
from pos_app.domain.posting import AVAILABLE, ESCROW
from pos_app.errors import Refused
from pos_app.sync.wire.messages import Tombstone
from tests.head_office.rig import (
    Line,
    balances,
    deadlocks,
    member,
    new_office,
    open_till,
    replace,
    rows_of,
    trial_balance,
    wait_until_blocked,
)
from tests.head_office.test_two_tills import earned, keep

PHONE = "+8619900000001"
CHILD = Child("小宝", date(2025, 3, 9), day_known=True)


@pytest.fixture
def desk(office):
    return MergeDesk(office)


@pytest.fixture
def other(office, line):
    return open_till(office, line, "S02")


@pytest.fixture
def two(till, other):
    """Two stores signed one person up: m1 has 300 points at head office, m2 500."""
    till.say(MemberRegistered(member(1, phone=PHONE)))
    other.say(MemberRegistered(member(2, "S02", phone=PHONE, tier=Tier.GOLD)))
    for each, who, points in ((till, "m1", 300), (other, "m2", 500)):
        seq = each.sell(member_id=who, earn=points).seq
        each.say(RightsReleased(who, (Spend(f"{each.holder}/{seq}/grant1", points),), "close"))
        each.push()


def available(office, who: str) -> int:
    return balances(office, who).get((AVAILABLE, who, ""), 0)


def newest(till, store_id: str, kind: str, entity_id: str):
    shapes = {"member": MemberRecord, "alias": MemberAlias, "tombstone": Tombstone}
    found = [each for each in till.changes(f"store:{store_id}") if (each.kind, each.entity_id) == (kind, entity_id)]
    return msgspec.json.decode(found[-1].body, type=shapes[kind])


@pytest.mark.usefixtures("two")
def test_a_merge_moves_what_head_office_holds_and_both_stores_are_told_one_person(office, till, other, desk):
    desk.merge("m2", "m1", "lin")

    assert (available(office, "m1"), available(office, "m2")) == (800, 0)
    for each, store_id in ((till, "S01"), (other, "S02")):
        record = newest(each, store_id, "member", "m1")
        assert (record.balance.points, record.member.tier) == (800, Tier.GOLD)
        assert newest(each, store_id, "alias", "m2") == MemberAlias("m2", "m1", 2)
        assert newest(each, store_id, "member", "m2").member.card_no == member(2).card_no
    assert set(trial_balance(office).values()) == {0}


@pytest.mark.usefixtures("two")
def test_the_listed_pair_is_worked_off_by_the_merge(desk):
    assert [(pair.member_id, pair.other_id) for pair in desk.candidates()] == [("m2", "m1")]

    desk.merge("m2", "m1", "lin")

    assert desk.candidates() == []
    assert [pair.decided_by for pair in desk.candidates("merged")] == ["lin"]


@pytest.mark.usefixtures("two")
def test_two_people_with_one_phone_are_kept_apart(desk):
    desk.keep_apart("m1", "m2", "lin")

    assert desk.candidates() == []
    with pytest.raises(Refused, match=r"merge\.no_candidate"):
        desk.keep_apart("m1", "m2", "lin")


def test_the_same_phone_name_and_child_are_merged_by_the_rule_as_soon_as_they_arrive(office, till, other, desk):
    till.say(MemberRegistered(replace(member(1, phone=PHONE), name="王丽", children=(CHILD,))))
    till.push()
    other.say(MemberRegistered(replace(member(2, "S02", phone=PHONE), name="王丽", children=(CHILD,))))
    other.sell(member_id="m2", earn=70)
    other.push()

    assert [pair.decided_by for pair in desk.candidates("merged")] == ["rule"]
    assert newest(other, "S02", "member", "m1").balance.points == 70
    assert newest(other, "S02", "alias", "m2").survivor == "m1"


@pytest.mark.usefixtures("two")
def test_grants_of_the_loser_stay_valid_and_come_back_to_the_survivor(office, till, other, desk):
    (grant,) = other.rights("m2", 200).grants
    other.say(GrantsInstalled((grant,)))
    desk.merge("m2", "m1", "lin")
    first = len(other.log) + 1

    other.sell(paid_minor=0, member_id="m2", spends=(Spend(grant.gid, 50),))
    other.sell(paid_minor=0, member_id="m1", spends=(Spend(grant.gid, 30),))
    other.say(RightsReleased("m1", (Spend(grant.gid, 20),), "idle"))
    other.say(RightsReleased("m2", (Spend(grant.gid, 100),), "close"))
    answer = other.push(first - 1)

    assert {each.status for each in answer.statuses} <= {"posted", "duplicate"}
    assert (available(office, "m1"), balances(office, "m2")) == (720, {})


@pytest.mark.usefixtures("two")
def test_a_till_that_does_not_know_of_the_merge_is_granted_rights_in_the_old_name(office, other, desk):
    desk.merge("m2", "m1", "lin")

    (grant,) = other.rights("m2", 600).grants
    first = len(other.log) + 1
    other.say(GrantsInstalled((grant,)))
    other.sell(paid_minor=0, member_id="m2", spends=(Spend(grant.gid, 600),))

    assert (grant.member_id, grant.amount) == ("m2", 600)
    assert {each.status for each in other.push(first).statuses} == {"posted"}
    assert available(office, "m1") == 200


@pytest.mark.usefixtures("two")
def test_a_sale_that_took_from_both_is_posted_even_after_the_merge_was_undone(office, other, desk):
    mine, theirs = (grant for who in ("m1", "m2") for grant in other.rights(who, 100).grants)
    desk.merge("m2", "m1", "lin")
    desk.unmerge("m2", "lin")
    first = len(other.log) + 1
    other.say(GrantsInstalled((mine, theirs)))
    other.sell(paid_minor=0, member_id="m1", spends=(Spend(mine.gid, 100), Spend(theirs.gid, 100)))

    assert {each.status for each in other.push(first).statuses} == {"posted"}


def test_rights_of_a_stranger_are_still_not_spendable(till, office):
    till.say(MemberRegistered(member(1)))
    till.say(MemberRegistered(member(2)))
    seq = till.sell(member_id="m2", earn=100).seq
    till.sell(paid_minor=0, member_id="m1", spends=(Spend(f"{till.holder}/{seq}/grant1", 100),))

    assert till.push().statuses[-1].code == "spend.other_member"


@pytest.mark.usefixtures("two")
def test_unmerging_returns_what_is_there_and_names_what_is_not(office, till, other, desk):
    desk.merge("m2", "m1", "lin")
    (grant, *more) = till.rights("m1", 600).grants
    first = len(till.log) + 1
    till.say(GrantsInstalled((grant, *more)))
    till.push(first)

    undone = desk.unmerge("m2", "lin")

    assert (undone.returned, undone.kept) == ({"POINTS": 200}, {"POINTS": 300})
    assert (available(office, "m2"), available(office, "m1")) == (200, 0)
    assert [flag.entity_id for flag in rows_of(office, schema.flag) if flag.code == "merge.kept"] == ["m2"]
    assert newest(other, "S02", "tombstone", "m2") == Tombstone("alias", 3)
    assert newest(other, "S02", "member", "m2").balance.points == 200
    assert newest(other, "S02", "member", "m1").member.tier is Tier.NORMAL


@pytest.mark.usefixtures("two")
def test_what_was_said_of_the_loser_shows_with_the_survivor_and_goes_with_the_loser_again(other, desk):
    desk.merge("m2", "m1", "lin")
    no = Consent(Purpose.CALL, False, "v3", 2**41, "s1", "screen")
    first = len(other.log) + 1
    other.sell(member_id="m2", item_id=77)
    other.say(ConsentChanged("m2", no))
    other.push(first)

    joined = newest(other, "S02", "member", "m1")
    desk.unmerge("m2", "lin")

    assert 77 in [purchase.item_id for purchase in joined.purchases]
    assert no in joined.member.consents
    assert [purchase.item_id for purchase in newest(other, "S02", "member", "m2").purchases[:1]] == [77]
    assert no not in newest(other, "S02", "member", "m1").member.consents


@pytest.mark.usefixtures("two")
def test_chains_lead_to_the_last_survivor_and_cycles_are_refused(office, till, desk):
    till.say(MemberRegistered(member(3)))
    till.push(len(till.log))
    desk.merge("m2", "m1", "lin")
    desk.merge("m1", "m3", "lin")

    assert (available(office, "m3"), available(office, "m1")) == (800, 0)
    for loser, survivor, code in (
        ("m3", "m2", "merge.same_person"),
        ("m3", "m3", "merge.same_person"),
        ("m2", "m3", "merge.already"),
        ("m3", "nobody", "member.unknown"),
    ):
        with pytest.raises(Refused) as refused:
            desk.merge(loser, survivor, "lin")
        assert refused.value.code == code
    with pytest.raises(Refused, match=r"merge\.none"):
        desk.unmerge("m3", "lin")


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("order", [("m2", "m1"), ("m1", "m2")])
def test_a_chain_taken_apart_in_any_order_gives_everybody_their_own(office, till, desk, order):
    till.say(MemberRegistered(member(3)))
    seq = till.sell(member_id="m3", earn=1_000).seq
    till.say(RightsReleased("m3", (Spend(f"{till.holder}/{seq}/grant1", 1_000),), "close"))
    till.push(len(till.log) - 2)
    desk.merge("m2", "m1", "lin")
    desk.merge("m1", "m3", "lin")

    for loser in order:
        desk.unmerge(loser, "lin")

    assert [available(office, who) for who in ("m1", "m2", "m3")] == [300, 500, 1_000]


def test_a_snapshot_holds_the_person_once_and_whom_they_were_merged_from(office, till, other, desk, two):
    desk.merge("m2", "m1", "lin")
    with office.database.read() as connection:
        aliases: list[MemberAlias] = []
        entries = list(snapshot_members(connection, "S02", office.clock.today(), office.clock.now_ms(), aliases))

    assert [entry.member_id for entry in entries] == ["m1", "m2"]
    assert entries[0].points == 800
    assert aliases == [MemberAlias("m2", "m1", 2)]


def check_books(office, everybody: list[str]) -> None:
    """V2 and V15: nothing below zero, nothing with a loser, no cycle, every ledger balanced."""
    assert set(trial_balance(office).values()) <= {0}
    owned = {key: amount for key, amount in balances(office).items() if key[0] in (AVAILABLE, ESCROW)}
    assert min(owned.values(), default=0) >= 0
    leads = {row.loser: row.survivor for row in rows_of(office, schema.member_alias) if row.undone_at_ms is None}
    for who in everybody:
        hops, at = 0, who
        while at in leads:
            at, hops = leads[at], hops + 1
            assert hops <= len(leads)
        if who in leads:
            assert available(office, who) == 0


def trade(till, desk, seed: int, rounds: int, people: list[str]) -> dict[str, int]:
    """Sell, redeem, release, ask, merge and unmerge at random; return what was earned and what was redeemed."""
    chance = Random(seed)
    held: dict[str, list] = {}
    left: dict[str, int] = {}
    totals = {"earned": 0, "redeemed": 0}
    sent = len(till.log)
    for _ in range(rounds):
        who, act = chance.choice(people), chance.random()
        if act < 0.3:
            event = till.sell(member_id=who, earn=(points := chance.randint(10, 300)))
            keep(held, left, replace(grant_of(event), gid=f"{till.holder}/{event.seq}/grant1"))
            totals["earned"] += points
        elif act < 0.5:
            for grant in till.rights(who, chance.randint(1, 200)).grants:
                till.say(GrantsInstalled((grant,)))
                keep(held, left, grant)
        elif act < 0.65:
            try:
                if chance.random() < 0.6:
                    desk.merge(who, chance.choice(people), "lin")
                else:
                    desk.unmerge(who, "lin")
            except Refused:
                pass
        elif held.get(who):
            grant = chance.choice(held[who])
            amount = chance.randint(0, left[grant.gid])
            if amount and act < 0.85:
                till.sell(paid_minor=0, member_id=who, spends=(Spend(grant.gid, amount),))
                totals["redeemed"] += amount
            elif amount:
                till.say(RightsReleased(who, (Spend(grant.gid, amount),), "idle"))
            left[grant.gid] -= amount
        if chance.random() < 0.4 and len(till.log) > sent:
            sent = till.push(sent + 1).accepted_upto
    if len(till.log) > sent:
        till.push(sent + 1)
    return totals


def grant_of(event):
    asset, amount, expires_on = earned(event)
    body = msgspec.json.decode(event.body)
    return Grant("", body["fact"]["member_id"], asset, amount, expires_on)


@pytest.mark.parametrize("seed", range(3))
def test_merges_and_unmerges_in_any_order_with_pushes_lose_nothing(office, line, till, desk, seed):
    people = [f"m{n}" for n in range(4)]
    for n in range(4):
        till.say(MemberRegistered(member(n)))
    till.push()

    totals = trade(till, desk, seed, 80, people)

    assert {row.status for row in rows_of(office, schema.posting)} == {"posted"}
    check_books(office, people)
    owned = sum(amount for key, amount in balances(office).items() if key[0] in (AVAILABLE, ESCROW))
    assert owned == totals["earned"] - totals["redeemed"]


@pytest.mark.parametrize("database_url", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_whoever_waited_for_a_merge_begins_again_with_the_survivor(office, two):
    seen = []

    def work(connection: sa.Connection) -> set[str]:
        seen.append("m1")
        aliases, rows = locked_members(connection, {"m1"})
        assert aliases.root("m1") == "m2"
        return {row.member_id for row in rows}

    with ThreadPoolExecutor(1) as pool:
        with office.database.engine.begin() as merging:
            locked_members(merging, {"m1", "m2"})
            alias = {"loser": "m1", "survivor": "m2", "at_ms": 1, "merged_by": "Ada", "undone_by": ""}
            merging.execute(sa.insert(schema.member_alias).values(alias))
            waiting = pool.submit(office.database.write, work)
            wait_until_blocked(office.database.engine, waiting)

        assert waiting.result() == {"m1", "m2"}
    assert len(seen) == 2


@pytest.mark.postgres
def test_merges_pushes_and_rights_for_the_same_members_at_once(postgres_only_url, tmp_path, clock):
    before = deadlocks(postgres_only_url)  # others use this database too, and one of them provokes a deadlock
    office = new_office(postgres_only_url, tmp_path / "snapshots", clock)
    line = Line(office)
    try:
        people = [f"m{n}" for n in range(5)]
        tills = [open_till(office, line, store, lane) for store in ("S01", "S02") for lane in (1, 2)]
        for n in range(5):
            tills[0].say(MemberRegistered(member(n)))
        tills[0].push()
        start = threading.Barrier(len(tills))

        def work(pair) -> dict[str, int]:
            start.wait()
            return trade(pair[1], MergeDesk(office), pair[0], 40, people)

        with ThreadPoolExecutor(len(tills)) as pool:
            results = list(pool.map(work, enumerate(tills)))

        assert {row.status for row in rows_of(office, schema.posting)} == {"posted"}
        check_books(office, people)
        owned = sum(amount for key, amount in balances(office).items() if key[0] in (AVAILABLE, ESCROW))
        assert owned == sum(result["earned"] - result["redeemed"] for result in results)
    finally:
        line.close()
        office.database.close()
    assert deadlocks(postgres_only_url) == before
