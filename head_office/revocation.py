"""Revocation: a stolen or untrusted terminal trades no more from its next contact on; it may deliver its history."""

import sqlalchemy as sa

from head_office import lives
from head_office.acts import Act, keep, record
from head_office.flags import raise_flag
from head_office.office import Office
from head_office.store import schema
from pos_app.errors import Refused
from pos_app.sync.wire.http import TERMINAL_UNKNOWN

REVOKE = "revoke"
_LIFE = schema.life.c


def revoke(office: Office, terminal_id: str, by: str, reason: str) -> list[str]:
    """End trading with every life of a terminal that still trades; return their epochs.

    What the terminal holds stays booked to it: whether it was spent is known when its history comes, or is decided by
    fencing it.

    Args:
        terminal_id: for example ``S01-2``. ``by``: who decided. ``reason``: in that person's words.

    Raises:
        Refused: ``terminal.unknown`` when no life of it trades.
    """

    def work(connection: sa.Connection) -> list[lives.Life]:
        wanted = sa.select(schema.life).where(_LIFE.terminal_id == terminal_id, _LIFE.status == lives.LIVE)
        trading = list(connection.execute(wanted.order_by(_LIFE.life_no).with_for_update()))
        if not trading:
            raise Refused(TERMINAL_UNKNOWN, terminal_id=terminal_id)
        for life in trading:
            ended = sa.update(schema.life).where(_LIFE.life_no == life.life_no).values(status=lives.REVOKED)
            connection.execute(ended)
            facts = {"by": by, "reason": reason}
            caller = lives.caller_of(life)
            raise_flag(connection, office.clock.now_ms(), "terminal.revoked", caller=caller, facts=facts)
            body = {"terminal_id": terminal_id, "epoch": life.epoch, **facts}
            record(connection, REVOKE, f"{REVOKE}/{terminal_id}/{life.epoch}", office.clock.now_ms(), body)
        return trading

    ended = office.database.write(work)
    for life in ended:
        office.sessions.revoke(life.life_no)
    keep(office)
    return [life.epoch for life in ended]


def revoked_again(office: Office, act: Act) -> None:
    """Revoke once more, after a restore, what an act says was revoked; nothing if a newer life trades there."""
    with office.database.read() as connection:
        wanted = sa.select(_LIFE.status).where(
            _LIFE.terminal_id == act.body["terminal_id"], _LIFE.epoch == act.body["epoch"]
        )
        status = connection.execute(wanted).scalar()
    if status == lives.LIVE:
        revoke(office, act.body["terminal_id"], act.body["by"], act.body["reason"])
