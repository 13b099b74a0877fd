"""Issuing: head office gives a member a coupon, a punch card or stored value, and holds it until a till asks."""

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa

from head_office import programmes
from head_office.acts import keep, record
from head_office.books.issues import NOBODY, Issue, lot_row, moves_of
from head_office.books.ledger import Cause, LedgerBook, is_booked
from head_office.books.members import MemberBook
from head_office.feed import publish
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.ledger import LOTTED, Asset
from pos_app.domain.posting import MAX_AMOUNT
from pos_app.errors import Refused

ISSUE = "issue"
ISSUABLE = frozenset({Asset.VALUE, Asset.GIFT, Asset.COUPON, Asset.PUNCH})
MAX_NAME = 64  # characters of an issue's or a lot's name
_TAKEN = sa.select(schema.lot.c.member_id).where(schema.lot.c.lot == sa.bindparam("lot"))


def issue(office: Office, given: Issue) -> bool:
    """Give it; return False for an ``issue_id`` that was given before.

    Raises:
        Refused: ``issue.malformed``, ``issue.member_unknown``, ``issue.lot_taken`` for a lot that somebody has.
    """
    is_owned = given.member_id != NOBODY or given.asset is Asset.COUPON
    if given.asset not in ISSUABLE or (given.asset in LOTTED) != bool(given.lot) or not is_owned:
        raise Refused("issue.malformed", asset=given.asset.value, lot=given.lot)
    if not 0 < given.amount <= MAX_AMOUNT or not 0 < len(given.issue_id) <= MAX_NAME or len(given.lot) > MAX_NAME:
        raise Refused("issue.malformed", issue_id=given.issue_id, amount=given.amount)
    issued = office.database.write(lambda connection: _issue(connection, office, given))
    keep(office)
    office.bell.ring()
    return issued


def give(connection: sa.Connection, office: Office, all_given: Sequence[Issue]) -> None:
    """Book what members are given, none of it given before, and tell the stores."""
    if not all_given:
        return
    today = office.clock.today()
    whose = {given.member_id for given in all_given} - {NOBODY}
    members, ledger = MemberBook(connection), LedgerBook(connection)
    members.load(whose)
    insert_rows(connection, schema.lot, [lot_row(given) for given in all_given if given.asset is Asset.COUPON])
    cards = [lot_row(given) for given in all_given if given.asset is Asset.PUNCH]
    insert_rows(connection, schema.lot, cards, clash="ignore")  # there may be stamps on them already
    ledger.load({given.owner for given in all_given}, [])
    currency = programmes.in_force(connection, today).currency
    for given in all_given:
        ledger.book(moves_of(given, currency), Cause(today, today))
    ledger.write()
    members.touch(whose)
    publish(connection, members.write(today, office.clock.now_ms()))


def _issue(connection: sa.Connection, office: Office, given: Issue) -> bool:
    members = MemberBook(connection)
    members.load({given.member_id} - {NOBODY})
    if given.member_id != NOBODY and members.get(given.member_id) is None:
        raise Refused("issue.member_unknown", member_id=given.member_id)
    if is_booked(connection, given.transfer_id):
        return False
    taken = connection.execute(_TAKEN, {"lot": given.lot}).scalar() if given.lot else None
    if taken is not None and (given.asset is Asset.COUPON or taken != given.member_id):
        raise Refused("issue.lot_taken", lot=given.lot)
    give(connection, office, [given])
    record(connection, ISSUE, f"{ISSUE}/{given.issue_id}", office.clock.now_ms(), {"given": msgspec.to_builtins(given)})
    return True
