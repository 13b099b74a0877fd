"""How often campaigns with a cap were used by each member, and those with a budget by each terminal.

Tills apply caps and budgets from what they know; here all their sales come together. What went beyond, because tills
could not hear of each other, is put before a person: the goods are sold, and nothing is taken back from anybody.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import msgspec
import sqlalchemy as sa

from head_office.books.members import MemberBook
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain.campaigns import Campaign, added_up
from pos_app.domain.events import Sale
from pos_app.domain.members import CampaignUsed
from pos_app.domain.price_steps import CampaignUse

REMEMBERED = timedelta(days=30)  # how late a sale of a campaign that is over may come
_CAMPAIGN, _SPENT = schema.campaign.c, schema.campaign_spent.c
_CAMPAIGNS = sa.select(_CAMPAIGN.body).where(among(_CAMPAIGN.campaign_id, "campaigns"))
_OF_TILL = sa.select(_SPENT.campaign_id, _SPENT.times).where(
    _SPENT.terminal_id == sa.bindparam("terminal_id"), among(_SPENT.campaign_id, "campaigns")
)
_CAMPAIGN_JSON = msgspec.json.Decoder(Campaign)


@dataclass(frozen=True, slots=True)
class Overrun:
    """A campaign was applied ``used`` times where ``most`` are allowed; ``seq`` is the sale that went beyond.

    ``member_id`` is empty where it is a terminal's budget.
    """

    seq: int
    campaign_id: str
    member_id: str
    used: int
    most: int


@dataclass(slots=True)
class CampaignBook:
    """What a batch's sales of one terminal use."""

    connection: sa.Connection
    terminal_id: str
    _campaigns: dict[str, Campaign] = field(default_factory=dict)
    _spent: Counter[str] = field(default_factory=Counter)  # by this terminal, before the batch and in it
    _in_batch: Counter[str] = field(default_factory=Counter)
    _by_member: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)  # the newest sale, times
    _overruns: list[Overrun] = field(default_factory=list)

    def load(self, sales: Iterable[Sale]) -> None:
        """Read the campaigns that sales name, and what this terminal used of them."""
        wanted = {use.campaign_id for sale in sales for use in sale.uses}
        if not wanted:
            return
        bodies = self.connection.execute(_CAMPAIGNS, {"campaigns": wanted}).scalars()
        self._campaigns = {found.campaign_id: found for found in map(_CAMPAIGN_JSON.decode, bodies)}
        rows = self.connection.execute(_OF_TILL, {"terminal_id": self.terminal_id, "campaigns": wanted})
        self._spent = Counter({row.campaign_id: row.times for row in rows})

    def sold(self, seq: int, sale: Sale, member_id: str | None) -> None:
        """Count what a sale used; ``member_id`` is None for a guest and for whom nobody knows."""
        self._count(seq, sale.uses, member_id)

    def voided(self, seq: int, sale: Sale, member_id: str | None) -> None:
        """Give back what a sale used of which nothing is kept: it is as if it had not been made."""
        self._count(seq, (replace(use, times=-use.times) for use in sale.uses), member_id)

    def _count(self, seq: int, uses: Iterable[CampaignUse], member_id: str | None) -> None:
        for use in uses:
            campaign = self._campaigns.get(use.campaign_id)
            if campaign is None:
                continue
            if campaign.budget_per_till is not None:
                self._in_batch[use.campaign_id] += use.times
                spent = self._spent[use.campaign_id] + self._in_batch[use.campaign_id]
                if use.times > 0 and spent > campaign.budget_per_till:
                    self._overruns.append(Overrun(seq, use.campaign_id, "", spent, campaign.budget_per_till))
            if campaign.cap_per_member is not None and member_id is not None:
                _seq, before = self._by_member.get((member_id, use.campaign_id), (0, 0))
                self._by_member[member_id, use.campaign_id] = (seq, before + use.times)

    def write(self, members: MemberBook, today: date) -> list[Overrun]:
        """Write what was used; return what went beyond a cap or a budget."""
        rows: list[dict[str, object]] = [
            {"terminal_id": self.terminal_id, "campaign_id": campaign_id, "times": times}
            for campaign_id, times in sorted(self._in_batch.items())
        ]
        insert_rows(self.connection, schema.campaign_spent, rows, clash="add")
        for (member_id, campaign_id), (_seq, times) in self._by_member.items():
            known = members.get(member_id)
            assert known is not None, member_id
            more = CampaignUsed(campaign_id, times, self._campaigns[campaign_id].valid_to)
            members.put_uses(member_id, added_up((*known.used, more), today - REMEMBERED))
        return [*self._overruns, *self._over_caps(members)]

    def _over_caps(self, members: MemberBook) -> Iterator[Overrun]:
        """Yield who used a campaign too often, counted under all their names."""
        if not self._by_member:
            return
        roots = {name: members.aliases.root(name) for name, _campaign in self._by_member}
        people = members.of_people(set(roots.values()))
        for (member_id, campaign_id), (seq, _times) in sorted(self._by_member.items()):
            root = roots[member_id]
            used = sum(use.times for one in people[root] for use in one.used if use.campaign_id == campaign_id)
            most = self._campaigns[campaign_id].cap_per_member
            if most is not None and used > most:
                yield Overrun(seq, campaign_id, root, used, most)
