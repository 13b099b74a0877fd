"""What head office gives members besides points, each under a name that makes it single."""

import hashlib
from dataclasses import dataclass
from datetime import date

from pos_app.domain.coupons import TOKEN_DIGITS, CouponRule
from pos_app.domain.ledger import Asset
from pos_app.domain.posting import ISSUED, STORED_VALUE, Account, Transfer, available, ledger_of

PREPAID = "prepaid"  # of the whole chain: where that money came in
NOBODY = ""  # whose a coupon is that waits for whoever shows its paper


@dataclass(frozen=True, slots=True)
class Issue:
    """What is given: ``amount`` in the asset's unit, to be used up to ``expires_on``; ``issue_id`` is said once.

    A coupon or a punch card is named by ``lot`` (``amount`` is how often it may be used); value has no lot. A coupon
    may be ``NOBODY``'s.
    """

    issue_id: str
    member_id: str
    asset: Asset
    amount: int
    expires_on: date
    lot: str = ""

    @property
    def transfer_id(self) -> str:
        """Return the name of its transfer."""
        return f"issue/{self.issue_id}"

    @property
    def owner(self) -> str:
        """Return the owner of the account that it is put into."""
        return self.lot or self.member_id


def coupon_lot(rule_id: str, name: str) -> str:
    """Return the lot of the coupon that is given under a name: the same name again is the same coupon."""
    return rule_id + hashlib.sha256(name.encode()).hexdigest()[:TOKEN_DIGITS].upper()


def coupon(rule: CouponRule, member_id: str, occasion: str, on: date) -> Issue:
    """Return the coupon of a rule that a member gets on a business date, once for each ``occasion``."""
    lot = coupon_lot(rule.rule_id, f"{rule.rule_id}/{member_id}/{occasion}")
    return Issue(lot, member_id, Asset.COUPON, 1, rule.given_until(on), lot)


def moves_of(given: Issue, currency: str) -> list[Transfer]:
    """Return what giving it moves."""
    ledger = ledger_of(given.asset, currency)
    into = available(given.owner, given.expires_on, ledger)
    moves = [Transfer(given.transfer_id, Account(ledger, ISSUED, "chain"), into, given.amount, "issue")]
    if given.asset is Asset.VALUE:
        money = f"MONEY:{currency}"
        paid, owed = Account(money, PREPAID, "chain"), Account(money, STORED_VALUE, "chain")
        moves.append(Transfer(f"{given.transfer_id}/money", paid, owed, given.amount, "issue_money", given.transfer_id))
    return moves


def lot_row(given: Issue) -> dict[str, object]:
    """Return the row that says whose a coupon or punch card is."""
    return {
        "lot": given.lot,
        "asset": given.asset.value,
        "member_id": given.member_id,
        "amount": given.amount,
        "expires_on": given.expires_on.isoformat(),
        "issue_id": given.issue_id,
    }
