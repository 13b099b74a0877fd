import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po

from pos_app.domain.advice import NODES, Advice
from pos_app.domain.calls import Outcome
from pos_app.domain.members import Tier
from pos_app.domain.tenders import TenderKind
from pos_app.domain.tiers import Reason
from pos_app.services.words import advice_words, day_words, node_words, outcome_words, receipt_words, slip_words


def said(words: object) -> Iterator[str]:
    """Yield every text inside words."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, Mapping):
        for value in words.values():
            yield from said(value)
    elif isinstance(words, tuple):
        for value in words:
            yield from said(value)
    elif is_dataclass(words):
        for field in fields(words):
            yield from said(getattr(words, field.name))


ENGLISH = sorted({text for words in (receipt_words(), slip_words(), day_words()) for text in said(words)})


@pytest.fixture(scope="module")
def chinese() -> dict[str, str]:
    path = files("pos_app") / "locale" / "zh_CN" / "LC_MESSAGES" / "pos.po"
    with path.open("rb") as source:
        return {message.id: message.string for message in read_po(source) if isinstance(message.id, str)}


@pytest.mark.parametrize("text", ENGLISH)
def test_a_word_on_paper_has_a_chinese_one_with_the_same_places_that_every_printer_can_print(text, chinese):
    translated = chinese.get(text, "")

    assert translated
    assert sorted(re.findall(r"\{\w+\}", translated)) == sorted(re.findall(r"\{\w+\}", text))
    assert translated.encode("gbk")
    assert text.encode("gbk")


def test_every_kind_of_advice_care_outcome_and_tender_has_its_words():
    assert set(advice_words()) == {"", *Advice}
    assert set(node_words()) == {node.key for node in NODES}
    assert len(outcome_words()) == len(Outcome)
    assert set(receipt_words().tenders) == set(TenderKind)
    assert set(receipt_words().tiers) == set(Tier)
    assert set(receipt_words().raised_by) == {Reason.SPEND, Reason.VISITS, Reason.YEARS, Reason.BOUGHT}
