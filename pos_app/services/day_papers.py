"""Queue the X and Z papers."""

from pos_app.domain.day_papers import DayHeader, x_paper, z_paper
from pos_app.domain.events import DayClosed, DayTotals
from pos_app.domain.paper import Paper
from pos_app.domain.till import Shift
from pos_app.services.ports import Unit
from pos_app.services.sale_papers import paper_job, store_name
from pos_app.services.till import TillSession
from pos_app.services.words import day_words


def queue_x(session: TillSession, unit: Unit, shift: Shift, totals: DayTotals) -> None:
    """Queue the figures so far."""
    unsent = unit.log.unsent_count()
    _queue(session, unit, x_paper(totals, unsent, _header(session, unit, shift), day_words()))


def queue_z(session: TillSession, unit: Unit, shift: Shift, closed: DayClosed, approved_by: str) -> None:
    """Queue the close of the day; ``approved_by`` is the name of the manager who approved a difference."""
    unsent = unit.log.unsent_count()
    header = _header(session, unit, shift)
    _queue(session, unit, z_paper(closed, unsent, header, day_words(), approved_by=approved_by))


def _queue(session: TillSession, unit: Unit, paper: Paper) -> None:
    unit.papers.append(paper_job(paper, paper.kind, session.clock.now_ms()))


def _header(session: TillSession, unit: Unit, shift: Shift) -> DayHeader:
    identity = session.identity(unit)
    return DayHeader(
        brand=session.brand,
        store_name=store_name(identity),
        till_name=f"{identity.lane:02d}",
        staff_name="" if session.staff is None else session.staff.name,
        business_date=shift.business_date,
        shift_no=shift.shift_no,
        printed_at=session.local(session.clock.now_ms()),
    )
