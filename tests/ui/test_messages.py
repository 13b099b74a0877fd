"""What a person is told about an error: two lines, the facts in words, the code for support, in both languages."""

from collections.abc import Iterator
from datetime import date

import pytest

from head_office import rights
from pos_app import i18n
from pos_app.domain.members import HeldElsewhere
from pos_app.errors import Damaged, PosError, Refused, Unavailable
from pos_app.ui.messages import SENTENCES, lines, sentence, short

LONGEST = 110  # what the notice strip of the smallest window holds at its least type


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_sentence_is_two_short_lines(language):
    i18n.use(language)

    wrong = {
        code: told
        for code in SENTENCES
        if len(told := sentence(Refused(code)).split("\n")) != 2 or not all(0 < len(line) <= LONGEST for line in told)
    }

    assert wrong == {}


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (Refused("pin.wrong", left=4), "4 tries are left; a manager can set a new PIN. (pin.wrong)"),
        (Refused("tender.short", owed_minor=72_200), "¥722.00 is still owed. (tender.short)"),
        (Refused("day.closed_date", earliest=date(2026, 11, 23)), "2026-11-23"),
        (Refused("redeem.offline_cap", cap=5_000, wanted=9_000), "fewer points. (redeem.offline_cap)"),
    ],
)
def test_facts_are_told_in_words_and_the_code_ends_the_text(error, told):
    assert told in lines(error)[1]


def test_large_numbers_are_grouped():
    error = Refused("points.short_here", usable=12_860, wanted=20_000, total=30_000, elsewhere=0)

    assert short(error) == "Only 12,860 points can be spent here; 20,000 were asked for."


def test_a_fact_that_is_missing_reads_as_a_dash():
    assert lines(Refused("pin.wrong"))[1].startswith("– tries")


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (Refused("never.heard_of"), "This cannot be done now."),
        (Unavailable("never.heard_of"), "Something does not answer at the moment."),
        (Damaged("never.heard_of"), "Something stored does not fit together."),
        (PosError("never.heard_of"), "Something does not answer at the moment."),
    ],
)
def test_a_code_without_a_sentence_is_told_by_its_class(error, what):
    assert (short(error), lines(error)[1].endswith("(never.heard_of)")) == (what, True)


def test_who_holds_what_is_missing_is_named():
    held = (HeldElsewhere("江南西店", 750, 1_000, 2, "Jiangnan West"),)

    what = short(Refused("rights.short", available=0, wanted=900, held=held))

    assert what == "Head office has too few points: 750 reserved at Jiangnan West, till 2, offline."
    assert short(Refused("rights.short", held=())) == "Head office has too few points for this member."


def test_braces_in_a_fact_are_told_as_they_are():
    assert "{x}" in short(Refused("scan.unknown_item", code="{x}"))


def test_the_language_in_force_is_spoken():
    i18n.use("zh_CN")

    assert short(Refused("pin.wrong", left=4)) == "PIN 不对。"


def test_whatever_head_office_answers_to_a_request_for_rights_has_a_sentence():
    answers = {code for code in vars(rights).values() if isinstance(code, str) and code.startswith("rights.")}

    assert "rights.recovery" in answers
    assert answers <= SENTENCES.keys()
