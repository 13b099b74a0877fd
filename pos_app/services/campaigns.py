"""Which campaigns price the sale in hand: those that held when the basket was last changed or first shown."""

from collections import Counter
from dataclasses import dataclass, replace

from pos_app.domain.basket import Basket
from pos_app.domain.directory import KnownMember
from pos_app.domain.in_force import Campaigns, Customer, InForce, Moment, Open, Used, customer_of, in_force, open_to
from pos_app.domain.lifecycle import Stage
from pos_app.domain.members import Tier
from pos_app.domain.pricing import PricedBasket
from pos_app.errors import Refused
from pos_app.services.balances import applied
from pos_app.services.ports import Unit
from pos_app.services.sale_models import GiftToFetch
from pos_app.services.till import TillSession

GUEST = Customer("", Tier.NORMAL, stage=Stage.NEW)  # who a guest would be, were they a member


@dataclass(slots=True)
class _Shown:
    """A basket as it was shown: what priced it, and what was to be paid."""

    basket: Basket
    campaigns: InForce
    due_minor: int | None = None


class SaleCampaigns:
    """Keeps, in memory, what priced the basket that is shown: an hour that ends or a campaign that is published while
    the customer looks for their purse changes no price. After a start the basket is priced anew, and shown so.
    """

    def __init__(self, session: TillSession) -> None:
        self._session = session
        self._shown: _Shown | None = None
        self._made: list[tuple[object, InForce]] = []  # the last two, of the customer and of who a guest would be

    def now(self, unit: Unit, customer: Customer | None) -> InForce:
        """Return what holds for a customer now."""
        session, today = self._session, self._session.business_date(unit)
        hour = session.local(session.clock.now_ms()).hour
        moment = Moment(session.identity(unit).store_id, today, hour)
        campaigns = unit.published.campaigns(today)
        used = _used(unit, campaigns, customer)
        key = (campaigns, customer, moment, used)
        for made, found in self._made:
            if made == key:
                return found
        found = in_force(campaigns, customer, moment, used)
        self._made = [(key, found), *self._made[:1]]
        return found

    def of(self, unit: Unit, basket: Basket, known: KnownMember | None) -> InForce:
        """Return what prices a basket: if it is the one shown, what priced it then."""
        if self._shown is not None and self._shown.basket == basket:
            return self._shown.campaigns
        return self.now(unit, self.customer(unit, known))

    def show(self, basket: Basket, campaigns: InForce, due_minor: int) -> None:
        """Remember a basket as it is shown."""
        self._shown = _Shown(basket, campaigns, due_minor)

    def check_shown(self, basket: Basket, due_minor: int) -> None:
        """Refuse to take money for a basket that was shown at another price, once.

        Raises Refused ``sale.price_changed {due_minor, shown_minor}``: a tier, a programme or an item's member price
        came from head office in the meantime.
        """
        shown = self._shown
        if shown is None or shown.basket != basket or shown.due_minor == due_minor:
            return
        was, shown.due_minor = shown.due_minor, due_minor
        raise Refused("sale.price_changed", due_minor=due_minor, shown_minor=was)

    def customer(self, unit: Unit, known: KnownMember | None) -> Customer | None:
        """Return what campaigns look at in a member; None for a guest."""
        return None if known is None else _customer(self._session, unit, known)


def open_today(session: TillSession, unit: Unit, known: KnownMember) -> tuple[Open, ...]:
    """Return the campaigns that a member may have today, and how often yet."""
    today = session.business_date(unit)
    customer = _customer(session, unit, known)
    campaigns = unit.published.campaigns(today)
    moment = Moment(session.identity(unit).store_id, today, session.local(session.clock.now_ms()).hour)
    return open_to(campaigns, customer, moment, _used(unit, campaigns, customer))


def gifts(unit: Unit, priced: PricedBasket) -> tuple[GiftToFetch, ...]:
    """Return the gifts that the customer may still fetch; one of an item that is not sold here cannot be."""
    found = ((unit.published.item(gift.item_id), gift.count) for gift in priced.unclaimed)
    return tuple(GiftToFetch(item, count) for item, count in found if item is not None)


def _customer(session: TillSession, unit: Unit, known: KnownMember) -> Customer:
    """Return what campaigns look at in a member; uses are head office's and this till's since."""
    today = session.business_date(unit)
    uses = Counter({use.campaign_id: use.times for use in known.uses})
    uses.update(unit.campaign_uses.by_member(known.member.member_id, applied(unit, known)))
    found = customer_of(known, unit.published.programme(today), today)
    return replace(found, uses=tuple(sorted(uses.items())))


def _used(unit: Unit, campaigns: Campaigns, customer: Customer | None) -> dict[str, Used]:
    """Return how often campaigns were applied for a customer, and those with a budget at this terminal."""
    has_budget = any(campaign.budget_per_till is not None for campaign in campaigns.all)
    by_till = unit.campaign_uses.by_till() if has_budget else {}
    by_member = {} if customer is None else dict(customer.uses)
    return {each: Used(by_member.get(each, 0), by_till.get(each, 0)) for each in {*by_till, *by_member}}
