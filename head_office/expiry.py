"""Expiry: points, and stored value that was given, leave what head office holds when their last day is over.

What a till holds may have been spent on that day and not been said yet, so it expires once it has come back: by the
till's own release, or with the end of its life. It stands in the ledger alone: a restored head office books again what
it forgot, and nothing twice. While it recovers, nothing expires, for tills may hold grants that it forgot.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import sqlalchemy as sa

from head_office import programmes, recovery
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook
from head_office.feed import publish
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.posting import AVAILABLE, EXPIRED, POINTS, Account, Scene, Transfer, ledger_of

AT_ONCE = 500  # lots in one transaction
_ACCOUNT = schema.account.c
_OVER = sa.select(schema.account).where(
    _ACCOUNT.kind == AVAILABLE,
    _ACCOUNT.ledger.in_((POINTS, sa.bindparam("gift"))),
    _ACCOUNT.dated < sa.bindparam("today"),
    _ACCOUNT.credit > _ACCOUNT.debit,
)
_NEXT = _OVER.where(_ACCOUNT.account_no > sa.bindparam("after")).order_by(_ACCOUNT.account_no).limit(AT_ONCE)
_THESE = _OVER.where(among(_ACCOUNT.account_no, "numbers")).order_by(_ACCOUNT.account_no)


def expire(office: Office) -> int:
    """Book the expiry of every lot whose last day is over and tell the stores; return how many lots that were."""
    after, expired = 0, 0
    while (some := office.database.write(partial(_expire_some, office=office, after=after)))[0]:
        after, expired = some[0], expired + some[1]
        office.bell.ring()
    return expired


def taken_back(ledger: LedgerBook, scene: Scene, grants: Iterable[Grant]) -> tuple[Transfer, ...]:
    """Return what brings expired rights back that a till held all the time: grants that head office had forgotten."""
    wanted: Counter[Account] = Counter()
    for grant in grants:
        wanted[ledger.funds(scene.available(grant))] += grant.amount
    back: list[Transfer] = []
    for have, amount in wanted.items():
        gone = replace(have, kind=EXPIRED)
        part = min(amount - max(0, ledger.balance(have)), ledger.balance(gone))
        if part > 0:
            back.append(Transfer(f"{scene.origin}/unexpired/{len(back)}", gone, have, part, EXPIRED))
    return tuple(back)


def _expire_some(connection: sa.Connection, *, office: Office, after: int) -> tuple[int, int]:
    """Expire the next lots behind an account; return the last account looked at, 0 for none, and how many expired."""
    if recovery.is_on(connection, office.identity.incarnation_no, lock=True):
        return 0, 0
    today = office.clock.today()
    asked = {"today": today.isoformat(), "gift": ledger_of(Asset.GIFT, programmes.in_force(connection, today).currency)}
    found = connection.execute(_NEXT, {**asked, "after": after}).all()
    if not found:
        return 0, 0
    owners = sorted({row.owner for row in found})
    members, ledger = MemberBook(connection), LedgerBook(connection)
    members.load(owners)
    ledger.load(owners, [], members.aliases)
    rows = connection.execute(_THESE, {**asked, "numbers": [row.account_no for row in found]}).all()
    for row in rows:  # read again under the lock
        have = Account(row.ledger, AVAILABLE, row.owner, dated=row.dated)
        # More may come back to the lot after some expired: the debit before says which time this is.
        name = f"expiry/{row.ledger}/{row.owner}/{row.dated}/{row.debit}"
        over = Transfer(name, have, replace(have, kind=EXPIRED), row.credit - row.debit, EXPIRED)
        ledger.book([over], Cause(today, today))
    ledger.write()
    members.touch(owners)
    publish(connection, members.write(today, office.clock.now_ms()))
    return found[-1].account_no, len(rows)
