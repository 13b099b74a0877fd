"""Business days of lanes: opened, closed, and recomputed from the inbox. Equal, or an alarm."""

from dataclasses import dataclass, field

import msgspec
import sqlalchemy as sa

from head_office.reading import Letter, Reading, read
from head_office.sessions import Caller
from head_office.store import schema
from pos_app.domain.day_close import expected_cash, totals
from pos_app.domain.events import DayClosed, DayOpened, DayTotals

_DAY, _INBOX = schema.lane_day.c, schema.inbox.c

OPEN = "open"
CLOSED = "closed"
ALARM = "alarm"


@dataclass(slots=True)
class DayBook:
    """The day closings of one terminal life, as a batch adds to them."""

    connection: sa.Connection
    caller: Caller
    mismatches: list[tuple[int, dict[str, object]]] = field(default_factory=list)

    def open(self, reading: Reading, _opened: DayOpened) -> None:
        """Note that the lane opened its day."""
        row = {
            "life_no": self.caller.life_no,
            "opened_seq": reading.letter.seq,
            "store_id": self.caller.store_id,
            "business_date": reading.business_date.isoformat(),
            "status": OPEN,
        }
        self.connection.execute(sa.insert(schema.lane_day).values(row))

    def close(self, reading: Reading, closed: DayClosed) -> None:
        """Recompute the day from the inbox and compare it with what the lane declared."""
        seq = reading.letter.seq
        declared = closed.totals
        computed, facts = self._recompute(reading, closed)
        if computed is not None and computed != declared:
            facts["declared"] = msgspec.to_builtins(declared)
            facts["computed"] = msgspec.to_builtins(computed)
        if facts:
            self.mismatches.append((seq, facts))
        row = {
            "status": ALARM if facts else CLOSED,
            "closed_seq": seq,
            "declared": msgspec.json.encode(closed),
            "computed": msgspec.json.encode(computed),
        }
        changed = sa.update(schema.lane_day).where(
            _DAY.life_no == self.caller.life_no, _DAY.opened_seq == declared.seq_from
        )
        if self.connection.execute(changed.values(row)).rowcount == 0:
            self.mismatches.append((seq, {"cause": "never opened", "seq_from": declared.seq_from}))

    def _recompute(self, reading: Reading, closed: DayClosed) -> tuple[DayTotals | None, dict[str, object]]:
        """Return what the inbox says about the day, and what is wrong with the statement's frame."""
        declared = closed.totals
        if not 1 <= declared.seq_from <= declared.seq_to == reading.letter.seq - 1:
            return None, {"cause": "range", "seq_from": declared.seq_from, "seq_to": declared.seq_to}
        rows = self.connection.execute(
            sa.select(_INBOX.seq, _INBOX.body, _INBOX.hash)
            .where(_INBOX.life_no == self.caller.life_no, _INBOX.seq.between(declared.seq_from, declared.seq_to))
            .order_by(_INBOX.seq)
        ).all()
        if len(rows) != declared.seq_to - declared.seq_from + 1:
            return None, {"cause": "gap", "found": len(rows)}
        readings = [read(Letter(row.seq, row.body), reading.business_date) for row in rows]
        computed = totals((each.letter.seq, each.fact) for each in readings if each.fact is not None)
        if not isinstance(readings[0].fact, DayOpened):
            return computed, {"cause": "does not begin with an opening"}
        if rows[-1].hash.hex() != closed.log_hash:
            return computed, {"cause": "log hash"}
        expected_minor = expected_cash(closed.float_minor, computed)
        if expected_minor != closed.expected_cash_minor:
            return computed, {"cause": "expected cash", "computed_minor": expected_minor}
        return computed, {}
