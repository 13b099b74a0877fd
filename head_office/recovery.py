"""Recovery: how a head office that was put back from a backup learns again what it forgot.

It becomes a new incarnation and grants nothing, so that nobody is given what a forgotten grant gave away already. Each
life on the roster binds itself to the new incarnation and sends what it has; grants that it says it installed are
booked again. A life is settled when head office holds all that it had when it was bound; recovery ends with the last.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from head_office import lives, programmes
from head_office.acts import record
from head_office.books.grants import grant_of
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook
from head_office.feed import publish
from head_office.flags import FLAG, OPEN, close_flags, raise_flag
from head_office.office import STORED_INCARNATION, Identity, Office, incarnation_name, stored_identity
from head_office.reading import Letter, read
from head_office.store import schema
from head_office.store.bulk import among
from head_office.writing_off import write_off
from pos_app.domain.events import GrantsInstalled
from pos_app.domain.ids import is_from_before
from pos_app.domain.posting import (
    AVAILABLE,
    ESCROW,
    Account,
    Transfer,
    holder_name,
    ledger_of,
)
from pos_app.errors import Refused
from pos_app.sync.wire.http import MALFORMED, SESSION_UNKNOWN
from pos_app.sync.wire.messages import HelloRequest
from pos_app.sync.wire.signatures import head_bytes

ANNOUNCED = "office.restored"
UNANNOUNCED = "office.restored_unannounced"
INCARNATION = "incarnation"  # the kind of act that a restore is
UNPROVEN = "office.restored_unproven"
BY_ITSELF = "itself"
NAME = re.compile(r"[0-9]{1,9}-[0-9a-f]{32}")
_RECOVERY, _ROSTER, _LIFE = schema.recovery.c, schema.recovery_roster.c, schema.life.c
_GRANT, _POSTING, _INBOX, _ACCOUNT = schema.grant.c, schema.posting.c, schema.inbox.c, schema.account.c
_OPEN = sa.select(_RECOVERY.incarnation_no).where(
    _RECOVERY.incarnation_no == sa.bindparam("of"), _RECOVERY.ended_at_ms.is_(None)
)
_OPEN_LOCKED = _OPEN.with_for_update()
_ENTRY = sa.and_(_ROSTER.incarnation_no == sa.bindparam("number"), _ROSTER.life_no == sa.bindparam("of"))
_OPEN_ENTRY = sa.select(schema.recovery_roster).where(_ENTRY, _ROSTER.settled_at_ms.is_(None))
_AWAITED_UPTO = sa.update(schema.recovery_roster).where(_ENTRY).values(awaited_seq=sa.bindparam("upto"))
_SETTLED = (
    sa.update(schema.recovery_roster)
    .where(_ENTRY)
    .values(settled_at_ms=sa.bindparam("at_ms"), settled_as=sa.bindparam("how"))
)


@dataclass(frozen=True, slots=True)
class Restore:
    """Why head office becomes a new incarnation.

    ``above`` is the highest incarnation number that anybody has seen; ``restored_to`` what the operator says of the
    backup's age; ``code`` is ``ANNOUNCED`` or ``UNANNOUNCED``.
    """

    code: str
    reason: str
    above: int = 0
    restored_to: str = ""


def check_current(office: Office, connection: sa.Connection) -> None:
    """Make sure that this process speaks for the incarnation that the database is.

    Raises:
        Refused: ``session.unknown`` after another process found that the database was restored; this one follows.
    """
    if connection.execute(STORED_INCARNATION).scalar_one() != office.identity.incarnation.encode():
        stored = stored_identity(connection)
        assert stored is not None
        office.become(stored)
        raise Refused(SESSION_UNKNOWN)


def is_on(connection: sa.Connection, incarnation_no: int, *, lock: bool = False) -> bool:
    """Say whether head office still waits for what a restore made it forget; ``lock`` lets nobody end it meanwhile."""
    if incarnation_no == 1:
        return False  # the first one was never restored
    return connection.execute(_OPEN_LOCKED if lock else _OPEN, {"of": incarnation_no}).first() is not None


def told_all(connection: sa.Connection) -> set[int]:
    """Return the lives of which a restore forgot no grant: they traded no more, and no recovery waits for them.

    Asked of the state that was put back, before acts are done again.
    """
    awaited = (
        sa.select(_ROSTER.life_no)
        .join(schema.recovery, _RECOVERY.incarnation_no == _ROSTER.incarnation_no)
        .where(_RECOVERY.ended_at_ms.is_(None), _ROSTER.settled_at_ms.is_(None))
    )
    ended = sa.select(_LIFE.life_no).where(_LIFE.status != lives.LIVE, _LIFE.life_no.not_in(awaited))
    return set(connection.execute(ended).scalars())


def begin(
    office: Office, connection: sa.Connection, restore: Restore, began_at_ms: int, told: Collection[int] = ()
) -> Identity:
    """Make the database a new incarnation that recovers; whoever commits calls ``office.become`` with it.

    ``began_at_ms`` is before acts were done again; ``told`` are the lives that need not be waited for: ``told_all``.
    """
    connection.execute(STORED_INCARNATION.with_for_update()).all()
    check_current(office, connection)
    now_ms = office.clock.now_ms()
    number = max(office.identity.incarnation_no, restore.above) + 1
    made = Identity(incarnation_name(number, office.token), number, office.identity.signing_key)
    for key, value in (("incarnation", made.incarnation), ("incarnation_no", str(number))):
        connection.execute(sa.update(schema.meta).where(schema.meta.c.k == key).values(v=value.encode()))
    overtaken = sa.update(schema.recovery).where(_RECOVERY.ended_at_ms.is_(None))
    connection.execute(overtaken.values(ended_at_ms=now_ms, ended_by=f"incarnation {number}"))
    row = {
        "incarnation_no": number,
        "began_at_ms": began_at_ms,
        "reason": restore.reason,
        "restored_to": restore.restored_to,
        "ended_by": "",
    }
    connection.execute(sa.insert(schema.recovery).values(row))
    connection.execute(sa.delete(schema.snapshot))  # their cursors belong to the incarnation before
    awaited = sa.select(_LIFE.life_no).where(_LIFE.status.in_(lives.AWAITED)).order_by(_LIFE.life_no)
    for life_no in connection.execute(awaited).scalars().all():
        if life_no not in told:
            await_life(connection, number, life_no)
    facts = {"reason": restore.reason, "from": office.identity.incarnation, "to": made.incarnation}
    raise_flag(connection, now_ms, restore.code, facts=facts)
    record(connection, INCARNATION, f"{INCARNATION}/{made.incarnation}", now_ms, {"number": number})
    _end_if_settled(office, connection, number)
    return made


def await_life(connection: sa.Connection, incarnation_no: int, life_no: int) -> None:
    """Put a life on the roster of a recovery."""
    row = {"incarnation_no": incarnation_no, "life_no": life_no, "settled_as": ""}
    connection.execute(sa.insert(schema.recovery_roster).values(row))


def proven(office: Office, life: lives.Life, hello: HelloRequest) -> Restore | None:
    """Return why a hello proves that this database is a restored copy nobody announced; None if it does not.

    The proof is head office's own signature over a head of this very life: under a newer incarnation than this one,
    under another one of its number, or further along the log than what is held here.

    Raises:
        Refused: ``request.malformed`` for an incarnation that no head office of ours can have had.
    """
    proof = hello.proof
    if proof is None or not _is_ahead(office, life, proof.incarnation, proof.seq):
        return None
    signed = head_bytes(life.terminal_id, life.epoch, proof.incarnation, proof.seq, proof.hash)
    if not office.identity.has_signed(signed, proof.signature):
        return None
    reason = f"{life.terminal_id} was told {proof.seq} by {proof.incarnation}, held are {life.last_seq}"
    return Restore(UNANNOUNCED, reason, _number(proof.incarnation))


def note_claim(office: Office, connection: sa.Connection, life: lives.Life, hello: HelloRequest) -> None:
    """Flag a life that says what only a restore explains and does not prove it; once, until the flag is closed.

    It may be a program from before there were proofs, so it goes on as any other. Raises as ``proven`` does.
    """
    if not _is_ahead(office, life, hello.incarnation, hello.accepted_upto):
        return
    said = sa.select(FLAG.flag_no).where(FLAG.code == UNPROVEN, FLAG.life_no == life.life_no, FLAG.state == OPEN)
    if connection.execute(said).first() is None:
        facts = {"bound_to": hello.incarnation, "told": hello.accepted_upto, "held": life.last_seq}
        raise_flag(connection, office.clock.now_ms(), UNPROVEN, caller=lives.caller_of(life), facts=facts)


def _is_ahead(office: Office, life: lives.Life, incarnation: str, upto: int) -> bool:
    """Say whether a head office that held a life's log up to ``upto`` as this incarnation is one that we forgot."""
    ours = office.identity
    if incarnation == ours.incarnation:
        return upto > int(life.last_seq)
    return bool(incarnation) and _number(incarnation) >= ours.incarnation_no


def _number(incarnation: str) -> int:
    """Return the number in an incarnation's name; raises Refused ``request.malformed``."""
    if not NAME.fullmatch(incarnation):
        raise Refused(MALFORMED, detail="incarnation")
    return int(incarnation.partition("-")[0])


def greeted(office: Office, connection: sa.Connection, life: lives.Life, incarnation: str, has_upto: int) -> bool:
    """Note a hello and say whether the life may go on: it must be bound to this incarnation before it is counted.

    Until it is, one that trades could still install a grant of the incarnation before, after it said what it has.

    Args:
        incarnation: that the terminal was bound to when it said hello. ``has_upto``: the last seq of its log then.
    """
    entry = _awaited(connection, office.identity.incarnation_no, life.life_no)
    if entry is None:
        return True
    if life.status == lives.LIVE and incarnation != office.identity.incarnation:
        return False
    if entry.awaited_seq is None:
        mine = {"number": office.identity.incarnation_no, "of": life.life_no}
        connection.execute(_AWAITED_UPTO, {**mine, "upto": has_upto})
    heard_upto(office, connection, life, life.posted_seq)
    return True


def heard_upto(office: Office, connection: sa.Connection, life: lives.Life, posted_seq: int) -> None:
    """Settle a life of the roster once all that it had when it was bound is posted."""
    number = office.identity.incarnation_no
    entry = _awaited(connection, number, life.life_no)
    if entry is None:
        if posted_seq >= life.last_seq:  # nobody awaits it, but what was here of it was awaited
            _locked(connection, number)
            _end_if_settled(office, connection, number)
        return
    if entry.awaited_seq is None or posted_seq < entry.awaited_seq:
        return
    _withdraw(office, connection, life)
    settle(office, connection, life.life_no, "heard")


def settle(office: Office, connection: sa.Connection, life_no: int, settled_as: str) -> None:
    """Wait no longer for a life; the recovery ends with the last one. Nothing for a life that nobody waits for."""
    number = office.identity.incarnation_no
    _locked(connection, number)
    if _awaited(connection, number, life_no) is None:
        return
    settled = {"at_ms": office.clock.now_ms(), "how": settled_as}
    connection.execute(_SETTLED, {"number": number, "of": life_no, **settled})
    _end_if_settled(office, connection, number)


def end_by(office: Office, by: str, confirmed_by: str) -> None:
    """Stop waiting for whoever is still awaited.

    Raises:
        Refused: ``fence.two_people``, ``recovery.none``, ``recovery.busy`` while something that is here waits to be
            posted: it takes seconds.
    """
    if not by.strip() or not confirmed_by.strip() or by.strip().casefold() == confirmed_by.strip().casefold():
        raise Refused("fence.two_people")
    number = office.identity.incarnation_no

    def work(connection: sa.Connection) -> None:
        check_current(office, connection)
        _locked(connection, number)
        if not is_on(connection, number):
            raise Refused("recovery.none")
        if _is_behind(connection, number):
            raise Refused("recovery.busy")
        awaited = sa.update(schema.recovery_roster).where(_ROSTER.incarnation_no == number)
        gave_up = {"settled_at_ms": office.clock.now_ms(), "settled_as": "given up"}
        connection.execute(awaited.where(_ROSTER.settled_at_ms.is_(None)).values(gave_up))
        end(office, connection, number, f"{by}, {confirmed_by}")

    office.database.write(work)


def end(office: Office, connection: sa.Connection, number: int, ended_by: str) -> None:
    """End a recovery. What nobody paid is written off, or, while people's acts wait, after those were done again."""
    now_ms = office.clock.now_ms()
    if connection.execute(sa.select(schema.act.c.act_no).where(schema.act.c.waits != "").limit(1)).first() is None:
        write_off(office, connection, number)
    close_flags(connection, ended_by, now_ms, FLAG.code.in_((ANNOUNCED, UNANNOUNCED, UNPROVEN)))
    ended = {"ended_at_ms": now_ms, "ended_by": ended_by}
    connection.execute(sa.update(schema.recovery).where(_RECOVERY.incarnation_no == number).values(ended))


def acts_done(office: Office) -> None:
    """Write off what was booked again and nobody paid, now that acts which could have paid it were done again."""
    number = office.identity.incarnation_no

    def work(connection: sa.Connection) -> None:
        check_current(office, connection)
        _locked(connection, number)
        if not is_on(connection, number):
            write_off(office, connection, number)

    office.database.write(work)


def _locked(connection: sa.Connection, number: int) -> None:
    """Lock the recovery: two lives that settle at once must not overlook each other."""
    now = sa.select(_RECOVERY.began_at_ms).where(_RECOVERY.incarnation_no == number)
    connection.execute(now.with_for_update()).all()


def _end_if_settled(office: Office, connection: sa.Connection, number: int) -> None:
    waiting = sa.select(_ROSTER.life_no).where(_ROSTER.incarnation_no == number, _ROSTER.settled_at_ms.is_(None))
    if not is_on(connection, number) or connection.execute(waiting.limit(1)).first() is not None:
        return
    if not _is_behind(connection, number):
        end(office, connection, number, BY_ITSELF)


def _is_behind(connection: sa.Connection, number: int) -> bool:
    """Say whether a life of the roster has something stored here that is not posted yet."""
    mine = sa.select(_LIFE.life_no).join(schema.recovery_roster, _ROSTER.life_no == _LIFE.life_no)
    behind = mine.where(_ROSTER.incarnation_no == number, _LIFE.posted_seq < _LIFE.last_seq)
    return connection.execute(behind.limit(1)).first() is not None


def _awaited(connection: sa.Connection, number: int, life_no: int) -> sa.Row[tuple[object, ...]] | None:
    """Return the roster's entry of a life that is still awaited."""
    return connection.execute(_OPEN_ENTRY, {"number": number, "of": life_no}).one_or_none()


def _withdraw(office: Office, connection: sa.Connection, life: lives.Life) -> None:
    """Take back grants of earlier incarnations that the life never installed, and now never will.

    It is bound to this incarnation, so it refuses them; and what it had installed before, head office holds.
    """
    whole = _GRANT.remaining == _GRANT.amount  # what was spent of was installed, whatever the till says
    unspent = sa.select(schema.grant).where(_GRANT.life_no == life.life_no, whole).order_by(_GRANT.gid)
    older = [
        row
        for row in connection.execute(unspent)
        if is_from_before(row.gid, office.identity.incarnation_no) and row.source != "rebooked"
    ]
    if not older:
        return
    installed = set(_installed(connection, life.life_no, office))
    _take_back(office, connection, life, [row for row in older if row.gid not in installed])


def _take_back(
    office: Office, connection: sa.Connection, life: lives.Life, grants: Sequence[sa.Row[tuple[object, ...]]]
) -> None:
    """Move these grants of a life back to head office's holding, and forget them as if a restore had.

    If a copy of its disk installed one after all, it is booked again like any other forgotten grant.
    """
    today = office.clock.today()
    held = [grant_of(row) for row in grants]
    currency = programmes.in_force(connection, today).currency
    members, ledger = MemberBook(connection), LedgerBook(connection)
    holder = holder_name(life.terminal_id, life.epoch)
    members.load({grant.member_id for grant in held})
    ledger.load(sorted({grant.owner for grant in held}), [holder])
    for grant in held:
        name, lot = ledger_of(grant.asset, currency), grant.dated
        escrow, have = Account(name, ESCROW, grant.owner, holder, lot), Account(name, AVAILABLE, grant.owner, "", lot)
        moved = Transfer(f"withdraw/{grant.gid}", escrow, have, grant.amount, "withdraw")
        ledger.book([moved], Cause(today, today, life.life_no))
    ledger.write()
    connection.execute(sa.delete(schema.grant).where(among(_GRANT.gid, "gids")), {"gids": [each.gid for each in held]})
    members.touch({grant.member_id for grant in held})
    publish(connection, members.write(today, office.clock.now_ms()))


def _installed(connection: sa.Connection, life_no: int, office: Office) -> Iterable[str]:
    """Return the gids that a life said it installed."""
    said = (
        sa.select(_INBOX.seq, _INBOX.body)
        .join(schema.posting, sa.and_(_POSTING.life_no == _INBOX.life_no, _POSTING.seq == _INBOX.seq))
        .where(_INBOX.life_no == life_no, _POSTING.kind == "grants_installed")
    )
    for row in connection.execute(said):
        fact = read(Letter(row.seq, row.body), office.clock.today()).fact
        if isinstance(fact, GrantsInstalled):
            yield from (grant.gid for grant in fact.grants)
