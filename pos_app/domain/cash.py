"""Cash that goes into or out of the drawer without a sale."""

from enum import StrEnum

from pos_app.domain.tenders import TenderKind


class CashKind(StrEnum):
    """Why cash moved: change fetched (找零补充), the float made larger (备用金), handed in (缴款), spent (费用支取).

    ``BACK_...``: money of a refund that the provider did not send back is given in cash (退款改付现金).
    """

    CHANGE = "change"
    FLOAT = "float"
    HANDED_IN = "handed_in"
    EXPENSE = "expense"
    BACK_WECHAT = "back_wechat"
    BACK_ALIPAY = "back_alipay"
    BACK_CARD = "back_card"

    @property
    def is_in(self) -> bool:
        """Say whether the drawer has more cash afterwards."""
        return self in (CashKind.CHANGE, CashKind.FLOAT)


BY_HAND = (CashKind.CHANGE, CashKind.FLOAT, CashKind.HANDED_IN, CashKind.EXPENSE)  # the others belong to a refund
# What was booked as sent back this way, and was not.
NOT_SENT = {
    CashKind.BACK_WECHAT: TenderKind.WECHAT,
    CashKind.BACK_ALIPAY: TenderKind.ALIPAY,
    CashKind.BACK_CARD: TenderKind.CARD,
}
GIVEN_FOR = {tender: kind for kind, tender in NOT_SENT.items()}
