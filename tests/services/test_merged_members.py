"""At the till two merged records are one person: found once, by any card or phone, with the points of both."""

import pytest

from pos_app.domain import dynamic_code
from pos_app.domain.codes import member_code
from pos_app.domain.directory import Cursor, DirectoryChange
from pos_app.domain.events import Sale
from pos_app.domain.ledger import Asset, Spend
from pos_app.domain.members import MemberAlias
from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.members import MemberDesk
from pos_app.services.rights import Rights
from pos_app.services.sale_models import ScanKind
from tests.fakes import FakePins
from tests.till_kit import barcode, grant, item, member, new_till, opened, recall, record

SURVIVOR, LOSER = member(1), member(2, phone=member(1).phone, name="张三")
OTHER_PHONE = member(3)


@pytest.fixture
def till(tmp_path):
    people = (record(SURVIVOR, 800), record(LOSER, 300), record(OTHER_PHONE, 0))
    till = opened(new_till(tmp_path, item(1, 4_000), *people))
    yield till
    till.close()


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


def merge(till, loser=LOSER, version=2):
    till.publish(MemberAlias(loser.member_id, SURVIVOR.member_id, version))


def find(till, text):
    return [row.member_id for row in MemberDesk(till.session, FakePins()).find(text)]


@pytest.mark.parametrize("text", [SURVIVOR.phone[3:], SURVIVOR.phone[-4:], "张三", "hy", LOSER.card_no])
def test_a_look_up_shows_the_person_once(till, text):
    merge(till)

    found = find(till, text)

    assert found.count(SURVIVOR.member_id) == 1
    assert LOSER.member_id not in found


def test_before_the_merge_there_were_two(till):
    assert sorted(find(till, SURVIVOR.phone[3:])) == [SURVIVOR.member_id, LOSER.member_id]


def test_the_losers_card_attaches_the_survivor_and_says_who_was_merged(till, checkout):
    merge(till)

    result = checkout.scan(member_code(LOSER.card_no))

    assert (result.kind, result.state.member.member) == (ScanKind.MEMBER_ATTACHED, SURVIVOR)
    assert result.state.member.merged == (LOSER,)


def test_a_phone_that_only_the_loser_has_leads_to_the_survivor(till, checkout):
    merge(till, OTHER_PHONE)

    assert find(till, OTHER_PHONE.phone[3:]) == [SURVIVOR.member_id]


def test_the_losers_dynamic_code_is_good_once(till, checkout):
    merge(till)
    code = dynamic_code.make(LOSER.card_no, LOSER.code_key, till.clock.now_ms())

    assert checkout.scan(code).state.member.member == SURVIVOR
    with pytest.raises(Refused, match=r"member_code\.used"):
        checkout.scan(code)


def test_holdings_of_both_are_usable_and_one_sale_takes_from_both(till, checkout):
    till.grant(grant(1, SURVIVOR, 2_500), grant(2, LOSER, 2_000))
    merge(till)
    checkout.scan(barcode(1))
    state = checkout.scan(member_code(SURVIVOR.card_no)).state

    checkout.redeem_line(1, redeemed=True)
    checkout.pay(())

    (sale,) = [fact for _, fact, _ in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)]
    assert state.member.usable_here == 4_500
    assert {spend.gid for spend in sale.spends} == {"ho/1", "ho/2"}
    assert sum(spend.amount for spend in sale.spends) == 4_000


def test_an_open_basket_of_the_loser_goes_on_with_the_points_of_both(till, checkout):
    till.grant(grant(1, SURVIVOR, 2_500), grant(2, LOSER, 2_000))
    checkout.scan(barcode(1))
    before = checkout.scan(member_code(LOSER.card_no)).state.member
    merge(till)

    after = checkout.state().member
    checkout.prove(member_code(LOSER.card_no))
    checkout.redeem_line(1, redeemed=True)
    checkout.pay(())

    (sale,) = [fact for _, fact, _ in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)]
    assert (before.usable_here, after.usable_here, after.member) == (2_000, 4_500, SURVIVOR)
    assert sale.member_id == LOSER.member_id


def test_what_either_bought_here_since_counts_once(till, checkout):
    for who in (LOSER, SURVIVOR):
        checkout.scan(barcode(1))
        checkout.scan(member_code(who.card_no))
        checkout.pay((TenderAsked(TenderKind.CASH, 4_000, 4_000),))
    merge(till)

    card = MemberDesk(till.session, FakePins()).card(LOSER.member_id)

    assert (card.member, card.total) == (SURVIVOR, 800 + 2 * 280)


def test_taking_the_merge_back_shows_two_again(till):
    merge(till)
    pos = till.feed.cursor("store:S01").pos + 1
    gone = DirectoryChange(pos, "alias", LOSER.member_id, None, 3)
    till.feed.apply_page("store:S01", Cursor("1", pos), [gone])

    assert sorted(find(till, SURVIVOR.phone[3:])) == [SURVIVOR.member_id, LOSER.member_id]


def test_an_alias_whose_survivor_is_not_here_leaves_the_member_as_they_were(till, checkout):
    till.publish(MemberAlias(LOSER.member_id, "somebody far away", 2))

    assert checkout.scan(member_code(LOSER.card_no)).state.member.member == LOSER


def test_aliases_in_a_circle_do_not_hang_the_till(till):
    till.publish(
        MemberAlias(LOSER.member_id, SURVIVOR.member_id, 2), MemberAlias(SURVIVOR.member_id, LOSER.member_id, 4)
    )

    assert set(find(till, SURVIVOR.phone[3:])) <= {SURVIVOR.member_id, LOSER.member_id}


@pytest.mark.parametrize("asked", [SURVIVOR, LOSER], ids=["as the survivor", "as the loser"])
def test_what_head_office_asks_back_is_the_person_s_under_both_names_and_waits_for_their_sale(till, checkout, asked):
    merge(till)
    till.grant(grant(1, SURVIVOR, 100), grant(2, LOSER, 70), grant(3, OTHER_PHONE, 5))
    checkout.add_item(1)
    checkout.attach(SURVIVOR.member_id)
    till.recall(recall(1, asked))
    assert Rights(till.session).hand_back() == 0

    checkout.cancel()

    assert Rights(till.session).hand_back() == 2
    with till.store.view() as unit:
        assert [each.holding.grant.gid for each in unit.holdings.live()] == ["ho/3"]


def test_stored_value_of_both_pays_one_sale(till, checkout):
    till.grant(grant(1, SURVIVOR, 1_500, asset=Asset.VALUE), grant(2, LOSER, 900, asset=Asset.VALUE))
    merge(till)
    checkout.scan(barcode(1))
    checkout.scan(member_code(LOSER.card_no))

    checkout.pay((TenderAsked(TenderKind.VALUE, 2_400, reference="9"), TenderAsked(TenderKind.CASH, 1_600, 1_600)))

    (sale,) = [fact for _, fact, _ in till.store.tables.log.facts(1, 10**6) if isinstance(fact, Sale)]
    assert sale.spends == (Spend("ho/1", 1_500), Spend("ho/2", 900))
