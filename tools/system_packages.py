"""The Debian packages that the programs need, and what to do when one is missing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable

# What the wheel of PySide6 6.11 links for windows on X11 and Wayland, and does not bring along.
QT = (
    "libegl1", "libgl1", "libglib2.0-0", "libfontconfig1", "libfreetype6", "libdbus-1-3", "libxkbcommon0",
    "libxkbcommon-x11-0", "libx11-xcb1", "libxcb-cursor0", "libxcb-icccm4", "libxcb-image0", "libxcb-keysyms1",
    "libxcb-randr0", "libxcb-render-util0", "libxcb-shape0", "libxcb-shm0", "libxcb-sync1", "libxcb-xfixes0",
    "libxcb-xkb1", "libwayland-cursor0", "libwayland-egl1",
)  # fmt: skip
# pyzbar loads zbar by name; screens and raster receipts need a face with Han characters.
TERMINAL = (*QT, "libzbar0", "fonts-noto-cjk")
POSTGRESQL = ("postgresql",)


class SetUpError(Exception):
    """Set-up cannot go on; the text is one sentence for the person who typed make."""


def missing(wanted: Iterable[str]) -> list[str]:
    """Return the packages of ``wanted`` that dpkg has neither by name nor as provided by another."""
    if shutil.which("dpkg-query") is None:
        return list(wanted)
    listing = subprocess.run(
        ["dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package} ${Provides}\n"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return absent(wanted, listing.stdout)


def absent(wanted: Iterable[str], listing: str) -> list[str]:
    """Return what ``listing`` lacks; its lines are ``status package provided (= version), provided…``."""
    held: set[str] = set()
    for line in listing.splitlines():
        status, _, names = line.partition(" ")
        if status == "installed":
            held.update(names.replace(",", " ").split())
    return [name for name in wanted if name not in held]


def install(names: list[str]) -> None:
    """Install Debian packages; needs root, and minutes on a slow line.

    Raises:
        SetUpError: no apt, no root, or apt failed; it names the packages.
    """
    if not names:
        return
    listed = " ".join(names)
    if shutil.which("apt-get") is None:
        message = f"This machine has no apt: install what Debian calls {listed}, then run make with SYSTEM=skip."
        raise SetUpError(message)
    if os.geteuid() != 0:
        message = f"Packages are missing and only root may install them: sudo apt-get install -y {listed}"
        raise SetUpError(message)
    say(f"installing {len(names)} system packages: {listed}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names],
    ):
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            sys.stderr.write(tail(done.stdout + done.stderr))
            message = f"apt could not install (is this machine offline?): apt-get install -y {listed}"
            raise SetUpError(message)


def say(text: str) -> None:
    """Tell the person at the terminal what takes its time."""
    print(f"set-up: {text}", file=sys.stderr, flush=True)


def tail(output: str, lines: int = 12) -> str:
    """Return the last lines of a program's output, each ended."""
    return "".join(f"  {line}\n" for line in output.splitlines()[-lines:])
