"""Cash that goes into or out of the drawer without a sale."""

from enum import StrEnum


class CashKind(StrEnum):
    """Why cash moved: change fetched (找零补充), the float made larger (备用金), handed in (缴款), spent (费用支取)."""

    CHANGE = "change"
    FLOAT = "float"
    HANDED_IN = "handed_in"
    EXPENSE = "expense"

    @property
    def is_in(self) -> bool:
        """Say whether the drawer has more cash afterwards."""
        return self in (CashKind.CHANGE, CashKind.FLOAT)
