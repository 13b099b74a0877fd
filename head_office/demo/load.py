"""Fills an empty head office with the demo chain, in one transaction: all of it or nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from head_office import feed
from head_office.books.calls import call_row
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.members import MemberBook, member_row, new_member
from head_office.books.tiers import given_term, restate, term_row
from head_office.campaigns import row_of as campaign_row
from head_office.catalogue import item_row, staff_row
from head_office.demo import people
from head_office.demo.campaigns import campaigns
from head_office.demo.catalogue import items
from head_office.demo.histories import shelf
from head_office.demo.households import Household, Households
from head_office.demo.staff import staff
from head_office.demo.tips import JOIN_URL, TIPS
from head_office.programmes import in_force
from head_office.store import schema
from head_office.store.bulk import insert_rows
from head_office.store.database import Database
from pos_app.domain.catalogue import Item
from pos_app.domain.coupons import CouponRule, Occasion
from pos_app.domain.foreign import ForeignRate
from pos_app.domain.members import Tier
from pos_app.domain.posting import OPENING, POINTS, Account, Transfer, available
from pos_app.domain.programme import Programme, Rewards
from pos_app.domain.punch_cards import PunchCard
from pos_app.domain.stored_value import TopUpRule
from pos_app.errors import Refused

CHAIN = "chain"
STORES = (
    ("S01", 1, "江南西店", "Jiangnan West"),
    ("S02", 2, "东山口店", "Dongshankou"),
    ("S03", 3, "体育西店", "Tiyu West"),
)
PROGRAMME_VERSION = "demo-1"
RATES = (ForeignRate("HKD", 915_000), ForeignRate("USD", 7_080_000))
PUNCH_CARDS = (PunchCard("NAPPY", "尿裤集点卡", "Nappy card", needed=10, categories=("nappy",)),)
COUPONS = (
    CouponRule(
        "WELCOME", "新客券", "Welcome", off_minor=1_000, min_minor=9_900, occasion=Occasion.WELCOME, valid_days=30
    ),
    CouponRule(
        "BIRTHDAY", "生日券", "Birthday", off_bp=1_000, most_minor=3_000, occasion=Occasion.BIRTHDAY, valid_days=31
    ),
    CouponRule(
        "BACK",
        "好久不见券",
        "Good to see you",
        off_minor=2_000,
        min_minor=19_900,
        occasion=Occasion.WIN_BACK,
        absent_days=90,
        valid_days=60,
    ),
)
TOPUPS = (
    TopUpRule("T500", 50_000, 5_000),
    TopUpRule("T1000", 100_000, 12_000, months=6),
    TopUpRule("T2000", 200_000, 30_000, months=12),
)
PROGRAMME_AGE = timedelta(days=400)
REWARDS = Rewards(birthday_points=200, newcomer_points=500, referrer_points=500, referral_from_minor=10_000)
TIERS_GIVEN = timedelta(days=120)  # when the chain's tiers came over from its old system
AT_ONCE = 2_000
# The base was not published change by change: whoever has no snapshot must take one.
FLOOR_POS = 1


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is now."""

    stores: int
    items: int
    members: int
    staff: int


def load(database: Database, today: date, members: int = people.MEMBERS) -> Loaded:
    """Load the chain as it stands on ``today``; raises Refused ``demo.not_empty`` when there are stores already."""
    return database.write(lambda connection: _load(connection, today, members))


def is_loaded(database: Database) -> bool:
    """Say whether there is a chain already."""
    with database.read() as connection:
        return connection.execute(sa.select(schema.store.c.store_id).limit(1)).first() is not None


def _load(connection: sa.Connection, today: date, members: int) -> Loaded:
    if connection.execute(sa.select(schema.store.c.store_id).limit(1)).first() is not None:
        raise Refused("demo.not_empty")
    names = ("store_id", "store_no", "name", "name_en")
    insert_rows(connection, schema.store, [dict(zip(names, row, strict=True)) for row in STORES])
    shards = (feed.GLOBAL, *(feed.store_shard(store_id) for store_id, *_ in STORES))
    feed.open_shards(connection, shards, floor_pos=FLOOR_POS)
    catalogue = items()
    _load_items(connection, catalogue)
    _load_programme(connection, today)
    insert_rows(connection, schema.campaign, [campaign_row(one) for one in campaigns(today)])
    staffed = _load_staff(connection)
    households = Households(shelf(catalogue), today)
    for start in range(0, members, AT_ONCE):
        made = [households.make(n) for n in range(start, min(start + AT_ONCE, members))]
        _load_households(connection, made)
        _load_tiers(connection, made, catalogue, today)
        _load_points(connection, made, today)
    return Loaded(len(STORES), len(catalogue), members, staffed)


def _load_items(connection: sa.Connection, catalogue: Sequence[Item]) -> None:
    insert_rows(connection, schema.item, [item_row(item) for item in catalogue])


def _load_programme(connection: sa.Connection, today: date) -> None:
    rules = Programme(
        PROGRAMME_VERSION,
        today - PROGRAMME_AGE,
        brand="禾苗母婴",
        brand_en="Seedling",
        tips=TIPS,
        join_url=JOIN_URL,
        rates=RATES,
        topups=TOPUPS,
        coupons=COUPONS,
        punch_cards=PUNCH_CARDS,
        rewards=REWARDS,
    )
    row = {
        "rules_version": rules.version,
        "valid_from": rules.valid_from.isoformat(),
        "body": msgspec.json.encode(rules),
    }
    insert_rows(connection, schema.programme, [row])


def _load_staff(connection: sa.Connection) -> int:
    everybody = [one for store_id, *_ in STORES for one in staff(store_id)]
    insert_rows(connection, schema.staff, [staff_row(one) for one in everybody])
    return len(everybody)


def _load_households(connection: sa.Connection, made: Sequence[Household]) -> None:
    visits = (None if one.last_visit_on is None else one.last_visit_on.isoformat() for one in made)
    known = (new_member(one.member, one.purchases, on, version=1) for one, on in zip(made, visits, strict=True))
    insert_rows(connection, schema.member, [member_row(one) for one in known])
    ties = [
        {
            "store_id": one.member.home_store_id,
            "member_id": one.member.member_id,
            "last_visit_on": (one.last_visit_on or one.member.joined_on).isoformat(),
        }
        for one in made
    ]
    insert_rows(connection, schema.member_tie, ties)
    calls = [call_row(call) for call in (one.call for one in made) if call is not None]
    insert_rows(connection, schema.call, calls)


def _load_tiers(connection: sa.Connection, made: Sequence[Household], catalogue: Sequence[Item], today: date) -> None:
    """Count what everybody bought, and let those whose tier that does not reach keep it as given."""
    prices = {item.item_id: item.member_price_minor or item.price_minor for item in catalogue}
    days: Counter[tuple[str, str]] = Counter()
    for one in made:
        for bought in one.purchases:
            days[one.member.member_id, bought.bought_on.isoformat()] += prices[bought.item_id] * bought.quantity
    rows = [{"member_id": who, "business_date": on, "spend_minor": minor} for (who, on), minor in sorted(days.items())]
    insert_rows(connection, schema.tier_day, rows)
    given = [
        term_row(one.member.member_id, given_term(one.member.member_id, one.member.tier, today - TIERS_GIVEN))
        for one in made
        if one.member.tier is not Tier.NORMAL
    ]
    insert_rows(connection, schema.tier_term, given)
    members = MemberBook(connection)
    names = [one.member.member_id for one in made]
    members.load(names)
    restate(connection, members, names, in_force(connection, today), today)
    members.write_unpublished()


def _load_points(connection: sa.Connection, made: Sequence[Household], today: date) -> None:
    """Post every lot from the opening account, as balanced transfers."""
    ledger = LedgerBook(connection)
    opening = Account(POINTS, OPENING, CHAIN)
    for one in made:
        member_id = one.member.member_id
        transfers = [
            Transfer(f"opening/{member_id}/{n}", opening, available(member_id, expires_on), points, "opening")
            for n, (expires_on, points) in enumerate(one.lots)
        ]
        ledger.book(transfers, Cause(today, today))
    ledger.write()
