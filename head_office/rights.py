"""Rights: grants from head office's holding of a member to one terminal life, asked for or ahead of time.

A grant moves points from ``available`` to ``escrow`` in one transaction with its row and its feed item, never more than
there is. It comes back only by the holder's own event: no clock ever takes it away.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date

import msgspec
import sqlalchemy as sa

from head_office import lives, programmes, recovery
from head_office.books.aliases import are_one
from head_office.books.grants import grant_row
from head_office.books.holders import Wanted, holders_of
from head_office.books.issues import NOBODY
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.lots import lock_nobodys, lot_member
from head_office.books.members import MemberBook
from head_office.books.refunds import RefundBook
from head_office.branches import Branch, said_epoch
from head_office.clients import min_client
from head_office.feed import Change, publish, terminal_shard
from head_office.office import Office
from head_office.recalls import recall
from head_office.sessions import Caller
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.ids import is_from_before
from pos_app.domain.ledger import LOTTED, Asset, Grant, days_of, is_vested
from pos_app.domain.members import HeldElsewhere
from pos_app.domain.points import worth_of
from pos_app.domain.posting import ESCROW, MAX_AMOUNT, Account, Transfer, holder_name, ledger_of
from pos_app.domain.programme import Programme
from pos_app.domain.refunds import sold_line
from pos_app.errors import Damaged, Refused
from pos_app.sync.wire.http import MALFORMED
from pos_app.sync.wire.messages import RightsAnswer, RightsRequest

MEMBER_UNKNOWN = "rights.member_unknown"
SALE_UNKNOWN = "rights.sale_unknown"
LOT_UNKNOWN = "rights.lot_unknown"
SHORT = "rights.short"
CAP = "rights.cap"
REQUEST_CAP = "rights.request_cap"
NOT_LIVE = "rights.not_live"
CLIENT_OLD = "rights.client_old"
RECOVERY = "rights.recovery"
HOUR_MS = 3_600_000
STEM_BYTES = 8
HELD_JSON = msgspec.json.Decoder(list[HeldElsewhere])
GRANTS_JSON = msgspec.json.Decoder(list[Grant])
_GRANT, _TIE, _LIFE = schema.grant.c, schema.member_tie.c, schema.life.c
_REQUEST = schema.rights_request.c
_OUTSTANDING = (
    sa.select(_GRANT.asset, sa.func.sum(_GRANT.remaining))
    .where(_GRANT.life_no == sa.bindparam("life_no"), _GRANT.expires_on >= sa.bindparam("today"))
    .group_by(_GRANT.asset)
)
_KNOWN_ELSEWHERE = sa.select(_TIE.member_id).where(
    sa.or_(
        _TIE.store_id != sa.bindparam("store_id"),
        sa.exists().where(_LIFE.store_id == _TIE.store_id, _LIFE.life_no != sa.bindparam("life_no")),
    ),
    among(_TIE.member_id, "members"),
)
_EARLIER = sa.select(schema.rights_request).where(
    _REQUEST.life_no == sa.bindparam("life_no"), _REQUEST.request_no == sa.bindparam("request_no")
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What every grant of one transaction shares."""

    caller: Caller
    programme: Programme
    today: date
    now_ms: int
    incarnation_no: int
    token: Callable[[int], bytes]
    status: str = lives.LIVE
    is_current: bool = True  # not older than head office's ``min_client``
    recovering: bool = False
    branch: Branch | None = None

    @property
    def may_hold(self) -> bool:
        """Say whether the life may be given rights: while head office recovers, nobody may."""
        return self.status == lives.LIVE and self.is_current and not self.recovering

    @property
    def holds_nothing(self) -> bool:
        """Say whether the life's rights were taken back, or never were."""
        return self.status in (lives.FENCED, lives.SALVAGED)

    @property
    def holder(self) -> str:
        """Return the receiving terminal life as accounts name it."""
        return holder_name(self.caller.terminal_id, self.caller.epoch)

    @property
    def said_holder(self) -> str:
        """Return the name that the terminal itself used."""
        return holder_name(self.caller.terminal_id, said_epoch(self.caller.epoch))

    def ledger(self, asset: Asset) -> str:
        """Return the ledger that an asset moves in."""
        return ledger_of(asset, self.programme.currency)


@dataclass(frozen=True, slots=True)
class Found:
    """What a request came to: grants, or the code of why there are none and who holds the rest."""

    grants: list[Grant] = field(default_factory=list)
    code: str = ""
    available: int = 0
    held: list[HeldElsewhere] = field(default_factory=list)


def terms_of(office: Office, connection: sa.Connection, life: lives.Life) -> Terms:
    """Return the terms of a transaction of this life, whose row is locked.

    Raises Refused ``session.unknown`` when the database became another incarnation (see ``recovery.check_current``).
    """
    recovery.check_current(office, connection)
    today = office.clock.today()
    return Terms(
        lives.caller_of(life),
        programmes.in_force(connection, today),
        today,
        office.clock.now_ms(),
        office.identity.incarnation_no,
        office.token,
        life.status,
        life.protocol >= min_client(connection),
        recovery.is_on(connection, office.identity.incarnation_no, lock=True),
        lives.branch_of(connection, life),
    )


class Granting:
    """Makes grants within one transaction: draws on lots, then writes books, grants and feed together."""

    def __init__(self, connection: sa.Connection, terms: Terms, ledger: LedgerBook) -> None:
        self._connection = connection
        self._terms = terms
        self._ledger = ledger
        self.grants: list[Grant] = []

    def available(self, wanted: Wanted) -> int:
        """Return what head office itself holds of it that may be spent today."""
        return sum(balance for _, balance in self._lots(wanted))

    def draw(self, wanted: Wanted, amount: int, name_of: Callable[[int], str]) -> None:
        """Grant ``amount``, which is there, from the lots soonest to expire; ``name_of`` gives the n-th gid."""
        terms = self._terms
        lease_until_ms = terms.now_ms + terms.programme.lease_hours * HOUR_MS
        for n, (account, balance) in enumerate(self._lots(wanted)):
            taken = min(balance, amount)
            if taken <= 0:
                break
            last, first = days_of(account.dated)
            gid, lot = name_of(n), wanted.lot
            grant = Grant(gid, wanted.member_id, wanted.asset, taken, last, lease_until_ms, lot, first)
            escrow = Account(account.ledger, ESCROW, account.owner, terms.holder, account.dated)
            transfer = Transfer(f"grant/{grant.gid}", account, escrow, taken, "grant")
            self._ledger.book([transfer], Cause(terms.today, terms.today, terms.caller.life_no))
            self.grants.append(grant)
            amount -= taken
        assert amount <= 0, amount

    def _lots(self, wanted: Wanted) -> list[tuple[Account, int]]:
        lots = self._ledger.lots(wanted.owner, self._terms.today, self._terms.ledger(wanted.asset))
        return [(account, balance) for account, balance in lots if is_vested(account.dated, self._terms.today)]

    def write(self, source: str) -> None:
        """Write the grants and tell the terminal; the ledger is written by whoever owns it."""
        rows = [grant_row(grant, self._terms.caller.life_no, source) for grant in self.grants]
        insert_rows(self._connection, schema.grant, rows)
        shard = terminal_shard(self._terms.caller.terminal_id, self._terms.caller.epoch)
        publish(
            self._connection,
            [Change(shard, "grant", grant.gid, msgspec.json.encode(grant)) for grant in self.grants],
        )


def _is_theirs(connection: sa.Connection, wanted: Wanted) -> bool:
    """Say whether a coupon or punch card was given to the person who wants to use it, or to whoever shows it."""
    given_to = lot_member(connection, wanted.asset, wanted.lot)
    if given_to == NOBODY:
        lock_nobodys(connection, wanted.lot)
        return True
    return given_to is not None and are_one(connection, given_to, wanted.member_id)


def outstanding_minor(connection: sa.Connection, life_no: int, terms: Terms) -> int:
    """Return what the unexpired rights that a terminal life holds are worth in money: what its loss may cost."""
    rows = connection.execute(_OUTSTANDING, {"life_no": life_no, "today": terms.today.isoformat()})
    return sum(worth_of(Asset(asset), int(total), terms.programme) for asset, total in rows)


def tell_other_stores(connection: sa.Connection, member_ids: Collection[str], terms: Terms) -> list[Change]:
    """Return what all other terminals are told of members whose points moved to a holder."""
    if not member_ids:
        return []
    asked = {"store_id": terms.caller.store_id, "life_no": terms.caller.life_no, "members": member_ids}
    elsewhere = set(connection.execute(_KNOWN_ELSEWHERE, asked).scalars())
    members = MemberBook(connection)
    members.load(elsewhere)
    members.touch(elsewhere)
    return members.write(terms.today, terms.now_ms)


def float_gids(terms: Terms) -> Callable[[int], str]:
    """Return names for one draw of a float; the incarnation keeps a restored head office from reusing one."""
    stem = terms.token(STEM_BYTES).hex()
    return lambda n: f"ho{terms.incarnation_no}/float/{stem}/{n}"


class RightsDesk:
    """Answers just-in-time requests, once each."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def request(self, request: RightsRequest) -> RightsAnswer:
        """Grant the exact amount if head office holds it; the answer to a repeated request is the first one.

        Raises:
            Refused: ``session.unknown``, ``request.malformed``.
        """
        caller = self._office.sessions.named(request.session, request.terminal_id, request.epoch)
        if not 0 < request.amount <= MAX_AMOUNT or not 0 <= request.request_no <= MAX_AMOUNT:
            raise Refused(MALFORMED, detail="amount")
        if (request.asset in LOTTED) != bool(request.lot):
            raise Refused(MALFORMED, detail="lot")
        answer = self._office.database.write(lambda connection: self._answer(connection, caller, request))
        mark(CommitPoint.RIGHTS_GRANTED_BEFORE_ANSWER)
        self._office.bell.ring()
        return answer

    def _answer(self, connection: sa.Connection, caller: Caller, request: RightsRequest) -> RightsAnswer:
        life = lives.locked(connection, caller.life_no)
        self._office.sessions.still(request.session, life.challenges)
        terms = terms_of(self._office, connection, life)
        asked = {"life_no": caller.life_no, "request_no": request.request_no}
        earlier = connection.execute(_EARLIER, asked).one_or_none()
        if earlier is not None:
            grants, held = GRANTS_JSON.decode(earlier.grants), HELD_JSON.decode(earlier.held)
            if any(is_from_before(grant.gid, terms.incarnation_no) for grant in grants):
                return self._say(Found(code=RECOVERY))  # it would not install them; ``recovery`` takes them back
            return self._say(Found(grants, earlier.code, earlier.available, held))
        if terms.recovering and life.status == lives.LIVE:
            return self._say(Found(code=RECOVERY))  # not for ever: the same number may be asked again
        found = Found(code=NOT_LIVE) if life.status != lives.LIVE else self._grant(connection, terms, request)
        row = {
            "life_no": caller.life_no,
            "request_no": request.request_no,
            "member_id": request.member_id,
            "amount": request.amount,
            "grants": msgspec.json.encode(found.grants),
            "code": found.code,
            "available": found.available,
            "asset": request.asset.value,
            "lot": request.lot,
            "held": msgspec.json.encode(found.held),
        }
        insert_rows(connection, schema.rights_request, [row])
        return self._say(found)

    def _grant(self, connection: sa.Connection, terms: Terms, request: RightsRequest) -> Found:
        if not terms.is_current:
            return Found(code=CLIENT_OLD)
        wanted = Wanted(request.member_id, request.asset, request.lot)
        if wanted.member_id or wanted.asset is not Asset.REFUND:
            members = MemberBook(connection)
            members.load([request.member_id])
            if members.get(request.member_id) is None:
                return Found(code=MEMBER_UNKNOWN)
        is_issued = wanted.lot and wanted.asset is not Asset.REFUND
        if is_issued and not _is_theirs(connection, wanted):
            return Found(code=LOT_UNKNOWN)
        ledger = LedgerBook(connection)
        if wanted.asset is not Asset.REFUND:
            ledger.load([wanted.owner], [terms.holder])
        elif (refused := self._open_refund(connection, terms, wanted, ledger)) is not None:
            return refused
        granting = Granting(connection, terms, ledger)
        available = granting.available(wanted)
        if available < request.amount:
            return self._short(connection, terms, wanted, request, available)
        worth_minor = worth_of(wanted.asset, request.amount, terms.programme)
        if worth_minor > terms.programme.request_cap_minor:
            return Found(code=REQUEST_CAP, available=available)
        held_minor = outstanding_minor(connection, terms.caller.life_no, terms)
        if held_minor + worth_minor > terms.programme.terminal_outstanding_cap_minor:
            return Found(code=CAP, available=available)
        stem = f"ho{terms.incarnation_no}/{terms.holder}/request{request.request_no}"
        granting.draw(wanted, request.amount, lambda n: f"{stem}/{n}")
        ledger.write()
        granting.write("request")
        publish(connection, tell_other_stores(connection, [request.member_id], terms))
        return Found(granting.grants, available=available - request.amount)

    def _short(
        self, connection: sa.Connection, terms: Terms, wanted: Wanted, request: RightsRequest, available: int
    ) -> Found:
        """Tell the asker who holds the rest, and ask those for it: another try may find it here."""
        holders = holders_of(connection, wanted, terms.ledger(wanted.asset), but=terms.holder, today=terms.today)
        recall(connection, f"{terms.holder}/request{request.request_no}", wanted, holders)
        return Found(code=SHORT, available=available, held=[holder.named(terms.now_ms) for holder in holders])

    def _open_refund(self, connection: sa.Connection, terms: Terms, wanted: Wanted, ledger: LedgerBook) -> Found | None:
        """Open the right to take a sold line back; return why it cannot be granted, None where it can."""
        book = RefundBook(connection, terms.caller.life_no)
        sold = book.find(wanted.lot)
        named = sold_line(wanted.lot)
        if sold is None or named is None or not are_one(connection, sold.sale.member_id or "", wanted.member_id):
            return Found(code=SALE_UNKNOWN)
        if not book.is_closed(sold):
            return Found(code=SHORT, held=[book.seller(sold).named(terms.now_ms)])
        ledger.load([wanted.owner], [terms.holder])
        try:
            book.open(sold, named[1], ledger, Cause(terms.today, terms.today))
        except Damaged:
            return Found(code=SALE_UNKNOWN)
        return None

    def _say(self, found: Found) -> RightsAnswer:
        return RightsAnswer(
            incarnation=self._office.identity.incarnation,
            server_time_ms=self._office.clock.now_ms(),
            grants=found.grants,
            code=found.code,
            available=found.available,
            held=found.held,
        )
