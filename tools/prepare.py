"""Set a machine up for `make run`, `make test` or `make freeze`: system packages, .venv, translations.

Runs on the bare system Python. What was installed is remembered by a stamp in .venv that holds the
digest of everything that went in, so a second run only compares digests.
"""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.system_packages import POSTGRESQL, TERMINAL, SetUpError, install, missing, say, tail

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What one verb of the Makefile needs: lock files under requirements/, Debian packages."""

    locks: tuple[str, ...]
    packages: tuple[str, ...]


PURPOSES = {
    "run": Purpose(("head-office.txt", "setup.txt"), TERMINAL),
    "test": Purpose(("dev.txt",), TERMINAL + POSTGRESQL),
    "freeze": Purpose(("terminal.txt", "setup.txt", "freeze.txt"), (*TERMINAL, "binutils")),
}


def main(arguments: list[str]) -> int:
    """Set up for the purpose named; 0 when everything is there, 1 after one sentence on what is not."""
    try:
        prepare(PURPOSES[arguments[0]], VENV / f".prepared-{arguments[0]}")
    except SetUpError as error:
        say(str(error))
        return 1
    return 0


def prepare(purpose: Purpose, stamp: Path) -> None:
    """Bring the machine to what ``purpose`` needs, doing nothing where the stamp says so already."""
    digest = digest_of(purpose)
    if not stamp.is_file() or stamp.read_text() != digest:
        wanted = list(purpose.packages)
        if not has_ensurepip():
            wanted.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
        if os.environ.get("SYSTEM") != "skip":
            install(missing(wanted))
        make_environment()
        install_locked(purpose.locks)
        install_project()
        stamp.write_text(digest)
    compile_translations()


def digest_of(purpose: Purpose) -> str:
    """Return the digest of all that decides what gets installed, the place of this clone included."""
    parts = [str(ROOT).encode(), repr(sys.version_info[:2]).encode(), " ".join(purpose.packages).encode()]
    parts += [(ROOT / "requirements" / name).read_bytes() for name in purpose.locks]
    parts.append((ROOT / "pyproject.toml").read_bytes())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def has_ensurepip() -> bool:
    """Whether this Python can make environments with pip; Debian's cannot without python3-venv."""
    probe = subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False)
    return probe.returncode == 0


def make_environment() -> None:
    """Make .venv, anew when it came with the folder from somewhere else or is broken; never behind a link."""
    if belongs_here(VENV):
        return
    if VENV.is_symlink():
        raise SetUpError(f"{VENV} is a link: its environment belongs to another folder. Remove the link first.")
    say("making the virtual environment .venv")
    run_quietly(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        "The virtual environment .venv could not be made: see the lines above.",
    )


def belongs_here(venv: Path) -> bool:
    """Whether ``venv`` was made at this very path and its Python still starts."""
    python, pip = venv / "bin" / "python", venv / "bin" / "pip"
    try:
        made_here = pip.read_text().startswith(f"#!{venv}/bin/")
        return made_here and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def install_locked(locks: tuple[str, ...]) -> None:
    """Install exactly the versions and hashes of the lock files; half a gigabyte the first time."""
    say(f"installing the packages of {', '.join(f'requirements/{name}' for name in locks)} (minutes the first time)")
    wanted = [part for name in locks for part in ("-r", str(ROOT / "requirements" / name))]
    run_quietly(
        [*pip(), "--require-hashes", *wanted],
        "The Python packages could not be fetched: this first set-up needs a network, or PIP_INDEX_URL or "
        "PIP_FIND_LINKS naming a mirror or a folder of wheels.",
    )


def install_project() -> None:
    """Link this folder into .venv, which makes the commands pos-app and head-office."""
    run_quietly(
        [*pip(), "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)],
        "This project could not be installed into .venv: see the lines above.",
    )


def pip() -> list[str]:
    """Return the start of a quiet pip install into .venv."""
    return [
        str(VENV / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]


def compile_translations() -> None:
    """Compile the catalogues that are newer than what was compiled from them."""
    for source in sorted((ROOT / "pos_app" / "locale").glob("*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            run_quietly(
                [str(VENV / "bin" / "pybabel"), "-q", "compile", "-i", str(source), "-o", str(compiled),
                 "-l", source.parent.parent.name],
                f"The translations in {source.relative_to(ROOT)} could not be compiled: see the lines above.",
            )  # fmt: skip


def run_quietly(command: list[str], failed: str) -> None:
    """Run a program in the project's folder and keep its output unless it fails.

    Raises:
        SetUpError: it ended with an error; the text is ``failed``.
    """
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.stderr.write(tail(done.stdout + done.stderr))
        raise SetUpError(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
