"""The customer's screen follows the sale and knows nothing about the person."""

from dataclasses import asdict, replace
from datetime import date

import pytest

from pos_app import i18n
from pos_app.domain.members import Purpose
from pos_app.domain.programme import Programme, Tip
from pos_app.domain.tenders import TenderKind
from pos_app.ui.presenters.customer_display import CustomerFace, CustomerPresenter, Stage, tip
from pos_app.ui.presenters.view_models import Way
from tests.till_kit import item
from tests.ui.presenters.conftest import ANNA, ITEMS
from tests.ui.presenters.counter import Counter
from tests.ui.stand_ins import Told

TODAY = date(2026, 11, 23)


@pytest.fixture
def screen() -> Told:
    return Told()


@pytest.fixture
def customer(screen) -> CustomerPresenter:
    return CustomerPresenter(screen)


def seen(screen: Told) -> CustomerFace:
    (face,) = screen.last("show_face")
    return face


def ring_up(counter: Counter, customer: CustomerPresenter, *, member: bool = True) -> None:
    if member:
        counter.checkout.attach(ANNA.member_id)
    counter.checkout.add_item(ITEMS[0].item_id, 2)
    customer.show_sale(counter.checkout.state(), counter.programme, TODAY)


def test_a_member_sees_the_sum_and_what_the_points_become(counter, customer, screen):
    ring_up(counter, customer)

    face, state = seen(screen), counter.checkout.state()
    assert (face.stage, face.figure_minor) == (Stage.SELLING, state.priced.due_minor)
    assert face.points_after == face.points_before + state.priced.earned_points


def test_nothing_about_the_person_is_in_the_model(counter, customer, screen):
    ring_up(counter, customer)

    told = repr(asdict(seen(screen)))
    for secret in (ANNA.name, ANNA.phone, ANNA.phone[-4:], ANNA.member_id, ANNA.card_no):
        assert secret not in told
    assert seen(screen).customer == f"{ANNA.name[0]}**"


def test_tax_on_top_is_told_and_is_no_saving(counter, customer, screen):
    counter.till.publish(item(9, 2_000, tax_bp=600, tax_included=False))
    counter.checkout.add_item(9)

    customer.show_sale(counter.checkout.state(), counter.programme, TODAY)

    face = seen(screen)
    assert (face.figure_minor, face.added_tax_minor, face.saved_minor) == (2_120, 120, 0)


def test_a_guest_sees_what_joining_would_bring(counter, customer, screen):
    ring_up(counter, customer, member=False)

    face = seen(screen)
    assert (face.points_before, face.customer) == (None, "")
    assert face.earning == counter.checkout.state().earning_if_joined > 0


def test_only_the_newest_lines_are_shown_and_the_rest_is_counted(counter, customer, screen):
    for sold in ITEMS[:2]:
        counter.checkout.add_item(sold.item_id)
    state = counter.checkout.state()
    many = state.priced.lines * 4
    customer.show_sale(_with_lines(state, many), counter.programme, TODAY)

    face = seen(screen)
    assert (len(face.lines), face.earlier) == (5, 3)


def _with_lines(state, lines):
    return replace(state, priced=replace(state.priced, lines=lines))


def test_paying_shows_what_is_owed_and_the_change_is_given_thanks_for(counter, customer, screen):
    ring_up(counter, customer)
    shown = counter.open_payment_now(Way.SCAN_PAY)
    customer.show_payment(shown, Way.SCAN_PAY)
    assert (seen(screen).stage, seen(screen).figure_minor) == (Stage.PAYING, shown.owed_minor)

    counter.payment.pay_cash(100_000)
    customer.show_done(counter.done[0])

    face = seen(screen)
    assert (face.stage, face.is_change, face.figure_minor) == (Stage.DONE, True, counter.done[0].change_minor)
    assert face.points_after == counter.done[0].points_after


def test_without_change_the_customer_sees_what_was_paid(counter, customer, screen):
    ring_up(counter, customer)
    counter.open_payment_now(Way.CARD)
    owed = counter.paying.owed_minor
    counter.payment.pay_by_reference(TenderKind.CARD, owed, "T 0001")
    customer.show_done(counter.done[0])

    assert (seen(screen).is_change, seen(screen).figure_minor) == (False, owed)


def test_an_empty_basket_is_nobodys(counter, customer, screen):
    ring_up(counter, customer)
    counter.checkout.cancel()
    customer.show_sale(counter.checkout.state(), counter.programme, TODAY)

    assert seen(screen) == CustomerFace()


def test_joining_lays_over_the_sale_and_gives_it_back(counter, customer, screen):
    ring_up(counter, customer, member=False)
    before = seen(screen)
    customer.show_joining(frozenset({Purpose.MEMBERSHIP, Purpose.CALL}))
    assert (seen(screen).stage, seen(screen).agreed) == (Stage.JOINING, frozenset({Purpose.MEMBERSHIP}))

    customer.leave_joining()

    assert seen(screen) == before


def test_the_tip_is_one_of_the_month_in_the_language_in_force():
    rules = Programme("p", TODAY, tips=(Tip("冬", "Winter", (12, 1, 2)), Tip("秋", "Autumn", (9, 10, 11))))

    assert tip(rules, TODAY) == "Autumn"
    i18n.use("zh_CN")
    assert tip(rules, date(2026, 12, 1)) == "冬"
    assert tip(rules, date(2026, 6, 1)) == ""


def test_a_tip_for_no_month_of_a_year_and_a_plain_address_are_refused():
    rules = Programme("p", TODAY, tips=(Tip("十三月", "", (13,)),), join_url="http://join.example")

    assert rules.problems() == ("tips", "join_url")
