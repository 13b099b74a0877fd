"""Promises: gifts that come in parts (see ``ToppedUp.later``) are given to members when they fall due.

They stand in the ledger alone, so a restored head office gives again what it forgot to have given, and nothing twice.
"""

from datetime import date, timedelta

import sqlalchemy as sa

from head_office import programmes
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook
from head_office.feed import publish
from head_office.office import Office
from head_office.store import schema
from pos_app.domain.posting import PROMISED, Account, Transfer, available

AT_ONCE = 500  # promises in one transaction
_ACCOUNT = schema.account.c
_DUE = (
    sa.select(schema.account)
    .where(_ACCOUNT.kind == PROMISED, _ACCOUNT.dated <= sa.bindparam("today"), _ACCOUNT.credit > _ACCOUNT.debit)
    .order_by(_ACCOUNT.dated, _ACCOUNT.account_no)
    .limit(AT_ONCE)
)


def keep_promises(office: Office) -> int:
    """Give members every part of a gift that is due today or was before; return how many there were."""
    kept = 0
    while some := office.database.write(lambda connection: _keep_some(connection, office)):
        kept += some
        office.bell.ring()
    return kept


def _keep_some(connection: sa.Connection, office: Office) -> int:
    today = office.clock.today()
    due = connection.execute(_DUE, {"today": today.isoformat()}).all()
    owners = sorted({row.owner for row in due})
    if not owners:
        return 0
    rules = programmes.in_force(connection, today)
    members, ledger = MemberBook(connection), LedgerBook(connection)
    members.load(owners)
    ledger.load(owners, [], members.aliases)
    for row in due:
        source = Account(row.ledger, PROMISED, row.owner, dated=row.dated)
        last_day = date.fromisoformat(row.dated) + timedelta(days=rules.gift_valid_days)
        # More may be promised for a day after some was given: the debit before says which time this is.
        name = f"promise/{row.owner}/{row.dated}/{row.debit}"
        given = Transfer(name, source, available(row.owner, last_day, row.ledger), row.credit - row.debit, "promise")
        ledger.book([given], Cause(today, today))
    ledger.write()
    members.touch(owners)
    publish(connection, members.write(today, office.clock.now_ms()))
    return len(due)
