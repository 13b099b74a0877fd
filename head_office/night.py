"""The night: all that only time brings about, in one run after the date has changed."""

from head_office.coupons import give_coupons
from head_office.expiry import expire
from head_office.office import Office
from head_office.promises import keep_promises
from head_office.rewards import give_birthday_points
from head_office.tiers import TierDesk


def night(office: Office) -> list[str]:
    """Do what is due and return a line about each; to run it again, also after it was broken off, does no harm.

    Tiers come first: a coupon may be for some of them.
    """
    restated = TierDesk(office).restate()
    coupons = give_coupons(office)
    return [
        f"{restated.looked_at:>9,} members looked at, {restated.moves.total():,} changed tier",
        f"{expire(office):>9,} lots of points and given value expired",
        f"{give_birthday_points(office):>9,} members given birthday points",
        f"{keep_promises(office):>9,} parts of gifts were due",
        *(f"{count:>9,} coupons {rule_id} given" for rule_id, count in sorted(coupons.items())),
    ]
