"""A shop says that two members are one person: somebody decides, whatever their phones are."""

from head_office.merging import MergeDesk
from pos_app.domain.events import MemberRegistered, MergeAsked
from tests.head_office.rig import member


def joined(till, *numbers: int) -> None:
    for n in numbers:
        till.say(MemberRegistered(member(n)))


def open_pairs(office):
    return [(pair.member_id, pair.other_id) for pair in MergeDesk(office).candidates()]


def test_two_members_wait_for_somebody_to_decide(office, till):
    joined(till, 1, 2)
    till.say(MergeAsked("m2", "m1"))
    till.say(MergeAsked("m2", "m1"))
    till.push()

    assert open_pairs(office) == [("m2", "m1")]
    assert MergeDesk(office).settle_by_rule() == 0  # their phones differ


def test_who_is_one_person_already_is_not_asked_about(office, till):
    joined(till, 1, 2)
    till.push()
    MergeDesk(office).merge("m2", "m1", by="e9")
    till.say(MergeAsked("m2", "m1"))

    till.push(3)

    assert open_pairs(office) == []


def test_a_member_whom_nobody_has_told_yet_is_waited_for(office, till):
    joined(till, 1)
    till.say(MergeAsked("m2", "m1"))
    assert [status.status for status in till.push().statuses] == ["posted", "deferred"]

    joined(till, 2)
    till.push(3)

    assert open_pairs(office) == [("m2", "m1")]
