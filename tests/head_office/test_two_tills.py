"""Two tills and more at once: every event exactly once, nobody's points twice, books that balance throughout."""

import threading
from concurrent.futures import ThreadPoolExecutor
from random import Random

import msgspec

from head_office.store import schema
from pos_app.domain.events import GrantsInstalled, MemberRegistered, RightsReleased, Sale
from pos_app.domain.ledger import Grant, Spend
from pos_app.sync.wire.messages import PushAnswer
from tests.head_office.rig import FakeTill, Refusal, balances, member, open_till, rows_of, trial_balance

MEMBERS = 6


def trade(till: FakeTill, seed: int, rounds: int) -> dict[str, int]:
    """Earn, ask for rights, redeem and hand back for members shared with everybody; return what was redeemed."""
    chance = Random(seed)
    held: dict[str, list[Grant]] = {}
    left: dict[str, int] = {}
    redeemed: dict[str, int] = {}
    sent = len(till.log)
    for _ in range(rounds):
        who = f"m{chance.randrange(MEMBERS)}"
        act = chance.random()
        if act < 0.4:
            event = till.sell(member_id=who, earn=chance.randint(10, 300))
            keep(held, left, Grant(f"{till.holder}/{event.seq}/grant1", who, *earned(event)))
        elif act < 0.6:
            for grant in till.rights(who, chance.randint(1, 200)).grants:
                till.say(GrantsInstalled((grant,)))
                keep(held, left, grant)
        elif held.get(who):
            grant = chance.choice(held[who])
            amount = chance.randint(0, left[grant.gid])
            if amount and act < 0.9:
                till.sell(paid_minor=0, member_id=who, spends=(Spend(grant.gid, amount),))
                redeemed[who] = redeemed.get(who, 0) + amount
            elif amount:
                till.say(RightsReleased(who, (Spend(grant.gid, amount),), "idle"))
            left[grant.gid] -= amount
        if chance.random() < 0.5 and len(till.log) > sent:
            again = chance.randint(max(1, sent - 3), sent + 1)
            sent = till.push(again, min(len(till.log), again + 400)).accepted_upto
    till.push(min(sent + 1, len(till.log)))
    return redeemed


def earned(event):
    grant = msgspec.json.decode(msgspec.json.decode(event.body, type=dict[str, msgspec.Raw])["fact"], type=Sale).earned
    return grant.asset, grant.amount, grant.expires_on


def keep(held, left, grant: Grant) -> None:
    held.setdefault(grant.member_id, []).append(grant)
    left[grant.gid] = grant.amount


def test_four_tills_of_two_stores_trade_at_once(office, line):
    tills = [open_till(office, line, store, lane) for store in ("S01", "S02") for lane in (1, 2)]
    for n in range(MEMBERS):
        tills[0].say(MemberRegistered(member(n, "S03")))
    tills[0].push()

    with ThreadPoolExecutor(len(tills)) as pool:
        results = list(pool.map(lambda pair: trade(pair[1], pair[0], 40), enumerate(tills)))

    postings = rows_of(office, schema.posting)
    assert {row.status for row in postings} == {"posted"}
    assert len(postings) == sum(len(till.log) for till in tills)
    assert set(trial_balance(office).values()) == {0}
    assert (
        min(balances(office).values())
        < 0
        <= min(
            (points for (kind, *_), points in balances(office).items() if kind in ("available", "escrow")), default=0
        )
    )
    spent = sum(sum(result.values()) for result in results)
    assert sum(points for (kind, *_), points in balances(office).items() if kind == "points_redeemed") == spent


def test_one_till_in_two_processes_is_served_once(office, line, till):
    """Two threads push the same log with the same session: every event is stored once."""
    for _ in range(40):
        till.sell()
    start = threading.Barrier(4)

    def push(_n: int) -> set[str]:
        start.wait()
        return {status.status for status in till.push().statuses}

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(push, range(4)))

    assert sorted(map(sorted, said)) == [["duplicate"]] * 3 + [["posted"]]
    assert len(rows_of(office, schema.inbox)) == 40


def test_a_challenge_during_a_push_waits_for_it_or_stops_it(office, line, till):
    """Whatever comes first: what hello says is what the inbox holds, and no healthy till looks rolled back."""
    for n in range(12):
        first = len(till.log) + 1
        for _ in range(20):
            till.sell()
        batch = till.batch(first, len(till.log))
        with ThreadPoolExecutor(1) as pool:
            pushed = pool.submit(lambda request: till.ask("/v1/push", request, PushAnswer), batch)
            said = till.hello()
            try:
                pushed.result(30)
            except Refusal as refusal:
                assert refusal.code == "session.unknown"  # noqa: PT017 - the challenge came first
        assert said.command == "go", n
        if said.resume_from < len(till.log):
            till.push(said.resume_from + 1)
    assert len(rows_of(office, schema.inbox)) == len(till.log)
