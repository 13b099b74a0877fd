"""Points for joining, for who recommended whom, and for a birthday: given by head office, each exactly once.

A till that is offline cannot know what another one gave, so none gives these points itself: they are held by head
office and reach the till with the balance. A reward's transfer is named after what it is for, which makes it single.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

import sqlalchemy as sa

from head_office.books.members import KnownMember
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain.points import expires_on
from pos_app.domain.posting import ISSUED, POINTS, Account, Transfer, available, receivable
from pos_app.domain.programme import Programme

REWARD, REWARD_BACK = "reward", "reward_back"  # codes of transfers
_REFERRAL, _MEMBER = schema.referral.c, schema.member.c
_OF = sa.select(schema.referral).where(among(_REFERRAL.newcomer_id, "members"))
_SAME_PHONE = sa.select(_MEMBER.member_id).where(
    _MEMBER.phone == sa.bindparam("phone"), _MEMBER.member_id != sa.bindparam("member_id")
)


@dataclass(slots=True)
class Referral:
    """Who brought a newcomer; ``sale_id`` is the purchase that was rewarded, empty before and after it came back."""

    newcomer_id: str
    referrer_id: str
    joined_on: date
    sale_id: str = ""
    newcomer_points: int = 0
    referrer_points: int = 0

    def shares(self) -> tuple[tuple[str, str, int], ...]:
        """Return what both got: a name, whose it is, and the points."""
        newcomer = (f"referral/{self.newcomer_id}/newcomer", self.newcomer_id, self.newcomer_points)
        return newcomer, (f"referral/{self.newcomer_id}/referrer", self.referrer_id, self.referrer_points)


@dataclass(slots=True)
class RewardBook:
    """The referrals that a batch mentions; whoever is rewarded is locked."""

    connection: sa.Connection
    _known: dict[str, Referral] = field(default_factory=dict)
    _changed: set[str] = field(default_factory=set)

    def load(self, member_ids: Collection[str]) -> set[str]:
        """Read the referrals of these newcomers; return who brought them."""
        for row in self.connection.execute(_OF, {"members": set(member_ids)}):
            joined_on = date.fromisoformat(row.joined_on)
            points = (row.newcomer_points, row.referrer_points)
            self._known[row.newcomer_id] = Referral(row.newcomer_id, row.referrer_id, joined_on, row.sale_id, *points)
        return {one.referrer_id for one in self._known.values()}

    def referred(self, newcomer_id: str, referrer_id: str, on: date) -> None:
        """Note who brought a newcomer."""
        self._known[newcomer_id] = Referral(newcomer_id, referrer_id, on)
        self._changed.add(newcomer_id)

    def is_new(self, member: KnownMember) -> bool:
        """Say whether nobody else is known by the member's phone."""
        asked = {"phone": member.phone, "member_id": member.member_id}
        return self.connection.execute(_SAME_PHONE, asked).first() is None

    def of_sale(
        self, newcomer_id: str, sale_id: str, paid_minor: int, on: date, rules: Programme
    ) -> tuple[Transfer, ...]:
        """Return what a newcomer's purchase earns both; nothing the second time, too late, or for too little."""
        referral, rewards = self._known.get(newcomer_id), rules.rewards
        if referral is None or referral.sale_id or not rewards.has_referral:
            return ()
        if paid_minor < rewards.referral_from_minor or on > referral.joined_on + timedelta(rewards.referral_days):
            return ()
        referral.sale_id = sale_id
        referral.newcomer_points, referral.referrer_points = rewards.newcomer_points, rewards.referrer_points
        self._changed.add(newcomer_id)
        return tuple(
            given(f"{name}/{sale_id}", who, points, on, rules) for name, who, points in referral.shares() if points
        )

    def taken_back(self, newcomer_id: str, sale_id: str, kept_minor: int, rules: Programme) -> tuple[Transfer, ...]:
        """Return what both owe when too little is kept of the purchase that was rewarded; the next one may earn it."""
        referral = self._known.get(newcomer_id)
        if referral is None or referral.sale_id != sale_id or kept_minor >= rules.rewards.referral_from_minor:
            return ()
        referral.sale_id = ""
        self._changed.add(newcomer_id)
        return tuple(
            Transfer(f"{name}/{sale_id}/back", receivable(who), Account(POINTS, ISSUED, "chain"), points, REWARD_BACK)
            for name, who, points in referral.shares()
            if points
        )

    def write(self) -> None:
        """Write what changed."""
        rows: list[dict[str, object]] = [
            {
                "newcomer_id": one.newcomer_id,
                "referrer_id": one.referrer_id,
                "joined_on": one.joined_on.isoformat(),
                "sale_id": one.sale_id,
                "newcomer_points": one.newcomer_points,
                "referrer_points": one.referrer_points,
            }
            for one in (self._known[name] for name in sorted(self._changed))
        ]
        insert_rows(self.connection, schema.referral, rows, clash="update")


def given(name: str, member_id: str, points: int, on: date, rules: Programme) -> Transfer:
    """Return the transfer, of this name, that gives a member points."""
    return Transfer(name, Account(POINTS, ISSUED, "chain"), available(member_id, expires_on(on, rules)), points, REWARD)
