"""Queue the papers of the day, and print them again as copies (副本)."""

from dataclasses import dataclass
from datetime import date

from pos_app.domain.day_papers import DayHeader, OpenItems, ShiftSum, cash_slip, shift_paper, x_paper, z_paper
from pos_app.domain.events import CashMoved, DayClosed, DayPaperReprinted, DayTotals, ShiftHandedOver
from pos_app.domain.paper import Paper, marked
from pos_app.domain.paper_json import from_json
from pos_app.domain.print_jobs import JobState
from pos_app.domain.staff import Act, StaffMember
from pos_app.domain.till import DayPaper, NewDayPaper, Shift
from pos_app.errors import Damaged, Refused
from pos_app.services.ports import Unit
from pos_app.services.sale_papers import paper_job
from pos_app.services.till import RECEIPT_PRINTER, TillSession
from pos_app.services.words import brand_name, day_words, store_name

MOST_LISTED = 60


@dataclass(frozen=True, slots=True)
class Copied:
    """A queued copy: which paper, and the how-manieth copy of it."""

    kind: str
    number: int
    count: int


class DayPaperDesk:
    """Past X, shift and Z papers."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def papers(self) -> tuple[DayPaper, ...]:
        """Return the newest papers, newest first."""
        with self._session.store.view() as unit:
            return tuple(unit.days.papers(MOST_LISTED))

    def reprint(self, paper_no: int) -> Copied:
        """Queue a paper again, marked as a copy with its count.

        Raises Refused ``paper.unknown {paper_no}``, ``staff.nobody``, ``staff.not_allowed`` (also for an X of the open
        day, for a role that counts blind), Damaged ``print.job``.
        """

        def reprint(unit: Unit) -> Copied:
            staff = self._session.cashier(Act.READ_X)
            found = unit.days.paper(paper_no)
            if found is None:
                raise Refused("paper.unknown", paper_no=paper_no)
            kept = found.paper
            if kept.kind == "x" and _is_blind(unit, staff, kept.business_date):
                raise Refused("staff.not_allowed", act=Act.READ_X.value)
            original = unit.papers.job(kept.paper_job)
            if original is None:
                raise Damaged("print.job", job_id=kept.paper_job)
            count = unit.days.count_reprint(paper_no)
            paper = marked(from_json(original.job.paper_json), day_words().copy_f.format(count=count))
            self._session.say(unit, DayPaperReprinted(kept.kind, kept.number, count))
            unit.papers.append(paper_job(paper, kept.kind, self._session.clock.now_ms(), count))
            return Copied(kept.kind, kept.number, count)

        return self._session.run(reprint)


def _is_blind(unit: Unit, staff: StaffMember, business_date: date) -> bool:
    """Say whether somebody has still to count a day without knowing what should be there."""
    shift = unit.days.open_shift()
    if shift is None or shift.business_date != business_date:
        return False
    return staff.role not in unit.published.programme(business_date).x_with_cash


def queue_x(session: TillSession, unit: Unit, shift: Shift, totals: DayTotals, expected_minor: int | None) -> None:
    """Queue the figures so far; ``expected_minor`` None leaves cash to be counted."""
    number = unit.till.next_number("x")
    header = day_header(session, unit, shift)
    _keep(session, unit, shift, number, x_paper(number, totals, expected_minor, open_items(unit), header, day_words()))


def queue_shift(session: TillSession, unit: Unit, shift: Shift, handed: ShiftHandedOver) -> None:
    """Queue what a shift came to."""
    header = day_header(session, unit, shift)
    paper = shift_paper(handed, open_items(unit), header, day_words())
    _keep(session, unit, shift, handed.shift_no, paper)


def queue_z(session: TillSession, unit: Unit, shift: Shift, closed: DayClosed, shifts: tuple[ShiftSum, ...]) -> None:
    """Queue the close of the day."""
    header = day_header(session, unit, shift)
    paper = z_paper(closed, open_items(unit), header, day_words(), shifts=shifts)
    _keep(session, unit, shift, closed.z_no, paper)


def queue_cash_slip(session: TillSession, unit: Unit, shift: Shift, moved: CashMoved) -> None:
    """Queue the slip of cash that was put in or taken out."""
    paper = cash_slip(moved, day_header(session, unit, shift), day_words())
    unit.papers.append(paper_job(paper, paper.kind, session.clock.now_ms()))


def open_items(unit: Unit) -> OpenItems:
    """Return what is not finished with: facts unsent, papers uncertain."""
    uncertain = unit.papers.in_state(RECEIPT_PRINTER, JobState.UNCERTAIN)
    return OpenItems(unit.log.unsent_count(), len(uncertain))


def day_header(session: TillSession, unit: Unit, shift: Shift) -> DayHeader:
    """Return what heads a paper of the day."""
    identity = session.identity(unit)
    return DayHeader(
        brand=brand_name(unit.published.programme(shift.business_date)),
        store_name=store_name(identity),
        till_name=f"{identity.lane:02d}",
        staff_name="" if session.staff is None else session.staff.name,
        business_date=shift.business_date,
        shift_no=shift.shift_no,
        printed_at=session.local(session.clock.now_ms()),
    )


def _keep(session: TillSession, unit: Unit, shift: Shift, number: int, paper: Paper) -> None:
    now = session.clock.now_ms()
    job = unit.papers.append(paper_job(paper, paper.kind, now))
    unit.days.keep_paper(NewDayPaper(paper.kind, number, shift.business_date, now, job))
