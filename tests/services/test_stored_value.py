"""Paying from stored value: who may, with which proof, and how much."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_app.domain.events import MemberPinSet, Sale
from pos_app.domain.ledger import Asset
from pos_app.domain.payment import TenderAsked
from pos_app.domain.stored_value import ValueProof
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.members import MemberDesk
from pos_app.services.overrides import Override
from pos_app.services.rights import Rights, RightsNeed
from pos_app.services.stored_value import ValueDesk
from tests.fakes import FakePins
from tests.till_kit import PROGRAMME, grant, member, record, renamed_rules

ANNA = member(1)


@pytest.fixture
def checkout(till):
    return Checkout(till.session, FakePins())


@pytest.fixture
def desk(till):
    return ValueDesk(till.session, FakePins())


@pytest.fixture
def rights(till):
    return Rights(till.session)


def publish(till, value=0, gift=0, version=2, who=ANNA):
    known = record(who, 0, version=version)
    till.publish(replace(known, balance=replace(known.balance, value_minor=value, gift_minor=gift)))


def hold(till, value=0, gift=0):
    grants = [grant(1, ANNA, value, asset=Asset.VALUE)] if value else []
    grants += [grant(2, ANNA, gift, asset=Asset.GIFT)] if gift else []
    till.grant(*grants)


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value


def facts(till, kind):
    return [fact for _seq, fact, _at in till.store.tables.log.facts(1, 10**6) if isinstance(fact, kind)]


def test_whoever_was_picked_from_a_list_pays_nothing_from_stored_value(checkout, desk, till):
    hold(till, value=5_000)
    checkout.add_item(2)
    state = checkout.attach(ANNA.member_id)
    assert not state.value_proven

    assert refusal(desk.offer, 2_000).code == "value.needs_proof"
    assert checkout.prove(ANNA.card_no).value_proven
    desk.offer(2_000)


def test_the_last_four_digits_need_the_members_pin(checkout, desk, till):
    hold(till, value=5_000)
    checkout.add_item(2)
    checkout.attach(ANNA.member_id)
    assert refusal(desk.prove, "00014711").code == "member_pin.none"
    checkout.prove(ANNA.card_no)
    desk.set_pin("4711")
    checkout.cancel()
    checkout.add_item(2)
    checkout.attach(ANNA.member_id)

    assert not checkout.prove("0001").value_proven  # the digits alone are for points
    assert refusal(desk.prove, "00024711").code == "member.not_this_one"
    assert refusal(desk.prove, "00014712").facts == {"left": 4}
    desk.prove("00014711")
    assert checkout.state().value_proven
    assert facts(till, MemberPinSet) == [MemberPinSet(ANNA.member_id, "plain:4711")]


def test_five_wrong_pins_lock_the_member_for_a_minute(checkout, desk, till):
    publish(till, who=replace(ANNA, pin_hash="plain:4711"))
    checkout.attach(ANNA.member_id)

    said = [refusal(desk.prove, "00010000").code for _ in range(5)]

    assert said == ["pin.wrong"] * 4 + ["pin.locked"]
    assert refusal(desk.prove, "00014711").code == "pin.locked"
    till.clock.pass_ms(60_000)
    desk.prove("00014711")


def test_a_pin_is_set_by_whoever_shows_the_card_and_is_four_to_six_digits(checkout, desk):
    assert refusal(desk.set_pin, "4711").code == "redeem.needs_member"
    checkout.attach(ANNA.member_id)

    assert refusal(desk.set_pin, "4711").code == "member_pin.needs_proof"
    for pin in ("471", "4711471", "47a1", ""):
        assert refusal(desk.set_pin, pin).facts == {"least": 4, "most": 6}
    checkout.vouch(Override("E2", "2222", "认识顾客"))
    desk.set_pin("4711")


def test_a_pin_set_here_holds_until_head_office_publishes_a_newer_one(checkout, desk, till):
    checkout.scan(ANNA.card_no)
    desk.set_pin("4711")
    assert MemberDesk(till.session, FakePins()).card(ANNA.member_id).member.pin_hash == "plain:4711"

    head = till.log.head()[0]
    till.publish(record(replace(ANNA, pin_hash="plain:9999"), applied_seq=head, version=2))

    assert MemberDesk(till.session, FakePins()).card(ANNA.member_id).member.pin_hash == "plain:9999"


def test_the_store_says_which_proofs_suffice(checkout, desk, till):
    rules = replace(PROGRAMME, value_proofs=(ValueProof.CODE,))
    till.publish(replace(renamed_rules(rules, "p2")), shard="global")
    hold(till, value=5_000)
    checkout.add_item(2)
    checkout.scan(ANNA.card_no)

    assert refusal(desk.offer, 2_000).code == "value.needs_proof"
    checkout.vouch(Override("E2", "2222", "认识顾客"))
    desk.offer(2_000)


def test_what_is_short_here_is_asked_for_in_the_proportion_of_the_rules(checkout, desk, rights, till):
    publish(till, value=50_000, gift=5_000)
    hold(till, value=1_000)
    till.link.online = True
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)

    short = refusal(desk.offer, 5_500)
    assert short.code == "value.short_here"
    assert short.facts == {"usable_minor": 1_000, "wanted_minor": 5_500, "total_minor": 55_000}
    assert rights.short_of_value(5_500) == (
        RightsNeed(ANNA.member_id, 4_000, 1, Asset.VALUE),
        RightsNeed(ANNA.member_id, 500, 2, Asset.GIFT),
    )
    assert refusal(rights.short_of_value, 55_001).code == refusal(desk.offer, 55_001).code == "value.short"
    assert refusal(rights.short_of_value, 1_000).code == "rights.not_needed"


def test_stored_value_gives_no_change_and_earns_like_money(checkout, till):
    hold(till, value=50_000)
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)

    assert refusal(checkout.pay, (TenderAsked(TenderKind.VALUE, 10_001),)).code == "tender.too_much"
    done = checkout.pay((TenderAsked(TenderKind.VALUE, 10_000),))

    assert (done.change_minor, done.earned_points) == (0, 700)
    assert till.store.tables.sales.with_id(done.sale_id).sale.tenders[0].reference == ""


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_what_the_till_spends_and_still_holds_is_what_it_was_given(checkout, desk, till, data):
    n = till.log.head()[0] * 10
    given = {Asset.VALUE: data.draw(st.integers(0, 9_000)), Asset.GIFT: data.draw(st.integers(0, 900))}
    till.grant(*(grant(n + i, ANNA, amount, asset=asset) for i, (asset, amount) in enumerate(given.items()) if amount))
    with till.store.view() as unit:
        before = sum(h.remaining for h in unit.holdings.of(ANNA.member_id) if h.grant.asset in given)
    checkout.cancel()
    checkout.add_item(1)
    checkout.scan(ANNA.card_no)
    amount = data.draw(st.integers(1, 10_000))
    cash = (TenderAsked(TenderKind.CASH, given_minor=10_000 - amount),) if amount < 10_000 else ()

    if amount > before:
        assert refusal(checkout.pay, (TenderAsked(TenderKind.VALUE, amount), *cash)).code == "value.short"
        return
    checkout.pay((TenderAsked(TenderKind.VALUE, amount), *cash))

    sale = facts(till, Sale)[-1]
    with till.store.view() as unit:
        left = sum(h.remaining for h in unit.holdings.of(ANNA.member_id) if h.grant.asset in given)
    paid = sum(t.amount_minor for t in sale.tenders if t.kind in (TenderKind.VALUE, TenderKind.GIFT))
    assert before - left == paid == amount
