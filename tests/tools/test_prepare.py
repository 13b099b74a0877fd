"""Set-up of a machine: what is missing, what counts as the same set-up, and that a second run does nothing."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import prepare
from tools.prepare import PURPOSES, VENV, Purpose, belongs_here, digest_of, main
from tools.system_packages import SetUpError, absent

ROOT = Path(__file__).resolve().parents[2]
LISTING = """\
installed libzbar0 
installed libglib2.0-0t64 libglib2.0-0 (= 2.84.1-1), libglib2.0-bin
config-files fonts-noto-cjk 
"""  # noqa: W291 - dpkg-query writes the blank


def test_an_installed_package_is_not_missing():
    assert absent(["libzbar0"], LISTING) == []


def test_a_package_that_another_provides_is_not_missing():
    assert absent(["libglib2.0-0"], LISTING) == []


def test_a_removed_package_whose_settings_remain_is_missing():
    assert absent(["fonts-noto-cjk", "libegl1"], LISTING) == ["fonts-noto-cjk", "libegl1"]


def test_each_purpose_names_lock_files_that_exist():
    assert all((ROOT / "requirements" / name).is_file() for purpose in PURPOSES.values() for name in purpose.locks)


def test_the_same_needs_have_the_same_digest_and_others_another():
    digest = digest_of(PURPOSES["run"])

    assert digest_of(PURPOSES["run"]) == digest
    assert digest_of(PURPOSES["test"]) != digest
    assert digest_of(Purpose(PURPOSES["run"].locks, (*PURPOSES["run"].packages, "cups"))) != digest


def environment(at: Path, made_at: Path) -> Path:
    """A folder like an environment made by `python -m venv` at ``made_at`` and found at ``at``."""
    (at / "bin").mkdir(parents=True)
    (at / "bin" / "python").symlink_to(sys.executable)
    (at / "bin" / "pip").write_text(f"#!{made_at}/bin/python3.11\n")
    return at


def test_an_environment_made_in_its_place_is_kept(tmp_path):
    assert belongs_here(environment(tmp_path / ".venv", tmp_path / ".venv"))


def test_an_environment_that_came_from_elsewhere_is_made_anew(tmp_path):
    assert not belongs_here(environment(tmp_path / ".venv", tmp_path / "old" / ".venv"))


def test_an_environment_whose_python_is_gone_is_made_anew(tmp_path):
    venv = environment(tmp_path / ".venv", tmp_path / ".venv")
    (venv / "bin" / "python").unlink()
    (venv / "bin" / "python").symlink_to(tmp_path / "no-python")

    assert not belongs_here(venv)


def test_no_environment_is_made_anew(tmp_path):
    assert not belongs_here(tmp_path / ".venv")


def test_an_environment_behind_a_link_is_somebody_elses_and_left_alone(tmp_path, monkeypatch):
    theirs = environment(tmp_path / "theirs", tmp_path / "theirs")
    link = tmp_path / ".venv"
    link.symlink_to(theirs)
    monkeypatch.setattr(prepare, "VENV", link)

    with pytest.raises(SetUpError, match="link"):
        prepare.make_environment()

    assert (theirs / "bin" / "pip").exists()


@pytest.mark.skipif(not belongs_here(VENV), reason="this folder was not set up by make")
def test_a_second_set_up_says_nothing_and_takes_under_five_seconds():
    began = time.monotonic()

    done = subprocess.run(
        [sys.executable, "-m", "tools.prepare", "test"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - began < 5


def test_a_machine_without_apt_is_told_what_to_install(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SYSTEM", raising=False)
    monkeypatch.setitem(PURPOSES, "elsewhere", Purpose(("setup.txt",), ("libzbar0",)))

    status = main(["elsewhere"])

    said = capsys.readouterr().err
    assert status == 1
    assert "no apt" in said
    assert "libzbar0" in said
