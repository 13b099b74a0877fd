"""When two members are one person, what they are together, and how money passes through an alias."""

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.members import Child, Consent, Member, Purpose, Tier
from pos_app.domain.merging import MERGE, UNMERGE, Alias, Aliases, is_same_person, united
from pos_app.domain.posting import AVAILABLE, ESCROW, POINTS, Account, Transfer

BORN = date(2025, 3, 9)
CHILD = Child("小宝", BORN, day_known=True)


def member(member_id: str, **changes: object) -> Member:
    whole = Member(member_id, "100000000011", "+8613800000000", "王丽", "wl", Tier.NORMAL, "S01", BORN, (CHILD,))
    return replace(whole, **changes)


def consent(granted: bool, at_ms: int, purpose: Purpose = Purpose.CALL) -> Consent:
    return Consent(purpose, granted, "v3", at_ms, "s1", "screen")


def test_phone_name_and_a_birth_date_make_one_person():
    assert is_same_person(member("a"), member("b", name=" 王 丽 "))


@pytest.mark.parametrize(
    "other",
    [
        {"phone": "+8613800000001"},
        {"name": "王莉"},
        {"children": ()},
        {"children": (replace(CHILD, day_known=False),)},
        {"children": (replace(CHILD, expected=True),)},
        {"children": (replace(CHILD, born_on=date(2025, 3, 10)),)},
    ],
)
def test_less_than_that_needs_a_person(other):
    assert not is_same_person(member("a"), member("b", **other))


def test_nobody_without_a_name_is_merged_by_rule():
    assert not is_same_person(member("a", name=""), member("b", name=""))


def test_a_code_that_verified_both_is_enough_with_one_phone_only():
    assert is_same_person(member("a"), member("b", name="", children=()), verified=True)
    assert not is_same_person(member("a"), member("b", phone="+8613800000001"), verified=True)


def test_children_are_united_once():
    other = member("b", children=(replace(CHILD, name=""), Child("二宝", date(2026, 1, 2))))

    person = united(member("a"), [(other, 5)])

    assert person.member_id == "a"
    assert person.children == (CHILD, Child("二宝", date(2026, 1, 2)))


@pytest.mark.parametrize("mine", [True, False])
def test_a_no_of_either_stands_whenever_it_was_said(mine):
    yes, no = (consent(True, 20),), (consent(False, 10),)
    first, second = (no, yes) if mine else (yes, no)

    person = united(member("a", consents=first), [(member("b", consents=second), 100)])

    assert not person.agrees_to(Purpose.CALL)


def test_who_is_asked_anew_after_the_merge_may_say_yes():
    person = united(member("a", consents=(consent(True, 200),)), [(member("b", consents=(consent(False, 10),)), 100)])

    assert person.agrees_to(Purpose.CALL)


def test_silence_of_one_takes_nothing_from_the_others_yes():
    assert united(member("a", consents=(consent(True, 1),)), [(member("b"), 100)]).agrees_to(Purpose.CALL)


CHAIN = Aliases({"a": Alias(1, "a", "b", 0), "b": Alias(2, "b", "c", 0)}, (("a", "b"), ("b", "c")))


def holding(owner: str, kind: str = AVAILABLE) -> Account:
    return Account(POINTS, kind, owner, "t/1.1" if kind == ESCROW else "", "2027-12-31")


def test_what_is_released_for_a_loser_goes_on_to_the_survivor_hop_by_hop():
    release = Transfer("x", holding("a", ESCROW), holding("a"), 30, "release")

    led = CHAIN.through([release])

    assert [(each.debit.owner, each.credit.owner, each.code) for each in led] == [
        ("a", "a", "release"),
        ("a", "b", MERGE),
        ("b", "c", MERGE),
    ]
    assert [each.link_id for each in led[1:]] == ["merge/1", "merge/2"]


def test_what_is_granted_to_a_loser_comes_in_from_the_survivor_first():
    grant = Transfer("x", holding("a"), holding("a", ESCROW), 30, "grant")

    led = CHAIN.through([grant])

    assert [(each.debit.owner, each.credit.owner, each.code) for each in led] == [
        ("c", "b", UNMERGE),
        ("b", "a", UNMERGE),
        ("a", "a", "grant"),
    ]


def test_whoever_was_ever_one_person_is_kin_and_others_are_not():
    aliases = Aliases({}, (("a", "b"), ("x", "b")))

    assert len({aliases.kin(one) for one in "abx"}) == 1
    assert aliases.kin("c") != aliases.kin("a")


@given(
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from("abcde"), st.integers(1, 9)), max_size=12),
    st.lists(st.tuples(st.sampled_from("abcde"), st.sampled_from([AVAILABLE, ESCROW])), min_size=2, max_size=8),
)
def test_leading_keeps_every_total_and_leaves_nothing_with_a_loser(edges, moves):
    in_force: dict[str, Alias] = {}
    for loser, survivor, number in edges:
        aliases = Aliases(in_force)
        if loser not in in_force and aliases.root(survivor) != loser:
            in_force[loser] = Alias(number, loser, aliases.root(survivor), 0)
    accounts = [holding(*move) for move in moves]
    transfers = [Transfer(str(n), one, two, n + 1, "x") for n, (one, two) in enumerate(pairwise(accounts))]

    net: dict[Account, int] = {}
    led = Aliases(in_force).through(transfers)
    for each in led:
        net[each.debit] = net.get(each.debit, 0) - each.amount
        net[each.credit] = net.get(each.credit, 0) + each.amount

    assert sum(net.values()) == 0
    assert all(
        amount == 0 for account, amount in net.items() if account.kind == AVAILABLE and account.owner in in_force
    )
    assert len({each.transfer_id for each in led}) == len(led)
