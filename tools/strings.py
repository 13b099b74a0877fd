"""Collect the texts of pos_app and bring each catalogue up to date: sorted, without line numbers, without guesses.

A text that left the program leaves the catalogue; a new one waits there with an empty translation, which
tests/test_tidy.py reports.
"""

import sys
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "pos_app"
HEADER = """\
msgid ""
msgstr ""
"Project-Id-Version: member-pos\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms};\\n"

"""
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}


def texts() -> Catalog:
    """Return every text that pos_app marks with ``_`` or ``ngettext``."""
    catalogue = Catalog(project="member-pos")
    for path, _, message, comments, context in extract_from_dir(PACKAGE, keywords=KEYWORDS, comment_tags=("i18n:",)):
        catalogue.add(message, locations=[(path, 0)], auto_comments=comments, context=context)
    return catalogue


def catalogues() -> list[Path]:
    """Return the catalogue of each language."""
    return sorted((PACKAGE / "locale").glob("*/LC_MESSAGES/*.po"))


def read(path: Path) -> Catalog:
    """Return one catalogue; its language is the name of its folder."""
    with path.open("rb") as source:
        return read_po(source, locale=path.parent.parent.name)


def written(catalogue: Catalog) -> str:
    """Return the text of a catalogue: a fixed header, then its messages in order."""
    body = BytesIO()
    write_po(body, catalogue, sort_output=True, no_location=True, omit_header=True, ignore_obsolete=True, width=110)
    header = HEADER.format(language=catalogue.locale_identifier, plural_forms=catalogue.plural_forms.rstrip(";"))
    return header + body.getvalue().decode("utf-8").strip() + "\n"


def main() -> int:
    """Rewrite the catalogues; always 0."""
    template = texts()
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(template, no_fuzzy_matching=True)
        path.write_text(written(catalogue), encoding="utf-8")
        empty = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{path.relative_to(PACKAGE.parent)}: {len(catalogue)} texts, {empty} without translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
