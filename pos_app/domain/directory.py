"""What head office publishes to a terminal, and members as look-ups find them."""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from pos_app.domain.calls import Call
from pos_app.domain.campaigns import Campaign
from pos_app.domain.catalogue import Item
from pos_app.domain.members import (
    NO_FACTS,
    Balance,
    CampaignUsed,
    Member,
    MemberAlias,
    MemberRecord,
    Purchase,
    Tier,
    TierFacts,
)
from pos_app.domain.programme import Programme
from pos_app.domain.staff import StaffMember

Published: TypeAlias = Item | Programme | Campaign | StaffMember | MemberRecord | MemberAlias | Call

# Which tables of a directory file hold what a shard publishes; ``store`` stands for every ``store:{id}``.
SHARD_TABLES = {"global": ("item", "programme", "campaign"), "store": ("staff", "member", "alias", "call")}


def tables_of(shard: str) -> tuple[str, ...]:
    """Return the tables that hold what a shard of the directory publishes."""
    return SHARD_TABLES[shard.partition(":")[0]]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a shard was applied, in which incarnation of head office's database.

    ``checksum`` is the shard's rolling checksum at ``pos``; None where nobody knows it.
    """

    incarnation: str
    pos: int
    checksum: int | None = None


@dataclass(frozen=True, slots=True)
class KeptItem:
    """A change that this program could not read or apply, kept as it came, to be tried again after an upgrade.

    ``reason`` is ``feed.unknown_kind`` | ``feed.malformed`` | ``feed.wrong_shard`` | ``feed.clash``, or
    ``feed.unlawful`` for a price or a rule that can be read but not carried out.
    """

    pos: int
    kind: str
    entity_id: str
    body: bytes
    reason: str


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """One change at feed position ``pos``: the whole new ``value``, or None where the entity is gone.

    ``kind`` is ``item`` | ``programme`` | ``campaign`` | ``staff`` | ``member`` | ``alias`` | ``call``, also for one
    that is gone; ``entity_id`` is the entity's id as text. Applied only if ``version`` is newer than what is there.
    """

    pos: int
    kind: str
    entity_id: str
    value: Published | None
    version: int


@dataclass(frozen=True, slots=True)
class MemberHit:
    """One row of a member look-up: what the list shows and sorts by.

    ``points`` are those that head office last told, some of them to be spent up to ``ends_on``; None where they are
    others by now: something was done here since, or points are owed.
    """

    member_id: str
    name: str
    tier: Tier
    phone: str
    points: int | None
    last_visit_on: date | None
    ends_on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownMember:
    """A member as this terminal knows them: head office's record with what was said here since.

    ``balance`` is None for somebody who joined here and whom head office has not confirmed yet; ``merged`` are the
    records that head office found to be the same person. ``facts`` make the tier; a tier that was reached here counts
    until head office has heard of it. ``uses`` are head office's, without those of this till since.
    """

    member: Member
    balance: Balance | None
    last_visit_on: date | None
    purchases: tuple[Purchase, ...]
    merged: tuple[Member, ...] = ()
    facts: TierFacts = NO_FACTS
    uses: tuple[CampaignUsed, ...] = ()

    def holder(self, card_no: str) -> Member:
        """Return whose card it is: the member's own, or that of a record merged into them."""
        return next((one for one in self.merged if one.card_no == card_no), self.member)
