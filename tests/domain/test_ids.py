from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.ids import Origin, grant_incarnation, incarnation_number, receipt_number, uuid7

instants = st.integers(0, 2**48 - 1)
randoms = st.binary(min_size=10, max_size=10)


def test_the_example_of_the_standard_comes_out():
    # RFC 9562, appendix A.6: rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
    made = uuid7(0x017F22E279B0, (0xCC3).to_bytes(2, "big") + 0x18C4DC0C0C07398F.to_bytes(8, "big"))

    assert UUID(made) == UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")


@given(instants, randoms)
def test_every_one_is_a_version_seven_of_the_standard_variant(at_ms, random):
    made = UUID(uuid7(at_ms, random))

    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == at_ms


@given(instants, instants, randoms, randoms)
def test_a_later_one_sorts_after_an_earlier_one(one, other, random, more):
    first, last = sorted((one, other))

    assert first == last or uuid7(first, random) < uuid7(last, more)


def test_too_little_randomness_is_a_bug():
    with pytest.raises(AssertionError):
        uuid7(0, b"short")


@pytest.mark.parametrize(
    ("epoch", "expected"),
    [
        ("1.2", "0421-3-A2-000017"),
        ("26.1", "0421-3-Z1-000017"),
        ("27.1", "0421-3-AA1-000017"),
        ("703.12", "0421-3-AAA12-000017"),
    ],
)
def test_a_receipt_number_names_store_till_life_and_count(epoch, expected):
    assert receipt_number(421, 3, epoch, 17) == expected


# Digits that could be read as part of a neighbour: 1-11 and 11-1, A1 after 1 and A after 11.
few = st.sampled_from([1, 2, 11, 12, 21, 111, 112, 1_111])
lives = st.tuples(few, few, st.sampled_from([1, 2, 27, 28, 703, 729]), few, few | st.integers(1, 10**7))


@given(lives, lives)
def test_two_receipts_never_share_a_number(one, other):
    numbers = [receipt_number(store, lane, f"{inc}.{life}", n) for store, lane, inc, life, n in (one, other)]

    assert (numbers[0] == numbers[1]) == (one == other)


def test_an_incarnation_before_the_first_is_a_bug():
    with pytest.raises(AssertionError):
        receipt_number(1, 1, "0.1", 1)


def test_what_a_fact_made_is_named_after_the_fact():
    origin = Origin("S01-1", "1.2", 7)

    assert str(origin) == "S01-1/1.2/7"
    assert origin.part("grant", 1) == "S01-1/1.2/7/grant1"


@pytest.mark.parametrize(
    ("gid", "number"),
    [
        ("ho1/float/9f/0", 1),
        ("ho12/S01-1/12.3/request4/0", 12),
        ("S01-1/1.1/7/grant1", 0),
        ("ho/1", 0),
        ("ho", 0),
        ("ho²/1", 0),
        ("", 0),
    ],
)
def test_a_grant_names_the_incarnation_that_made_it(gid, number):
    assert grant_incarnation(gid) == number


@pytest.mark.parametrize(("incarnation", "number"), [("1-a", 1), ("12-restored", 12), ("", 0), ("inc7", 0)])
def test_an_incarnation_is_known_by_its_number(incarnation, number):
    assert incarnation_number(incarnation) == number
