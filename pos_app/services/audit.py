"""The audit: who did what when, out of the log, page by page; and whether the log is what was written."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

from pos_app.domain.audit import AuditEntry, AuditFilter
from pos_app.domain.staff import Act
from pos_app.domain.till import Countersigned, Identity
from pos_app.errors import Damaged, PosError
from pos_app.services.ports import Unit
from pos_app.services.staff import StaffTile
from pos_app.services.till import TillSession

PAGE = 50
SLICE = 60  # events: a few milliseconds, so that a scan never waits for the audit
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries, newest first; ``has_more`` where older ones follow."""

    entries: tuple[AuditEntry, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the chain was recomputed: ``checked`` of ``total`` events, ``confirmed`` of which head office signed for.

    ``problem`` is the first thing wrong; then nothing after it was checked.
    """

    checked: int = 0
    total: int = 0
    confirmed: int = 0
    problem: PosError | None = None
    hash: bytes = field(default=GENESIS, repr=False)

    @property
    def is_done(self) -> bool:
        """Say whether there is nothing left to check."""
        return self.problem is not None or self.checked >= self.total


class AuditDesk:
    """Reads the log for an auditor; ``check_mark`` says whether a countersigned head is head office's own word."""

    def __init__(self, session: TillSession, check_mark: Callable[[Identity, Countersigned], None]) -> None:
        self._session = session
        self._check_mark = check_mark

    def people(self) -> tuple[StaffTile, ...]:
        """Return the people of this store; raises Refused ``staff.not_allowed``."""
        with self._session.store.view() as unit:
            self._session.cashier(Act.AUDIT)
            people = unit.published.staff(self._session.identity(unit).store_id)
        return tuple(StaffTile(person.staff_id, person.name, person.role) for person in people)

    def page(self, wanted: AuditFilter, before: int | None = None) -> AuditPage:
        """Return a page of what is looked for, newest first, of what lies before event ``before``.

        A receipt's number finds its sale, its refunds, and what was done to its paper.
        """
        with self._session.store.view() as unit:
            self._session.cashier(Act.AUDIT)
            places = unit.audit.page(wanted, before, PAGE + 1)
            if wanted.subject and before is None:
                places = sorted({*places, *_of_receipt(unit, wanted.subject)}, reverse=True)
            people = unit.published.staff(self._session.identity(unit).store_id)
            names = {person.staff_id: person.name for person in people}
            entries = tuple(_entry(unit, seq, names) for seq in places[:PAGE])
        return AuditPage(entries, len(places) > PAGE)

    def day_beside(self, on: date | None, *, later: bool) -> date | None:
        """Return the nearest business date with something to audit; of None, the newest. None where there is none."""
        with self._session.store.view() as unit:
            self._session.cashier(Act.AUDIT)
            return unit.audit.day_beside(on or date.max, later=later and on is not None)

    def check(self, state: ChainState) -> ChainState:
        """Recompute one slice of the chain further; at its end, hold it against head office's word."""
        with self._session.store.view() as unit:
            self._session.cashier(Act.AUDIT)
            total = unit.log.next_seq() - 1
            try:
                at, last = unit.log.walk(state.checked, state.hash, SLICE)
                confirmed = self._confirmed(unit) if at >= total else 0
            except Damaged as error:
                return ChainState(state.checked, total, 0, error, state.hash)
        return ChainState(at, total, confirmed, None, last)

    def _confirmed(self, unit: Unit) -> int:
        head = unit.till.countersigned()
        if head is None:
            return 0
        self._check_mark(self._session.identity(unit), head)
        if head.seq >= unit.log.next_seq() or unit.log.hash_at(head.seq) != head.hash:
            raise Damaged("log.rewritten", seq=head.seq)
        return head.seq


def _of_receipt(unit: Unit, number: str) -> Collection[int]:
    """Return the places of a sale and of its refunds; none for what is no receipt of this till."""
    sold = unit.sales.with_receipt(number)
    if sold is None:
        return ()
    return (sold.seq, *(taken.seq for taken in unit.refunds.of_sale(sold.sale.sale_id)))


def _entry(unit: Unit, seq: int, names: dict[str, str]) -> AuditEntry:
    fact, at = unit.log.fact(seq)
    if at.staff_id and at.staff_id not in names:
        names[at.staff_id] = unit.audit.name_of(at.staff_id)
    return AuditEntry(seq, fact, at, names.get(at.staff_id) or at.staff_id)
