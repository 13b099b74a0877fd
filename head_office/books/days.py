"""Business days of lanes: opened, closed, and recomputed from the inbox. Equal, or an alarm."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import msgspec
import sqlalchemy as sa

from head_office.reading import Letter, Reading, read
from head_office.sessions import Caller
from head_office.store import schema
from pos_app.domain.day_close import contradictions, shift_contradictions, totals
from pos_app.domain.day_proof import unproven
from pos_app.domain.events import DayClosed, DayOpened, DayTotals, Fact, ShiftHandedOver

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
        self._add(reading, {"status": OPEN})

    def _add(self, reading: Reading, values: Mapping[str, object]) -> None:
        row = {
            "life_no": self.caller.life_no,
            "opened_seq": reading.letter.seq,
            "store_id": self.caller.store_id,
            "business_date": reading.business_date.isoformat(),
            **values,
        }
        self.connection.execute(sa.insert(schema.lane_day).values(row))

    def hand_over(self, reading: Reading, handed: ShiftHandedOver) -> None:
        """Recompute the shift from the inbox; where it differs, the day's close will be in alarm too."""
        facts, _hash, cause = self._facts(reading, handed.totals)
        if facts:
            opening = facts[0][1]
            if isinstance(opening, DayOpened | ShiftHandedOver):
                cause = ", ".join(shift_contradictions(handed, opening, facts))
            else:
                cause = "does not begin with an opening"
        if cause:
            self.mismatches.append((reading.letter.seq, {"shift_no": handed.shift_no, "cause": cause}))

    def close(self, reading: Reading, closed: DayClosed) -> None:
        """Recompute the day from the inbox and compare it with what the lane declared.

        A close of a day that the lane never opened stands for itself, in alarm.
        """
        seq = reading.letter.seq
        declared = closed.totals
        computed, facts = self._recompute(reading, closed)
        if computed is not None and not declared.facts:  # of before they were declared
            computed = replace(computed, facts=())
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
            _DAY.life_no == self.caller.life_no,
            _DAY.opened_seq == declared.seq_from,
            _DAY.business_date == reading.business_date.isoformat(),
        )
        if self.connection.execute(changed.values(row)).rowcount == 0:
            self.mismatches.append((seq, {"cause": "never opened", "seq_from": declared.seq_from}))
            self._add(reading, {**row, "status": ALARM})

    def _recompute(self, reading: Reading, closed: DayClosed) -> tuple[DayTotals | None, dict[str, object]]:
        """Return what the inbox says about the day, and what is wrong with the statement's frame."""
        facts, last_hash, cause = self._facts(reading, closed.totals)
        if cause:
            return None, {"cause": cause, "seq_from": closed.totals.seq_from, "seq_to": closed.totals.seq_to}
        computed = totals(facts)
        opened = facts[0][1] if facts else None
        if not isinstance(opened, DayOpened):
            return computed, {"cause": "does not begin with an opening"}
        if last_hash.hex() != closed.log_hash:
            return computed, {"cause": "log hash"}
        wrong = contradictions(closed, opened, facts, computed, self._last_z(reading.letter.seq))
        wrong += [f"unproven: {line.code} {line.difference:+}" for line in unproven(closed.proof)]
        return computed, {"cause": ", ".join(wrong)} if wrong else {}

    def _facts(self, reading: Reading, declared: DayTotals) -> tuple[list[tuple[int, Fact]], bytes, str]:
        """Return the facts that a statement is about, the hash of the last, and why they cannot be told."""
        if not 1 <= declared.seq_from <= declared.seq_to == reading.letter.seq - 1:
            return [], b"", "range"
        rows = self.connection.execute(
            sa.select(_INBOX.seq, _INBOX.body, _INBOX.hash)
            .where(_INBOX.life_no == self.caller.life_no, _INBOX.seq.between(declared.seq_from, declared.seq_to))
            .order_by(_INBOX.seq)
        ).all()
        if len(rows) != declared.seq_to - declared.seq_from + 1:
            return [], b"", "gap"
        readings = [read(Letter(row.seq, row.body), reading.business_date) for row in rows]
        found = [(each.letter.seq, each.fact) for each in readings if each.fact is not None]
        return found, bytes(rows[-1].hash), ""

    def _last_z(self, before_seq: int) -> int:
        """Return the number of this life's last Z before an event, 0 if there is none."""
        earlier = sa.select(_DAY.declared).where(
            _DAY.life_no == self.caller.life_no, _DAY.closed_seq < before_seq, _DAY.declared.is_not(None)
        )
        found = self.connection.execute(earlier.order_by(_DAY.closed_seq.desc()).limit(1)).scalar()
        return 0 if found is None else msgspec.json.decode(found, type=DayClosed).z_no
