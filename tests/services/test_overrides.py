from dataclasses import replace

import pytest

from pos_app.domain.events import DrawerOpened, Overridden, ReceiptReprinted, StaffPinWrong
from pos_app.domain.payment import TenderAsked
from pos_app.domain.staff import Act, Role, RoleLimit, StaffMember
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.drawer import DrawerDesk
from pos_app.services.overrides import Override, Overrides
from pos_app.services.receipts import ReceiptDesk
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, PROGRAMME, TODAY

ASSISTANT = StaffMember("E3", "S01", "王芳", Role.ASSISTANT, "plain:3333")
BY_MANAGER = Override("E2", "2222", "换零钱")


@pytest.fixture
def sold(till):
    """The number of a receipt for ¥20.00."""
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(2)
    return checkout.pay((TenderAsked(TenderKind.CASH, 0, 2_000),)).receipt_no


@pytest.fixture
def drawer(till):
    """A drawer that the cashier has opened as often as the role may alone."""
    desk = DrawerDesk(till.session, FakePins())
    for _ in range(PROGRAMME.limit(Role.CASHIER).drawer_openings):
        desk.open("换零钱")
    return desk


def refusal(work, *values, **named):
    with pytest.raises(Refused) as error:
        work(*values, **named)
    return error.value.code


def said(till, count):
    """The newest ``count`` facts, oldest first."""
    newest = till.log.head()[0] - 1
    return [till.store.tables.log.fact(seq)[0] for seq in range(newest - count + 1, newest + 1)]


def test_beyond_the_limit_nothing_happens_without_approval(drawer, till):
    before = till.log.head()

    with pytest.raises(Refused) as error:
        drawer.open("查零钱")

    assert (error.value.code, error.value.facts["act"]) == ("override.needed", "open_drawer")
    assert till.log.head() == before


def test_an_approval_is_said_with_both_names_and_the_reason_before_what_it_allowed(drawer, till):
    drawer.open("查零钱", BY_MANAGER)

    approved = Overridden("open_drawer", "查零钱", "换零钱", "E2", 0, "赵强")
    assert said(till, 2) == [approved, DrawerOpened("查零钱")]
    assert till.store.tables.log.fact(till.log.head()[0] - 1)[1].staff_id == CASHIER.staff_id


def test_an_approval_ends_with_the_one_act(drawer):
    drawer.open("查零钱", BY_MANAGER)

    assert refusal(drawer.open, "查零钱") == "override.needed"


def test_an_approval_that_was_not_needed_is_not_said(till):
    DrawerDesk(till.session, FakePins()).open("换零钱", BY_MANAGER)

    assert said(till, 1) == [DrawerOpened("换零钱")]
    assert not any(isinstance(fact, Overridden) for fact in said(till, 2))


def test_a_manager_needs_nobody_within_the_limit(drawer, till):
    till.session.staff = MANAGER

    drawer.open("查零钱")

    assert said(till, 1) == [DrawerOpened("查零钱")]
    assert refusal(drawer.open, " ") == "drawer.needs_reason"


@pytest.mark.parametrize(
    ("override", "code"),
    [
        (Override("E2", "0000", "换零钱"), "pin.wrong"),
        (Override("E2", "2222", "  "), "override.needs_reason"),
        (Override("E1", "1111", "换零钱"), "override.own"),
        (Override("E3", "3333", "换零钱"), "staff.not_allowed"),
        (Override("X9", "2222", "换零钱"), "staff.unknown"),
    ],
)
def test_who_may_not_approve_is_refused_and_no_drawer_opens(drawer, till, override, code):
    till.publish(ASSISTANT)
    before, tried = till.log.head()[0], code == "pin.wrong"

    assert refusal(drawer.open, "查零钱", override) == code
    assert said(till, till.log.head()[0] - before) == [StaffPinWrong("E2", MANAGER.name, 1)] * tried


def test_wrong_pins_of_an_approver_lock_like_any_others(drawer, till):
    for _ in range(5):
        refusal(drawer.open, "查零钱", Override("E2", "0000", "换零钱"))

    assert refusal(drawer.open, "查零钱", BY_MANAGER) == "pin.locked"
    till.clock.pass_ms(60_000)
    drawer.open("查零钱", BY_MANAGER)


def test_what_is_beyond_everybody_is_said_at_once(till):
    overrides = Overrides(till.session, FakePins())

    def ask(amount, approval=None):
        with till.store.unit() as unit:
            overrides.allow(unit, Act.DISCOUNT_LINE, approval, amount)

    approval = overrides.check(Act.DISCOUNT_LINE, BY_MANAGER)
    assert refusal(ask, 1_001) == "override.needed"
    assert refusal(ask, 5_001) == "override.too_much"
    assert refusal(ask, 5_001, approval) == "override.too_much"
    ask(5_000, approval)


def test_a_receipt_is_printed_again_so_often_alone(till, sold):
    desk = ReceiptDesk(till.session, FakePins())
    for _ in range(PROGRAMME.limit(Role.CASHIER).reprints):
        desk.reprint(sold)

    assert refusal(desk.reprint, sold) == "override.needed"
    assert desk.reprint(sold, BY_MANAGER).count == 3
    assert said(till, 2) == [
        Overridden("reprint", sold, "换零钱", "E2", 2_000, "赵强"),
        ReceiptReprinted(sold, 3),
    ]


def test_limits_come_from_head_office(drawer, till):
    limits = (RoleLimit(Role.CASHIER, drawer_openings=9),)
    till.publish(replace(PROGRAMME, version="p2", valid_from=TODAY, limits=limits), shard="global")

    drawer.open("查零钱")

    assert said(till, 1) == [DrawerOpened("查零钱")]
