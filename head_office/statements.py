"""Statements: a till that knows a member may open up head office's figure of their points, page by page."""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from head_office import lives
from head_office.books.aliases import names_of
from head_office.office import Office
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.events import Circumstances
from pos_app.domain.posting import AVAILABLE, ESCROW, POINTS
from pos_app.domain.profile import Said, lot_of, points_entry
from pos_app.domain.statement import StatementEntry
from pos_app.errors import Refused
from pos_app.sync.wire.event_codec import decode
from pos_app.sync.wire.http import MALFORMED, MEMBER_UNKNOWN
from pos_app.sync.wire.messages import StatementAnswer, StatementRequest

PAGE = 50
_BEFORE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})/([0-9]{1,15})/([0-9]{1,15})")
_RECEIPT, _INBOX, _LIFE, _POSTING = schema.receipt.c, schema.inbox.c, schema.life.c, schema.posting.c
_STORE, _TERMINAL, _TIE, _ACCOUNT = schema.store.c, schema.terminal.c, schema.member_tie.c, schema.account.c
_PLACE = sa.tuple_(_RECEIPT.business_date, _RECEIPT.life_no, _RECEIPT.seq)
_PAPERS = (
    sa.select(_INBOX.body, _INBOX.seq, _RECEIPT.business_date, _RECEIPT.life_no)
    .add_columns(_STORE.name, _STORE.name_en, _TERMINAL.lane)
    .join(schema.receipt, sa.and_(_RECEIPT.life_no == _INBOX.life_no, _RECEIPT.seq == _INBOX.seq))
    .join(schema.posting, sa.and_(_POSTING.life_no == _INBOX.life_no, _POSTING.seq == _INBOX.seq))
    .join(schema.life, _LIFE.life_no == _INBOX.life_no)
    .join(schema.terminal, _TERMINAL.terminal_id == _LIFE.terminal_id)
    .join(schema.store, _STORE.store_id == _LIFE.store_id)
    .where(among(_RECEIPT.member_id, "members"), _POSTING.status == "posted")
    .order_by(_RECEIPT.business_date.desc(), _RECEIPT.life_no.desc(), _RECEIPT.seq.desc())
    .limit(PAGE)
)
_LOTS = (
    sa.select(_ACCOUNT.dated, sa.func.sum(_ACCOUNT.credit - _ACCOUNT.debit).label("points"))
    .where(
        among(_ACCOUNT.owner, "members"),
        _ACCOUNT.kind.in_((AVAILABLE, ESCROW)),
        _ACCOUNT.ledger == POINTS,
        _ACCOUNT.dated >= sa.bindparam("today"),
    )
    .group_by(_ACCOUNT.dated)
    .order_by(_ACCOUNT.dated)
)
_TIED = sa.select(_TIE.member_id).where(_TIE.store_id == sa.bindparam("store_id"), among(_TIE.member_id, "members"))


class StatementDesk:
    """Answers tills that look at a member."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def look(self, request: StatementRequest) -> StatementAnswer:
        """Return a member's points by last day, and a page of the papers that moved them, newest first.

        Raises Refused ``session.unknown``, ``member.unknown`` (also for one whom the caller's store does not know),
        ``request.malformed``.
        """
        caller = self._office.sessions.named(request.session, request.terminal_id, request.epoch)
        lives.check_trades(self._office.database, caller)
        place = _place(request.before)
        with self._office.database.read() as connection:
            names = self._names(connection, caller, request.member_id)
            lots = connection.execute(_LOTS, {"members": names, "today": self._office.clock.today().isoformat()})
            papers = _PAPERS if place is None else _PAPERS.where(sa.tuple_(*place) > _PLACE)
            rows = connection.execute(papers, {"members": names}).all()
            return StatementAnswer(
                incarnation=self._office.identity.incarnation,
                server_time_ms=self._office.clock.now_ms(),
                lots=[lot_of(row.dated, int(row.points)) for row in lots if row.points > 0],
                entries=_entries(rows),
                next_before=_after(rows),
            )

    def _names(self, connection: sa.Connection, caller: Caller, member_id: str) -> list[str]:
        """Return all ids of a member whom the caller's store knows."""
        names = names_of(connection, member_id)
        known = connection.execute(_TIED, {"store_id": caller.store_id, "members": names}).first()
        if known is None:
            raise Refused(MEMBER_UNKNOWN, detail="member_id")
        return names


def _entries(rows: Sequence[sa.Row[Any]]) -> list[StatementEntry]:
    found = []
    for row in rows:
        fact, at = decode(row.body)
        # Of another till only the day and the time are told, not who was at it.
        told = Circumstances(at.business_date, "", at.wall_utc_ms, 0, "")
        entry = points_entry(Said(row.seq, fact, told), {})
        if entry is not None:
            found.append(StatementEntry(row.name, row.name_en, row.lane, entry))
    return found


def _after(rows: Sequence[sa.Row[Any]]) -> str:
    """Return where the next page begins, empty after the last."""
    if len(rows) < PAGE:
        return ""
    last = rows[-1]
    return f"{last.business_date}/{last.life_no}/{last.seq}"


def _place(before: str) -> tuple[str, int, int] | None:
    if not before:
        return None
    found = _BEFORE.fullmatch(before)
    if found is None:
        raise Refused(MALFORMED, detail="before")
    return found[1], int(found[2]), int(found[3])
