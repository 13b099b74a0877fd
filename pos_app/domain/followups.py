"""Follow-up calls (三日回访): which a sale makes due, where a call stands, and what an outcome leads to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from pos_app.domain.calls import Bought, Call, CallState, Outcome
from pos_app.domain.codes import call_code
from pos_app.domain.ids import Origin
from pos_app.domain.members import Member, Purpose
from pos_app.domain.pricing import PricedLine
from pos_app.domain.programme import Programme
from pos_app.errors import Refused

RETRY = timedelta(days=1)  # after nobody answered, and to ask whether a problem is solved
FURTHEST = timedelta(days=60)  # a customer's "later" beyond this is no follow-up any more


class Standing(StrEnum):
    """Where a call stands on a business date."""

    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"
    DROPPED = "dropped"
    DONE = "done"


def due_calls(
    lines: Iterable[PricedLine], member: Member | None, programme: Programme, origin: Origin, store_id: str, today: date
) -> tuple[Call, ...]:
    """Return the calls that a sale makes due: one for all its items with advice, none without consent to be called.

    Args:
        lines: what was sold, redeemed lines too; the same item on two lines becomes one.
        member: who bought, None when nobody is attached.
        programme: says after how many days.
        origin: the sale's identity; the call's derives from it, so that a replay makes the same call.
        store_id: who calls.
        today: the business date of the sale.
    """
    if member is None or not member.agrees_to(Purpose.CALL):
        return ()
    bought: dict[int, Bought] = {}
    for line in lines:
        if line.item.advice:
            earlier = bought.get(line.item.item_id)
            quantity = line.quantity + (earlier.quantity if earlier else 0)
            bought[line.item.item_id] = Bought(line.item.item_id, line.item.name, quantity, line.item.advice)
    if not bought:
        return ()
    call_id = origin.part("call", 1)
    due_on = today + timedelta(days=programme.followup_days)
    code = call_code(call_id)
    return (Call(call_id, code, member.member_id, store_id, today, due_on, tuple(bought.values())),)


def standing(call: Call, today: date, programme: Programme) -> Standing:
    """Return where the call stands; a call that waited too long is dropped without anybody saying so."""
    if call.state is not CallState.DUE:
        return Standing.DONE if call.state is CallState.DONE else Standing.DROPPED
    late = (today - call.due_on).days
    if late < 0:
        return Standing.UPCOMING
    if late > programme.followup_drop_days - programme.followup_days:
        return Standing.DROPPED
    return Standing.OVERDUE if late >= programme.followup_late_days - programme.followup_days else Standing.DUE


def after_outcome(
    call: Call, outcome: Outcome, today: date, programme: Programme, later_on: date | None = None
) -> Call:
    """Return the call after somebody recorded what came of it.

    Fine, wants more and do not call end it. A problem stays open: it is due again tomorrow until it ends well.
    No answer is due again tomorrow, dropped after the programme's number of attempts. Later is due on ``later_on``.
    ``CallRecorded.next_due_on`` is the new ``due_on`` while the state is ``DUE``, else None.

    Raises:
        Refused: ``call.settled {outcome}`` when it is over already; ``call.later_needs_date``;
            ``call.later_past {earliest}``; ``call.later_too_far {latest}``.
    """
    if call.state is not CallState.DUE:
        raise Refused("call.settled", outcome=str(call.outcome or ""))
    attempts = call.attempts + 1
    state, due_on = CallState.DONE, call.due_on
    if outcome is Outcome.LATER:
        state, due_on = CallState.DUE, _later(later_on, today)
    elif outcome is Outcome.PROBLEM:
        state, due_on = CallState.DUE, today + RETRY
    elif outcome is Outcome.NO_ANSWER and attempts >= programme.call_attempts:
        state = CallState.DROPPED
    elif outcome is Outcome.NO_ANSWER:
        state, due_on = CallState.DUE, today + RETRY
    return replace(call, state=state, due_on=due_on, attempts=attempts, outcome=outcome, version=call.version + 1)


def _later(later_on: date | None, today: date) -> date:
    """Return the day that the customer asked for, checked."""
    if later_on is None:
        raise Refused("call.later_needs_date")
    if later_on <= today:
        raise Refused("call.later_past", earliest=today + timedelta(days=1))
    if later_on > today + FURTHEST:
        raise Refused("call.later_too_far", latest=today + FURTHEST)
    return later_on
