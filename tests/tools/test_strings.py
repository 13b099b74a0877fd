"""Catalogues as `make strings` writes them."""

import ast
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from pos_app import i18n
from tools.strings import texts, written


def catalogue(*messages):
    made = Catalog(locale="zh_CN")
    for text, said in messages:
        made.add(text, said)
    return made


def test_texts_marked_in_any_way_are_found():
    found = {message.id for message in texts()}

    assert "Cashier" in found, "marked with _()"
    assert ("{n} minute", "{n} minutes") in found, "marked with ngettext()"
    assert any(isinstance(text, str) and "\n" in text for text in found), "marked with N_()"


def test_what_is_written_reads_back_the_same_and_in_order():
    text = written(catalogue(("Hold", "挂单"), ("Close", "交班"), (("{n} item", "{n} items"), ("{n} 件",))))

    back = read_po(BytesIO(text.encode()), locale="zh_CN")

    assert [message.id for message in back if message.id] == ["Close", "Hold", ("{n} item", "{n} items")]
    assert back.get("Hold").string == "挂单"
    assert back.num_plurals == 1


def test_writing_twice_changes_nothing_and_names_no_person_date_or_line():
    text = written(catalogue(("Hold", "挂单")))

    assert written(read_po(BytesIO(text.encode()), locale="zh_CN")) == text
    assert "EMAIL" not in text
    assert "Date" not in text
    assert "#:" not in text


def test_no_text_is_marked_inside_an_f_string_where_the_collector_cannot_see_it():
    package = Path(i18n.__file__).parent
    hidden = [
        f"{path.relative_to(package)}:{call.lineno}"
        for path in package.rglob("*.py")
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in {"_", "N_", "ngettext"}
    ]

    assert hidden == []
