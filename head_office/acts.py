"""Acts of head office itself, kept where no restore of its database takes them back.

What terminals said comes again after a restore; what people decided at head office (a fence, a merge, a revocation)
would be gone. So each such act is a row in the transaction that does it, and then a line, synced, in a file outside the
database. The restore tool does again what the file knows and the database does not.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from head_office.flags import raise_flag
from head_office.office import STORED_INCARNATION, Office
from head_office.store import schema
from head_office.store.bulk import insert_rows
from head_office.store.database import Within
from pos_app.commit_points import CommitPoint, mark
from pos_app.errors import Damaged, Refused

_ACT = schema.act.c
_KNOWN = sa.select(_ACT.act_no).where(_ACT.act_id == sa.bindparam("act_id"))
MEMORY = ":memory:"
NOT_DONE = "act.not_done"
KEY = "acts"  # what facts wait for that only an act makes good which waits itself


class Act(msgspec.Struct, frozen=True):
    """One thing that people did at head office. ``act_id`` is the same however often it is done again."""

    act_id: str
    kind: str
    at_ms: int
    body: dict[str, Any]  # Any: JSON, as the kind knows it


def record(connection: sa.Connection, kind: str, act_id: str, at_ms: int, body: Mapping[str, object]) -> None:
    """Write an act down in the transaction that does it; ``keep`` it after the commit. One that waited is done now."""
    row = {"act_id": act_id, "kind": kind, "at_ms": at_ms, "body": msgspec.json.encode(dict(body)), "waits": ""}
    if connection.execute(_KNOWN, {"act_id": act_id}).first() is None:
        insert_rows(connection, schema.act, [row])
    else:
        connection.execute(sa.update(schema.act).where(_ACT.act_id == act_id).values(waits=""))


def keep(office: Office) -> int:
    """Copy to the file, and sync, what the database knows and the file does not; return how many acts that were.

    Nothing from inside a transaction: it may not commit.
    """
    path = acts_path(office)
    if path is None or isinstance(office.database, Within):
        return 0

    def work(connection: sa.Connection) -> int:
        connection.execute(STORED_INCARNATION.with_for_update()).all()  # of all processes: they may not append at once
        there = {act.act_id for act in read_acts(path)} if path.exists() else set()
        rows = connection.execute(sa.select(schema.act).order_by(_ACT.act_no))
        new = [Act(row.act_id, row.kind, row.at_ms, json.loads(row.body)) for row in rows if row.act_id not in there]
        if new:
            mark(CommitPoint.ACT_COMMITTED_BEFORE_LINE)
            _append(path, new)
        return len(new)

    return office.database.write(work)


def acts_path(office: Office) -> Path | None:
    """Return where acts are kept: beside an embedded database, else in the office's folder; None in memory."""
    if office.database.is_postgres:
        return office.folder / "acts.jsonl"
    name = office.database.url.database or MEMORY
    return None if MEMORY in name else Path(name).resolve().with_suffix(".acts.jsonl")


def read_acts(path: Path) -> Iterator[Act]:
    """Return the acts in a file, in order; a last line that was cut off is passed over.

    Raises Damaged ``acts.line`` for any other line that is none, ``acts.file`` for a file that cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise Damaged("acts.file", path=str(path), cause=str(error)) from error
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            yield msgspec.json.decode(line, type=Act)
        except msgspec.DecodeError as error:
            if number == len(lines):
                return
            raise Damaged("acts.line", path=str(path), line=number) from error


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to: how many acts were done again, which wait for facts, and which are of an unknown kind."""

    done: int
    waiting: list[str]
    unknown: list[str]


Again = Callable[[Office, Act], None]


def replay(office: Office, acts: Iterable[Act], kinds: Mapping[str, Again]) -> Replayed:
    """Do again, in order, the acts of a file that the database does not know.

    What cannot be done before the tills have sent again what was forgotten waits in the database: ``replay_waiting``.
    """
    done, waiting, unknown = 0, [], []
    with office.database.read() as connection:
        known = set(connection.execute(sa.select(_ACT.act_id)).scalars())
    for act in acts:
        if act.act_id in known:
            continue
        if act.kind not in kinds:
            unknown.append(act.act_id)
        elif _again(office, act, kinds[act.kind]):
            done += 1
        else:
            waiting.append(act.act_id)
    return Replayed(done, waiting, unknown)


def replay_waiting(office: Office, kinds: Mapping[str, Again]) -> Replayed:
    """Try the acts that waited once more, in order; flag ``act.not_done`` what still cannot be done."""
    with office.database.read() as connection:
        rows = connection.execute(sa.select(schema.act).where(_ACT.waits != "").order_by(_ACT.act_no)).all()
    done, waiting = 0, []
    for row in rows:
        if _again(office, Act(row.act_id, row.kind, row.at_ms, json.loads(row.body)), kinds[row.kind]):
            done += 1
        else:
            waiting.append(row.act_id)
    office.database.write(lambda connection: _flag(office, connection, waiting))
    return Replayed(done, waiting, [])


def is_waiting(connection: sa.Connection, kind: str) -> bool:
    """Say whether an act of this kind waits to be done again."""
    waits = sa.select(_ACT.act_no).where(_ACT.waits != "", _ACT.kind == kind)
    return connection.execute(waits.limit(1)).first() is not None


def _again(office: Office, act: Act, again: Again) -> bool:
    """Do an act again and say whether it could be done; else it waits."""
    code = ""
    try:
        again(office, act)
    except Refused as refused:
        code = refused.code

    def note(connection: sa.Connection) -> None:
        record(connection, act.kind, act.act_id, act.at_ms, act.body)
        if code:
            connection.execute(sa.update(schema.act).where(_ACT.act_id == act.act_id).values(waits=code))

    office.database.write(note)
    return not code


def _flag(office: Office, connection: sa.Connection, waiting: Sequence[str]) -> None:
    flag = schema.flag.c
    told = sa.select(flag.entity_id).where(flag.code == NOT_DONE, flag.entity_id.in_(waiting))
    known = set(connection.execute(told).scalars())
    codes = sa.select(_ACT.act_id, _ACT.waits).where(_ACT.act_id.in_(waiting)).order_by(_ACT.act_no)
    for row in connection.execute(codes).all():
        if row.act_id not in known:
            raise_flag(connection, office.clock.now_ms(), NOT_DONE, entity_id=row.act_id, facts={"code": row.waits})


def _append(path: Path, acts: list[Act]) -> None:
    """Append whole lines and sync them; a line that a crash cut off is taken away first."""
    whole = path.read_bytes().rfind(b"\n") + 1 if path.exists() else 0
    with path.open("ab") as file:
        file.truncate(whole)
        file.write(b"".join(msgspec.json.encode(act) + b"\n" for act in acts))
        file.flush()
        os.fsync(file.fileno())
