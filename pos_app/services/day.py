"""The business day: open, check, X, blind count, hand-over of a shift, Z."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from types import MappingProxyType

from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.day_close import CashCount, check_tenders, count_cash, expected_cash, totals
from pos_app.domain.day_papers import ShiftSum
from pos_app.domain.day_proof import HELD, TillBooks, proof
from pos_app.domain.events import (
    KIND_OF,
    ChargeFound,
    DayClosed,
    DayOpened,
    DayTotals,
    Fact,
    MemberRegistered,
    ProofLine,
    Sale,
    ShiftHandedOver,
    TenderCheck,
)
from pos_app.domain.ledger import Asset
from pos_app.domain.posting import spends_of
from pos_app.domain.print_jobs import JobState
from pos_app.domain.staff import Act, StaffMember
from pos_app.domain.till import Shift
from pos_app.errors import Refused
from pos_app.services.calls import CallDesk
from pos_app.services.charging import findings
from pos_app.services.day_papers import queue_shift, queue_x, queue_z
from pos_app.services.handing_back import hand_back
from pos_app.services.overrides import Approval, Override, Overrides
from pos_app.services.paying_back import pay_back_findings
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import RECEIPT_PRINTER, TillSession
from pos_app.services.voiding import settle_given_up

MAX_FLOAT_MINOR = 10_000_000
HELD_BEFORE = "held_before_"  # with the asset behind it: the notes of what the holdings had at the opening
ASKED_AT_ONCE = 500  # grants in one statement
FIRST_COUNT = "first_count"  # the note of what the first count of a shift differed by
KEPT = "kept_minor"  # the note of the cash that the last close left in the drawer
LONGEST_REASON = 100  # characters
DAY = timedelta(days=1)
LONGEST_PAUSE = timedelta(days=31)  # between two days of a shop, without asking
NO_TERMINALS: Mapping[str, int] = MappingProxyType({})
WAITING = (JobState.QUEUED, JobState.SENDING, JobState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class DayState:
    """Whether a day is open; where none is, the date and the shift that would open, and the float that was kept."""

    is_open: bool
    business_date: date | None
    shift_no: int
    proposed_date: date
    float_minor: int
    opened_at_ms: int | None


@dataclass(frozen=True, slots=True)
class DayFigures:
    """The three numbers of the open day: sales, members who joined, calls due."""

    visits: int
    sign_ups: int
    calls_due: int


@dataclass(frozen=True, slots=True)
class CloseChecks:
    """What is still open at the end of the day; only a basket in hand refuses the close."""

    basket_open: bool
    held: int
    unsent: int
    calls_unrecorded: int
    print_jobs_waiting: int
    charges: int = 0


@dataclass(frozen=True, slots=True)
class CountResult:
    """The blind count against what should be there, and the totals of the terminals that were typed."""

    expected_minor: int
    counted_minor: int
    over_short_minor: int
    needs_reason: bool
    needs_manager: bool
    checked: tuple[TenderCheck, ...] = ()


@dataclass(frozen=True, slots=True)
class DayReport:
    """An X (``z_no`` None, nothing counted), a shift that was handed over, or a Z.

    ``expected_cash_minor`` is None on the X of a role that counts blind. ``unsent`` is what head office has not seen.
    """

    z_no: int | None
    shift_no: int
    business_date: date
    totals: DayTotals
    float_minor: int
    expected_cash_minor: int | None
    counted_cash_minor: int | None
    over_short_minor: int | None
    unsent: int
    kept_minor: int = 0
    checked: tuple[TenderCheck, ...] = ()
    proof: tuple[ProofLine, ...] = ()
    shifts: tuple[ShiftSum, ...] = ()
    approver: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """What a hand-over or a close was asked with, the PIN of who approves it already checked."""

    act: Act
    count: Mapping[int, int]
    reason: str
    approval: Approval | None
    kept_minor: int = 0
    terminals: Mapping[str, int] = field(default_factory=dict)


class DayDesk:
    """Opens and closes the business day; never refuses because it is offline."""

    def __init__(self, session: TillSession, hasher: PinHasher) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)
        self._calls = CallDesk(session)

    def state(self) -> DayState:
        """Return whether a day is open."""
        with self._session.store.view() as unit:
            return self._state(unit)

    def open_day(self, float_minor: int, business_date: date | None = None, *, sure_of: date | None = None) -> DayState:
        """Open the proposed (or a later) business date with cash in the drawer.

        ``sure_of`` is the date of which a person said that it is right, though it is long after the day before: a clock
        that runs ahead would take all that is sold into a year to come.

        Raises Refused ``day.already_open``, ``day.closed_date {earliest}``, ``day.far_ahead {on, last}``, ``day.float
        {most_minor}``.
        """
        if not 0 <= float_minor <= MAX_FLOAT_MINOR:
            raise Refused("day.float", most_minor=MAX_FLOAT_MINOR)

        def open_day(unit: Unit) -> DayState:
            staff = self._session.cashier()
            if unit.days.open_shift() is not None:
                raise Refused("day.already_open")
            earliest = self._proposed(unit)
            on = business_date or earliest
            if on < earliest:
                raise Refused("day.closed_date", earliest=earliest)
            last = unit.days.last_shift()
            is_far = last is not None and business_date is None and on - last.business_date > LONGEST_PAUSE
            if last is not None and is_far and on != sure_of:
                raise Refused("day.far_ahead", on=on, last=last.business_date)
            shift_no = unit.till.next_number("shift")
            event = self._session.say(unit, DayOpened(shift_no, float_minor, unit.till.note(KEPT) or 0), on)
            unit.till.remember(KEPT, None)
            for asset, held in _held(unit).items():
                unit.till.remember(HELD_BEFORE + asset.value, held)
            now = self._session.clock.now_ms()
            unit.days.open(Shift(shift_no, on, event.seq, now, staff.staff_id, float_minor))
            return self._state(unit)

        return self._session.run(open_day)

    def figures(self) -> DayFigures:
        """Return today's three numbers; all zero where no day is open."""
        with self._session.store.view() as unit:
            shift = unit.days.open_shift()
            if shift is None:
                return DayFigures(0, 0, 0)
            said = unit.log.said_since(_first(unit, shift).opened_seq)  # counted, not read: asked for after every sale
            sales, joined = said.get(KIND_OF[Sale], 0), said.get(KIND_OF[MemberRegistered], 0)
            return DayFigures(sales, joined, self._calls.unrecorded_in(unit))

    def checks(self) -> CloseChecks:
        """Return what is still open."""
        with self._session.store.view() as unit:
            current = unit.basket.current()
            waiting = [job for state in WAITING for job in unit.papers.in_state(RECEIPT_PRINTER, state)]
            return CloseChecks(
                basket_open=current is not None and not current[0].basket.is_empty,
                held=unit.held.count(),
                unsent=unit.log.unsent_count(),
                calls_unrecorded=self._calls.unrecorded_in(unit),
                print_jobs_waiting=sum(job.job.task == "paper" for job in waiting),
                charges=len(_to_look_at(unit, self._session.business_date(unit))),
            )

    def x_report(self) -> DayReport:
        """Return and print the figures of the day so far; nothing is reset. Raises Refused ``day.not_open``."""

        def x_report(unit: Unit) -> DayReport:
            staff = self._session.cashier(Act.READ_X)
            shift = self._session.shift(unit)
            rules = unit.published.programme(shift.business_date)
            day = totals(_said(unit, _first(unit, shift)))
            expected = expected_cash(_first(unit, shift).float_minor, day) if staff.role in rules.x_with_cash else None
            queue_x(self._session, unit, shift, day, expected)
            return self._report(unit, shift, day, expected)

        return self._session.run(x_report)

    def count(
        self,
        denominations: Mapping[int, int],
        *,
        handing_over: bool = False,
        terminals: Mapping[str, int] = NO_TERMINALS,
    ) -> CountResult:
        """Compare a blind count (denomination in minor units → pieces) with the books; the first one is remembered.

        ``handing_over`` ends the shift only, which a cashier may do alone; ``terminals`` are as ``close_day`` has them.
        Raises Refused ``count.denomination``, ``count.pieces``, ``check.*``, ``day.not_open``.
        """
        staff = self._session.cashier(Act.READ_X)

        def compare(unit: Unit) -> tuple[CashCount, tuple[TenderCheck, ...]]:
            shift = self._session.shift(unit)
            counted = self._counted(unit, shift, totals(_said(unit, shift)), denominations)
            checked = check_tenders(terminals, totals(_said(unit, _first(unit, shift)))) if terminals else ()
            if unit.till.note(FIRST_COUNT) is None:
                unit.till.remember(FIRST_COUNT, counted.over_short_minor)
            return counted, checked

        counted, checked = self._session.run(compare)
        return CountResult(
            expected_minor=counted.expected_minor,
            counted_minor=counted.counted_minor,
            over_short_minor=counted.over_short_minor,
            needs_reason=counted.needs_reason,
            needs_manager=_needs_manager(counted, staff, Act.HAND_OVER if handing_over else Act.CLOSE_DAY),
            checked=checked,
        )

    def hand_over(self, count: Mapping[int, int], reason: str = "", override: Override | None = None) -> DayReport:
        """End the shift inside the day; the next one is open with the counted cash as its float, for who signs in next.

        A basket in hand stays. A large difference is somebody else's to approve.
        Raises Refused ``day.not_open``, ``close.needs_reason``, ``count.*``, ``override.*``, ``pin.*``.
        """
        approval = self._overrides.check(Act.HAND_OVER, override)
        ask = Closing(Act.HAND_OVER, count, " ".join(reason.split())[:LONGEST_REASON], approval)
        return self._session.run(lambda unit: self._hand_over(unit, ask))

    def close_day(
        self,
        count: Mapping[int, int],
        reason: str = "",
        override: Override | None = None,
        *,
        kept_minor: int = 0,
        terminals: Mapping[str, int] = NO_TERMINALS,
    ) -> DayReport:
        """Close the day with a Z and print it.

        A large difference, and the close by a person who may not close alone, are somebody else's to approve.
        ``kept_minor`` of the counted cash stays in the drawer for tomorrow. ``terminals`` are the totals of card
        terminal and wallets by kind of tender; what differs is booked as a finding.
        Raises Refused ``day.not_open``, ``day.sale_open``, ``close.needs_reason``, ``close.kept {counted_minor}``,
        ``check.*``, ``count.*``, ``override.*``, ``pin.*``.
        """
        approval = self._overrides.check(Act.CLOSE_DAY, override)
        said = " ".join(reason.split())[:LONGEST_REASON]
        ask = Closing(Act.CLOSE_DAY, count, said, approval, kept_minor, terminals)
        return self._session.run(lambda unit: self._close(unit, ask))

    def _hand_over(self, unit: Unit, ask: Closing) -> DayReport:
        session = self._session
        staff = session.cashier(Act.READ_X)
        shift = session.shift(unit)
        settle_given_up(session, unit)
        session.mind_clock(unit, shift.business_date)
        said = _said(unit, shift)
        counted = self._counted(unit, shift, totals(said), ask.count)
        approver = self._approver(unit, shift, counted, staff, ask)
        mine = totals(_and_since(unit, said))
        handed = _statement(unit, shift, mine, counted, ask.reason, approver)
        event = session.say(unit, handed, shift.business_date)
        mark(CommitPoint.SHIFT_SAID_BEFORE_NEXT)
        unit.days.close(shift.shift_no, event.seq, None)
        next_no = unit.till.next_number("shift")
        now = session.clock.now_ms()
        unit.days.open(Shift(next_no, shift.business_date, event.seq, now, staff.staff_id, counted.counted_minor))
        queue_shift(session, unit, shift, handed)
        return replace(
            self._report(unit, shift, mine, counted.expected_minor),
            counted_cash_minor=counted.counted_minor,
            over_short_minor=counted.over_short_minor,
            approver=handed.approver,
        )

    def _close(self, unit: Unit, ask: Closing) -> DayReport:
        session = self._session
        staff = session.cashier(Act.READ_X)
        shift = session.shift(unit)
        current = unit.basket.current()
        if current is not None and not current[0].basket.is_empty:
            raise Refused("day.sale_open")
        settle_given_up(session, unit)
        session.mind_clock(unit, shift.business_date)
        hand_back(session, unit, closing=True)
        first = _first(unit, shift)
        said = _said(unit, first)
        counted = self._counted(unit, shift, totals(_of(shift, said)), ask.count)
        if not 0 <= ask.kept_minor <= counted.counted_minor:
            raise Refused("close.kept", counted_minor=counted.counted_minor)
        approver = self._approver(unit, shift, counted, staff, ask)
        said = _and_since(unit, said)
        statement = _statement(unit, shift, totals(_of(shift, said)), counted, ask.reason, approver)
        day = totals(said)
        closed = DayClosed(
            z_no=unit.till.next_number("z"),
            shift_no=shift.shift_no,
            totals=day,
            float_minor=first.float_minor,
            expected_cash_minor=counted.expected_minor,
            counted_cash_minor=counted.counted_minor,
            counted=counted.pieces,
            over_short_minor=counted.over_short_minor,
            over_short_reason=statement.over_short_reason,
            first_over_short_minor=statement.first_over_short_minor,
            approved_by=statement.approved_by,
            approver=statement.approver,
            log_hash=unit.log.hash_at(day.seq_to).hex(),
            kept_minor=ask.kept_minor,
            checked=check_tenders(ask.terminals, day),
            proof=proof(said, day, statement, _books(unit, said)),
            held=unit.held.count(),
            charges=_to_look_at(unit, shift.business_date),
        )
        event = session.say(unit, closed, shift.business_date)
        mark(CommitPoint.DAY_SAID_BEFORE_CLOSE)
        unit.days.close(shift.shift_no, event.seq, closed.z_no)
        unit.till.remember(KEPT, ask.kept_minor or None)
        shifts = self._shifts(unit, said, statement)
        if shift.shift_no != first.shift_no:
            queue_shift(session, unit, shift, statement)
        queue_z(session, unit, shift, closed, shifts)
        return replace(
            self._report(unit, shift, day, counted.expected_minor),
            z_no=closed.z_no,
            counted_cash_minor=closed.counted_cash_minor,
            over_short_minor=closed.over_short_minor,
            kept_minor=closed.kept_minor,
            checked=closed.checked,
            proof=closed.proof,
            shifts=shifts,
            approver=closed.approver,
        )

    def _approver(
        self, unit: Unit, shift: Shift, counted: CashCount, staff: StaffMember, ask: Closing
    ) -> StaffMember | None:
        """Return who stands for what not everybody may decide, None where nothing needs it; another's word is said."""
        difference = counted.over_short_minor
        if counted.needs_reason and not ask.reason:
            raise Refused("close.needs_reason", over_short_minor=difference)
        if not _needs_manager(counted, staff, ask.act):
            return staff if counted.needs_manager else None
        day = shift.business_date.isoformat()
        self._overrides.insist(unit, ask.act, ask.approval, subject=day, amount_minor=difference)
        return None if ask.approval is None else ask.approval.approver

    def _state(self, unit: Unit) -> DayState:
        shift = unit.days.open_shift()
        return DayState(
            is_open=shift is not None,
            business_date=None if shift is None else shift.business_date,
            shift_no=unit.till.last_number("shift") + 1 if shift is None else shift.shift_no,
            proposed_date=self._proposed(unit),
            float_minor=unit.till.note(KEPT) or 0 if shift is None else shift.float_minor,
            opened_at_ms=None if shift is None else shift.opened_at_ms,
        )

    def _proposed(self, unit: Unit) -> date:
        """Return the calendar date, or the first one after the last closed: a closed date is never opened again.

        What was closed under a clock that ran ahead is no last one, as soon as head office says what day it is.
        """
        today, last = self._session.calendar_day(unit), unit.days.last_shift()
        is_ahead = last is not None and last.business_date > today + DAY and self._session.hears_office(unit)
        on = today if last is None or is_ahead else max(today, last.business_date + DAY)
        while unit.days.first_shift(on) is not None:
            on += DAY
        return on

    def _counted(self, unit: Unit, shift: Shift, day: DayTotals, count: Mapping[int, int]) -> CashCount:
        programme = unit.published.programme(shift.business_date)
        return count_cash(count, expected_cash(shift.float_minor, day), programme)

    def _shifts(self, unit: Unit, said: Sequence[tuple[int, Fact]], last: ShiftHandedOver) -> tuple[ShiftSum, ...]:
        """Return what each shift of the day came to, the one that closes last; of a day with one shift nothing."""
        store_id = self._session.identity(unit).store_id
        names = {person.staff_id: person.name for person in unit.published.staff(store_id)}
        handed = [
            (fact, unit.log.facts(seq, seq)[0][2].staff_id) for seq, fact in said if isinstance(fact, ShiftHandedOver)
        ]
        if not handed:
            return ()
        closer = "" if self._session.staff is None else self._session.staff.staff_id
        return tuple(ShiftSum.of(fact, names.get(staff_id, staff_id)) for fact, staff_id in [*handed, (last, closer)])

    def _report(self, unit: Unit, shift: Shift, day: DayTotals, expected_minor: int | None) -> DayReport:
        return DayReport(
            z_no=None,
            shift_no=shift.shift_no,
            business_date=shift.business_date,
            totals=day,
            float_minor=shift.float_minor,
            expected_cash_minor=expected_minor,
            counted_cash_minor=None,
            over_short_minor=None,
            unsent=unit.log.unsent_count(),
        )


def expected_now(unit: Unit, shift: Shift) -> int:
    """Return the cash that the drawer should hold now by the books of the open shift."""
    return expected_cash(shift.float_minor, totals(_said(unit, shift)))


def _first(unit: Unit, shift: Shift) -> Shift:
    """Return the shift that the day was opened with."""
    return unit.days.first_shift(shift.business_date) or shift


def _said(unit: Unit, shift: Shift) -> list[tuple[int, Fact]]:
    """Return the facts since a shift was opened, with their places."""
    return _from(unit, shift.opened_seq)


def _and_since(unit: Unit, said: list[tuple[int, Fact]]) -> list[tuple[int, Fact]]:
    """Return facts that end with the log's last when they were read, and what was said since: an approval."""
    return [*said, *_from(unit, said[-1][0] + 1)]


def _from(unit: Unit, seq: int) -> list[tuple[int, Fact]]:
    return [(at, fact) for at, fact, _when in unit.log.facts(seq, unit.log.next_seq() - 1)]


def _of(shift: Shift, said: Sequence[tuple[int, Fact]]) -> list[tuple[int, Fact]]:
    """Return which facts of a day belong to its last shift."""
    return [(seq, fact) for seq, fact in said if seq >= shift.opened_seq]


def _statement(
    unit: Unit, shift: Shift, mine: DayTotals, counted: CashCount, reason: str, approver: StaffMember | None
) -> ShiftHandedOver:
    """Return what a shift says of itself when it ends; its first count is forgotten with it."""
    first = unit.till.note(FIRST_COUNT)
    unit.till.remember(FIRST_COUNT, None)
    return ShiftHandedOver(
        shift_no=shift.shift_no,
        totals=mine,
        float_minor=shift.float_minor,
        expected_cash_minor=counted.expected_minor,
        counted_cash_minor=counted.counted_minor,
        counted=counted.pieces,
        over_short_minor=counted.over_short_minor,
        over_short_reason=reason if counted.needs_reason else "",
        approved_by="" if approver is None else approver.staff_id,
        approver="" if approver is None else approver.name,
        first_over_short_minor=None if first == counted.over_short_minor else first,
    )


def _held(unit: Unit) -> dict[Asset, int]:
    """Return what the holdings here have of what the Z proves."""
    found = unit.holdings.outstanding()
    return {asset: found.get(asset, 0) for asset in HELD}


def _books(unit: Unit, said: Sequence[tuple[int, Fact]]) -> TillBooks:
    """Return what the tables of this till say of a day, beside its facts."""
    noted = {asset: unit.till.note(HELD_BEFORE + asset.value) for asset in HELD}
    before = {asset: held for asset, held in noted.items() if held is not None}
    gids = sorted({spend.gid for _, fact in said for spend in spends_of(fact)})
    grants = [
        grant for at in range(0, len(gids), ASKED_AT_ONCE) for grant in unit.holdings.grants(gids[at:][:ASKED_AT_ONCE])
    ]
    moved = unit.holdings.moved(said[0][0], said[-1][0])
    return TillBooks(
        tuple(moved),
        _held(unit),
        before if len(before) == len(noted) else None,
        {grant.gid: grant.asset for grant in grants},
    )


def _needs_manager(counted: CashCount, staff: StaffMember, act: Act) -> bool:
    """Say whether somebody else has to approve: a close by who may not close, or a large difference."""
    return not staff.may(act) or (counted.needs_manager and not staff.may(Act.APPROVE))


def _to_look_at(unit: Unit, since: date) -> tuple[ChargeFound, ...]:
    """Return the charges and pay-backs since a business date that somebody has to look at."""
    return (*findings(unit, since), *pay_back_findings(unit, since))
