"""Debts in points: what a member owes is paid from whatever head office comes to hold of theirs, soonest to expire."""

from head_office.books.ledger import Cause, LedgerBook
from pos_app.domain.ids import Origin
from pos_app.domain.posting import Transfer
from pos_app.domain.refunds import receivable


def repayments(ledger: LedgerBook, member_id: str, cause: Cause, origin: Origin) -> tuple[Transfer, ...]:
    """Return the transfers that pay what can be paid after the fact ``origin``; none where nothing is owed."""
    debt = receivable(member_id)
    owed = -ledger.balance(debt)
    paid: list[Transfer] = []
    for account, balance in ledger.lots(member_id, cause.posting_date) if owed > 0 else ():
        amount = min(owed, balance)
        if amount:
            name = origin.part(f"repay/{member_id}/", len(paid))
            paid.append(Transfer(name, account, debt, amount, "repay"))
        owed -= amount
    return tuple(paid)
