"""Debts: points that a member owes are paid from what head office comes to hold."""

from head_office.books.ledger import Cause, LedgerBook
from pos_app.domain.posting import Transfer
from pos_app.domain.refunds import receivable


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
