"""Head office as a process of its own that can be doomed: the program's own command, after the doom is set.

Before it serves, people put right what happened in the night: a till burnt, and the database came from a backup.
"""

from contextlib import closing, suppress
from pathlib import Path

import sqlalchemy as sa

from head_office import cli, lives
from head_office.acts import acts_path, read_acts
from head_office.fencing import Declared, fence
from head_office.lives_console import announce
from head_office.office import Office, open_office
from head_office.store import schema
from pos_app.errors import Refused
from tests.head_office.rig import balances
from tests.rigs.doom import Doom, listen

BURNT = "S02-1"


def serve(url: str, folder: Path, port: int, doom: Doom | None, diary: Path) -> None:
    """Serve until killed."""
    listen(doom, diary)
    put_right(url, folder)
    cli.serve(db=url, port=port, host="127.0.0.1", folder=folder)


def put_right(url: str, folder: Path) -> None:
    """Declare the burnt till gone and say that the database was put back, unless that was done already."""
    office = open_office(url, folder=folder)
    with closing(office.database):
        with suppress(Refused):  # fence.done
            fence(office, Declared(BURNT, "Chen", "Liu", "burnt down"))
        if office.identity.incarnation_no == 1:
            announce(office, "rig", "", acts_path(office))


def acts_wrong(books: Office) -> list[str]:
    """The burnt till is fenced, its member is whole, the restore is known, and every act is in the file too."""
    with books.database.read() as connection:
        burnt = connection.execute(sa.select(schema.life.c.status).where(schema.life.c.terminal_id == BURNT)).scalar()
        recoveries = connection.execute(sa.select(schema.recovery.c.ended_at_ms)).scalars().all()
        acts = set(connection.execute(sa.select(schema.act.c.act_id)).scalars())
    kept = {act.act_id for act in read_acts(acts_path(books))}
    owned = balances(books, "m1")
    escrow = [key for key in owned if key[0] == "escrow"]
    found = {"status": burnt, "recoveries": len(recoveries), "open": list(recoveries).count(None), "escrow": escrow}
    wanted = {"status": lives.FENCED, "recoveries": 1, "open": 0, "escrow": []}
    return ([] if found == wanted else [f"acts: {found}"]) + ([] if kept == acts else [f"lines: {kept ^ acts}"])
