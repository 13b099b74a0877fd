"""What a recovery booked again and nothing paid: whoever was given too much pays it, else it is the merchant's loss.

An unmerge that a restore forgot is done again before tills say which grants they have, so it parts what is not there:
those who were parted pay for each other, as if it had known.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

import sqlalchemy as sa

from head_office.books.aliases import read_aliases
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.lots import members_of_lots
from head_office.books.members import MemberBook
from head_office.books.refunds import RefundBook
from head_office.feed import publish
from head_office.flags import raise_flag
from head_office.merging import KEPT
from head_office.office import Office
from head_office.store import schema
from pos_app.domain.ledger import LOTTED
from pos_app.domain.merging import Aliases
from pos_app.domain.posting import AVAILABLE, RECOVERY_SUSPENSE, RISK, Account, Transfer, ledger_of, owed_by
from pos_app.domain.refunds import REFUND

SHORT = "recovery.short"
CHAIN = "chain"  # owns what no store caused
_OF_LOTS = frozenset(ledger_of(asset, "") for asset in LOTTED)
_RECOVERY, _ALIAS, _ACCOUNT = schema.recovery.c, schema.member_alias.c, schema.account.c


def write_off(office: Office, connection: sa.Connection, number: int) -> None:
    """Repay, or make the merchant's risk, what no later credit repaid; the recovery is locked."""
    now_ms, today = office.clock.now_ms(), office.clock.today()
    rows = connection.execute(
        sa.select(schema.account)
        .where(_ACCOUNT.kind == RECOVERY_SUSPENSE, _ACCOUNT.debit > _ACCOUNT.credit)
        .order_by(_ACCOUNT.owner, _ACCOUNT.ledger, _ACCOUNT.dated)
    ).all()
    members, ledger, refunds = MemberBook(connection), LedgerBook(connection), RefundBook(connection, 0)
    owners = {row.owner for row in rows}
    parted = _parted(connection, number, owners)
    owners |= {each for others in parted.values() for each in others}
    members.load(owners | members_of_lots(connection, owners))
    refunds.load(owners)
    ledger.load(sorted(owners), [])
    cause = Cause(today, today)
    for row in rows:
        suspense = Account(row.ledger, RECOVERY_SUSPENSE, row.owner, "", row.dated)
        refunds.open_lot(row.owner, ledger, cause)
        if row.ledger == REFUND and not refunds.is_open(row.owner, ledger):
            continue  # its sale did not come again yet; when it does, its pieces repay this first
        name = f"recovery/{number}/{row.account_no}/{row.debit}"  # owed anew later, it is another one
        for n, payer in enumerate((row.owner, *parted[row.owner])):
            have = ledger.funds(replace(suspense, kind=AVAILABLE, owner=payer))
            part = min(ledger.balance(have), -ledger.balance(suspense))  # as they are under the lock
            if part > 0:
                ledger.book([Transfer(f"{name}/repaid{n}", have, suspense, part, "repaid")], cause)
                if n:
                    kept = {"survivor": row.owner, "kept": {row.ledger: part}}
                    raise_flag(connection, now_ms, KEPT, entity_id=payer, facts=kept)
        short = -ledger.balance(suspense)
        if short > 0:
            of_chain = Account(row.ledger, RISK, CHAIN, "", today.isoformat())
            risk = owed_by(row.owner, row.ledger) if row.ledger in _OF_LOTS else of_chain
            ledger.book([Transfer(f"{name}/risk", risk, suspense, short, "recovery")], cause)
            facts = {"ledger": row.ledger, "amount": short}
            raise_flag(connection, now_ms, SHORT, entity_id=row.owner, facts=facts)
    ledger.write()
    members.touch(owners)
    publish(connection, members.write(today, now_ms))


def _parted(connection: sa.Connection, number: int, owners: Collection[str]) -> Mapping[str, list[str]]:
    """Return, for each of these who was parted from others since the restore, those others as they are today."""
    undone = sa.select(schema.member_alias).where(_ALIAS.undone_at_ms >= _began_at_ms(connection, number))
    pairs = [(row.loser, row.survivor) for row in connection.execute(undone.order_by(_ALIAS.alias_no))]
    found: defaultdict[str, list[str]] = defaultdict(list)
    if not pairs:
        return found
    today = read_aliases(connection, {*owners, *(who for pair in pairs for who in pair)})
    group = Aliases(ever=tuple((today.root(loser), today.root(survivor)) for loser, survivor in pairs))
    people = sorted({who for pair in group.ever for who in pair})
    for owner in owners:
        mine = today.root(owner)
        found[owner] = [each for each in people if each != mine and group.kin(each) == group.kin(mine)]
    return found


def _began_at_ms(connection: sa.Connection, number: int) -> int:
    """Return when this recovery began, or the first of those before it that it overtook."""
    began_at_ms = 0
    for row in connection.execute(sa.select(schema.recovery).order_by(_RECOVERY.incarnation_no.desc())):
        if row.incarnation_no < number and not row.ended_by.startswith("incarnation "):
            break
        began_at_ms = row.began_at_ms
    return began_at_ms
