"""Collect the texts of pos_app and bring each catalogue up to date: sorted, without line numbers, without guesses.

A text that left the program leaves the catalogue; a new one waits there with an empty translation, which
tests/test_tidy.py reports.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent / "pos_app"
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


def main() -> int:
    """Rewrite the catalogues; always 0."""
    template = texts()
    for path in catalogues():
        catalogue = read(path)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.revision_date = datetime.now(UTC)
        with path.open("wb") as target:
            write_po(target, catalogue, sort_output=True, no_location=True, omit_header=False, width=110)
        empty = sum(1 for message in catalogue if message.id and not message.string)
        print(f"{path.relative_to(PACKAGE.parent)}: {len(catalogue)} texts, {empty} without translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
