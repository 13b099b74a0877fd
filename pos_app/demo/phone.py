"""The demo phone: what a member's telephone shows, in the terminal, for a member of the demo chain.

It reads the directory of the demo till and of no other: whoever could ask a shop's till for codes could stand in for
any member.
"""

import io
import sys
import threading
from pathlib import Path

from pos_app.bootstrap.log_export import database_key
from pos_app.bootstrap.world import SystemClock
from pos_app.domain import dynamic_code
from pos_app.domain.masking import masked_name
from pos_app.domain.members import Member
from pos_app.errors import Refused
from pos_app.paths import Paths
from pos_app.store.directory_copy import opened_directory
from pos_app.sync.keystore import KeyStore

HOME_SCREEN = "\x1b[H\x1b[2J"  # to the upper left corner, everything cleared
LOOK_EVERY_S = 1.0


def member_of(paths: Paths, keys: KeyStore, card_no: str = "") -> Member:
    """Return a member of a till's directory: the one with this card, or whoever came last.

    Raises:
        Refused: ``scan.unknown_member {code}``, ``till.not_enrolled``, and what opening the directory raises.
    """
    if not paths.till_db.exists():
        raise Refused("till.not_enrolled")
    with opened_directory(paths.till_db, database_key(keys)) as directory:
        if card_no:
            record = directory.member_with_card(card_no)
        else:
            record = next((directory.member(hit.member_id) for hit in directory.hits("name", "", 1)), None)
    if record is None:
        raise Refused("scan.unknown_member", code=card_no)
    return record.member


def frame(member: Member, at_ms: int) -> str:
    """Return what the phone shows at ``at_ms`` (UTC): whose it is, the code, the seconds left of it, its QR code."""
    import segno  # noqa: PLC0415 - only the demo phone pays for it

    code = dynamic_code.make(member.card_no, member.code_key, at_ms, member.card_version)
    left_s = (dynamic_code.STEP_MS - at_ms % dynamic_code.STEP_MS + 999) // 1_000
    picture = io.StringIO()
    segno.make_qr(code, error="m").terminal(picture, border=2, compact=True)
    return f"{masked_name(member.name)} · {member.card_no}\n{code} · {left_s} s\n\n{picture.getvalue()}"


def show(member: Member, *, once: bool, clock: SystemClock) -> None:
    """Show the code until interrupted, or once."""
    never = threading.Event()
    while True:
        text = frame(member, clock.now_ms())
        sys.stdout.write(text if once else HOME_SCREEN + text)
        sys.stdout.flush()
        if once or never.wait(LOOK_EVERY_S):
            return


def demo_till(folder: Path) -> Paths:
    """Return the folder of the demo chain's till."""
    return Paths(folder / "till")
