"""Coupons that head office gives by itself: in the month of a birthday, and to who has not been here for long.

Each is named after what it is for, so that a night that is run again, or a restored head office, gives none twice.
Coupons for joining are given when the joining is posted (``batch``).
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial

import msgspec
import sqlalchemy as sa

from head_office.books.issues import Issue, coupon
from head_office.issuing import give
from head_office.office import Office
from head_office.programmes import in_force
from head_office.rewards import has_birthday
from head_office.store import schema
from head_office.store.bulk import among
from head_office.tiers import slices_of_everybody
from pos_app.domain.coupons import CouponRule, Occasion
from pos_app.domain.members import Member

_MEMBER, _LOT = schema.member.c, schema.lot.c
_PEOPLE = sa.select(_MEMBER.member_id, _MEMBER.tier, _MEMBER.last_visit_on, _MEMBER.body).where(
    among(_MEMBER.member_id, "members")
)
_GIVEN = sa.select(_LOT.lot).where(among(_LOT.lot, "lots"))
_MEMBER_JSON = msgspec.json.Decoder(Member)


def give_coupons(office: Office) -> Counter[str]:
    """Give everybody the coupons that are due to them today; return how many of each rule."""
    today = office.clock.today()
    with office.database.read() as connection:
        published = in_force(connection, today).coupons
        rules = [rule for rule in published if rule.occasion in (Occasion.BIRTHDAY, Occasion.WIN_BACK)]
        everybody = list(slices_of_everybody(connection)) if rules else []
    given = Counter[str]()
    for names in everybody:
        given += office.database.write(partial(_give, office=office, names=names, rules=rules))
        office.bell.ring()
    return given


def _give(
    connection: sa.Connection, *, office: Office, names: Sequence[str], rules: Sequence[CouponRule]
) -> Counter[str]:
    today = office.clock.today()
    due: dict[str, tuple[str, Issue]] = {}
    for row in connection.execute(_PEOPLE, {"members": set(names)}):
        for rule in rules:
            is_meant = not rule.tiers or row.tier in rule.tiers
            if is_meant and (occasion := _occasion(rule, row.body, row.last_visit_on, today)):
                one = coupon(rule, row.member_id, occasion, today)
                due[one.lot] = (rule.rule_id, one)
    for lot in connection.execute(_GIVEN, {"lots": set(due)}).scalars() if due else ():
        del due[lot]
    give(connection, office, [one for _rule, one in due.values()])
    return Counter(rule_id for rule_id, _one in due.values())


def _occasion(rule: CouponRule, body: bytes, last_visit_on: str | None, today: date) -> str:
    """Return what a member gets a coupon for, empty for nothing."""
    if rule.occasion is Occasion.BIRTHDAY:
        return str(today.year) if has_birthday(_MEMBER_JSON.decode(body), today) else ""
    if last_visit_on is None or date.fromisoformat(last_visit_on) + timedelta(rule.absent_days) > today:
        return ""
    return last_visit_on
