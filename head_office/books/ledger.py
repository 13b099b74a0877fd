"""Accounts and transfers. Member and escrow accounts never fall below zero: checked here and by the database.

A member's accounts are guarded by the lock on the member's row, a life's escrow by the lock on the life's row as well;
contra accounts are only ever added to. So balances are read once, and written as sums in one statement, sorted, which
is what keeps concurrent batches free of deadlocks.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import count

import msgspec
import sqlalchemy as sa

from head_office.books.aliases import read_aliases
from head_office.store import schema
from head_office.store.bulk import add_to_rows, among, insert_rows
from pos_app.domain.ledger import Asset, days_of
from pos_app.domain.merging import Aliases
from pos_app.domain.posting import (
    AVAILABLE,
    ESCROW,
    EXPIRED,
    OF_LOTS,
    POINTS,
    PROMISED,
    RECEIVABLE,
    RECOVERY_SUSPENSE,
    RISK,
    Account,
    Transfer,
    owed_by,
)
from pos_app.errors import Damaged

_ACCOUNT = schema.account.c
_KEY = (_ACCOUNT.owner, _ACCOUNT.kind, _ACCOUNT.ledger, _ACCOUNT.holder, _ACCOUNT.dated)
KEY_NAMES = ("owner", "kind", "ledger", "holder", "dated")
_BALANCE = (_ACCOUNT.credit - _ACCOUNT.debit).label("balance")
_OF_OWNERS = sa.select(*_KEY, _BALANCE).where(
    among(_ACCOUNT.owner, "owners"),
    _ACCOUNT.kind.in_((*OF_LOTS, RECEIVABLE, PROMISED, EXPIRED)),
    among(_ACCOUNT.holder, "holders"),
)
_HELD = sa.select(_ACCOUNT.owner, _ACCOUNT.ledger, _ACCOUNT.holder, _ACCOUNT.dated, _BALANCE).where(
    among(_ACCOUNT.owner, "owners"),
    _ACCOUNT.kind.in_((AVAILABLE, ESCROW)),
    _ACCOUNT.dated >= sa.bindparam("today"),
    _ACCOUNT.credit > _ACCOUNT.debit,
)
_BOOKED = sa.select(schema.transfer.c.transfer_id).where(schema.transfer.c.transfer_id == sa.bindparam("name"))
_LOCK = sa.text(
    "SELECT a.account_no, a.owner, a.kind, a.ledger, a.holder, a.dated FROM account AS a"
    " JOIN jsonb_to_recordset(CAST(:keys AS jsonb)) AS x(owner text, kind text, ledger text, holder text, dated text)"
    " USING (owner, kind, ledger, holder, dated)"
    " ORDER BY a.owner, a.kind, a.ledger, a.holder, a.dated FOR UPDATE OF a"
)
# SQLite needs no lock: whoever writes is alone.
_FIND = sa.text(
    "SELECT a.account_no, a.owner, a.kind, a.ledger, a.holder, a.dated"
    " FROM json_each(:keys) AS k CROSS JOIN account AS a"
    " ON a.owner = k.value ->> 'owner' AND a.kind = k.value ->> 'kind' AND a.ledger = k.value ->> 'ledger'"
    " AND a.holder = k.value ->> 'holder' AND a.dated = k.value ->> 'dated'"
)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why transfers were booked: the fact behind them, if a terminal said it, and both dates."""

    business_date: date
    posting_date: date
    life_no: int | None = None
    seq: int | None = None


class LedgerBook:
    """Collects the transfers of one transaction, refuses what would overdraw, and writes them together."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._balances: dict[Account, int] = {}
        self._of_owner: dict[str, set[Account]] = defaultdict(set)
        self._turnover: dict[Account, list[int]] = {}
        self._rows: list[tuple[Transfer, Cause]] = []
        self.booked: list[tuple[Transfer, Cause]] = []  # also what was written
        self._aliases = Aliases()

    def load(self, owners: Collection[str], holders: Collection[str], aliases: Aliases | None = None) -> None:
        """Read the balances of these owners, held by head office or by ``holders``.

        An owner is a member or a lot (see ``Grant.owner``); the row of the member, coupon or receipt is locked. Of
        members that were merged, also whom they lead to: their money is there. ``aliases`` are those of all members
        among the owners, where somebody has read them.
        """
        self._aliases = read_aliases(self._connection, owners) if aliases is None else aliases
        known = {*owners, *(alias.survivor for alias in self._aliases.in_force.values())}
        for row in self._connection.execute(_OF_OWNERS, {"owners": known, "holders": {"", *holders}}):
            account = Account(row.ledger, row.kind, row.owner, row.holder, row.dated)
            self._balances[account] = row.balance
            self._of_owner[account.owner].add(account)

    def balance(self, account: Account) -> int:
        """Return credits minus debits, with what this transaction has booked so far."""
        return self._balances.get(account, 0)

    def knows(self, account: Account) -> bool:
        """Say whether an account of a loaded owner was ever opened."""
        return account in self._balances

    def lots(self, owner: str, today: date, ledger: str = POINTS) -> list[tuple[Account, int]]:
        """Return head office's own unexpired lots of a member (or the one lot), soonest to expire first.

        Of a merged member they are the survivor's: what is drawn on them is led in from there.
        """
        root = self._aliases.root(owner)
        lots = [account for account in self._unexpired(root, today, ledger) if account.kind == AVAILABLE]
        return [
            (replace(account, owner=owner), self.balance(account))
            for account in sorted(lots)
            if self.balance(account) > 0
        ]

    def every_lot(self, owner: str) -> list[tuple[Account, int]]:
        """Return all that head office holds of an owner under their own name, of any asset, expired lots too."""
        lots = sorted(account for account in self._of_owner[owner] if account.kind == AVAILABLE)
        return [(account, self.balance(account)) for account in lots if self.balance(account) > 0]

    def held(self, owner: str, holder: str, today: date, ledger: str = POINTS) -> int:
        """Return what ``holder`` has of an owner's unexpired rights."""
        return sum(
            self.balance(account)
            for account in self._unexpired(owner, today, ledger)
            if account.kind == ESCROW and account.holder == holder
        )

    def book(self, transfers: Sequence[Transfer], cause: Cause) -> None:
        """Book all of ``transfers``, led through aliases, or, raising Damaged ``books.overdrawn``, none.

        What head office has of a lot first repays what recovery re-booked without it, then what was taken at risk.
        """
        after: dict[Account, int] = {}
        moved: list[Transfer] = []
        for transfer in self._aliases.through(transfers):
            self._move(transfer, after)
            moved.append(transfer)
            for each in self._repayments(transfer, after):
                self._move(each, after)
                moved.append(each)
        self._balances.update(after)
        for account in after:
            self._of_owner[account.owner].add(account)
        for transfer in moved:
            self._turnover.setdefault(transfer.debit, [0, 0])[1] += transfer.amount
            self._turnover.setdefault(transfer.credit, [0, 0])[0] += transfer.amount
            self._rows.append((transfer, cause))
        self.booked += [(transfer, cause) for transfer in moved]

    def funds(self, account: Account) -> Account:
        """Return the account that really has what a member's ``account`` stands for: the survivor's."""
        return replace(account, owner=self._aliases.root(account.owner))

    def _move(self, transfer: Transfer, after: dict[Account, int]) -> None:
        """Bring the balances ``after`` up to date; raises Damaged ``books.overdrawn``."""
        for account, change in ((transfer.debit, -transfer.amount), (transfer.credit, transfer.amount)):
            after[account] = after.get(account, self.balance(account)) + change
            if account.never_negative and after[account] < 0:
                raise Damaged("books.overdrawn", kind=account.kind, owner=account.owner, short=-after[account])

    def _repayments(self, transfer: Transfer, after: dict[Account, int]) -> Iterator[Transfer]:
        """Yield what a transfer that came to head office's holding, or was taken of a lot at risk, makes it repay."""
        names = (f"{transfer.transfer_id}/repaid{n}" for n in count())
        for have, amount in self._payers(transfer, after):
            left = amount
            for debt in (replace(have, kind=RECOVERY_SUSPENSE), owed_by(have.owner, have.ledger)):
                part = min(left, -after.get(debt, self.balance(debt)))
                if part > 0:
                    yield Transfer(next(names), have, debt, part, "repaid", transfer.transfer_id)
                    left -= part

    def _payers(self, transfer: Transfer, after: Mapping[Account, int]) -> list[tuple[Account, int]]:
        """Return which holdings of head office repay because of a transfer, and how much they can."""
        have, debt = transfer.credit, transfer.debit
        if have.kind == AVAILABLE:
            return [(have, transfer.amount)] if have == self.funds(have) else []  # led on to the survivor, who repays
        if debt.kind != RISK or debt.dated:
            return []
        lots = [each for each in self._of_owner[debt.owner] if (each.kind, each.ledger) == (AVAILABLE, debt.ledger)]
        return [(each, after.get(each, self.balance(each))) for each in sorted(lots)]

    def write(self) -> None:
        """Write what was booked: accounts in the order of their keys, then the transfers."""
        if not self._rows:
            return
        accounts = sorted(self._turnover, key=_key)
        _open(self._connection, accounts)
        numbers = _lock(self._connection, accounts)
        turnover: list[dict[str, object]] = [
            {"account_no": numbers[account], "credit": credit, "debit": debit}
            for account, (credit, debit) in self._turnover.items()
        ]
        add_to_rows(self._connection, schema.account, "account_no", turnover)
        insert_rows(self._connection, schema.transfer, [_row(row, cause, numbers) for row, cause in self._rows])
        self._turnover.clear()
        self._rows.clear()

    def _unexpired(self, owner: str, today: date, ledger: str) -> Iterator[Account]:
        for account in self._of_owner[owner]:
            if account.ledger == ledger and account.dated >= today.isoformat():
                yield account


def _key(account: Account) -> tuple[str, str, str, str, str]:
    return (account.owner, account.kind, account.ledger, account.holder, account.dated)


def _row(transfer: Transfer, cause: Cause, numbers: dict[Account, int]) -> dict[str, object]:
    return {
        "transfer_id": transfer.transfer_id,
        "debit_no": numbers[transfer.debit],
        "credit_no": numbers[transfer.credit],
        "amount": transfer.amount,
        "ledger": transfer.debit.ledger,
        "code": transfer.code,
        "business_date": cause.business_date.isoformat(),
        "posting_date": cause.posting_date.isoformat(),
        "life_no": cause.life_no,
        "seq": cause.seq,
        "link_id": transfer.link_id,
    }


def _open(connection: sa.Connection, accounts: Sequence[Account]) -> None:
    rows = [
        {
            **dict(zip(KEY_NAMES, _key(account), strict=True)),
            "credit": 0,
            "debit": 0,
            "min_zero": account.never_negative,
        }
        for account in accounts
    ]
    insert_rows(connection, schema.account, rows, clash="ignore", key=KEY_NAMES)


def _lock(connection: sa.Connection, accounts: Sequence[Account]) -> dict[Account, int]:
    """Lock the accounts in the order of their keys; return their numbers."""
    wanted = msgspec.json.encode([dict(zip(KEY_NAMES, _key(account), strict=True)) for account in accounts]).decode()
    rows = connection.execute(_LOCK if connection.dialect.name == "postgresql" else _FIND, {"keys": wanted})
    return {Account(row.ledger, row.kind, row.owner, row.holder, row.dated): row.account_no for row in rows}


@dataclass(frozen=True, slots=True)
class Share:
    """``amount`` that one holder has of an unexpired lot; ``owner`` and both days as in ``Grant``.

    The holder ``""`` is head office.
    """

    asset: Asset
    owner: str
    holder: str
    expires_on: date
    usable_from: date | None
    amount: int


def shares_of(connection: sa.Connection, owners: Iterable[str], today: date) -> dict[str, list[Share]]:
    """Return by owner, member or lot, what is unexpired and who holds it."""
    held: dict[str, list[Share]] = defaultdict(list)
    asked = {"owners": set(owners), "today": today.isoformat()}
    for owner, ledger, holder, dated, amount in connection.execute(_HELD, asked).all():
        asset = Asset(ledger.partition(":")[0].lower())
        held[owner].append(Share(asset, owner, holder, *days_of(dated), int(amount)))
    return held


def is_booked(connection: sa.Connection, transfer_id: str) -> bool:
    """Say whether a transfer of this name is in the books."""
    return connection.execute(_BOOKED, {"name": transfer_id}).first() is not None
