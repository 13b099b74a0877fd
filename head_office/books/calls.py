"""Follow-up calls: made due by sales, answered at the till, published to their store."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import msgspec
import sqlalchemy as sa

from head_office.feed import Change, store_shard
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain.calls import Call, CallState, Outcome
from pos_app.domain.events import CallRecorded

_CALL = schema.call.c
_CALL_JSON = msgspec.json.Decoder(Call)
_LOCKED = (
    sa.select(_CALL.call_id, _CALL.body).where(among(_CALL.call_id, "calls")).order_by(_CALL.call_id).with_for_update()
)


class CallBook:
    """The calls that a batch mentions, locked."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._known: dict[str, Call] = {}
        self._changed: set[str] = set()

    def load(self, call_ids: Collection[str]) -> None:
        """Lock and read these calls; unknown ones are passed over."""
        for row in self._connection.execute(_LOCKED, {"calls": call_ids}) if call_ids else ():
            self._known[row.call_id] = _CALL_JSON.decode(row.body)

    def knows(self, call_id: str) -> bool:
        """Say whether there is such a call."""
        return call_id in self._known

    def add(self, call: Call) -> None:
        """Keep a call that a sale made due; a known one stays as it is."""
        if call.call_id not in self._known:
            self._known[call.call_id] = call
            self._changed.add(call.call_id)

    def record(self, recorded: CallRecorded) -> bool:
        """Note what came of a call; return False when the call is not known."""
        call = self._known.get(recorded.call_id)
        if call is None:
            return False
        due_on = recorded.next_due_on
        gave_up = recorded.outcome is Outcome.NO_ANSWER
        self._known[call.call_id] = replace(
            call,
            attempts=call.attempts + 1,
            outcome=recorded.outcome,
            note=recorded.note,
            state=CallState.DUE if due_on else CallState.DROPPED if gave_up else CallState.DONE,
            due_on=call.due_on if due_on is None else due_on,
            version=call.version + 1,
        )
        self._changed.add(call.call_id)
        return True

    def write(self) -> list[Change]:
        """Write what changed and return what the stores are told."""
        calls = [self._known[call_id] for call_id in sorted(self._changed)]
        rows = [call_row(call) for call in calls]
        insert_rows(self._connection, schema.call, rows, clash="update")
        return [
            Change(store_shard(call.store_id), "call", call.call_id, row["body"])
            for call, row in zip(calls, rows, strict=True)
        ]


def call_row(call: Call) -> dict[str, Any]:
    """Return a call as its row."""
    return {
        "call_id": call.call_id,
        "code": call.code,
        "member_id": call.member_id,
        "store_id": call.store_id,
        "due_on": call.due_on.isoformat(),
        "state": call.state.value,
        "version": call.version,
        "body": msgspec.json.encode(call),
    }
