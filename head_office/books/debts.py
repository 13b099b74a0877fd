"""Debts: points that a member owes are paid from what head office comes to hold; coupons at risk from the coupon."""

from head_office.books.ledger import Cause, LedgerBook
from pos_app.domain.events import AtRisk
from pos_app.domain.posting import OVERRUN, Scene, Transfer, ledger_of
from pos_app.domain.refunds import receivable


def cover(ledger: LedgerBook, risk: AtRisk, scene: Scene, cause: Cause) -> tuple[tuple[Transfer, ...], int]:
    """Return the transfers that take what was accepted at risk from the coupon itself, and what stays uncovered."""
    name = ledger_of(risk.asset, scene.currency)
    left, paid = risk.amount, list[Transfer]()
    for account, balance in ledger.lots(risk.lot, cause.business_date, name):
        amount = min(left, balance)
        if amount:
            transfer_id = scene.origin.part(f"cover/{risk.lot}/", len(paid))
            paid.append(Transfer(transfer_id, account, scene.contra(name, OVERRUN), amount, "cover"))
        left -= amount
    return tuple(paid), left


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
