"""Debts: points that a member owes are paid from what head office comes to hold, or set off by a till that knows.

Two tills without a line may set off the same debt, or head office repay it meanwhile. What is repaid twice is the
member's own: it goes back to head office's holding for them, so points less debts are always what was earned and spent.
"""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from head_office.books.ledger import Cause, LedgerBook
from head_office.store import schema
from head_office.store.bulk import among
from pos_app.domain.ledger import days_of
from pos_app.domain.posting import POINTS, RECEIVABLE, Transfer, available, receivable

_ACCOUNT = schema.account.c
_OWED = sa.select(_ACCOUNT.owner, (_ACCOUNT.debit - _ACCOUNT.credit).label("owed")).where(
    among(_ACCOUNT.owner, "owners"),
    _ACCOUNT.kind == RECEIVABLE,
    _ACCOUNT.ledger == POINTS,
    _ACCOUNT.debit > _ACCOUNT.credit,
)


def repayments(ledger: LedgerBook, member_id: str, cause: Cause, stem: str) -> tuple[Transfer, ...]:
    """Return the transfers, named after ``stem``, that pay what the person owes as far as it can be paid."""
    debt = ledger.funds(receivable(member_id))
    owed = -ledger.balance(debt)
    paid: list[Transfer] = []
    for account, balance in ledger.lots(debt.owner, cause.posting_date) if owed > 0 else ():
        amount = min(owed, balance)
        if amount:
            paid.append(Transfer(f"{stem}/repay/{debt.owner}/{len(paid)}", account, debt, amount, "repay"))
        owed -= amount
    return tuple(paid)


def given_back(ledger: LedgerBook, member_id: str, dated: str, stem: str) -> tuple[Transfer, ...]:
    """Return the transfer, named after ``stem``, that gives back what was repaid twice, in a lot so ``dated``."""
    debt = ledger.funds(receivable(member_id))
    surplus = ledger.balance(debt)
    if surplus <= 0:
        return ()
    last, first = days_of(dated)
    into = available(debt.owner, last, usable_from=first)
    return (Transfer(f"{stem}/repaid_twice/{debt.owner}", debt, into, surplus, "repaid_twice"),)


def debtors(transfers: Iterable[Transfer]) -> set[str]:
    """Return the members whose debts the transfers change."""
    accounts = (account for each in transfers for account in (each.debit, each.credit))
    return {account.owner for account in accounts if account.kind == RECEIVABLE}


def debts_of(connection: sa.Connection, owners: Collection[str]) -> dict[str, int]:
    """Return by member the points that they owe; those who owe none are left out."""
    return {owner: int(owed) for owner, owed in connection.execute(_OWED, {"owners": set(owners)})}
