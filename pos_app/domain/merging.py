"""Two records of one person: when they may be joined, what the joined person looks like, how money passes through.

Nothing is re-keyed. The loser keeps its row, its grants and its history; an alias says who it is, and whatever belongs
to head office's holding of the loser, and what the loser owes, flows to the survivor along the aliases in force.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pos_app.domain.members import Child, Consent, Member, Purpose
from pos_app.domain.posting import AVAILABLE, RECEIVABLE, Account, Transfer

MERGE = "merge"  # code of a transfer from loser to survivor
UNMERGE = (
    "unmerge"  # and of one back; a debt goes the other way round: what the survivor takes over is less than nothing
)
LED = frozenset({AVAILABLE, RECEIVABLE})
MOST_HOPS = 1_000


@dataclass(frozen=True, slots=True)
class Alias:
    """``loser`` is ``survivor`` since ``at_ms`` (UTC); ``alias_no`` grows with every merge."""

    alias_no: int
    loser: str
    survivor: str
    at_ms: int

    @property
    def link_id(self) -> str:
        """Return what every transfer along this alias names."""
        return f"merge/{self.alias_no}"


@dataclass(frozen=True, slots=True)
class Aliases:
    """The aliases that matter to some members: those in force by loser, and who was ever one person with whom."""

    in_force: Mapping[str, Alias] = field(default_factory=dict)
    ever: tuple[tuple[str, str], ...] = ()

    def path(self, member_id: str) -> tuple[Alias, ...]:
        """Return the aliases from a member to the person they are today; none for somebody who stands alone."""
        hops: list[Alias] = []
        while (alias := self.in_force.get(member_id)) is not None:
            hops.append(alias)
            member_id = alias.survivor
            assert len(hops) <= MOST_HOPS, member_id
        return tuple(hops)

    def root(self, member_id: str) -> str:
        """Return the member that this one is today."""
        path = self.path(member_id)
        return path[-1].survivor if path else member_id

    def kin(self, member_id: str) -> str:
        """Return a name that all who were ever one person share."""
        group = {member_id}
        grew = bool(self.ever)
        while grew:
            more = {one for pair in self.ever for one in pair if group.intersection(pair)}
            grew = not more <= group
            group |= more
        return min(group)

    def through(self, transfers: Iterable[Transfer]) -> tuple[Transfer, ...]:
        """Lead what enters or leaves head office's holding of a loser, or their debt, on to, or in from, the survivor.

        So an alias's own accounts are empty after every transaction, and each hop is a transfer of its own that names
        the merge: what a merge moved can be told, and taken back, to the point.
        """
        led: list[Transfer] = []
        for transfer in transfers:
            led += self._hops(transfer, transfer.debit, UNMERGE)
            led.append(transfer)
            led += self._hops(transfer, transfer.credit, MERGE)
        return tuple(led)

    def _hops(self, transfer: Transfer, account: Account, code: str) -> Iterable[Transfer]:
        path = self.path(account.owner) if account.kind in LED and transfer.code not in (MERGE, UNMERGE) else ()
        hops = path if code == MERGE else tuple(reversed(path))
        for n, alias in enumerate(hops):
            lower, upper = replace(account, owner=alias.loser), replace(account, owner=alias.survivor)
            debit, credit = (lower, upper) if code == MERGE else (upper, lower)
            name = f"{transfer.transfer_id}/{code}{n}"
            yield Transfer(name, debit, credit, transfer.amount, code, alias.link_id)


def is_same_person(one: Member, other: Member, *, verified: bool = False) -> bool:
    """Say whether two records may be merged without a person's decision.

    One phone is never enough: families share one. With it, name and a child's birth date (to the day) must agree, or a
    one-time code must have ``verified`` both.
    """
    if one.phone != other.phone or one.member_id == other.member_id:
        return False
    births = [{child.born_on for child in who.children if _is_dated(child)} for who in (one, other)]
    return verified or (_plain(one.name) == _plain(other.name) != "" and bool(births[0] & births[1]))


def united(survivor: Member, losers: Sequence[tuple[Member, int]]) -> Member:
    """Return the person that a survivor and losers (each with the instant of the merge, UTC ms) are together.

    The tier follows from the facts of all (``tiers.united``). A no to a purpose, by either when they were merged,
    stands until they are asked again; silence is no answer. Children are united, one birth date and name being one
    child.
    """
    person = survivor
    for loser, at_ms in losers:
        person = replace(
            person,
            children=_children(person.children, loser.children),
            consents=_consents(person.consents, loser.consents, at_ms),
        )
    return person


def _is_dated(child: Child) -> bool:
    return child.day_known and not child.expected


def _plain(name: str) -> str:
    return "".join(name.split()).casefold()


def _children(first: Sequence[Child], second: Sequence[Child]) -> tuple[Child, ...]:
    children = list(first)
    for child in second:
        for n, known in enumerate(children):
            if known.born_on == child.born_on and (
                _plain(known.name) == _plain(child.name) or "" in (known.name, child.name)
            ):
                children[n] = child if child.name and not known.name else known
                break
        else:
            children.append(child)
    return tuple(children)


def _consents(first: Sequence[Consent], second: Sequence[Consent], at_ms: int) -> tuple[Consent, ...]:
    said = sorted((*first, *second), key=lambda consent: consent.at_ms)
    for purpose in Purpose:
        answers = [_newest(mine, purpose, at_ms) for mine in (first, second)]
        refusal = next((answer for answer in answers if answer is not None and not answer.granted), None)
        if refusal is not None and any(answer is not None and answer.granted for answer in answers):
            said.append(replace(refusal, at_ms=at_ms, method=MERGE))
    return tuple(sorted(said, key=lambda consent: consent.at_ms))


def _newest(said: Sequence[Consent], purpose: Purpose, until_ms: int) -> Consent | None:
    answers = [consent for consent in said if consent.purpose == purpose and consent.at_ms <= until_ms]
    return max(answers, key=lambda consent: consent.at_ms, default=None)
