from dataclasses import replace
from datetime import date

import pytest

from pos_app.domain.members import Consent, Purpose
from tests.till_kit import member, new_till, record, renamed

ANNA, BEN = member(1), member(2)


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path, record(ANNA, 500, visit=date(2026, 11, 1)))
    yield till
    till.close()


def find(till, by, text, limit=20):
    with till.store.view() as unit:
        return [hit.member_id for hit in unit.members.find(by, text, limit)]


def join(till, who, seq=1):
    with till.store.unit() as unit:
        unit.members.register(who, seq)


@pytest.mark.parametrize(
    ("by", "text"), [("phone", BEN.phone), ("last4", BEN.phone[-4:]), ("name", "会"), ("initials", "hy2")]
)
def test_who_joined_here_is_found_by_everything(till, by, text):
    join(till, BEN)

    assert BEN.member_id in find(till, by, text)
    with till.store.view() as unit:
        assert unit.members.with_card(BEN.card_no).member == BEN


def test_newest_visitors_come_first_and_whole_matches_before_longer_ones(till):
    till.publish(
        record(renamed(member(11), "陈雨"), visit=date(2026, 1, 1)),
        record(renamed(member(12), "陈雨婷"), visit=date(2026, 11, 11)),
        record(renamed(member(13), "陈雨"), visit=date(2026, 6, 1)),
        record(renamed(member(14), "陈晨"), visit=None),
    )

    assert find(till, "name", "陈雨") == [member(n).member_id for n in (13, 11, 12)]
    assert find(till, "name", "陈") == [member(n).member_id for n in (12, 13, 11, 14)]


def test_no_look_up_returns_more_than_twenty(till):
    till.publish(*(record(renamed(member(n), "王芳"), visit=date(2026, 1, n % 28 + 1)) for n in range(100, 160)))

    assert len(find(till, "name", "王")) == 20
    assert len(find(till, "initials", "h", 500)) == 20
    assert len(find(till, "name", "王", 3)) == 3


def test_wildcards_are_only_letters(till):
    assert find(till, "name", "%") == []
    assert find(till, "name", "_") == []
    assert find(till, "initials", "'; DROP TABLE member; --") == []


def test_two_members_with_one_phone_are_both_found(till):
    join(till, replace(BEN, phone=ANNA.phone))

    assert sorted(find(till, "phone", ANNA.phone)) == sorted([ANNA.member_id, BEN.member_id])


def test_once_head_office_has_confirmed_them_they_are_listed_once_and_tidied_away(till):
    join(till, BEN, seq=3)
    till.publish(record(BEN, 0, applied_seq=3))

    assert find(till, "phone", BEN.phone) == [BEN.member_id]
    with till.store.unit() as unit:
        assert unit.members.known(BEN.member_id).balance is not None
        assert unit.members.tidy() == 1
        assert unit.members.tidy() == 0


def test_an_answer_given_here_holds_until_the_feed_brings_it_back(till):
    no = Consent(Purpose.CALL, False, "v3", 50, "E1", "screen")
    with till.store.unit() as unit:
        unit.members.answer(ANNA.member_id, no, seq=5)

    def agrees():
        with till.store.view() as unit:
            return unit.members.known(ANNA.member_id).member.agrees_to(Purpose.CALL)

    assert agrees() is False
    till.publish(record(renamed(ANNA, "新名"), 500, applied_seq=4, version=2))
    assert agrees() is False
    till.publish(record(ANNA, 500, applied_seq=5, version=3))  # head office knows the answer and decided otherwise
    assert agrees() is True
    with till.store.unit() as unit:
        assert unit.members.tidy() == 1
