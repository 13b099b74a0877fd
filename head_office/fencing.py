"""Fencing: a terminal life that will never come back loses its rights, and its members get them back at once.

What the life spent and never said is the merchant's loss, at most what it held: the exposure, which two people see and
confirm first. A fence is final: the device enrols again. What the life says later is posted in full, as sales; what it
then turns out to have spent goes to the account ``risk`` of its store and day.
"""

from collections import defaultdict
from dataclasses import asdict, dataclass

import msgspec
import sqlalchemy as sa

from head_office import lives, programmes, recovery
from head_office.acts import Act, keep, record
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook
from head_office.feed import publish
from head_office.flags import FLAG, close_flags
from head_office.intake import Intake
from head_office.office import Office
from head_office.readmission import NewLife, add_life, epoch_order
from head_office.store import schema
from pos_app.commit_points import CommitPoint, mark
from pos_app.domain.ledger import Asset
from pos_app.domain.points import worth_of
from pos_app.domain.posting import AVAILABLE, ESCROW, Account, Transfer, holder_name, ledger_of
from pos_app.domain.programme import Programme
from pos_app.errors import Refused

FENCE = "fence"
_LIFE, _ACCOUNT, _GRANT = schema.life.c, schema.account.c, schema.grant.c


@dataclass(frozen=True, slots=True)
class Exposure:
    """What a life holds, as head office knows it: the most that its loss can cost.

    ``held`` maps each ledger to its amount; ``worth_minor`` is all of it in money; ``members`` counts whose it is.
    ``last_seq`` and ``last_heard_ms`` say how far its log is known: what it did after that is not in the figures.
    """

    terminal_id: str
    epoch: str
    status: str
    held: dict[str, int]
    worth_minor: int
    members: int
    last_seq: int
    last_heard_ms: int | None


class Declared(msgspec.Struct, frozen=True):
    """Two people's word that a life is gone. An empty ``epoch`` means the terminal's newest life."""

    terminal_id: str
    declared_by: str
    confirmed_by: str
    reason: str
    epoch: str = ""


def exposures(office: Office, terminal_id: str) -> list[Exposure]:
    """Return what each life of a terminal holds, oldest first; raises Refused ``terminal.unknown``."""
    with office.database.read() as connection:
        named = sa.select(schema.life).where(_LIFE.terminal_id == terminal_id).order_by(_LIFE.life_no)
        known = connection.execute(named).all()
        if not known:
            raise Refused("terminal.unknown", terminal_id=terminal_id)
        programme = programmes.in_force(connection, office.clock.today())
        return [_exposure(life, _held(connection, life), programme) for life in known]


def fence(office: Office, declared: Declared) -> Exposure:
    """Take a life's rights back for good, in one transaction, and return what it held.

    Raises:
        Refused: ``fence.two_people`` (or no reason), ``terminal.unknown``, ``fence.done``, ``fence.busy`` (somebody is
            posting what it pushed: try again).
    """
    first, second = declared.declared_by.strip().casefold(), declared.confirmed_by.strip().casefold()
    if not first or not second or first == second or not declared.reason.strip():
        raise Refused("fence.two_people")
    life_no = _find(office, declared)
    _post_first(office, life_no)
    mark(CommitPoint.FENCE_POSTED_BEFORE_TAKING)
    exposure = office.database.write(lambda connection: _fence(office, connection, life_no, declared))
    office.sessions.revoke(life_no)
    keep(office)
    office.bell.ring()
    return exposure


def fence_again(office: Office, act: Act) -> None:
    """Fence once more, after a restore, what an act says was fenced; a forgotten life is known again by the act."""
    declared = msgspec.convert(act.body["declared"], Declared)
    new = NewLife(declared.terminal_id, declared.epoch, bytes.fromhex(act.body["device_key"]))
    life_no = office.database.write(lambda connection: add_life(office, connection, new))
    with office.database.read() as connection:
        status = connection.execute(sa.select(_LIFE.status).where(_LIFE.life_no == life_no)).scalar_one()
    if status != lives.FENCED:
        fence(office, declared)


def _find(office: Office, declared: Declared) -> int:
    with office.database.read() as connection:
        wanted = sa.select(_LIFE.life_no, _LIFE.epoch).where(_LIFE.terminal_id == declared.terminal_id)
        if declared.epoch:
            wanted = wanted.where(_LIFE.epoch == declared.epoch)
        else:
            wanted = wanted.where(_LIFE.status != lives.SALVAGED)
        known = connection.execute(wanted).all()
    if not known:
        raise Refused("terminal.unknown", terminal_id=declared.terminal_id, epoch=declared.epoch)
    return int(max(known, key=lambda life: epoch_order(life.epoch)).life_no)


def _post_first(office: Office, life_no: int) -> None:
    """Post what was pushed and waits: it was said in time, so it is no risk. Raises Refused ``fence.busy``."""
    posted = 1
    while _waits(office, life_no):
        if not posted:
            raise Refused("fence.busy")
        _turn, posted = Intake(office).post_waiting(life_no - 1)


def _waits(office: Office, life_no: int) -> bool:
    with office.database.read() as connection:
        waiting = sa.select(_LIFE.life_no).where(_LIFE.life_no == life_no, _LIFE.posted_seq < _LIFE.last_seq)
        return connection.execute(waiting).first() is not None


def _fence(office: Office, connection: sa.Connection, life_no: int, declared: Declared) -> Exposure:
    recovery.check_current(office, connection)
    life = lives.locked(connection, life_no)
    if life.posted_seq < life.last_seq:
        raise Refused("fence.busy")
    if life.status in (lives.FENCED, lives.SALVAGED):
        raise Refused("fence.done", terminal_id=life.terminal_id, epoch=life.epoch)
    now_ms, today = office.clock.now_ms(), office.clock.today()
    held = _held(connection, life)
    exposure = _exposure(life, held, programmes.in_force(connection, today))
    holder = holder_name(life.terminal_id, life.epoch)
    member_ids = _members(connection, life_no)
    members, ledger = MemberBook(connection), LedgerBook(connection)
    members.load(member_ids)
    ledger.load(sorted({row.owner for row in held}), [holder])
    for row in held:
        escrow = Account(row.ledger, ESCROW, row.owner, holder, row.dated)
        have = Account(row.ledger, AVAILABLE, row.owner, "", row.dated)
        moved = Transfer(f"fence/{holder}/{row.account_no}", escrow, have, row.balance, FENCE)
        ledger.book([moved], Cause(today, today, life_no))
    ledger.write()
    connection.execute(sa.update(schema.grant).where(_GRANT.life_no == life_no).values(remaining=0))
    connection.execute(sa.update(schema.life).where(_LIFE.life_no == life_no).values(status=lives.FENCED))
    said = {
        "life_no": life_no,
        "at_ms": now_ms,
        "declared_by": declared.declared_by,
        "confirmed_by": declared.confirmed_by,
        "reason": declared.reason,
        "exposure": msgspec.json.encode(asdict(exposure)),
    }
    connection.execute(sa.insert(schema.fence).values(said))
    whole = msgspec.structs.replace(declared, epoch=life.epoch)
    body = {"declared": msgspec.to_builtins(whole), "device_key": life.device_key.hex(), "exposure": asdict(exposure)}
    record(connection, FENCE, f"{FENCE}/{holder}", now_ms, body)
    members.touch(member_ids)
    publish(connection, members.write(today, now_ms))
    both = f"{declared.declared_by}, {declared.confirmed_by}"
    gone = FLAG.code.in_(("terminal.forked", "terminal.revoked"))
    close_flags(connection, both, now_ms, gone, FLAG.life_no == life_no)
    recovery.settle(office, connection, life_no, lives.FENCED)
    return exposure


def _held(connection: sa.Connection, life: lives.Life) -> list[sa.Row[tuple[object, ...]]]:
    """Return the escrow accounts of a life that hold something."""
    balance = (_ACCOUNT.credit - _ACCOUNT.debit).label("balance")
    wanted = sa.select(_ACCOUNT.account_no, _ACCOUNT.ledger, _ACCOUNT.owner, _ACCOUNT.dated, balance).where(
        _ACCOUNT.holder == holder_name(life.terminal_id, life.epoch),
        _ACCOUNT.kind == ESCROW,
        _ACCOUNT.credit > _ACCOUNT.debit,
    )
    return list(connection.execute(wanted.order_by(_ACCOUNT.account_no)))


def _members(connection: sa.Connection, life_no: int) -> list[str]:
    whose = sa.select(_GRANT.member_id).where(_GRANT.life_no == life_no, _GRANT.remaining > 0).distinct()
    return sorted(connection.execute(whose).scalars())


def _exposure(life: lives.Life, held: list[sa.Row[tuple[object, ...]]], programme: Programme) -> Exposure:
    amounts: dict[str, int] = defaultdict(int)
    for row in held:
        amounts[row.ledger] += row.balance
    each = {asset: amounts.get(ledger_of(asset, programme.currency), 0) for asset in Asset}
    worth_minor = sum(worth_of(asset, amount, programme) for asset, amount in each.items())
    return Exposure(
        life.terminal_id,
        life.epoch,
        life.status,
        dict(sorted(amounts.items())),
        worth_minor,
        len({row.owner for row in held}),
        life.last_seq,
        life.last_heard_ms,
    )
