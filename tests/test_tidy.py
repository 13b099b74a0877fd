"""What the whole repository promises about itself: docstrings, sentences for errors, translations, locks, paths."""

import ast
import re
import string
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from PySide6.QtCore import QObject

from pos_app import errors
from pos_app.i18n import use
from pos_app.ui import messages
from tools.error_codes import Codes, read_codes
from tools.strings import catalogues, read, texts

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("pos_app", "head_office", "tools", "benchmarks")
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ]+)(?: ; .*)? \\$")
CODE = re.compile(r"[a-z_]+\.[a-z_]+")
HAN = re.compile("[\u4e00-\u9fff]")
# Where an error carries a code that another module decided: every code that module names counts as raised.
DECIDED_BY = {
    "pos_app.devices.printers.session": "pos_app/devices/printers/status.py",
    "pos_app.sync.link": "pos_app/sync/wire/http.py",
    "pos_app.sync.rights": "head_office/rights.py",
    "pos_app.ui.views.sync_centre": "pos_app/sync/wire/http.py",
}


def committed_files() -> list[Path]:
    """The files of the repository; outside a clone, whatever lies in its folders."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in listing.stdout.split("\0") if name]
    folders = [ROOT / name for name in (*PACKAGES, "tests", "docs", "requirements")]
    found = [ROOT / name for name in names] or [path for folder in folders for path in folder.rglob("*.*")]
    return [path for path in found if path.is_file()]


@cache
def terminal_codes() -> Codes:
    return read_codes(ROOT)


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def pins(lock: Path) -> dict[str, str]:
    found = (PINNED.match(line) for line in lock.read_text(encoding="utf-8").splitlines())
    return {match[1]: match[2] for match in found if match}


def test_every_module_says_what_it_is_for():
    modules = [path for part in PACKAGES for path in sorted((ROOT / part).rglob("*.py"))]

    silent = [str(path.relative_to(ROOT)) for path in modules if not ast.get_docstring(ast.parse(path.read_bytes()))]

    assert len(modules) > 100, "the folders were not found"
    assert silent == []


def test_every_error_code_can_be_read_from_the_source():
    unread = [place for place in terminal_codes().unread if place.partition(":")[0] not in DECIDED_BY]

    assert unread == []


def test_every_error_code_has_a_sentence():
    codes = terminal_codes()
    raised = set(codes.raised) | decided_elsewhere()

    assert len(raised) > 50
    assert sorted(codes.told(code) for code in raised - set(messages.SENTENCES)) == []


def test_every_sentence_for_an_error_is_told_in_chinese_too():
    use("zh_CN")

    told = {code: messages.short(errors.Refused(code)) for code in messages.SENTENCES}

    assert [code for code, text in told.items() if not HAN.search(text)] == []


def decided_elsewhere() -> set[str]:
    trees = [ast.parse((ROOT / path).read_bytes()) for path in DECIDED_BY.values()]
    constants = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in constants if isinstance(value, str) and CODE.fullmatch(value)}


def test_every_sentence_gets_the_facts_it_names():
    hollow = [
        f"{origin.place} {code} lacks {sorted(fields(messages.SENTENCES[code]) - origin.facts)}"
        for code, origins in terminal_codes().raised.items()
        for origin in origins
        if code in messages.SENTENCES and origin.facts is not None
        if fields(messages.SENTENCES[code]) - origin.facts
    ]

    assert hollow == []


def each_text() -> list[tuple[str, Catalog]]:
    return [(path.parent.parent.name, read(path)) for path in catalogues()]


def test_every_text_is_translated():
    used = [message.id for message in texts() if message.id]

    assert len(used) > 100
    assert each_text(), "there is no catalogue"
    for language, catalogue in each_text():
        missing = [text for text in used if not is_translated(catalogue, text)]
        assert missing == [], language


def is_translated(catalogue: Catalog, text: str | tuple[str, str]) -> bool:
    message = catalogue.get(text if isinstance(text, str) else text[0])
    if message is None or not message.string or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else True


def test_translations_have_the_placeholders_of_their_texts():
    wrong = []
    for language, catalogue in each_text():
        for message in catalogue:
            originals = [message.id] if isinstance(message.id, str) else list(message.id)
            translated = [message.string] if isinstance(message.string, str) else list(message.string)
            allowed = set().union(*(fields(text) for text in originals))
            needed = fields(originals[-1])
            wrong += [
                f"{language}: {text}"
                for text in translated
                if message.id and text and not needed <= fields(text) <= allowed
            ]

    assert wrong == []


def test_no_text_is_translated_in_two_ways():
    for path in catalogues():
        pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', path.read_text(encoding="utf-8"), re.MULTILINE)
        seen: dict[str, str] = {}
        clashes = [text for text, said in pairs if seen.setdefault(text, said) != said]
        assert clashes == [], path.parent.parent.name


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_locks_pin_every_package_by_hash_and_name_no_index(lock):
    lines = [
        line for line in lock.read_text(encoding="utf-8").splitlines() if line and not line.lstrip().startswith("#")
    ]
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]

    unhashed = [lines[n] for n in starts if n + 1 >= len(lines) or not lines[n + 1].startswith("    --hash=sha256:")]
    strange = [
        line for line in lines if not PINNED.match(line) and not re.match(r"^    --hash=sha256:[0-9a-f]{64}", line)
    ]

    assert starts
    assert unhashed == []
    assert strange == []


def test_locks_agree_with_each_other_and_with_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    locked = {lock.stem: pins(lock) for lock in LOCKS}
    wanted = {
        "terminal": project["project"]["dependencies"],
        "head-office": project["project"]["dependencies"] + project["project"]["optional-dependencies"]["head-office"],
        **project["dependency-groups"],
    }

    disagreeing = {
        name
        for pinned in locked.values()
        for name, version in pinned.items()
        if version != locked["dev"].get(name, version)
    }
    outside = [
        f"{lock}: {text}"
        for lock, requirements in wanted.items()
        for requirement, text in ((Requirement(text), text) for text in requirements)
        if (version := locked[lock].get(canonicalize_name(requirement.name))) is None
        or not requirement.specifier.contains(version)
    ]

    assert disagreeing == set()
    assert outside == []


def test_no_committed_file_names_a_machine():
    common = {Path(name) for name in ("/", "/tmp", "/srv", "/opt", "/usr/src", "/mnt", "/var/tmp")}
    here = {f"{ROOT}/"} | ({f"{ROOT.parent}/"} if ROOT.parent not in common else set())
    private = re.compile(
        "|".join([*map(re.escape, sorted(here)), r"/(?:home|Users)/\w+/", r"(?<![\w.])/[r]oot/", r"C:\\[U]sers\\"])
    )

    texts_of = {
        path: path.read_bytes().decode("utf-8", errors="ignore") for path in committed_files() if path != Path(__file__)
    }
    naming = [
        f"{path.relative_to(ROOT)}: {found[0]}" for path, text in texts_of.items() if (found := private.search(text))
    ]

    assert len(texts_of) > 100
    assert naming == []


def test_the_readme_shows_both_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert re.search(r"^make run\b", readme, re.MULTILINE)
    assert re.search(r"^make test\b", readme, re.MULTILINE)


def test_links_in_the_documents_lead_somewhere():
    pages = [path for path in committed_files() if path.suffix == ".md"]

    dead = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert pages
    assert dead == []


def test_qt_gives_back_every_none_it_borrows():
    """PySide6 6.12.0 under Python 3.11 loses a reference to None on each such call, until the process aborts."""
    calls, thing = 300, QObject()
    before = sys.getrefcount(None)

    for _ in range(calls):
        thing.setObjectName("probe")

    assert abs(sys.getrefcount(None) - before) < calls // 10
