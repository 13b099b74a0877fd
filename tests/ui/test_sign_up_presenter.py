"""Joining decides: is the phone free, is the month possible, what is kept of the child."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_app.domain.members import Child, Purpose, Sex, Tier
from pos_app.errors import PosError, Refused
from pos_app.services.member_models import MemberRow, PhoneStanding, PhoneState, SignUp
from pos_app.ui.presenters.sign_up import SignUpPresenter, child_note, kept_children
from pos_app.ui.presenters.sign_up_models import (
    ChildForm,
    ChildKind,
    ChildNote,
    PhoneLook,
    PhoneNote,
    SignUpForm,
    SignUpStart,
)
from tests.ui.stand_ins import AtOnce, Later, Told

TODAY = date(2026, 11, 22)
PHONE = "13827166627"
HOLDER = MemberRow("m7", "陈雨婷", "138****6627", Tier.GOLD, 100, None)
AGREED = frozenset({Purpose.MEMBERSHIP, Purpose.CHILD})
BORN = ChildForm(ChildKind.BORN, 2026, 5, "糖糖", Sex.GIRL)


class Desk:
    """Knows which phones are taken; ``signed`` are the forms it was given."""

    def __init__(self) -> None:
        self.state = PhoneState(PhoneStanding.FREE, "+86" + PHONE)
        self.found: tuple[MemberRow, ...] = ()
        self.looked: list[str] = []
        self.signed: list[SignUp] = []
        self.refuses: PosError | None = None

    def phone_state(self, text: str) -> PhoneState:
        self.looked.append(text)
        return self.state

    def find(self, text: str, limit: int = 20) -> tuple[MemberRow, ...]:
        return self.found

    def sign_up(self, form: SignUp) -> str:
        if self.refuses is not None:
            raise self.refuses
        self.signed.append(form)
        return "card"


class Sheet:
    def __init__(self, tasks: object = None) -> None:
        self.view, self.desk = Told(), Desk()
        self.joined: list[object] = []
        self.attached: list[str] = []
        self.presenter = SignUpPresenter(
            self.view, self.desk, tasks or AtOnce(), self.joined.append, self.attached.append
        )

    def open(self, phone: str = PHONE) -> None:
        self.presenter.start(phone, 7504, TODAY)


def form(**changes: object) -> SignUpForm:
    values = {"phone": PHONE, "name": " 陈女士 ", "child": BORN, "agreed": AGREED, "referrer": "", **changes}
    return SignUpForm(**values)


def test_the_phone_that_was_looked_for_is_checked_at_once():
    sheet = Sheet()

    sheet.open()

    assert sheet.view.last("show_start") == (SignUpStart(PHONE, 7504, TODAY),)
    assert sheet.view.last("show_phone") == (PhoneNote(PhoneLook.FREE),)


def test_a_short_phone_is_not_looked_up():
    sheet = Sheet()

    sheet.open("13827")

    assert sheet.desk.looked == []
    assert sheet.view.last("show_phone") == (PhoneNote(PhoneLook.SHORT),)


def test_a_registered_phone_names_its_holder():
    sheet = Sheet()
    sheet.desk.state = PhoneState(PhoneStanding.REGISTERED, "+86" + PHONE, HOLDER)

    sheet.open()

    assert sheet.view.last("show_phone") == (PhoneNote(PhoneLook.REGISTERED, "陈雨婷", "m7"),)


def test_joining_with_a_registered_phone_attaches_its_holder_instead():
    sheet = Sheet()
    sheet.desk.state = PhoneState(PhoneStanding.REGISTERED, "+86" + PHONE, HOLDER)
    sheet.open()

    sheet.presenter.submit(form())

    assert sheet.attached == ["m7"]
    assert sheet.desk.signed == []


def test_an_impossible_phone_is_said():
    sheet = Sheet()
    sheet.desk.state = PhoneState(PhoneStanding.INVALID)

    sheet.open()

    assert sheet.view.last("show_phone") == (PhoneNote(PhoneLook.INVALID),)


def test_an_answer_about_an_older_phone_is_passed_over():
    lane = Later()
    sheet = Sheet(lane)
    sheet.open()
    sheet.presenter.type_phone("1382716662")

    lane.settle()

    assert sheet.view.last("show_phone") == (PhoneNote(PhoneLook.SHORT),)


def test_everything_is_handed_over_once_and_the_member_comes_back():
    lane = Later()
    sheet = Sheet(lane)
    sheet.open()
    lane.settle()

    sheet.presenter.submit(form())
    sheet.presenter.submit(form())
    lane.settle()

    child = Child("糖糖", date(2026, 5, 1), sex=Sex.GIRL)
    assert sheet.desk.signed == [SignUp(PHONE, "陈女士", (child,), AGREED)]
    assert sheet.joined == ["card"]


def test_without_the_guardian_s_consent_the_child_is_dropped():
    sheet = Sheet()
    sheet.open()

    sheet.presenter.submit(form(agreed=frozenset({Purpose.MEMBERSHIP})))

    assert sheet.desk.signed[0].children == ()


def test_joining_needs_consent_to_the_programme():
    sheet = Sheet()
    sheet.open()

    sheet.presenter.submit(form(agreed=frozenset({Purpose.CALL})))

    assert [error.code for error in sheet.view.last("show_problem")] == ["consent.membership_needed"]
    assert sheet.desk.signed == []


def test_a_refusal_leaves_the_sheet_usable():
    sheet = Sheet()
    sheet.open()
    sheet.desk.refuses = Refused("phone.registered", name="陈**")

    sheet.presenter.submit(form())

    assert sheet.view.last("show_problem") == (sheet.desk.refuses,)
    assert sheet.view.last("set_busy") == (False,)


@pytest.mark.parametrize(
    ("text", "found", "code"),
    [
        ("6627", (), "referrer.unknown"),
        ("6627", (HOLDER, HOLDER), "referrer.ambiguous"),
        ("12", (), "referrer.unknown"),
    ],
)
def test_a_referrer_who_is_not_one_person_is_said(text, found, code):
    sheet = Sheet()
    sheet.open()
    sheet.desk.found = found

    sheet.presenter.submit(form(referrer=text))

    assert [error.code for error in sheet.view.last("show_problem")] == [code]
    assert sheet.desk.signed == []


@pytest.mark.parametrize(("text", "expected"), [("", None), ("0512", date(2000, 5, 12)), ("0229", date(2000, 2, 29))])
def test_the_members_own_birthday_is_kept_as_month_and_day(text, expected):
    sheet = Sheet()
    sheet.open()

    sheet.presenter.submit(form(birthday=text))

    assert sheet.desk.signed[0].birthday == expected


@pytest.mark.parametrize("text", ["1", "051", "1312", "0230", "0000"])
def test_a_birthday_that_cannot_be_is_said_and_nothing_is_kept(text):
    sheet = Sheet()
    sheet.open()

    sheet.presenter.submit(form(birthday=text))

    assert sheet.desk.signed == []


def test_the_referrer_is_kept_by_identity():
    sheet = Sheet()
    sheet.open()
    sheet.desk.found = (HOLDER,)

    sheet.presenter.submit(form(referrer="6627"))

    assert sheet.desk.signed[0].referrer == "m7"


def test_answers_after_closing_the_sheet_are_dropped():
    lane = Later()
    sheet = Sheet(lane)
    sheet.open()
    sheet.presenter.close()
    before = len(sheet.view.said)

    lane.settle()

    assert len(sheet.view.said) == before


@pytest.mark.parametrize(
    ("child", "agreed", "note"),
    [
        (ChildForm(), AGREED, ChildNote()),
        (BORN, AGREED, ChildNote("age", 6)),
        (BORN, frozenset(), ChildNote("dropped")),
        (ChildForm(ChildKind.BORN, 2026, 12), AGREED, ChildNote("wrong")),
        (ChildForm(ChildKind.BORN, 2026, 13), AGREED, ChildNote("wrong")),
        (ChildForm(ChildKind.BORN, 1999, 1), AGREED, ChildNote("wrong")),
        (ChildForm(ChildKind.EXPECTED, 2027, 2), AGREED, ChildNote("expected", 3)),
        (ChildForm(ChildKind.EXPECTED, 2026, 10), AGREED, ChildNote("wrong")),
        (ChildForm(ChildKind.EXPECTED, 2028, 2), AGREED, ChildNote("wrong")),
        (ChildForm(ChildKind.NONE, 2026, 5), AGREED, ChildNote()),
        (ChildForm(name="糖糖"), AGREED, ChildNote()),
        (ChildForm(name="糖糖"), frozenset(), ChildNote("dropped")),
    ],
)
def test_the_sheet_says_what_is_kept_of_the_child(child, agreed, note):
    assert child_note(child, agreed, TODAY) == note


def test_the_note_about_the_child_is_shown():
    sheet = Sheet()
    sheet.open()

    sheet.presenter.check_child(BORN, AGREED)

    assert sheet.view.last("show_child") == (ChildNote("age", 6),)


def test_a_child_without_a_month_is_asked_for():
    with pytest.raises(Refused, match=r"child\.month"):
        kept_children(ChildForm(name="糖糖"), AGREED, TODAY)


@given(
    kind=st.sampled_from(ChildKind),
    year=st.integers(0, 9999),
    month=st.integers(0, 99),
    name=st.text(max_size=5),
    agreed=st.frozensets(st.sampled_from(Purpose)),
)
def test_whatever_is_typed_no_child_is_kept_without_consent_nor_born_in_the_future(kind, year, month, name, agreed):
    try:
        kept = kept_children(ChildForm(kind, year, month, name), agreed, TODAY)
    except Refused:
        return

    assert not kept or Purpose.CHILD in agreed
    assert all(child.expected or child.born_on <= TODAY for child in kept)
