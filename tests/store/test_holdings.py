import pytest

from pos_app.domain.directory import Cursor
from pos_app.domain.events import GrantsInstalled
from pos_app.domain.ledger import Asset, Spend
from pos_app.errors import Damaged, Unavailable
from tests.till_kit import grant, member, new_till, open_kit, recall

ANNA = member(1)


@pytest.fixture
def till(tmp_path):
    till = new_till(tmp_path)
    yield till
    till.close()


def held(till):
    with till.store.view() as unit:
        return [(holding.grant.gid, holding.remaining) for holding in unit.holdings.of(ANNA.member_id)]


def test_a_grant_delivered_twice_is_installed_and_said_once(till):
    till.log.install_grants("", [grant(1, ANNA, 300), grant(2, ANNA, 200)])
    till.log.install_grants("", [grant(1, ANNA, 300)])
    till.log.install_page("terminal:T1", Cursor("1", 9), [grant(2, ANNA, 200), grant(3, ANNA, 50)])

    facts = [fact for _seq, fact, _at in till.store.tables.log.facts(1, 99)]

    assert held(till) == [("ho/1", 300), ("ho/2", 200), ("ho/3", 50)]
    assert facts == [
        GrantsInstalled((grant(1, ANNA, 300), grant(2, ANNA, 200))),
        GrantsInstalled((grant(3, ANNA, 50),)),
    ]


def test_a_spent_out_grant_stays_known_and_cannot_come_back(till):
    till.grant(grant(1, ANNA, 300))
    with till.store.unit() as unit:
        unit.holdings.take([Spend("ho/1", 300)])

    till.grant(grant(1, ANNA, 300))

    assert held(till) == []


@pytest.mark.parametrize("spends", [[Spend("ho/1", 301)], [Spend("ho/1", 200), Spend("ho/1", 101)], [Spend("ho/9", 1)]])
def test_no_holding_goes_below_zero_whoever_asks(till, spends):
    till.grant(grant(1, ANNA, 300))

    with pytest.raises(Damaged) as error, till.store.unit() as unit:
        unit.holdings.take(spends)

    assert error.value.code == "holding.overdrawn"
    assert held(till) == [("ho/1", 300)]


def test_the_feed_cursor_moves_with_the_install_or_not_at_all(till):
    till.log.install_page("terminal:T1", Cursor("1", 5), [grant(1, ANNA, 300)])

    with pytest.raises(Damaged):  # a grant of nothing breaks a rule of the table
        till.log.install_page("terminal:T1", Cursor("1", 8), [grant(2, ANNA, 100), grant(3, ANNA, 0)])

    assert till.log.cursor("terminal:T1") == Cursor("1", 5)
    assert held(till) == [("ho/1", 300)]


@pytest.mark.parametrize(
    ("gid", "installed"),
    [("ho1/float/a/0", False), ("ho2/float/a/0", True), ("ho3/float/a/0", True), ("float/a", False)],
)
def test_a_grant_of_an_incarnation_before_the_bound_one_is_passed_over(till, gid, installed):
    till.log.bind("2-restored")

    till.log.install_page("terminal:T1", Cursor("2-restored", 5), [grant(1, ANNA, 300, gid=gid)])

    assert held(till) == ([(gid, 300)] if installed else [])
    assert till.log.cursor("terminal:T1") == Cursor("2-restored", 5)


def test_an_answer_that_comes_after_binding_to_another_incarnation_installs_nothing(till):
    till.log.bind("2-restored")

    for install in (
        lambda: till.log.install_grants("1-a", [grant(1, ANNA, 300, gid="ho1/x/0")]),
        lambda: till.log.install_page("terminal:T1", Cursor("1-a", 5), [grant(1, ANNA, 300, gid="ho1/x/0")]),
    ):
        with pytest.raises(Unavailable, match=r"head_office\.changed"):
            install()

    assert held(till) == []
    assert till.log.cursor("terminal:T1") is None


def test_what_is_held_tells_when_it_was_touched_last(till):
    till.clock.wall_ms = 1_000
    till.grant(grant(1, ANNA, 100), grant(2, ANNA, 100), grant(3, ANNA, 100))
    with till.store.unit() as unit:
        unit.holdings.take([Spend("ho/1", 100), Spend("ho/2", 1)], at_ms=5_000)
        unit.holdings.take([Spend("ho/2", 1)], at_ms=3_000)

    with till.store.view() as unit:
        live = [(each.holding.grant.gid, each.holding.remaining, each.touched_ms) for each in unit.holdings.live()]

    assert live == [("ho/2", 98, 5_000), ("ho/3", 100, 1_000)]


def test_a_recall_is_remembered_once_until_it_is_answered(till):
    till.recall(recall(1, ANNA), recall(2, ANNA, Asset.COUPON, "c1"))
    till.recall(recall(1, ANNA))
    till.close()
    again = open_kit(till.home)

    with again.store.unit() as unit:
        assert unit.holdings.recalls() == [recall(1, ANNA), recall(2, ANNA, Asset.COUPON, "c1")]
        unit.holdings.answered([recall(1, ANNA)])
        assert unit.holdings.recalls() == [recall(2, ANNA, Asset.COUPON, "c1")]
    again.close()
