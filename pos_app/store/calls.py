"""Follow-up calls: head office's in ``directory.db``, those made or settled here in ``till.db``."""

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from pos_app.domain.calls import Call, CallState
from pos_app.store.connection import Database
from pos_app.store.directory_reader import DirectoryReader, marks
from pos_app.store.memory import decoded


class CallTable:
    """Table ``call_here``, read together with the directory; of two versions of a call the higher counts."""

    def __init__(self, database: Database, directory: DirectoryReader) -> None:
        self._conn = database.conn
        self._directory = directory

    def put(self, calls: Sequence[Call]) -> None:
        """Keep calls made or changed here."""
        self._conn.executemany(
            "INSERT INTO call_here (call_id, code, member_id, due_on, state, version, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (call_id) DO UPDATE"
            " SET due_on = excluded.due_on, state = excluded.state,"
            " version = excluded.version, body = excluded.body",
            [
                (
                    call.call_id,
                    call.code,
                    call.member_id,
                    call.due_on.isoformat(),
                    call.state.value,
                    call.version,
                    msgspec.json.encode(call),
                )
                for call in calls
            ],
        )

    def call(self, call_id: str) -> Call | None:
        """Return one call."""
        return self._one("call_id = ?", call_id)

    def with_code(self, code: str) -> Call | None:
        """Return the call whose slip carries this code."""
        return self._one("code = ?", code)

    def due_between(self, first: date, last: date, limit: int) -> list[Call]:
        """Return calls that stand due within these days, earliest first."""
        where = "state = 'due' AND due_on BETWEEN ? AND ? ORDER BY due_on LIMIT ?"
        calls = self._merged(where, first.isoformat(), last.isoformat(), limit)
        due = [call for call in calls if call.state is CallState.DUE and first <= call.due_on <= last]
        return sorted(due, key=lambda call: (call.due_on, call.call_id))[:limit]

    def done_since(self, first: date, limit: int) -> list[Call]:
        """Return settled calls that were due on or after ``first``, latest first."""
        where = "state = 'done' AND due_on >= ? ORDER BY due_on DESC LIMIT ?"
        calls = [call for call in self._merged(where, first.isoformat(), limit) if call.state is CallState.DONE]
        return sorted(calls, key=lambda call: (call.due_on, call.call_id), reverse=True)[:limit]

    def of_member(self, member_id: str, since: date, limit: int) -> list[Call]:
        """Return a member's calls, under any of their names, due on or after ``since``, newest first."""
        names = self._directory.names(member_id)
        of_them = f"member_id IN ({marks(names)})"
        where = f"state IN ('due', 'done') AND due_on >= ? AND {of_them} ORDER BY due_on DESC LIMIT ?"
        calls = self._merged(where, since.isoformat(), *names, limit)
        return sorted(calls, key=lambda call: (call.due_on, call.call_id), reverse=True)[:limit]

    def _one(self, where: str, value: str) -> Call | None:
        return next(iter(self._merged(where, value)), None)

    def _merged(self, where: str, *values: object) -> list[Call]:
        """Return the calls that either file finds, each in its highest version wherever that is."""
        here = _calls(self._conn.execute(f"SELECT body FROM call_here WHERE {where}", values))
        published = self._directory.calls(where, values)
        found: dict[str, Call] = {}
        for call in (*here, *published):
            known = found.get(call.call_id)
            if known is None or call.version > known.version:
                found[call.call_id] = call
        return [self._newest(call) for call in found.values()]

    def _newest(self, call: Call) -> Call:
        """Return the call in its higher version: a look-up by state finds only one of them."""
        here = _calls(self._conn.execute("SELECT body FROM call_here WHERE call_id = ?", [call.call_id]))
        published = self._directory.calls("call_id = ?", [call.call_id])
        return max((call, *here, *published), key=lambda one: one.version)


def _calls(rows: Iterable[tuple[bytes]]) -> list[Call]:
    return [decoded(bytes(body), Call, "call_here") for (body,) in rows]
