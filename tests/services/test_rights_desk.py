import pytest

from pos_app.domain.events import GrantsInstalled, RightsReleased
from pos_app.domain.ledger import Spend
from pos_app.errors import Refused
from pos_app.services.catalogue import Shelf
from pos_app.services.checkout import Checkout
from pos_app.services.rights import Rights
from pos_app.services.sync_state import Unsent
from tests.fakes import FakePins
from tests.till_kit import grant, item, member

ANNA = member(1)


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


def test_released_rights_are_said_and_gone(rights, till):
    rights.install([grant(1, ANNA, 500), grant(2, ANNA, 70)])

    assert rights.release("recall", ANNA.member_id) == 570
    assert rights.release("recall", ANNA.member_id) == 0

    facts = [fact for _seq, fact, _at in till.store.tables.log.facts(2, 99)]
    assert facts == [
        GrantsInstalled((grant(1, ANNA, 500), grant(2, ANNA, 70))),
        RightsReleased(ANNA.member_id, (Spend("ho/1", 500), Spend("ho/2", 70)), "recall"),
    ]


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
