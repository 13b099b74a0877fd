"""Decides what the audit shows: filters, pages, the entry in hand, the state of the chain, and the list as a file."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from pos_app.domain.audit import AuditEntry, AuditFilter, Part, noted
from pos_app.errors import PosError
from pos_app.services.audit import AuditPage, ChainState
from pos_app.services.staff import StaffTile
from pos_app.ui import audit_wording
from pos_app.ui.presenters.tasks import Errands, TaskRunner

MOST_EXPORTED = 10_000
SERIOUS = frozenset({Part.APPROVALS, Part.PRICES, Part.VOIDS, Part.REFUNDS, Part.CLOCK})


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One line of the list, in words. ``part`` is None for plain selling, which only a receipt's number finds."""

    seq: int
    at_ms: int
    on: date
    name: str
    text: str
    part: Part | None

    @property
    def is_serious(self) -> bool:
        """Say whether it touches money or trust."""
        return self.part in SERIOUS


@dataclass(frozen=True, slots=True)
class FilterFace:
    """What is looked for; ``person`` is the name, empty for everybody."""

    on: date | None
    person: str
    part: Part | None
    subject: str


class AuditView(Protocol):
    """What the audit screen can show."""

    def show_rows(self, rows: tuple[AuditRow, ...], *, has_more: bool) -> None: ...
    def show_filter(self, wanted: FilterFace) -> None: ...
    def show_details(self, lines: audit_wording.Lines) -> None: ...
    def show_chain(self, chain: ChainState) -> None: ...
    def show_exported(self, place: str, count: int) -> None: ...
    def show_problem(self, error: PosError) -> None: ...


class Auditing(Protocol):
    """The audit desk."""

    def people(self) -> tuple[StaffTile, ...]: ...
    def page(self, wanted: AuditFilter, before: int | None = None) -> AuditPage: ...
    def day_beside(self, on: date | None, *, later: bool) -> date | None: ...
    def check(self, state: ChainState) -> ChainState: ...


class AuditPresenter:
    """One for each visit. ``keep`` writes a file of this name and returns where it is; it runs on the lane."""

    def __init__(self, view: AuditView, desk: Auditing, tasks: TaskRunner, keep: Callable[[str, str], str]) -> None:
        self._view, self._desk, self._keep = view, desk, keep
        self._errands = Errands(tasks)
        self._wanted = AuditFilter()
        self._people: tuple[StaffTile, ...] = ()
        self._entries: tuple[AuditEntry, ...] = ()
        self._has_more = False
        self._in_hand = 0
        self._asked = 0
        self._chain = ChainState()

    def start(self) -> None:
        """Show everything, newest first, and begin to recompute the chain behind it."""
        self._errands.run(self._desk.people, self._show_people, self._view.show_problem)
        self._look(AuditFilter())
        self._check(ChainState())

    def choose_part(self, part: Part | None) -> None:
        """Show one part only, or all."""
        self._look(replace(self._wanted, part=part, subject=""))

    def next_person(self) -> None:
        """Show the next person's doings; after the last everybody's."""
        ids = ["", *(person.staff_id for person in self._people)]
        place = ids.index(self._wanted.staff_id) if self._wanted.staff_id in ids else 0
        self._look(replace(self._wanted, staff_id=ids[(place + 1) % len(ids)], subject=""))

    def step_day(self, *, later: bool) -> None:
        """Show the business day before or after; from all days, the newest."""
        on = self._wanted.on
        self._errands.run(
            lambda: self._desk.day_beside(on, later=later),
            lambda day: None if day is None else self._look(replace(self._wanted, on=day, subject="")),
            self._view.show_problem,
        )

    def all_days(self) -> None:
        """Show every day."""
        self._look(replace(self._wanted, on=None, subject=""))

    def search(self, text: str) -> None:
        """Show what was done to one receipt (or refund, or sale); an empty text shows all again."""
        self._look(AuditFilter(subject=text.strip()))

    def more(self) -> None:
        """Read the next page, where there is one."""
        if self._has_more and self._entries:
            self._read(self._entries[-1].seq)

    def choose(self, seq: int) -> None:
        """Open one entry."""
        self._in_hand = seq
        entry = next((entry for entry in self._entries if entry.seq == seq), None)
        self._view.show_details(() if entry is None else audit_wording.details(entry))

    def export(self) -> None:
        """Write what is looked for as a table, newest first, as far as a table is read: 10,000 lines."""
        self._gather(self._wanted, ())

    def retranslate(self) -> None:
        """Say everything again in the language in force."""
        self._show()
        self._view.show_filter(self._face())
        self._view.show_chain(self._chain)
        self.choose(self._in_hand)

    def close(self) -> None:
        """Leave the screen; the chain is not checked any further."""
        self._errands.close()

    def _look(self, wanted: AuditFilter) -> None:
        self._wanted = wanted
        self._entries, self._has_more = (), False
        self._view.show_filter(self._face())
        self._read(None)

    def _read(self, before: int | None) -> None:
        self._asked += 1
        wanted, asked = self._wanted, self._asked

        def answered(page: AuditPage) -> None:
            if asked == self._asked:  # else another question was asked meanwhile
                self._take(page, before)

        self._errands.run(lambda: self._desk.page(wanted, before), answered, self._view.show_problem)

    def _take(self, page: AuditPage, before: int | None) -> None:
        self._entries = page.entries if before is None else self._entries + page.entries
        self._has_more = page.has_more
        self._show()
        if before is None:
            self.choose(self._entries[0].seq if self._entries else 0)

    def _show(self) -> None:
        self._view.show_rows(tuple(row_of(entry) for entry in self._entries), has_more=self._has_more)

    def _show_people(self, people: tuple[StaffTile, ...]) -> None:
        self._people = people

    def _face(self) -> FilterFace:
        wanted = self._wanted
        person = next((one.name for one in self._people if one.staff_id == wanted.staff_id), "")
        return FilterFace(wanted.on, person, wanted.part, wanted.subject)

    def _check(self, state: ChainState) -> None:
        self._errands.run(lambda: self._desk.check(state), self._checked, self._view.show_problem)

    def _checked(self, state: ChainState) -> None:
        self._chain = state
        self._view.show_chain(state)
        if not state.is_done:
            self._check(state)

    def _gather(self, wanted: AuditFilter, found: tuple[AuditEntry, ...]) -> None:
        before = found[-1].seq if found else None

        def gathered(page: AuditPage) -> None:
            entries = found + page.entries
            if page.has_more and len(entries) < MOST_EXPORTED:
                self._gather(wanted, entries)
            else:
                self._write(entries)

        self._errands.run(lambda: self._desk.page(wanted, before), gathered, self._view.show_problem)

    def _write(self, entries: tuple[AuditEntry, ...]) -> None:
        name = f"audit-{entries[-1].seq}-{entries[0].seq}.csv" if entries else "audit.csv"
        text = table(entries)
        self._errands.run(
            lambda: self._keep(name, text),
            lambda place: self._view.show_exported(place, len(entries)),
            self._view.show_problem,
        )


def table(entries: tuple[AuditEntry, ...]) -> str:
    """Return entries as comma-separated values, in the language in force; times in UTC milliseconds."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(("seq", "business_date", "wall_utc_ms", "staff_id", "staff", "part", "what"))
    for entry in entries:
        row, at = row_of(entry), entry.at
        part = "" if row.part is None else audit_wording.part_text(row.part)
        cells = (row.seq, at.business_date.isoformat(), at.wall_utc_ms, at.staff_id, row.name, part, row.text)
        writer.writerow(tuple(_harmless(str(cell)) for cell in cells))
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: what a person wrote stands in it."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def row_of(entry: AuditEntry) -> AuditRow:
    """Return an entry as a line, in the language in force."""
    found = noted(entry.fact)
    return AuditRow(
        seq=entry.seq,
        at_ms=entry.at.wall_utc_ms,
        on=entry.at.business_date,
        name=entry.staff_name,
        text=audit_wording.told(entry.fact),
        part=None if found is None else found.part,
    )
