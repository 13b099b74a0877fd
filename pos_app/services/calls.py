"""The call desk: who is to be called, slips, and what came of a call."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from pos_app.domain import care
from pos_app.domain.ages import month_age
from pos_app.domain.calls import Call, CallState, Outcome
from pos_app.domain.directory import KnownMember
from pos_app.domain.events import CallRecorded, SlipsPrinted
from pos_app.domain.followups import Standing, after_outcome
from pos_app.domain.followups import standing as call_standing
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.masking import masked_phone
from pos_app.domain.members import Child, Purpose
from pos_app.domain.slips import SlipHeader, call_slip
from pos_app.domain.staff import Act
from pos_app.errors import Refused
from pos_app.services.cards import care_items
from pos_app.services.members import answer
from pos_app.services.ports import Unit
from pos_app.services.profile import reveal_phone
from pos_app.services.sale_papers import paper_job
from pos_app.services.till import TillSession
from pos_app.services.words import slip_words, store_name

AHEAD = timedelta(days=7)
BACK = timedelta(days=7)
MOST_ROWS = 500
MOST_EARLIER = 5
LONGEST_NOTE = 500  # characters


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in a list. ``days_late`` is negative before it is due; ``may_call`` false without consent."""

    call: Call
    member_name: str
    masked_phone: str
    child: Child | None
    child_months: int | None
    child_days: int | None
    days_late: int
    may_call: bool


@dataclass(frozen=True, slots=True)
class CallLists:
    """The four lists of one day."""

    business_date: date
    due: tuple[CallRow, ...]
    overdue: tuple[CallRow, ...]
    upcoming: tuple[CallRow, ...]
    done: tuple[CallRow, ...]


@dataclass(frozen=True, slots=True)
class CallSheet:
    """One call opened: whom to call, and the keys of the advice to give."""

    row: CallRow
    advice: tuple[str, ...]
    earlier: tuple[Call, ...]


class CallDesk:
    """Follow-ups of this store."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def lists(self, today: date | None = None) -> CallLists:
        """Return the calls due, overdue, within seven days, and done within seven days."""
        with self._session.store.view() as unit:
            on = today or self._session.care_date(unit)
            by_standing = self._by_standing(unit, on, on + AHEAD)
            done = unit.calls.done_since(on - BACK, MOST_ROWS)
            return CallLists(
                business_date=on,
                due=self._rows(unit, by_standing[Standing.DUE], on),
                overdue=self._rows(unit, by_standing[Standing.OVERDUE], on),
                upcoming=self._rows(unit, by_standing[Standing.UPCOMING], on),
                done=self._rows(unit, done, on),
            )

    def print_run(self, call_ids: tuple[str, ...] | None = None) -> int:
        """Queue a slip for each call (None: all due and overdue) that may be made; return how many.

        Raises Refused ``staff.nobody``, ``staff.not_allowed``, ``call.unknown``.
        """
        return self._session.run(lambda unit: self._print_run(unit, call_ids))

    def open(self, call_code_or_id: str) -> CallSheet:
        """Open a call by its slip's code or its id; raises Refused ``call.unknown``."""
        with self._session.store.view() as unit:
            return self._sheet(unit, _require(unit, call_code_or_id))

    def reveal(self, call_id: str) -> str:
        """Say that the whole number of a call was shown, and return it (E.164).

        Raises Refused ``call.unknown``, ``call.not_agreed``, ``staff.nobody``, ``staff.not_allowed``.
        """

        def reveal(unit: Unit) -> str:
            call = _require(unit, call_id)
            if not self._may_call(unit, call):
                raise Refused("call.not_agreed", call=call.call_id)
            return reveal_phone(self._session, unit, call.member_id)

        return self._session.run(reveal)

    def record(
        self, call_id: str, outcome: Outcome, note: str = "", problem: str = "", later_on: date | None = None
    ) -> CallSheet | None:
        """Record an outcome and return the next call due, None after the last.

        ``later_on`` is the day to call again (for ``Outcome.LATER``). ``do_not_call`` withdraws the consent.
        Raises Refused ``call.unknown``, ``call.settled``, ``call.later_needs_date``, ``call.later_past``,
        ``call.later_too_far``, ``note.too_long {most}``, ``staff.not_allowed``.
        """
        note, problem = note.strip(), problem.strip()
        if max(len(note), len(problem)) > LONGEST_NOTE:
            raise Refused("note.too_long", most=LONGEST_NOTE)

        def record(unit: Unit) -> CallSheet | None:
            staff = self._session.cashier(Act.CALL)
            call = _require(unit, call_id)
            today = self._session.care_date(unit)
            programme = unit.published.programme(today)
            after = replace(after_outcome(call, outcome, today, programme, later_on), note=note or call.note)
            due = after.due_on if after.state is CallState.DUE else None
            self._session.say(unit, CallRecorded(call.call_id, call.member_id, outcome, note, problem, due))
            unit.calls.put([after])
            known = unit.members.known(call.member_id)
            if outcome is Outcome.DO_NOT_CALL and known is not None and known.member.agrees_to(Purpose.CALL):
                answer(self._session, unit, known.member, (Purpose.CALL, False, "screen"), staff.staff_id)
            following = self._next_due(unit, today)
            return None if following is None else self._sheet(unit, following)

        return self._session.run(record)

    def unrecorded(self) -> int:
        """Return how many calls stand due or overdue."""
        with self._session.store.view() as unit:
            return self.unrecorded_in(unit)

    def unrecorded_in(self, unit: Unit) -> int:
        """Return how many calls stand due or overdue, inside a unit."""
        today = self._session.care_date(unit)
        return sum(self._may_call(unit, call) for call in self._open_calls(unit, today))

    def _open_calls(self, unit: Unit, today: date) -> list[Call]:
        by_standing = self._by_standing(unit, today, today)
        return by_standing[Standing.OVERDUE] + by_standing[Standing.DUE]

    def _by_standing(self, unit: Unit, today: date, last: date) -> dict[Standing, list[Call]]:
        programme = unit.published.programme(today)
        first = today - timedelta(days=programme.followup_drop_days)
        sorted_out: dict[Standing, list[Call]] = {standing: [] for standing in Standing}
        for call in unit.calls.due_between(first, last, MOST_ROWS):
            sorted_out[call_standing(call, today, programme)].append(call)
        return sorted_out

    def _may_call(self, unit: Unit, call: Call) -> bool:
        known = unit.members.known(call.member_id)
        return known is not None and known.member.agrees_to(Purpose.CALL)

    def _next_due(self, unit: Unit, today: date) -> Call | None:
        """Return the longest overdue call that may be made."""
        return next((call for call in self._open_calls(unit, today) if self._may_call(unit, call)), None)

    def _rows(self, unit: Unit, calls: list[Call], today: date) -> tuple[CallRow, ...]:
        rows = (self._row(call, unit.members.known(call.member_id), today) for call in calls)
        return tuple(found for found in rows if found is not None)

    def _row(self, call: Call, known: KnownMember | None, today: date) -> CallRow | None:
        """Return a row; a call to somebody who is no longer known here is not shown."""
        if known is None:
            return None
        member = known.member
        children = member.known_children()
        child = max(children, key=lambda one: one.born_on, default=None)
        age = None if child is None else month_age(child, today)
        return CallRow(
            call=call,
            member_name=member.name,
            masked_phone=masked_phone(member.phone),
            child=child,
            child_months=None if age is None else age.months,
            child_days=None if age is None else age.days,
            days_late=(today - call.due_on).days,
            may_call=member.agrees_to(Purpose.CALL),
        )

    def _sheet(self, unit: Unit, call: Call) -> CallSheet:
        today = self._session.care_date(unit)
        known = unit.members.known(call.member_id)
        row = self._row(call, known, today)
        if row is None or known is None:
            raise Refused("call.unknown", call=call.call_id)
        earlier = unit.calls.of_member(call.member_id, date.min, MOST_EARLIER + 1)
        return CallSheet(
            row=row,
            advice=tuple(dict.fromkeys(bought.advice for bought in call.bought)),
            earlier=tuple(one for one in earlier if one.call_id != call.call_id)[:MOST_EARLIER],
        )

    def _print_run(self, unit: Unit, call_ids: tuple[str, ...] | None) -> int:
        staff = self._session.cashier(Act.CALL)
        today = self._session.care_date(unit)
        wanted = None if call_ids is None else [_require(unit, call_id) for call_id in call_ids]
        waiting = self._open_calls(unit, today) if wanted is None else wanted
        calls = [call for call in waiting if self._may_call(unit, call)]
        if not calls:
            return 0
        now = self._session.clock.now_ms()
        header = SlipHeader(
            store_name(self._session.identity(unit)), staff.name, self._session.local(now), count=len(calls)
        )
        for number, call in enumerate(calls, 1):
            self._queue_slip(unit, call, replace(header, number=number), today)
        run_id = uuid7(now, self._session.rng.token(UUID7_RANDOM_BYTES))
        self._session.say(unit, SlipsPrinted(run_id, tuple(call.call_id for call in calls)))
        return len(calls)

    def _queue_slip(self, unit: Unit, call: Call, header: SlipHeader, today: date) -> None:
        known = unit.members.known(call.member_id)
        assert known is not None, call.call_id  # only calls that may be made are printed
        coming = care.coming(known.member, known.purchases, care_items(unit, known, self._session), today)
        paper = call_slip(call, known.member, coming, header, today, slip_words())
        unit.papers.append(paper_job(paper, call.call_id, self._session.clock.now_ms()))


def _require(unit: Unit, call_code_or_id: str) -> Call:
    """Return a call by its id or its slip's code; raises Refused ``call.unknown``."""
    call = unit.calls.call(call_code_or_id) or unit.calls.with_code(call_code_or_id)
    if call is None:
        raise Refused("call.unknown", call=call_code_or_id)
    return call
