"""Which campaigns hold for a customer at a moment, and on which items."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pos_app.domain.ages import month_age
from pos_app.domain.campaigns import Birthday, Campaign, What, When, Who
from pos_app.domain.catalogue import Item
from pos_app.domain.directory import KnownMember
from pos_app.domain.lifecycle import Segment, Stage, life_of
from pos_app.domain.members import Tier
from pos_app.domain.programme import Programme

MOST_ITEMS = 10_000  # whose campaigns are kept as they were found


@dataclass(frozen=True, slots=True)
class Customer:
    """What campaigns look at in a member. ``months`` are the ages of born children, ``birth_month`` 0 if not known.

    ``uses`` is how often each campaign was applied for them, as far as is known, by ``campaign_id``.
    """

    member_id: str
    tier: Tier
    months: tuple[int, ...] = ()
    segment: Segment | None = None
    stage: Stage | None = None
    birth_month: int = 0
    child_birth_months: tuple[int, ...] = ()
    uses: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """Where and when a basket is priced: the store, the business date, and the hour of its clock, 0 to 23."""

    store_id: str
    business_date: date
    hour: int


@dataclass(frozen=True, slots=True)
class Used:
    """How often a campaign was applied: for one member anywhere that is known of, and for anybody at this till."""

    by_member: int = 0
    by_till: int = 0


class Campaigns:
    """The campaigns of a day, in the order in which they apply, and which of them mean an item.

    Made when they are read, it serves every customer and every price until others are published.
    """

    def __init__(self, campaigns: Iterable[Campaign] = ()) -> None:
        self.all = tuple(sorted(campaigns, key=lambda campaign: (-campaign.priority, campaign.campaign_id)))
        self._of_item: dict[tuple[int, int], tuple[int, ...]] = {}
        self._of_part: dict[tuple[int, int, int], tuple[int, ...]] = {}
        self._by_key: dict[tuple[str, object], list[int]] = {}
        self._plain = {at for at, campaign in enumerate(self.all) if _is_plain(campaign)}
        for at, campaign in enumerate(self.all):
            for key in _keys(campaign):
                self._by_key.setdefault(key, []).append(at)

    def meaning(self, item: Item) -> tuple[int, ...]:
        """Return the places of those that mean an item."""
        found = self._of_item.get((item.item_id, item.version))
        if found is None:
            if len(self._of_item) >= MOST_ITEMS:
                self._of_item.clear()
                self._of_part.clear()
            keys = (("item", item.item_id), ("brand", item.brand), ("category", item.category), ("", ""))
            places = sorted({at for key in keys for at in self._by_key.get(key, ())})
            found = tuple(at for at in places if at in self._plain or _means(self.all[at], item))
            self._of_item[item.item_id, item.version] = found
        return found

    def parts(self, at: int, item: Item) -> tuple[int, ...]:
        """Return which parts of the bundle at a place an item fits."""
        key = (at, item.item_id, item.version)
        found = self._of_part.get(key)
        if found is None:
            parts = self.all[at].benefit.parts
            found = self._of_part[key] = tuple(no for no, part in enumerate(parts) if part.what.holds(item))
        return found


class InForce:
    """The campaigns of a day that hold for a customer at a moment, in order, and how often each may still be applied.

    ``is_birthday`` says that it is the month of the member's birthday or of a child's.
    """

    def __init__(
        self,
        of_day: Campaigns,
        used: Mapping[str, Used] | None = None,
        *,
        holds: Callable[[Campaign], bool] | None = None,
        is_birthday: bool = False,
    ) -> None:
        used = used or {}
        self.is_birthday = is_birthday
        holding = ((at, one) for at, one in enumerate(of_day.all) if holds is None or holds(one))
        counted = [(at, one, _left(one, used.get(one.campaign_id, Used()))) for at, one in holding]
        open_ones = [each for each in counted if each[2] != 0]
        self.campaigns = tuple(campaign for _at, campaign, _left in open_ones)
        self.left = tuple(left for _at, _campaign, left in open_ones)
        self._of_day = of_day
        self._in_day = tuple(at for at, _campaign, _left in open_ones)
        self._places = {at: place for place, at in enumerate(self._in_day)}

    def meaning(self, item: Item) -> list[int]:
        """Return the places in ``campaigns`` of those that mean an item."""
        places = self._places
        return [places[at] for at in self._of_day.meaning(item) if at in places]

    def parts(self, at: int, item: Item) -> tuple[int, ...]:
        """Return which parts of the bundle at a place in ``campaigns`` an item fits."""
        return self._of_day.parts(self._in_day[at], item)


NOTHING = InForce(Campaigns())


def in_force(
    campaigns: Campaigns,
    customer: Customer | None,
    moment: Moment,
    used: Mapping[str, Used] | None = None,
) -> InForce:
    """Return what holds for a customer (None for a guest) at a moment.

    Args:
        campaigns: those of the day.
        customer: who buys.
        moment: where and when.
        used: by ``campaign_id``, for caps and budgets; a campaign that is used up does not hold.
    """

    def holds(campaign: Campaign) -> bool:
        return (
            _is_near(campaign, moment)
            and is_at(campaign.when, moment)
            and is_for(campaign.who, customer, moment)
            and (customer is not None or campaign.cap_per_member is None)
        )

    month = moment.business_date.month
    is_birthday = customer is not None and month in (customer.birth_month, *customer.child_birth_months)
    return InForce(campaigns, used, holds=holds, is_birthday=is_birthday)


@dataclass(frozen=True, slots=True)
class Open:
    """A campaign that a member gets at some hour of today; ``left`` applications, None for any number."""

    campaign: Campaign
    left: int | None


def open_to(
    campaigns: Campaigns, customer: Customer, moment: Moment, used: Mapping[str, Used] | None = None
) -> tuple[Open, ...]:
    """Return what a member may have today, at whatever hour; first what is not for everybody, used up ones too."""
    used = used or {}
    found = (
        Open(campaign, _left(campaign, used.get(campaign.campaign_id, Used())))
        for campaign in campaigns.all
        if _is_near(campaign, moment)
        and is_at(replace(campaign.when, hour_from=0, hour_to=24), moment)
        and is_for(campaign.who, customer, moment)
    )
    return tuple(sorted(found, key=lambda one: (one.campaign.who.is_everybody, one.campaign.campaign_id)))


def is_at(when: When, moment: Moment) -> bool:
    """Say whether a moment is within days and hours."""
    day = moment.business_date
    return (
        (not when.weekdays or day.isoweekday() in when.weekdays)
        and (not when.days_of_month or day.day in when.days_of_month)
        and when.hour_from <= moment.hour < when.hour_to
    )


def is_for(who: Who, customer: Customer | None, moment: Moment) -> bool:
    """Say whether a customer is meant; a guest only where everybody is."""
    if customer is None:
        return who.is_everybody
    return (
        (not who.tiers or customer.tier in who.tiers)
        and (not who.segments or customer.segment in who.segments)
        and (not who.stages or customer.stage in who.stages)
        and (not who.members or customer.member_id in who.members)
        and _has_child(who, customer)
        and _has_birthday(who.birthday, customer, moment.business_date.month)
    )


def customer_of(known: KnownMember, rules: Programme, today: date) -> Customer:
    """Return what campaigns look at in a member on a business date; children count only where that was consented to."""
    member = known.member
    life = life_of(known.facts, member.joined_on, known.last_visit_on, rules.life, today)
    born = [child for child in member.known_children() if not child.expected and child.born_on <= today]
    return Customer(
        member_id=member.member_id,
        tier=member.tier,
        months=tuple(month_age(child, today).months for child in born),
        segment=life.segment,
        stage=life.stage,
        birth_month=0 if member.birthday is None else member.birthday.month,
        child_birth_months=tuple(child.born_on.month for child in born),
    )


def _is_near(campaign: Campaign, moment: Moment) -> bool:
    """Say whether a campaign runs in this store on this day."""
    runs = campaign.valid_from <= moment.business_date <= campaign.valid_to
    return runs and (not campaign.stores or moment.store_id in campaign.stores)


def _has_child(who: Who, customer: Customer) -> bool:
    if who.months_from is None and who.months_to is None:
        return True
    return any(
        (who.months_from or 0) <= months and (who.months_to is None or months <= who.months_to)
        for months in customer.months
    )


def _has_birthday(birthday: Birthday, customer: Customer, month: int) -> bool:
    match birthday:
        case Birthday.MEMBER:
            return customer.birth_month == month
        case Birthday.CHILD:
            return month in customer.child_birth_months
    return True


def _left(campaign: Campaign, used: Used) -> int | None:
    """Return how many applications are left, None for any number."""
    left = None if campaign.cap_per_member is None else max(0, campaign.cap_per_member - used.by_member)
    if campaign.budget_per_till is not None:
        here = max(0, campaign.budget_per_till - used.by_till)
        left = here if left is None else min(left, here)
    return left


def _means(campaign: Campaign, item: Item) -> bool:
    parts = campaign.benefit.parts
    return campaign.what.holds(item) and (not parts or any(part.what.holds(item) for part in parts))


def _is_plain(campaign: Campaign) -> bool:
    """Say whether it means whatever it is found by: it looks at one word of an item only."""
    what = campaign.what
    looks_at = (what.items, what.brands, what.categories, what.own, what.everything)
    return sum(map(bool, looks_at)) == 1 and not (what.own or what.except_items or campaign.benefit.parts)


def _keys(campaign: Campaign) -> list[tuple[str, object]]:
    """Return under which words of an item a campaign is found; a bundle on the whole shop under those of its parts."""
    if campaign.what.everything and campaign.benefit.parts:
        return [key for part in campaign.benefit.parts for key in _keys_of(part.what)]
    return _keys_of(campaign.what)


def _keys_of(what: What) -> list[tuple[str, object]]:
    """Return the words of the narrowest dimension."""
    if what.items:
        return [("item", item_id) for item_id in dict.fromkeys(what.items)]
    if what.brands:
        return [("brand", brand) for brand in dict.fromkeys(what.brands)]
    return [("category", category) for category in dict.fromkeys(what.categories)] or [("", "")]
