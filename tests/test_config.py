"""Settings, folders, logs, languages and the command line."""

import json
import logging
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pos_app import cli, config, i18n, logs
from pos_app.config import Config
from pos_app.errors import Refused
from pos_app.paths import Paths, terminal_paths


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_without_a_file_every_setting_has_its_default(file: Path):
    assert config.load(file) == Config()


def test_settings_are_read_by_section(file: Path):
    file.write_text('language = "en"\n[printer]\nkind = "tcp"\nport = 9101\n', encoding="utf-8")

    read = config.load(file)

    assert (read.language, read.printer.kind, read.printer.port, read.printer.host) == ("en", "tcp", 9101, "127.0.0.1")


@pytest.mark.parametrize(
    ("text", "code", "setting"),
    [
        ("language = ", "config.broken", None),
        ("langage = 'en'", "config.unknown", "langage"),
        ("[printer]\nkind = 'tcp'\nprot = 1", "config.unknown", "printer.prot"),
        ("language = 5", "config.type", "language"),
        ("full_screen = 1", "config.type", "full_screen"),
        ("[scanner]\ngap_ms = 'fast'", "config.type", "scanner.gap_ms"),
    ],
)
def test_a_wrong_setting_is_refused_by_its_name(file: Path, text: str, code: str, setting: str | None):
    file.write_text(text, encoding="utf-8")

    with pytest.raises(Refused) as refused:
        config.load(file)

    assert (refused.value.code, refused.value.facts.get("setting")) == (code, setting)


def test_bytes_that_are_no_text_are_refused(file: Path):
    file.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(Refused) as refused:
        config.load(file)

    assert refused.value.code == "config.broken"


def test_saving_keeps_comments_and_other_settings(file: Path):
    file.write_text('# our till\nlanguage = "zh_CN"  # for now\n[printer]\nkind = "tcp"\n', encoding="utf-8")

    config.save(file, {"language": "en", "printer.port": 9101, "camera.source": "0"})

    read = config.load(file)
    assert (read.language, read.printer.kind, read.printer.port, read.camera.source) == ("en", "tcp", 9101, "0")
    assert "# our till" in file.read_text(encoding="utf-8")


def test_saving_into_nothing_makes_a_file_that_reads_back(file: Path):
    config.save(file, {"head_office_url": "http://127.0.0.1:9", "printer.kind": "none"})

    assert config.load(file) == Config(head_office_url="http://127.0.0.1:9")


def test_the_environment_names_the_folder_and_it_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POS_HOME", str(tmp_path / "till"))

    paths = terminal_paths()

    assert paths.home == tmp_path / "till"
    assert stat.S_IMODE(paths.home.stat().st_mode) == 0o700


def test_without_it_the_users_data_folder_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("POS_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert terminal_paths().home.name == "member-pos"


def test_every_file_lies_in_the_folder(tmp_path: Path):
    paths = Paths(tmp_path)

    files = (paths.till_db, paths.keys, paths.config, paths.logs, paths.lock, paths.downloads)
    assert {one.parent for one in files} == {tmp_path}
    assert len(set(files)) == len(files)


@pytest.fixture
def written(tmp_path: Path):
    """Log to a file of this test's own, and read it back line by line."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    logs.start(tmp_path)

    def lines() -> list[dict[str, str]]:
        return [json.loads(line) for line in (tmp_path / "pos.jsonl").read_text(encoding="utf-8").splitlines()]

    yield lines
    root.setLevel(level)
    for handler in [one for one in root.handlers if one not in before]:
        root.removeHandler(handler)
        handler.close()


def test_a_log_line_is_one_json_object(written):
    logging.getLogger("pos_app.x").info("sale.done receipt_no=%s\nnext", "0001-1-A1-000001")

    (line,) = written()
    assert (line["level"], line["from"]) == ("INFO", "pos_app.x")
    assert line["event"] == "sale.done receipt_no=0001-1-A1-000001\nnext"


@pytest.mark.parametrize(
    "secret",
    ["13800006627", "+8613800006627", "8613800006627", "+447911123456", "134567890123456789", "2812345678901234"],
)
def test_phones_and_payment_codes_never_reach_the_log(written, secret: str):
    logging.getLogger("x").info("scan text=%s end", secret)

    assert secret not in written()[0]["event"]
    assert written()[0]["event"].endswith("end")


@pytest.mark.parametrize(
    "harmless", ["6901234500012", "0001-1-A1-000001", "amount_minor=107200", "at_ms=1700000000000"]
)
def test_barcodes_receipts_and_amounts_stay_readable(harmless: str):
    assert logs.redact(harmless) == harmless


def test_what_an_exception_says_is_masked_too(written):
    try:
        raise ValueError("13800006627")
    except ValueError:
        logging.getLogger("x").info("failed", exc_info=True)

    assert "13800006627" not in json.dumps(written())


def test_an_unknown_language_is_english():
    i18n.use("fr")

    assert (i18n.language(), i18n._("Basket")) == ("en", "Basket")


def test_a_language_is_switched_while_running():
    i18n.use("zh_CN")
    chinese = i18n._("Basket")
    i18n.use("en")

    assert (chinese, i18n._("Basket")) != ("Basket", chinese)


def test_the_command_line_prints_the_keys_in_force():
    result = CliRunner().invoke(cli.app, ["keymap"])

    assert result.exit_code == 0
    assert "F9           pay" in result.output


def test_enrolling_without_head_office_says_so_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("POS_HOME", str(tmp_path))

    result = CliRunner().invoke(cli.app, ["enrol", "AAAA-BBBB", "--url", "http://127.0.0.1:9"])

    assert result.exit_code == 1
    assert "Traceback" not in result.output


def test_a_till_that_is_not_enrolled_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written, expect_log
):
    monkeypatch.setenv("POS_HOME", str(tmp_path / "till"))
    expect_log("start.failed")

    result = CliRunner().invoke(cli.app, ["run"])

    assert result.exit_code == 1
    assert "till.not_enrolled" in result.output


def test_without_a_command_the_help_is_shown():
    result = CliRunner().invoke(cli.app, [])

    assert "enrol" in result.output
