"""The product with one rule taken out, each way to break it by name: what a simulation must notice to be worth running.

Only here does anything patch the product. Each mutant names the profile in which it has to be caught.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import sqlalchemy as sa

from head_office import batch, floats, handshake, intake, rights, sessions
from head_office.books import store_days
from head_office.books.holders import Wanted
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.refunds import RefundBook
from head_office.enrolment import Enrolment
from head_office.floats import FloatDesk
from head_office.merging import MergeDesk
from head_office.posting import Poster
from head_office.reading import Letter
from head_office.rights import Granting
from head_office.store import schema
from pos_app.bootstrap import sync_port
from pos_app.domain import posting, refunds
from pos_app.domain.events import GrantsInstalled
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.posting import ESCROW, ISSUED, POINTS, Account, Transfer, holder_name
from pos_app.errors import Refused
from pos_app.store import till_log
from pos_app.store.holdings import HoldingTable
from pos_app.store.till_log import TillLog
from pos_app.sync import session as till_session
from pos_app.sync.wire.messages import HelloAnswer
from tests.sim import schedules
from tests.sim.founding import LOT
from tests.sim.headquarters import Died, Headquarters, MortalDatabase
from tests.sim.truth import COUPON
from tests.sim.world import World

Patch = tuple[object, str, object]


@dataclass(frozen=True)
class Mutant:
    """One broken rule: what it breaks, the patches that break it, and where it must be caught."""

    name: str
    breaks: str
    patches: Callable[[], list[Patch]]
    profile: str
    schedule: Callable[[World], None] | None = None  # where chance is too slow
    steps: int = 4_000

    @contextmanager
    def in_force(self) -> Iterator[None]:
        """Run the product without this rule."""
        with ExitStack() as undo:
            for thing, name, broken in self.patches():
                undo.callback(
                    setattr, thing, name, vars(thing)[name] if isinstance(thing, type) else getattr(thing, name)
                )
                setattr(thing, name, broken)
            yield


def _reclaims() -> list[Patch]:
    """Head office takes rights back when their lease has ended, since nobody may spend them any more."""
    fill = FloatDesk._fill
    grant, life = schema.grant.c, schema.life.c

    def filled(self: FloatDesk, connection: sa.Connection, *rest: Any) -> None:
        clock = self._office.clock
        ended = connection.execute(
            sa.select(schema.grant, life.terminal_id, life.epoch)
            .join(schema.life, life.life_no == grant.life_no)
            .where(grant.remaining > 0, grant.asset == "points", grant.lease_until_ms < clock.now_ms())
        ).all()
        ledger = LedgerBook(connection)
        ledger.load([row.member_id for row in ended], [holder_name(row.terminal_id, row.epoch) for row in ended])
        for row in ended:
            holder = holder_name(row.terminal_id, row.epoch)
            escrow = Account(POINTS, ESCROW, row.member_id, holder, row.expires_on)
            back = Account(POINTS, "available", row.member_id, dated=row.expires_on)
            taken = Transfer(f"reclaim/{row.gid}/{row.remaining}", escrow, back, row.remaining, "release")
            ledger.book([taken], Cause(clock.today(), clock.today()))
            connection.execute(sa.update(schema.grant).where(grant.gid == row.gid).values(remaining=0))
        ledger.write()
        fill(self, connection, *rest)

    return [(FloatDesk, "_fill", filled)]


def _posts_twice() -> list[Patch]:
    """What comes again is posted again."""
    take, serial = intake.Intake._take, iter(range(10**9))
    add = posting.Draft.add

    def taken(self: intake.Intake, connection: sa.Connection, request: Any, *rest: Any) -> Any:
        answer = take(self, connection, request, *rest)
        again = {status.seq for status in answer.statuses if status.status == "duplicate"}
        letters = [Letter(event.seq, event.body) for event in request.events if event.seq in again]
        if letters:
            caller = self._office.sessions.named(request.session, request.terminal_id, request.epoch)
            life = connection.execute(sa.select(schema.life).where(schema.life.c.life_no == caller.life_no)).one()
            Poster(connection, intake.terms_of(self._office, connection, life)).post(letters)
        return answer

    def added(self: Any, *args: Any) -> None:
        before = len(self.transfers)
        add(self, *args)
        for n in range(before, len(self.transfers)):
            unlike = f"{self.transfers[n].transfer_id}/{next(serial)}"
            self.transfers[n] = _renamed(self.transfers[n], unlike)

    return [(intake.Intake, "_take", taken), (posting.Draft, "add", added)]


def _renamed(transfer: Transfer, name: str) -> Transfer:
    return Transfer(name, transfer.debit, transfer.credit, transfer.amount, transfer.code, transfer.link_id)


def _installs_twice() -> list[Patch]:
    """A grant that comes by the answer and by the feed counts twice."""
    install = HoldingTable.install

    def installed(self: HoldingTable, grants: Any, **more: Any) -> Any:
        for grant in grants:
            self._conn.execute(
                "UPDATE holding SET remaining = remaining + ?, amount = amount + ? WHERE gid = ?",
                [grant.amount, grant.amount, grant.gid],
            )
        return install(self, grants, **more)

    return [(HoldingTable, "install", installed)]


def _keeps_epoch() -> list[Patch]:
    """A till that was rolled back is let in as if nothing had happened."""
    greeted = till_session.Session.greeted

    def trusting(self: till_session.Session, answer: HelloAnswer) -> Any:
        hello = self._hello
        if hello is not None and answer.resume_from >= hello.next_seq:
            answer = msgspec.structs.replace(answer, resume_from=hello.next_seq - 1)
        return greeted(self, answer)

    check = intake._check_stream

    def checked(connection: sa.Connection, request: Any, known: Any, *last: Any) -> None:
        if not known:
            check(connection, request, known, *last)

    return [
        (handshake, "_is_fork", lambda *_: False),
        (till_session.Session, "greeted", trusting),
        (intake, "_check_stream", checked),
    ]


def _trusts_own_ack() -> list[Patch]:
    """The till goes on after what it remembers as acknowledged, whatever head office says."""
    greeted, pushed = till_session.Session.greeted, till_session.Session.pushed
    remembered: dict[tuple[str, str], int] = {}

    def greeting(self: till_session.Session, answer: HelloAnswer) -> Any:
        known = remembered.get((self.terminal_id, self.epoch), 0)
        hello = self._hello
        if hello is not None and known > answer.resume_from:
            answer = msgspec.structs.replace(answer, resume_from=min(known, hello.next_seq - 1))
        return greeted(self, answer)

    def acknowledged(self: till_session.Session, answer: Any) -> Any:
        effects = pushed(self, answer)
        remembered[self.terminal_id, self.epoch] = self.accepted_upto
        return effects

    return [(till_session.Session, "greeted", greeting), (till_session.Session, "pushed", acknowledged)]


def _never_rebooks() -> list[Patch]:
    """Head office passes over grants that it does not know."""
    move = batch.Batch._move_grants

    def moved(self: batch.Batch, fact: Any, *rest: Any) -> None:
        if type(fact).__name__ != "GrantsInstalled":
            move(self, fact, *rest)

    return [(batch.Batch, "_rebook", lambda *_a, **_k: ()), (batch.Batch, "_move_grants", moved)]


def _hello_without_nonce() -> list[Patch]:
    """Head office believes every hello, also one that was under way for a while."""
    return [(sessions.Sessions, "spend_nonce", lambda *_: None)]


def _nonce_twice() -> list[Patch]:
    """A nonce stays good after its first use."""

    def looked_at(self: sessions.Sessions, life_no: int, nonce: bytes, *_: int) -> None:
        issued = self._nonces.get(life_no)
        if issued is None or issued.value != nonce:
            raise Refused("nonce.unknown")

    return [(sessions.Sessions, "spend_nonce", looked_at)]


def _uncounted() -> list[Patch]:
    """The life's row does not count challenges: what memory keeps is all there is."""
    spend = sessions.Sessions.spend_nonce

    def spent(self: sessions.Sessions, life_no: int, nonce: bytes, mono_ms: int, _nth: int) -> None:
        issued = self._nonces.get(life_no)
        spend(self, life_no, nonce, mono_ms, 0 if issued is None else issued.nth)

    def still(self: sessions.Sessions, token: str, _nth: int) -> None:
        self.opened(token)

    return [(sessions.Sessions, "spend_nonce", spent), (sessions.Sessions, "still", still)]


def _sessions_survive() -> list[Patch]:
    """Rule 2: nonces and sessions are kept where a restart and a restore bring them back."""
    start = Headquarters.start

    def started(self: Headquarters) -> None:
        kept = getattr(self, "office", None)
        start(self)
        if kept is not None:
            for name in ("_nonces", "_tokens", "_open"):
                setattr(self.office.sessions, name, getattr(kept.sessions, name))
            self.office.sessions._nonces |= written.get(id(self), {})

    challenge = sessions.Sessions.challenge
    written: dict[int, dict[int, Any]] = {}

    def noted(self: sessions.Sessions, life_no: int, mono_ms: int, nth: int) -> bytes:
        nonce = challenge(self, life_no, mono_ms, nth)
        for known in written.values():
            known[life_no] = self._nonces[life_no]
        return nonce

    init = Headquarters.__init__

    def begun(self: Headquarters, *args: Any) -> None:
        written[id(self)] = {}
        init(self, *args)

    return [
        (Headquarters, "start", started),
        (Headquarters, "__init__", begun),
        (sessions.Sessions, "challenge", noted),
        *_uncounted(),
    ]


def _push_without_session() -> list[Patch]:
    """Rule 3: whoever had a session once may push for ever."""
    revoke = sessions.Sessions._revoke

    def kept(self: sessions.Sessions, life_no: int) -> None:
        before = dict(self._open)
        revoke(self, life_no)
        self._open.update(before)

    return [(sessions.Sessions, "_revoke", kept), *_uncounted()]


def _challenge_keeps_session() -> list[Patch]:
    """Rule 4: asking for a nonce leaves the session in force."""

    def challenge(self: sessions.Sessions, life_no: int, mono_ms: int, nth: int) -> bytes:
        nonce = self._token(sessions.NONCE_BYTES)
        self._nonces[life_no] = sessions._Nonce(nonce, mono_ms + sessions.NONCE_LIFE_MS, nth)
        return nonce

    return [(sessions.Sessions, "challenge", challenge), *_uncounted()]


def _any_greeting() -> list[Patch]:
    """Rule 5: the till takes any answer to a hello, and believes what it says."""
    greeted = till_session.Session.greeted

    def believing(self: till_session.Session, answer: HelloAnswer) -> Any:
        hello = self._hello
        if hello is not None:
            self._hello = msgspec.structs.replace(hello, nonce=answer.nonce, next_seq=2**40)
        return greeted(self, answer)

    return [(till_session.Session, "greeted", believing)]


def _cursor_first() -> list[Patch]:
    """The cursor moves before its page is applied."""

    def install_page(self: Any, shard: str, cursor: Any, grants: Any, *rest: Any) -> None:
        self._lane.call(lambda: self._log.install_page(shard, cursor, ()))
        self._lane.call(lambda: self._log.install_page(shard, cursor, grants, *rest))

    return [(sync_port.HoldingsOnLane, "install_page", install_page)]


def _stops_at_poison() -> list[Patch]:
    """An event that cannot be posted refuses the whole push."""

    def refused(*_a: Any, **_k: Any) -> Any:
        raise Refused("request.malformed")

    return [(batch.Batch, "_quarantine", refused)]


def _acks_early() -> list[Patch]:
    """Head office answers before it has committed."""
    write = MortalDatabase.write

    def hasty(self: MortalDatabase, work: Callable[[sa.Connection], Any]) -> Any:
        kept: list[Any] = []

        def noted(connection: sa.Connection) -> Any:
            kept.append(work(connection))
            return kept[-1]

        try:
            return write(self, noted)
        except Died:
            if self.dies_before and kept:
                return kept[-1]
            raise

    return [(MortalDatabase, "write", hasty)]


def _grants_in_recovery() -> list[Patch]:
    """A restored head office grants before it has learnt what it gave away."""
    terms = rights.terms_of

    def carefree(*args: Any) -> Any:
        return replace(terms(*args), recovering=False)

    return [(module, "terms_of", carefree) for module in (rights, intake, floats) if hasattr(module, "terms_of")]


def _installs_the_forgotten() -> list[Patch]:
    """A till takes rights from whichever incarnation gave them."""

    def installed(self: TillLog, unit: Any, grants: Any) -> int:
        new = unit.holdings.install(grants, at_ms=self._now_ms())
        if new:
            self._say(unit, GrantsInstalled(new))
        return len(new)

    return [(till_log, "_check_bound", lambda *_: None), (TillLog, "_install", installed)]


def _epochs_by_count() -> list[Patch]:
    """An epoch is a count alone, whichever incarnation gives it out."""
    begin = Enrolment._begin_life

    def begun(self: Enrolment, *args: Any) -> int:
        office, whole = self._office, self._office.identity
        office.identity = replace(whole, incarnation_no=1)
        try:
            return begin(self, *args)
        finally:
            office.identity = whole

    return [(Enrolment, "_begin_life", begun)]


def _refunds_without_right() -> list[Patch]:
    """A refund uses no right up."""
    return [(refunds, "_rights", lambda *_, **__: None)]


def _right_stays_with_seller() -> list[Patch]:
    """Head office grants the right to take goods back while the till that sold has it too."""
    is_closed = RefundBook.is_closed

    def closed(self: RefundBook, sold: Any, *, before: int | None = None) -> bool:
        return before is None or is_closed(self, sold, before=before)

    return [(RefundBook, "is_closed", closed)]


def _coupon_granted_twice() -> list[Patch]:
    """A coupon is granted to whoever asks, used or not."""
    available, draw = Granting.available, Granting.draw

    def there(self: Granting, wanted: Wanted) -> int:
        return 1 if wanted.asset is Asset.COUPON else available(self, wanted)

    def drawn(self: Granting, wanted: Wanted, amount: int, name_of: Callable[[int], str]) -> None:
        terms = self._terms
        if wanted.asset is not Asset.COUPON:
            draw(self, wanted, amount, name_of)
            return
        grant = Grant(name_of(0), wanted.member_id, wanted.asset, amount, LOT, None, wanted.lot)
        source = Account("COUPON", ISSUED, "chain")
        escrow = Account("COUPON", ESCROW, wanted.lot, terms.holder, LOT.isoformat())
        transfer = Transfer(f"grant/{grant.gid}", source, escrow, amount, "grant")
        self._ledger.book([transfer], Cause(terms.today, terms.today, terms.caller.life_no))
        self.grants.append(grant)

    return [(Granting, "available", there), (Granting, "draw", drawn)]


def _coupon_at_risk_stays() -> list[Patch]:
    """A coupon that a till took at risk stays where it was."""
    payers = LedgerBook._payers

    def paid(self: LedgerBook, transfer: Transfer, *rest: Any) -> Any:
        return [] if transfer.code == "at_risk" else payers(self, transfer, *rest)

    return [(LedgerBook, "_payers", paid)]


def _released_coupon_returns() -> list[Patch]:
    """A coupon that a till took at risk can be used again when another till hands it back."""
    payers = LedgerBook._payers

    def paid(self: LedgerBook, transfer: Transfer, *rest: Any) -> Any:
        is_coupon = (transfer.debit.ledger, transfer.code) == (COUPON, "release")
        return [] if is_coupon else payers(self, transfer, *rest)

    return [(LedgerBook, "_payers", paid)]


def _merge_re_keys() -> list[Patch]:
    """A merge gives the loser's grants to the survivor."""
    move = MergeDesk._move

    def moved(self: MergeDesk, connection: sa.Connection, alias: Any) -> None:
        move(self, connection, alias)
        names = {"loser": alias.loser, "survivor": alias.survivor}
        for statement in (
            "UPDATE rights_grant SET member_id = :survivor WHERE member_id = :loser",
            "UPDATE OR IGNORE account SET owner = :survivor WHERE owner = :loser AND kind = 'escrow'",
        ):
            connection.execute(sa.text(statement), names)

    return [(MergeDesk, "_move", moved)]


def _reopens_sealed_days() -> list[Patch]:
    """What comes late opens its day again."""

    def restated(connection: sa.Connection, row: Any, today: Any) -> Any:
        status = store_days.status_of(store_days.lanes_of(connection, row))
        values = {"status": status.value, "complete_on": None}
        connection.execute(sa.update(schema.store_day).where(store_days._is(row)).values(values))
        return status

    return [(store_days, "restate", restated)]


def _forgets_late_figures() -> list[Patch]:
    """What comes late is listed without what it moved."""
    return [(store_days, "figures_of", lambda *_: {})]


MUTANTS: Mapping[str, Mutant] = {
    mutant.name: mutant
    for mutant in (
        Mutant("reclaims at lease end", "V4, V5", _reclaims, "leases"),
        Mutant("posts twice", "V2, V7", _posts_twice, "handshakes"),
        Mutant("installs twice", "V4", _installs_twice, "shop"),
        Mutant("keeps its epoch after a roll-back", "V8", _keeps_epoch, "handshakes"),
        Mutant("never re-books", "V4", _never_rebooks, "restores"),
        Mutant("trusts its own ack", "V16", _trusts_own_ack, "restores"),
        Mutant("hello without nonce", "V10", _hello_without_nonce, "handshakes", schedules.old_hello),
        Mutant("nonce twice", "V10", _nonce_twice, "handshakes", schedules.old_hello),
        Mutant("sessions survive a restart", "V10", _sessions_survive, "handshakes", schedules.returned_nonce),
        Mutant("push without session", "V8", _push_without_session, "handshakes", schedules.late_push),
        Mutant(
            "challenge keeps the session", "V10", _challenge_keeps_session, "handshakes", schedules.push_after_challenge
        ),
        Mutant("any greeting", "V8", _any_greeting, "handshakes", schedules.another_greeting),
        Mutant("cursor first", "V16", _cursor_first, "handshakes", schedules.torn_page),
        Mutant("stops at poison", "V16", _stops_at_poison, "disks"),
        Mutant("grants during recovery", "V5", _grants_in_recovery, "restores", steps=8_000),
        Mutant("acks early", "V8", _acks_early, "shop"),
        Mutant("old incarnation's grant", "V6", _installs_the_forgotten, "restores", schedules.late_grant),
        Mutant("epoch without incarnation", "V9", _epochs_by_count, "restores", schedules.forgotten_enrolment),
        Mutant("refund right dropped", "V2, V14", _refunds_without_right, "shop"),
        Mutant("refund right stays with its seller", "V7, V14", _right_stays_with_seller, "shop", steps=6_000),
        Mutant("coupon granted twice", "V14", _coupon_granted_twice, "shop"),
        Mutant("coupon at risk stays", "V14", _coupon_at_risk_stays, "shop"),
        Mutant("coupon comes back beside one at risk", "V14", _released_coupon_returns, "shop"),
        Mutant("merge re-keys", "V15", _merge_re_keys, "shop"),
        Mutant("late event reopens a sealed day", "V13", _reopens_sealed_days, "shop", steps=6_000),
        Mutant("late event without figures", "V13", _forgets_late_figures, "shop", steps=6_000),
    )
}
