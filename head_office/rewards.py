"""Points in the month of a birthday, the member's own or a child's: once a year for each person."""

from collections.abc import Sequence
from datetime import date
from functools import partial

import msgspec
import sqlalchemy as sa

from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook
from head_office.books.rewards import given
from head_office.feed import publish
from head_office.office import Office
from head_office.programmes import in_force
from head_office.store import schema
from head_office.store.bulk import among
from head_office.tiers import slices_of_everybody
from pos_app.domain.members import Member, Purpose
from pos_app.domain.programme import Programme

_MEMBER, _TRANSFER = schema.member.c, schema.transfer.c
_BODIES = sa.select(_MEMBER.member_id, _MEMBER.body).where(among(_MEMBER.member_id, "members"))
_GIVEN = sa.select(_TRANSFER.transfer_id).where(among(_TRANSFER.transfer_id, "names"))
_MEMBER_JSON = msgspec.json.Decoder(Member)


def give_birthday_points(office: Office) -> int:
    """Give everybody whose birthday is this month their points, unless they have them; return to how many."""
    today = office.clock.today()
    with office.database.read() as connection:
        rules = in_force(connection, today)
        everybody = list(slices_of_everybody(connection)) if rules.rewards.birthday_points else []
    done = 0
    for names in everybody:
        done += office.database.write(partial(_give, office=office, names=names, rules=rules))
        office.bell.ring()
    return done


def has_birthday(member: Member, today: date) -> bool:
    """Say whether it is the month of the member's birthday, or of a child's whose month they let us keep."""
    own = member.birthday is not None and member.birthday.month == today.month
    children = member.children if member.agrees_to(Purpose.CHILD) else ()
    return own or any(not child.expected and child.born_on.month == today.month for child in children)


def _give(connection: sa.Connection, *, office: Office, names: Sequence[str], rules: Programme) -> int:
    today = office.clock.today()
    bodies = connection.execute(_BODIES, {"members": set(names)})
    celebrating = [row.member_id for row in bodies if has_birthday(_MEMBER_JSON.decode(row.body), today)]
    due = {f"birthday/{member_id}/{today.year}": member_id for member_id in celebrating}
    for name in connection.execute(_GIVEN, {"names": set(due)}).scalars() if due else ():
        del due[name]
    if not due:
        return 0
    members = MemberBook(connection)
    members.load(list(due.values()))
    ledger = LedgerBook(connection)
    ledger.load(list(due.values()), [], members.aliases)
    points = rules.rewards.birthday_points
    ledger.book([given(name, who, points, today, rules) for name, who in sorted(due.items())], Cause(today, today))
    ledger.write()
    members.touch(due.values())
    publish(connection, members.write(today, office.clock.now_ms()))
    return len(due)
