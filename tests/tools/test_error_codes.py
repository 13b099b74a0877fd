"""Reading error codes from source: every way in which this project writes them."""

import pytest

from tools.error_codes import Origin, read_codes

BASE = "from pos_app.errors import Damaged, Refused, Unavailable\n"


def codes_of(tmp_path, source, **modules):
    package = tmp_path / "pos_app"
    package.mkdir()
    (package / "it.py").write_text(BASE + source)
    for name, text in modules.items():
        (package / f"{name}.py").write_text(text)
    return read_codes(tmp_path)


def test_a_literal_code_is_read_with_its_place_and_facts(tmp_path):
    codes = codes_of(tmp_path, 'def f():\n    raise Refused("points.short", held=1, wanted=2)\n')

    assert codes.raised == {"points.short": [Origin("pos_app.it:3", frozenset({"held", "wanted"}))]}
    assert codes.unread == []


@pytest.mark.parametrize(
    "source",
    [
        'SHORT = "points.short"\ndef f():\n    raise Refused(SHORT)\n',
        "from pos_app.words import SHORT\ndef f():\n    raise Refused(SHORT)\n",
        "from pos_app import words\ndef f():\n    raise Refused(words.SHORT)\n",
        'def f():\n    code = "points.short"\n    return Damaged(code)\n',
        'def f():\n    def g():\n        raise Unavailable("points.short")\n    return g\n',
    ],
)
def test_a_named_code_is_followed_to_its_text(tmp_path, source):
    codes = codes_of(tmp_path, source, words='SHORT = "points.short"\n')

    assert list(codes.raised) == ["points.short"]
    assert codes.unread == []


def test_both_codes_of_a_choice_are_read(tmp_path):
    codes = codes_of(tmp_path, 'def f(x):\n    code = "a.b" if x else "c.d"\n    raise Refused(code)\n')

    assert set(codes.raised) == {"a.b", "c.d"}


def test_the_fallback_of_a_passed_on_code_is_read(tmp_path):
    codes = codes_of(tmp_path, 'def f(answer):\n    raise Refused(answer.code or "rights.none")\n')

    assert (list(codes.raised), codes.unread) == (["rights.none"], [])


def test_passing_on_another_error_is_neither_raised_nor_unread(tmp_path):
    codes = codes_of(tmp_path, "def f(error):\n    raise Refused(error.code)\n")

    assert (codes.raised, codes.unread) == ({}, [])


@pytest.mark.parametrize("argument", ["code", 'f"points.{x}"', "pick()"])
def test_a_code_that_the_source_does_not_tell_is_reported(tmp_path, argument):
    codes = codes_of(tmp_path, f"def f(code, x):\n    raise Refused({argument})\n")

    assert codes.unread == ["pos_app.it:3"]


def test_facts_that_come_as_a_mapping_are_unknown(tmp_path):
    codes = codes_of(tmp_path, 'def f(facts):\n    raise Refused("a.b", **facts)\n')

    assert codes.raised["a.b"] == [Origin("pos_app.it:3", None)]
