"""Campaigns as head office publishes them: refused when nobody could carry them out, whole batches at a time."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec
import sqlalchemy as sa

from head_office.acts import keep, record
from head_office.feed import GLOBAL, Change, publish
from head_office.office import Office
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain.campaigns import Campaign, What
from pos_app.errors import Refused
from pos_app.sync.wire.messages import Tombstone

PUBLISH = "campaign"
WITHDRAW = "campaign_withdrawn"
KIND = "campaign"
_CAMPAIGN = schema.campaign.c
_ALL = sa.select(schema.campaign).order_by(_CAMPAIGN.campaign_id)
_KNOWN_ITEMS = sa.select(schema.item.c.item_id).where(among(schema.item.c.item_id, "known"))
_KNOWN_MEMBERS = sa.select(schema.member.c.member_id).where(among(schema.member.c.member_id, "known"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one row of a batch cannot be published; ``detail`` is the field or the value that is meant."""

    row: int
    campaign_id: str
    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """A campaign as it stands; a withdrawn one is kept, so that its versions go on."""

    campaign: Campaign
    is_withdrawn: bool


class _Shelf(msgspec.Struct, frozen=True):
    """What of an item a campaign can name besides its number."""

    brand: str
    category: str


def publish_campaigns(office: Office, campaigns: Sequence[Campaign], at_ms: int | None = None) -> list[Fault]:
    """Publish all of a batch and tell every till, or publish nothing and return every fault of it.

    Codes: ``campaign.unlawful`` (detail: the field), ``campaign.old_version`` (the version there is),
    ``campaign.duplicate`` (the campaign that already does the same in the same days), ``campaign.unknown_scope`` (what
    is not of this chain: ``brand 优半``).

    Args:
        at_ms: when it was decided, if not now.
    """
    when_ms = office.clock.now_ms() if at_ms is None else at_ms

    def work(connection: sa.Connection) -> list[Fault]:
        known = {each.campaign.campaign_id: each for each in _stored(connection)}
        faults = list(_faults(connection, campaigns, known, office.clock.today()))
        if not faults:
            _put(connection, campaigns, when_ms)
        return faults

    faults = office.database.write(work)
    if not faults:
        keep(office)
        office.bell.ring()
    return faults


def publish_campaign(office: Office, campaign: Campaign, at_ms: int | None = None) -> None:
    """Publish one campaign; raises Refused with the code of its first fault, see ``publish_campaigns``."""
    for fault in publish_campaigns(office, [campaign], at_ms):
        raise Refused(fault.code, campaign_id=fault.campaign_id, detail=fault.detail)


def withdraw_campaign(office: Office, campaign_id: str, at_ms: int | None = None) -> None:
    """Take a campaign out of force and tell every till; raises Refused ``campaign.unknown``."""
    when_ms = office.clock.now_ms() if at_ms is None else at_ms

    def work(connection: sa.Connection) -> None:
        where = _CAMPAIGN.campaign_id == campaign_id
        row = connection.execute(sa.select(schema.campaign).where(where).with_for_update()).one_or_none()
        if row is None or row.withdrawn:
            raise Refused("campaign.unknown", campaign_id=campaign_id)
        connection.execute(sa.update(schema.campaign).where(where).values(withdrawn=True))
        body = msgspec.json.encode(Tombstone(KIND, row.version + 1))
        publish(connection, [Change(GLOBAL, "tombstone", campaign_id, body)])
        record(connection, WITHDRAW, f"{WITHDRAW}/{campaign_id}/{row.version}", when_ms, {"campaign_id": campaign_id})

    office.database.write(work)
    keep(office)
    office.bell.ring()


def campaigns_of(office: Office) -> list[Published]:
    """Return every campaign that was published, by id."""
    with office.database.read() as connection:
        return _stored(connection)


def in_force(connection: sa.Connection) -> Iterator[Campaign]:
    """Yield the campaigns that are not withdrawn: what a directory file holds."""
    return (each.campaign for each in _stored(connection) if not each.is_withdrawn)


def _stored(connection: sa.Connection) -> list[Published]:
    rows = connection.execute(_ALL)
    return [Published(msgspec.json.decode(row.body, type=Campaign), bool(row.withdrawn)) for row in rows]


def _put(connection: sa.Connection, campaigns: Sequence[Campaign], at_ms: int) -> None:
    bodies = {each.campaign_id: msgspec.json.encode(each) for each in campaigns}
    insert_rows(connection, schema.campaign, [row_of(each) for each in campaigns], clash="update")
    publish(connection, [Change(GLOBAL, KIND, campaign_id, body) for campaign_id, body in bodies.items()])
    for each in campaigns:
        act_id = f"{PUBLISH}/{each.campaign_id}/{each.version}"
        record(connection, PUBLISH, act_id, at_ms, {"campaign": msgspec.to_builtins(each)})


def row_of(campaign: Campaign) -> dict[str, object]:
    """Return the stored row of a campaign in force."""
    return {
        "campaign_id": campaign.campaign_id,
        "version": campaign.version,
        "valid_from": campaign.valid_from.isoformat(),
        "valid_to": campaign.valid_to.isoformat(),
        "withdrawn": False,
        "body": msgspec.json.encode(campaign),
    }


def _faults(
    connection: sa.Connection, campaigns: Sequence[Campaign], known: Mapping[str, Published], today: date
) -> Iterator[Fault]:
    """Yield what is wrong with each of a batch; the sound rows before one count as published."""
    unknown = _unknown(connection, campaigns)
    standing = dict(known)
    for row, each in enumerate(campaigns, 1):
        faults = list(_faults_of(row, each, standing, today))
        faults += [Fault(row, each.campaign_id, "campaign.unknown_scope", value) for value in unknown[each]]
        yield from faults
        if not faults:
            standing[each.campaign_id] = Published(each, is_withdrawn=False)


def _faults_of(row: int, campaign: Campaign, standing: Mapping[str, Published], today: date) -> Iterator[Fault]:
    name = campaign.campaign_id
    for problem in campaign.problems(today):
        yield Fault(row, name, "campaign.unlawful", problem)
    before = standing.get(name)
    if before is not None and campaign.version <= before.campaign.version:
        yield Fault(row, name, "campaign.old_version", str(before.campaign.version))
    for other in standing.values():
        if not other.is_withdrawn and _same_at_once(campaign, other.campaign):
            yield Fault(row, name, "campaign.duplicate", other.campaign.campaign_id)
            return


def _same_at_once(one: Campaign, other: Campaign) -> bool:
    """Say whether two campaigns give the same people the same for the same goods on a common day in a common store."""
    return (
        one.campaign_id != other.campaign_id
        and (one.what, one.benefit, one.when, one.who) == (other.what, other.benefit, other.when, other.who)
        and one.valid_from <= other.valid_to
        and other.valid_from <= one.valid_to
        and (not one.stores or not other.stores or not set(one.stores).isdisjoint(other.stores))
    )


def _unknown(connection: sa.Connection, campaigns: Sequence[Campaign]) -> dict[Campaign, list[str]]:
    """Return what each campaign names that this chain does not have, with the kind of it."""
    named = {each: list(_named(each)) for each in campaigns}
    wanted: dict[str, set[str]] = {}
    for kind, value in (pair for pairs in named.values() for pair in pairs):
        wanted.setdefault(kind, set()).add(value)
    there = {kind: _there(connection, kind, values) for kind, values in wanted.items()}
    return {
        each: [f"{kind} {value}" for kind, value in pairs if value not in there[kind]] for each, pairs in named.items()
    }


def _named(campaign: Campaign) -> Iterator[tuple[str, str]]:
    """Yield everything of the chain that a campaign names."""
    benefit = campaign.benefit
    for what in (campaign.what, *(part.what for part in benefit.parts)):
        yield from _named_by(what)
    if benefit.gift_item_id:
        yield "item", str(benefit.gift_item_id)
    for kind, values in (("store", campaign.stores), ("member", campaign.who.members)):
        yield from ((kind, value) for value in values)


def _named_by(what: What) -> Iterator[tuple[str, str]]:
    yield from (("item", str(item_id)) for item_id in (*what.items, *what.except_items))
    yield from (("brand", brand) for brand in what.brands)
    yield from (("category", category) for category in what.categories)


def _there(connection: sa.Connection, kind: str, values: Collection[str]) -> set[str]:
    """Return which of the values this chain has."""
    match kind:
        case "item":
            numbers = [int(each) for each in values]
            return {str(number) for number in connection.execute(_KNOWN_ITEMS, {"known": numbers}).scalars()}
        case "member":
            return set(connection.execute(_KNOWN_MEMBERS, {"known": list(values)}).scalars())
        case "store":
            return set(connection.execute(sa.select(schema.store.c.store_id)).scalars())
    bodies = connection.execute(sa.select(schema.item.c.body)).scalars()
    return {getattr(msgspec.json.decode(body, type=_Shelf), kind) for body in bodies}
