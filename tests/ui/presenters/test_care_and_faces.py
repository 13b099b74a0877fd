"""Care in words, a child's age and stage, and what the sale screen shows of a sale."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app import i18n
from pos_app.domain import advice
from pos_app.domain.codes import member_code
from pos_app.domain.members import Child, Sex
from pos_app.domain.programme import Programme
from pos_app.domain.till import Undo
from pos_app.services.member_models import Prompt
from pos_app.ui.presenters import care_wording, sale_faces, sale_words
from pos_app.ui.presenters import view_models as face
from tests.till_kit import member
from tests.ui.presenters.counter import Counter

TODAY = date(2026, 11, 22)
ANNA = member(1)
MINUTE_MS = 60_000
FACTS = {
    "care.run_out": {"advice": "formula", "days_left": 4, "bought_on": date(2026, 11, 3), "quantity": 2},
    "care.follow_up": {"advice": ("probiotic", ""), "days_late": 0},
    "care.stage_switch": {"stage": 2, "next_stage": 3, "on": date(2026, 12, 1)},
    "care.month_age": {"node": "first_cereal", "months": 6, "expected": False, "advice": "cereal"},
}


def said(code: str, **more: object) -> care_wording.CareSaid:
    return care_wording.say(Prompt(code, tuple((FACTS[code] | more).items()), None, None))


@pytest.mark.parametrize(
    ("code", "kind", "title"),
    [
        ("care.run_out", face.CareKind.RUN_OUT, "Formula: ~4 days left"),
        ("care.follow_up", face.CareKind.FOLLOW_UP, "3-day call due today"),
        ("care.stage_switch", face.CareKind.STAGE_SWITCH, "Move up to stage 3"),
        ("care.month_age", face.CareKind.MONTH_AGE, "6 mo · rice cereal"),
    ],
)
def test_every_prompt_says_what_and_why(code: str, kind: face.CareKind, title: str):
    words = said(code)

    assert (words.kind, words.title) == (kind, title)
    assert words.reason
    assert words.short


def test_what_should_be_used_up_is_not_said_to_end_in_minus_days():
    assert said("care.run_out", days_left=-3).title == "Formula used up"


@pytest.mark.parametrize(("late", "title"), [(1, "Call 1 day overdue"), (3, "Call 3 days overdue")])
def test_an_overdue_call_says_by_how_many_days(late: int, title: str):
    assert said("care.follow_up", days_late=late).title == title


def test_care_for_an_unborn_child_names_no_months():
    assert said("care.month_age", node="hospital_bag", months=1, expected=True).title == "pack the hospital bag"


def test_every_care_node_has_words_in_both_languages():
    for node in advice.NODES:
        english = said("care.month_age", node=node.key).title
        i18n.use("zh_CN")
        chinese = said("care.month_age", node=node.key).title
        i18n.use("en")
        assert english != chinese, node.key


@given(months=st.integers(0, 400), days=st.integers(0, 31))
def test_every_age_has_a_stage_and_a_share_of_it(months: int, days: int):
    name, share = care_wording.stage(months, days)

    assert name
    assert 0.0 <= share <= 1.0


def test_half_of_the_first_solids_is_half_of_the_stage():
    name, share = care_wording.stage(5, 15)

    assert name.startswith("4–6 months")
    assert share == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("child", "months", "days"),
    [
        (Child("糖糖", date(2026, 5, 10), day_known=True, sex=Sex.GIRL), 6, 12),
        (Child("糖糖", date(2026, 5, 1), day_known=False), 6, 0),
        (Child("", date(2026, 12, 2), expected=True), -1, 10),
    ],
)
def test_a_child_is_shown_with_its_age_or_the_days_to_its_birth(child: Child, months: int, days: int):
    line = sale_faces.child_line(child, TODAY)

    assert (line.months, line.days) == (months, days)


@pytest.mark.parametrize(("language", "name"), [("zh_CN", "奶粉"), ("en", "Formula")])
def test_an_item_is_called_by_the_language_in_force(language: str, name: str):
    i18n.use(language)

    assert sale_faces.item_name("奶粉", "Formula") == name


def test_an_item_without_an_english_name_keeps_its_own():
    assert sale_faces.item_name("奶粉", "") == "奶粉"


def test_an_empty_basket_owes_nothing():
    assert sale_faces.totals(None, Programme("p", date(2026, 1, 1)), online=True).due_minor == 0


def test_the_totals_say_what_the_points_pay(counter: Counter):
    counter.checkout.scan(member_code(ANNA.card_no))
    counter.checkout.add_item(1)
    counter.checkout.redeem_item(2)
    state = counter.checkout.redeem_points(1_000)

    totals = sale_faces.totals(state.priced, counter.programme, online=False)

    assert (totals.pieces, totals.lines, totals.redeemed_minor, totals.due_minor) == (2, 2, 3_000, 9_000)
    assert totals.scan_pay_offline


def test_a_redeemed_line_costs_nothing_and_names_its_points(counter: Counter):
    counter.checkout.attach(ANNA.member_id)
    state = counter.checkout.redeem_item(2)

    (row,) = sale_faces.rows(state)

    assert (row.list_minor, row.price_minor, row.amount_minor, row.redeemed_points) == (2_000, 0, 0, 2_000)


def test_a_guest_has_no_card(counter: Counter):
    state = counter.checkout.add_item(1)

    assert sale_faces.member_card(state, counter.programme, 0, TODAY) is None


@pytest.mark.parametrize(("age_ms", "stale"), [(15 * MINUTE_MS, False), (15 * MINUTE_MS + 1, True)])
def test_a_balance_is_stale_after_a_quarter_of_an_hour(counter: Counter, age_ms: int, stale: bool):
    state = counter.checkout.attach(ANNA.member_id)

    card = sale_faces.member_card(state, counter.programme, state.member.as_of_ms + age_ms, TODAY)

    assert card.stale is stale


def test_an_offer_taken_stays_in_its_place_and_others_miss_what_it_took(counter: Counter):
    before = counter.checkout.attach(ANNA.member_id)
    names = [offer.name for offer in offers_of(counter, before)]

    after = counter.checkout.redeem_item(2)

    shown = offers_of(counter, after)
    assert [offer.name for offer in shown] == names
    assert [offer.name for offer in shown if offer.taken] == ["Item 2"]


def offers_of(counter: Counter, state) -> tuple[face.OfferChip, ...]:
    return sale_faces.member_card(state, counter.programme, 0, TODAY).offers


@pytest.mark.parametrize(("passed_ms", "minutes"), [(0, 0), (59_999, 0), (60_000, 1), (-5_000, 0)])
def test_held_minutes_are_whole_and_never_negative(passed_ms: int, minutes: int):
    assert sale_faces.held_minutes(1_000_000, 1_000_000 + passed_ms) == minutes


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("item_added", "Added Tea"),
        ("quantity_set", "Tea × 1,200"),
        ("line_redeemed", "Redeemed Tea with points"),
        ("points_chosen", "1,200 pts against this sale"),
        ("something_new", "Changed"),
    ],
)
def test_each_change_of_the_basket_has_its_words(code: str, text: str):
    assert sale_words.undo_text(Undo(code, "Tea", 1_200)) == text
