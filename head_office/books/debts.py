"""Debts: points that a member owes are paid from what head office comes to hold; coupons at risk from the coupon."""

from head_office.books.ledger import Cause, LedgerBook
from pos_app.domain.events import AtRisk
from pos_app.domain.ids import Origin
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
