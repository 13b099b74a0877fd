"""Issuing: head office gives a member a coupon, a punch card or stored value, and holds it until a till asks."""

from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from head_office import programmes
from head_office.acts import keep, record
from head_office.books.ledger import Cause, LedgerBook, is_booked
from head_office.books.members import MemberBook
from head_office.feed import publish
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.ledger import LOTTED, Asset
from pos_app.domain.posting import ISSUED, MAX_AMOUNT, STORED_VALUE, Account, Transfer, available, ledger_of
from pos_app.errors import Refused

ISSUE = "issue"
PREPAID = "prepaid"  # of the whole chain: where that money came in
ISSUABLE = frozenset({Asset.VALUE, Asset.GIFT, Asset.COUPON, Asset.PUNCH})
MAX_NAME = 64  # characters of an issue's or a lot's name
_LOT = schema.lot.c


@dataclass(frozen=True, slots=True)
class Issue:
    """What is given: ``amount`` in the asset's unit, to be used up to ``expires_on``; ``issue_id`` is said once.

    A coupon or a punch card is named by ``lot`` (``amount`` is how often it may be used); value has no lot.
    """

    issue_id: str
    member_id: str
    asset: Asset
    amount: int
    expires_on: date
    lot: str = ""


def issue(office: Office, given: Issue) -> bool:
    """Give it; return False for an ``issue_id`` that was given before.

    Raises:
        Refused: ``issue.malformed``, ``issue.member_unknown``, ``issue.lot_taken`` for a lot that somebody has.
    """
    if given.asset not in ISSUABLE or (given.asset in LOTTED) != bool(given.lot):
        raise Refused("issue.malformed", asset=given.asset.value, lot=given.lot)
    if not 0 < given.amount <= MAX_AMOUNT or not 0 < len(given.issue_id) <= MAX_NAME or len(given.lot) > MAX_NAME:
        raise Refused("issue.malformed", issue_id=given.issue_id, amount=given.amount)
    issued = office.database.write(lambda connection: _issue(connection, office, given))
    keep(office)
    office.bell.ring()
    return issued


def _issue(connection: sa.Connection, office: Office, given: Issue) -> bool:
    members = MemberBook(connection)
    members.load([given.member_id])
    if members.get(given.member_id) is None:
        raise Refused("issue.member_unknown", member_id=given.member_id)
    transfer_id = f"issue/{given.issue_id}"
    if is_booked(connection, transfer_id):
        return False
    if given.lot:
        _open_lot(connection, given)
    today = office.clock.today()
    currency = programmes.in_force(connection, today).currency
    ledger_name = ledger_of(given.asset, currency)
    into = available(given.lot or given.member_id, given.expires_on, ledger_name)
    moves = [Transfer(transfer_id, Account(ledger_name, ISSUED, "chain"), into, given.amount, "issue")]
    if given.asset is Asset.VALUE:
        money = f"MONEY:{currency}"
        paid, owed = Account(money, PREPAID, "chain"), Account(money, STORED_VALUE, "chain")
        moves.append(Transfer(f"{transfer_id}/money", paid, owed, given.amount, "issue_money", transfer_id))
    ledger = LedgerBook(connection)
    ledger.load([into.owner], [])
    ledger.book(moves, Cause(today, today))
    ledger.write()
    members.touch([given.member_id])
    publish(connection, members.write(today, office.clock.now_ms()))
    record(connection, ISSUE, f"{ISSUE}/{given.issue_id}", office.clock.now_ms(), {"given": msgspec.to_builtins(given)})
    return True


def _open_lot(connection: sa.Connection, given: Issue) -> None:
    row: dict[str, object] = {
        "lot": given.lot,
        "asset": given.asset.value,
        "member_id": given.member_id,
        "amount": given.amount,
        "expires_on": given.expires_on.isoformat(),
        "issue_id": given.issue_id,
    }
    insert_rows(connection, schema.lot, [row], clash="ignore")
    taken = connection.execute(sa.select(_LOT.issue_id).where(_LOT.lot == given.lot)).scalar_one()
    if taken != given.issue_id:
        raise Refused("issue.lot_taken", lot=given.lot)
