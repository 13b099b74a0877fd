"""Money that a payment gateway gives back: what was promised once is sent once, whatever the line does.

1. A pay-back is durable in the transaction of the refund that it belongs to; its id is the idempotency key, for ever.
2. Until the provider has said what became of it, it is asked for again, under the same id: that can never send twice.
3. A refusal is final, and nobody's money is gone: it is given in cash, once, and not asked for again.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from pos_app.domain.charges import Answer, Said
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Damaged, Refused


@dataclass(frozen=True, slots=True)
class PayBackOrder:
    """What a gateway is asked to give back of a charge. ``payback_id`` is the idempotency key."""

    payback_id: str
    charge_id: str
    amount_minor: int


class PayBackState(StrEnum):
    """How far a pay-back is; the values are stored."""

    MEANT = "meant"  # durable, and nobody was asked
    ASKED = "asked"  # the question may have left this machine, and nobody knows (待确认)
    SENT = "sent"
    REFUSED = "refused"
    IN_CASH = "in_cash"  # refused, and given out of the drawer


OPEN = frozenset({PayBackState.MEANT, PayBackState.ASKED})


@dataclass(frozen=True, slots=True)
class PayBack:
    """Money of one charge that goes back for one refund. ``refund_no`` is the number of the refund's paper."""

    payback_id: str
    charge_id: str
    refund_no: str
    kind: TenderKind
    amount_minor: int
    state: PayBackState = PayBackState.MEANT

    @property
    def is_open(self) -> bool:
        """Say whether nobody knows yet what becomes of it."""
        return self.state in OPEN

    @property
    def order(self) -> PayBackOrder:
        """Return what the gateway is asked for, the first time and every further time."""
        return PayBackOrder(self.payback_id, self.charge_id, self.amount_minor)


def asked(payback: PayBack) -> PayBack:
    """Return the pay-back as it must be durable before the question leaves; one that is settled stays as it is."""
    return replace(payback, state=PayBackState.ASKED) if payback.is_open else payback


def heard(payback: PayBack, answer: Answer) -> PayBack:
    """Return the pay-back after an answer of the provider, the first, a second, or one that comes late.

    Raises:
        Damaged: ``charge.other {charge_id}`` for an answer to something else, ``charge.not_asked`` where nobody was
            asked.
    """
    if answer.charge_id != payback.payback_id:
        raise Damaged("charge.other", charge_id=answer.charge_id)
    if payback.state is PayBackState.MEANT:
        raise Damaged("charge.not_asked", charge_id=payback.payback_id)
    match answer.said:
        case Said.RETURNED if payback.state is not PayBackState.IN_CASH:
            return replace(payback, state=PayBackState.SENT)
        case Said.REFUSED if payback.is_open:
            return replace(payback, state=PayBackState.REFUSED)
        case _:
            return payback


def given_in_cash(payback: PayBack) -> PayBack:
    """Return the pay-back after its money was given out of the drawer; only what the provider refused may be.

    Raises Refused ``payback.not_refused {refund_no}``: it was sent, was given already, or nobody knows yet.
    """
    if payback.state is not PayBackState.REFUSED:
        raise Refused("payback.not_refused", refund_no=payback.refund_no)
    return replace(payback, state=PayBackState.IN_CASH)
