import pytest

from pos_app.domain.events import RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.catalogue import Shelf
from pos_app.services.checkout import Checkout
from pos_app.services.rights import Rights
from pos_app.services.sync_state import Unsent
from tests.fakes import FakePins
from tests.till_kit import CASHIER, grant, item, member, open_kit, recall

ANNA, BORIS = member(1), member(2)
HOUR_MS = 3_600_000


@pytest.fixture
def rights(till):
    return Rights(till.session)


def attach(till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    return checkout


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value.code


def test_what_is_missing_here_is_asked_for_under_a_number_of_its_own(rights, till):
    attach(till)
    till.grant(grant(1, ANNA, 1_200))

    first, second = rights.short_for(3_000), rights.short_for(3_000)

    assert (first.member_id, first.amount) == (ANNA.member_id, 1_800)
    assert (first.request_no, second.request_no) == (1, 2)


def test_what_is_held_here_or_nowhere_is_not_asked_for(rights, till):
    assert refusal(rights.short_for, 100) == "redeem.needs_member"
    attach(till)
    till.grant(grant(1, ANNA, 1_200))

    assert refusal(rights.short_for, 1_200) == "rights.not_needed"
    assert refusal(rights.short_for, 5_001) == "rights.not_held"


def test_nothing_is_asked_for_in_a_life_that_has_ended(rights, till):
    attach(till)
    till.log.mark_ended("session.re_enrol")

    assert refusal(rights.short_for, 3_000) == "redeem.life_ended"


def test_brought_rights_are_spendable_at_once(rights, till):
    checkout = attach(till)
    assert refusal(checkout.redeem_points, 500) == "points.short_here"

    assert rights.install([grant(1, ANNA, 500)]) == 1

    assert checkout.redeem_points(500).priced.points == 500
    assert rights.install([grant(1, ANNA, 500)]) == 0


def said(till):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(2, 999) if isinstance(fact, RightsReleased)]


def held(till, who=ANNA):
    with till.store.view() as unit:
        return {each.grant.gid: each.remaining for each in unit.holdings.of(who.member_id)}


def test_rights_that_head_office_asks_for_are_said_and_gone(rights, till):
    till.grant(grant(1, ANNA, 500), grant(2, ANNA, 70), grant(3, BORIS, 30))
    till.recall(recall(1, ANNA))

    assert rights.hand_back() == 2
    assert rights.hand_back() == 0

    assert said(till) == [RightsReleased(ANNA.member_id, (Spend("ho/1", 500), Spend("ho/2", 70)), "recall")]
    assert (held(till), held(till, BORIS)) == ({}, {"ho/3": 30})


def test_a_recall_waits_for_the_open_sale_also_over_a_restart(till):
    till.grant(grant(1, ANNA, 4_000))
    attach(till).redeem_points(500)
    till.recall(recall(1, ANNA))
    assert Rights(till.session).hand_back() == 0
    till.close()
    again = open_kit(till.home)
    again.session.staff = CASHIER
    rights = Rights(again.session)
    assert (rights.hand_back(), held(again)) == (0, {"ho/1": 4_000})

    Checkout(again.session, FakePins()).pay((TenderAsked(TenderKind.CARD, 9_500, reference="r"),))

    assert rights.hand_back() == 2  # what is left of it, and what the sale earned
    assert (held(again), [fact.reason for fact in said(again)]) == ({}, ["recall"])
    again.close()


def test_a_recall_that_comes_again_is_not_answered_again(rights, till):
    """Head office was restored, or a page was damaged: the shard is read again from its start."""
    till.grant(grant(1, ANNA, 500))
    till.recall(recall(1, ANNA))
    rights.hand_back()
    till.grant(grant(2, ANNA, 70))

    till.log.rewind("terminal:T1/1.1", till.log.incarnation())
    till.recall(recall(1, ANNA))

    assert (rights.hand_back(), held(till)) == (0, {"ho/2": 70})


def test_a_recall_of_what_is_not_here_is_answered_by_silence_and_forgotten(rights, till):
    till.recall(recall(1, ANNA))

    assert rights.hand_back() == 0

    till.grant(grant(1, ANNA, 50))
    assert (rights.hand_back(), held(till)) == (0, {"ho/1": 50})


@pytest.mark.parametrize(("online", "hours", "back"), [(True, 5, True), (True, 3, False), (False, 5, False)])
def test_what_was_asked_for_and_lies_unused_goes_back_while_others_can_be_served(rights, till, online, hours, back):
    till.grant(grant(1, ANNA, 300, gid="ho1/T1/1.1/request1/0"), grant(2, ANNA, 500, gid="ho1/float/a/0"))
    till.link.online = online
    till.clock.pass_ms(hours * HOUR_MS)

    rights.hand_back()

    assert ("ho1/T1/1.1/request1/0" not in held(till)) is back
    assert "ho1/float/a/0" in held(till)


def test_a_life_that_was_replaced_hands_everything_back(rights, till):
    till.grant(grant(1, ANNA, 500), grant(2, BORIS, 30))
    till.log.mark_ended("session.re_enrol")

    assert rights.hand_back() == 2
    assert [fact.reason for fact in said(till)] == ["ended", "ended"]


def test_a_life_that_was_set_back_hands_nothing_back_for_it_may_be_spent_already(rights, till):
    till.grant(grant(1, ANNA, 500), grant(2, ANNA, 500, lease_until_ms=1))
    till.recall(recall(1, ANNA))
    till.log.mark_ended("push.fork")

    assert (rights.hand_back(), said(till)) == (0, [])


def test_more_than_one_transaction_s_worth_goes_back_in_several(rights, till):
    till.grant(*(grant(n, ANNA, 1) for n in range(1, 1_102)))
    till.recall(recall(1, ANNA))

    assert rights.hand_back() == 1_101
    assert [len(fact.releases) for fact in said(till)] == [500, 500, 101]


def test_a_clock_that_was_set_back_makes_no_lease_longer(rights, till):
    till.grant(grant(1, ANNA, 500, lease_until_ms=till.clock.now_ms() + HOUR_MS))
    till.log.heard(till.clock.now_ms() + 2 * HOUR_MS)

    assert rights.hand_back() == 1


def test_unsent_facts_are_counted_by_kind(rights, till):
    rights.install([grant(1, ANNA, 500)])

    assert Unsent(till.session).by_kind() == {"day_opened": 1, "grants_installed": 1}
    till.log.mark_accepted(1, 1)
    assert (Unsent(till.session).count(), till.log.unsent()) == (1, 1)


def test_the_shelf_finds_items_and_what_points_take(till):
    shelf = Shelf(till.session)

    assert shelf.item(2) == item(2, 2_000)
    assert [one.item_id for one in shelf.find("商品2")] == [2]
    assert [(offer.item.item_id, offer.points) for offer in shelf.redeemables(2_000)] == [(2, 2_000), (3, 555)]
    assert refusal(shelf.item, 99) == "item.unknown"
