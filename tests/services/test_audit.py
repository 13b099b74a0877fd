from dataclasses import replace
from datetime import timedelta

import pytest

from pos_app.domain.audit import AuditFilter, Part
from pos_app.domain.events import (
    ConsentChanged,
    DrawerOpened,
    MemberRegistered,
    Overridden,
    ReceiptReprinted,
    Sale,
    SlipsPrinted,
    StaffHandedOver,
    StaffPinWrong,
    StaffSignedIn,
)
from pos_app.domain.members import Consent, Purpose
from pos_app.domain.payment import TenderAsked
from pos_app.domain.staff import Role, StaffMember
from pos_app.domain.tenders import TenderKind
from pos_app.domain.till import Countersigned
from pos_app.errors import Damaged, Refused
from pos_app.services.audit import PAGE, SLICE, AuditDesk, ChainState
from pos_app.services.checkout import Checkout
from pos_app.services.drawer import DrawerDesk
from pos_app.services.overrides import Override
from pos_app.services.receipts import ReceiptDesk
from pos_app.services.staff import SignIn
from tests.fakes import FakePins
from tests.till_kit import CASHIER, IDENTITY, MANAGER, TODAY, member

AUDITOR = StaffMember("E9", "S01", "孙查", Role.AUDITOR, "plain:9999")


def believed(_identity, _head):
    """Head office's word, which has its own tests."""


@pytest.fixture
def desk(till):
    return AuditDesk(till.session, believed)


@pytest.fixture
def busy(till):
    """A till on which a little of everything happened; the manager is signed in."""
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(2)
    number = checkout.pay((TenderAsked(TenderKind.CASH, 0, 2_000),)).receipt_no
    drawer = DrawerDesk(till.session, FakePins())
    for _ in range(3):
        drawer.open("change")
    drawer.open("check_cash", Override("E2", "2222", "check_cash"))
    SignIn(till.session, FakePins()).sign_in("E2", "2222")
    ReceiptDesk(till.session, FakePins()).reprint(number)
    return number


def kinds(page):
    return [type(entry.fact) for entry in page.entries]


def test_what_was_done_is_told_newest_first_and_plain_selling_is_not(desk, busy):
    page = desk.page(AuditFilter())

    assert kinds(page)[:4] == [ReceiptReprinted, StaffHandedOver, DrawerOpened, Overridden]
    assert Sale not in kinds(page)
    assert [entry.staff_name for entry in page.entries[:3]] == ["赵强", "赵强", "李敏"]
    assert not page.has_more


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (AuditFilter(part=Part.APPROVALS), [Overridden]),
        (AuditFilter(staff_id="E2"), [ReceiptReprinted, StaffHandedOver]),
        (AuditFilter(staff_id="E2", part=Part.PEOPLE), [StaffHandedOver]),
        (AuditFilter(on=TODAY, part=Part.REPRINTS), [ReceiptReprinted]),
        (AuditFilter(on=TODAY - timedelta(days=1)), []),
    ],
)
def test_filters_narrow_it_down(desk, busy, wanted, found):
    assert kinds(desk.page(wanted)) == found


def test_a_receipts_number_finds_its_sale_and_what_was_done_to_it(desk, busy):
    assert kinds(desk.page(AuditFilter(subject=busy))) == [ReceiptReprinted, Sale]
    assert desk.page(AuditFilter(subject="0001-1-A1-999999")).entries == ()


def test_pages_follow_each_other_without_a_gap(desk, till):
    till.session.staff = MANAGER
    drawer = DrawerDesk(till.session, FakePins())
    for _ in range(PAGE + 7):
        drawer.open("change")

    first = desk.page(AuditFilter(part=Part.CASH))
    second = desk.page(AuditFilter(part=Part.CASH), first.entries[-1].seq)

    places = [entry.seq for entry in (*first.entries, *second.entries)]
    assert (len(first.entries), first.has_more, second.has_more) == (PAGE, True, False)
    assert places == sorted(places, reverse=True)
    assert len(set(places)) == PAGE + 7


def test_days_are_walked_from_one_with_something_to_the_next(desk, busy):
    assert desk.day_beside(None, later=False) == TODAY
    assert desk.day_beside(TODAY, later=False) is None
    assert desk.day_beside(TODAY - timedelta(days=9), later=True) == TODAY


def test_who_left_the_shop_is_named_as_they_signed_in(desk, till):
    gone = replace(CASHIER, staff_id="E7", name="钱走")
    till.publish(gone)
    SignIn(till.session, FakePins()).sign_in("E7", "1111")
    till.publish(replace(gone, store_id="S02", version=2))
    till.session.staff = MANAGER

    assert desk.page(AuditFilter(staff_id="E7")).entries[0].staff_name == "钱走"


@pytest.mark.parametrize("read", ["people", "page", "day", "check"])
def test_a_cashier_may_not_read_it_and_an_auditor_may(desk, till, busy, read):
    acts = {
        "people": desk.people,
        "page": lambda: desk.page(AuditFilter()),
        "day": lambda: desk.day_beside(None, later=False),
        "check": lambda: desk.check(ChainState()),
    }
    till.session.staff = CASHIER
    with pytest.raises(Refused, match=r"staff\.not_allowed"):
        acts[read]()

    till.session.staff = AUDITOR
    acts[read]()


# ---- is the log what was written?


def checked(desk):
    state = desk.check(ChainState())
    while not state.is_done:
        state = desk.check(state)
    return state


def opened_once_more(till):
    with till.store.unit() as unit:
        till.session.say(unit, DrawerOpened("change"))


@pytest.fixture
def long(till):
    till.session.staff = MANAGER
    for _ in range(2 * SLICE):
        opened_once_more(till)
    return till.log.head()[0] - 1


def test_the_chain_is_recomputed_slice_by_slice(desk, long):
    first = desk.check(ChainState())

    assert (first.checked, first.total, first.is_done) == (SLICE, long, False)
    last = checked(desk)
    assert (last.checked, last.confirmed, last.problem) == (long, 0, None)


def test_what_is_said_meanwhile_is_checked_too(desk, till, long):
    state = desk.check(ChainState())
    opened_once_more(till)

    while not state.is_done:
        state = desk.check(state)

    assert state.checked == long + 1


def test_head_offices_word_is_shown_and_held_against_the_log(desk, till, long):
    digest = till.log.hash_at(20)
    till.log.mark_accepted(20, 20, Countersigned("1", 20, digest, b"signed"))
    assert checked(desk).confirmed == 20

    till.log.mark_accepted(20, 20, Countersigned("2", 20, bytes(32), b"signed"))
    assert checked(desk).problem.code == "log.rewritten"


def test_a_word_that_is_not_head_offices_is_a_problem(till, long):
    def refuse(identity, head):
        assert identity == IDENTITY
        raise Damaged("head_office.signature", upto=head.seq)

    till.log.mark_accepted(20, 20, Countersigned("1", 20, till.log.hash_at(20), b"forged"))

    assert checked(AuditDesk(till.session, refuse)).problem.code == "head_office.signature"


def test_the_first_broken_link_ends_it(desk, till, long):
    connection = till.store._database.conn
    connection.execute("DROP TRIGGER event_no_update")
    connection.execute("UPDATE event SET hash = zeroblob(32) WHERE seq = ?", [SLICE + 5])

    state = checked(desk)

    assert (state.problem.code, state.problem.facts) == ("log.chain", {"seq": SLICE + 5})
    assert state.is_done


def test_sign_ups_answers_and_slip_runs_are_found_with_the_members(desk, till):
    anna = member(1)
    no = Consent(Purpose.CALL, granted=False, text_version="1", at_ms=5, staff_id="E1", method="screen")
    facts = (MemberRegistered(member(7)), ConsentChanged(anna.member_id, no), SlipsPrinted("run1", ("c1", "c2")))
    with till.store.unit() as unit:
        for fact in facts:
            till.session.say(unit, fact)
    till.session.staff = MANAGER

    found = desk.page(AuditFilter(part=Part.PROFILES))

    assert [entry.fact for entry in found.entries] == list(reversed(facts))
    assert [entry.fact for entry in desk.page(AuditFilter(subject=anna.member_id)).entries] == [facts[1]]


def test_who_left_the_shop_keeps_their_name_whoevers_pin_they_typed(desk, till):
    with till.store.unit() as unit:
        till.session.staff = StaffMember("E7", "S01", "旧人", Role.MANAGER, "plain:7777")
        till.session.say(unit, StaffSignedIn("旧人"))
        till.session.say(unit, StaffPinWrong("E2", "赵强", 1))
    till.session.staff = MANAGER

    assert {entry.staff_name for entry in desk.page(AuditFilter(part=Part.PEOPLE)).entries} >= {"旧人"}
