"""One batch of events against the books: what each fact changes, and what is wrong with it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa

from head_office import acts
from head_office.books import store_days
from head_office.books.aliases import read_aliases
from head_office.books.calls import CallBook
from head_office.books.campaign_uses import CampaignBook
from head_office.books.days import DayBook
from head_office.books.debts import debtors, given_back, repayments
from head_office.books.grants import GrantBook
from head_office.books.issues import Issue, coupon, lot_row, moves_of
from head_office.books.ledger import Cause, LedgerBook
from head_office.books.lots import members_of_lots
from head_office.books.members import MemberBook, candidate_row
from head_office.books.receipts import ReceiptBook
from head_office.books.refunds import RefundBook
from head_office.books.rewards import RewardBook, given
from head_office.books.store_days import Posted
from head_office.books.tiers import TierBook
from head_office.books.topups import TopUpBook
from head_office.branches import maker_of, said_as
from head_office.expiry import taken_back
from head_office.feed import publish
from head_office.flags import flag_row
from head_office.reading import AHEAD_FLAG_DAYS, Reading
from head_office.rights import Terms
from head_office.store import schema
from head_office.store.bulk import among, insert_rows
from pos_app.domain import posting
from pos_app.domain.coupons import Occasion
from pos_app.domain.events import (
    CallRecorded,
    CardReplaced,
    ConsentChanged,
    DayClosed,
    DayOpened,
    Fact,
    GrantsInstalled,
    MemberAmended,
    MemberPinSet,
    MemberRegistered,
    MergeAsked,
    RightsReleased,
    Sale,
    SaleRefunded,
    ShiftHandedOver,
    ToppedUp,
    TopUpRefunded,
)
from pos_app.domain.ids import Origin, is_from_before
from pos_app.domain.ledger import Asset, Grant, dated
from pos_app.domain.members import Purchase
from pos_app.domain.merging import MERGE, Aliases
from pos_app.domain.points import expires_on, usable_from
from pos_app.domain.posting import (
    RECOVERY_SUSPENSE,
    RISK,
    SUSPENSE,
    Account,
    Scene,
    Transfer,
    ledger_of,
    owed_by,
)
from pos_app.domain.punch_cards import lot_of
from pos_app.domain.settling import Decision, settle
from pos_app.domain.tiers import counting_back, counting_minor
from pos_app.errors import Damaged

Status = Literal["posted", "quarantined", "deferred"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one event."""

    status: Status
    code: str = ""
    depends_on: str = ""  # the key that a deferred one waits for: ``event:…``, ``member:…``, ``call:…``, ``acts``


POSTED = Verdict("posted")
WAITS = "event.waits"
_POSTING = schema.posting.c
_UNSETTLED = sa.select(_POSTING.seq).where(
    _POSTING.life_no == sa.bindparam("life_no"),
    among(_POSTING.seq, "seqs"),
    _POSTING.status.in_(("quarantined", "deferred")),
)


class Batch:
    """Applies readings in order to the books of one transaction, then writes them."""

    def __init__(self, connection: sa.Connection, terms: Terms) -> None:
        self._connection = connection
        self._terms = terms
        self._ledger = LedgerBook(connection)
        self._grants = GrantBook(connection, terms.caller.life_no, terms.branch, terms.said_holder)
        self._members = MemberBook(connection)
        self._calls = CallBook(connection)
        self._days = DayBook(connection, terms.caller)
        self._receipts = ReceiptBook(connection, terms.caller.life_no)
        self._refunds = RefundBook(connection, terms.caller.life_no)
        self._topups = TopUpBook(connection, terms.caller.life_no)
        self._tiers = TierBook(connection)
        self._rewards = RewardBook(connection)
        self._campaigns = CampaignBook(connection, terms.caller.terminal_id)
        self._flags: list[dict[str, object]] = []
        self._redemptions: list[dict[str, object]] = []
        self._lots: list[dict[str, object]] = []
        self._cards: list[dict[str, object]] = []  # punch cards that somebody has stamps on
        self.spenders: set[str] = set()
        self.candidates: set[str] = set()
        self.resolved: set[str] = set()  # keys that others may have waited for
        self._asked: set[tuple[str, str]] = set()  # whom a shop holds for one person
        self._kin = Aliases()
        self._unsettled: set[int] = set()  # events of this life that are not in the books

    def load(self, readings: Sequence[Reading]) -> None:
        """Lock and read whatever the readings mention: members, then calls; grants and balances come with them."""
        facts = [reading.fact for reading in readings if reading.fact is not None]
        gids = {gid for fact in facts for gid in _gids(fact)}
        self._grants.load(gids)
        named = {member_id for fact in facts for member_id in _member_ids(fact)}
        named.update(grant.member_id for grant in self._grants.known.values())
        risked = {risk.lot for fact in facts if isinstance(fact, Sale) for risk in fact.at_risk}
        named |= members_of_lots(self._connection, risked)
        refunds = [fact for fact in facts if isinstance(fact, SaleRefunded)]
        if refunds or self._terms.programme.rewards.has_referral:
            named |= self._rewards.load(named)
        self._members.load(named)
        self._kin = self._members.aliases
        if refunds:
            self._kin = read_aliases(self._connection, named | self._refunds.sold_to(refunds))
        self._calls.load({call_id for fact in facts for call_id in _call_ids(fact)})
        named.update(grant.owner for fact in facts for grant in _new_grants(fact))
        named.update(grant.owner for grant in self._grants.known.values())
        named |= risked
        named.update(lot_of(owed.card_id, fact.member_id or "") for fact in refunds for owed in fact.owed_stamps)
        forgotten = {grant.lot for fact in facts for grant in self._unknown(fact) if grant.asset is Asset.REFUND}
        named |= self._refunds.load(forgotten)
        voided = [sold.sale for fact in refunds if fact.is_void and (sold := self._refunds.sold(fact)) is not None]
        self._campaigns.load((*(fact for fact in facts if isinstance(fact, Sale)), *voided))
        self._ledger.load(named, [self._terms.holder], self._members.aliases)
        self._load_unsettled(gids, {reading.letter.seq for reading in readings})

    def take(self, reading: Reading) -> Verdict:
        """Apply one reading to the books and say what became of it."""
        verdict = self._take(reading)
        self._refunds.taken[reading.letter.seq] = verdict.status
        if verdict.status != "posted":
            self._unsettled.add(reading.letter.seq)
        return verdict

    def _take(self, reading: Reading) -> Verdict:
        if reading.deferred:
            return Verdict("deferred", reading.trouble)
        if reading.fact is None:
            return self._quarantine(reading, reading.trouble)
        if reading.letter.genuine:
            self._note_receipt(reading, reading.fact)
        ahead = (reading.business_date - self._terms.today).days
        if ahead > AHEAD_FLAG_DAYS and isinstance(reading.fact, DayOpened):
            self._flag(reading, "date.ahead", facts={"business_date": reading.business_date})
        if reading.trouble:
            return self._quarantine(reading, reading.trouble)
        key = self._awaited(reading.fact)
        if key:
            return Verdict("deferred", WAITS, key)
        scene = self._scene(reading)
        try:
            transfers = self._transfers(reading, reading.fact, scene)
            self._book(transfers, reading)
        except Damaged as damaged:
            if damaged.code == "refund.sale_not_posted":
                return Verdict("deferred", WAITS, f"event:{damaged.facts['sold_as']}")
            if damaged.code == "spend.other_member" and acts.is_waiting(self._connection, MERGE):
                return Verdict("deferred", WAITS, acts.KEY)  # perhaps one person, merged again when recovery ends
            return self._quarantine(reading, damaged.code, damaged.facts)
        self._move_grants(reading.fact, scene)
        self._apply(reading, reading.fact)
        return POSTED

    def write(self) -> None:
        """Write everything and tell the stores."""
        self._ledger.write()
        self._grants.write()
        insert_rows(self._connection, schema.redemption, self._redemptions)
        insert_rows(self._connection, schema.lot, self._lots)
        insert_rows(self._connection, schema.lot, self._cards, clash="ignore")
        candidates = self._members.same_phone() | self._asked
        insert_rows(
            self._connection,
            schema.merge_candidate,
            [candidate_row(*pair, self._terms.now_ms) for pair in sorted(candidates)],
            clash="ignore",
        )
        self.candidates = {member_id for member_id, _ in candidates}
        self._rewards.write()
        self._flag_overruns()
        self._tiers.write(self._members, self._terms.programme, self._terms.today)
        changes = self._members.write(self._terms.today, self._terms.now_ms)
        changes += self._calls.write()
        publish(self._connection, changes)
        for twice in self._receipts.write():
            facts = {"receipt_no": twice.receipt_no, "life_no": twice.life_no, "seq": twice.used_by_seq}
            self._flags.append(
                flag_row(self._terms.now_ms, "receipt.twice", caller=self._terms.caller, seq=twice.seq, facts=facts)
            )
        for seq, facts in self._days.mismatches:
            self._flags.append(
                flag_row(self._terms.now_ms, "day.mismatch", caller=self._terms.caller, seq=seq, facts=facts)
            )
        insert_rows(self._connection, schema.flag, self._flags)

    @property
    def booked(self) -> list[tuple[Transfer, Cause]]:
        """Return what this batch has booked, with its causes."""
        return self._ledger.booked

    def settle(self, reading: Reading, parked: Sequence[Transfer], decision: Decision) -> None:
        """Do as a person decided on a quarantined event; raises Damaged when it cannot be posted even so."""
        fact = reading.fact
        if fact is None:
            return
        scene = self._scene(reading)
        if decision == "void" or parked or isinstance(fact, Sale):
            transfers = settle(fact, parked, scene, decision)
            if decision == "post" and isinstance(fact, SaleRefunded):
                transfers += self._refunds.unparked(fact, scene, self._ledger, self._cause(reading))
        else:
            transfers = self._transfers(reading, fact, scene)
            self._move_grants(fact, scene)
        self._book(transfers, reading)
        if decision == "post":
            self._apply(reading, fact)

    def _load_unsettled(self, gids: Iterable[str], here: Collection[int]) -> None:
        """Read which events of this life that unknown grants come from, but those ``here``, are not in the books."""
        made_by = {seq for gid in gids if gid not in self._grants.known and (seq := self._maker(gid)) is not None}
        if seqs := made_by.difference(here):
            asked = {"life_no": self._terms.caller.life_no, "seqs": seqs}
            self._unsettled.update(self._connection.execute(_UNSETTLED, asked).scalars())

    def _maker(self, gid: str) -> int | None:
        """Return which event of this life made a grant, None for another's or head office's."""
        return maker_of(gid, self._terms.said_holder)

    def _awaited(self, fact: Fact) -> str:
        """Return the key of what the fact depends on and the books do not have yet, empty for none."""
        match fact:
            case ConsentChanged() | MemberPinSet() | MemberAmended() | CardReplaced() if (
                self._members.get(fact.member_id) is None
            ):
                return f"member:{fact.member_id}"
            case MergeAsked():
                unknown = (name for name in (fact.member_id, fact.other_id) if self._members.get(name) is None)
                return next((f"member:{name}" for name in unknown), "")
            case CallRecorded() if not self._calls.knows(fact.call_id):
                return f"call:{fact.call_id}"
            case _:
                pass
        for spend in posting.spends_of(fact):
            seq = None if spend.gid in self._grants.known else self._maker(spend.gid)
            if seq in self._unsettled:
                return f"event:{self._terms.holder}/{seq}"
        return ""

    def note_days(self, readings: Sequence[Reading], verdicts: Sequence[Verdict]) -> None:
        """Bring the store's days up to date: the last thing that its transaction does.

        What bears an impossible date is none of a day's facts, but what it parked stands in today's suspense.
        """
        parked = {cause.seq for _transfer, cause in self._ledger.booked}
        posted = [
            Posted(
                self._terms.caller.life_no,
                reading.letter.seq,
                reading.business_date,
                reading.kind,
                (reading.kind,) if verdict.status == "posted" else (),
            )
            for reading, verdict in zip(readings, verdicts, strict=True)
            if reading.fact is not None and (reading.trouble != "event.date" or reading.letter.seq in parked)
        ]
        caller = self._terms.caller
        store_days.note(self._connection, caller.store_id, posted, self._ledger.booked, self._terms.today)

    def _scene(self, reading: Reading) -> Scene:
        caller, programme = self._terms.caller, self._terms.programme
        return Scene(
            self._origin(reading),
            caller.store_id,
            reading.business_date,
            self._grants.known,
            expires_on(reading.business_date, programme),
            programme.currency,
            self._kin.kin,
            self._terms.holds_nothing,
            said_as(caller.terminal_id, caller.epoch, reading.letter.seq),
            usable_from(reading.business_date, programme),
        )

    def _note_receipt(self, reading: Reading, fact: Fact) -> None:
        seq, day = reading.letter.seq, reading.business_date
        match fact:
            case Sale():
                self._receipts.add(seq, fact.receipt_no, fact.sale_id, day, "", fact.member_id or "")
            case SaleRefunded():
                self._receipts.add(seq, fact.refund_no, fact.refund_id, day, fact.sale_id, fact.member_id or "")
            case TopUpRefunded():
                self._receipts.add(seq, fact.refund_no, fact.refund_id, day, fact.topup_id, fact.member_id)
            case _:
                pass

    def _transfers(self, reading: Reading, fact: Fact, scene: Scene) -> tuple[Transfer, ...]:
        """Return what the fact moves; raises Damaged when it contradicts itself or its grants."""
        if isinstance(fact, GrantsInstalled):
            return self._rebook(reading, fact, scene)
        if isinstance(fact, SaleRefunded):
            if self._terms.branch is not None:
                raise Damaged("refund.branch", sold_as=str(fact.sold_as))  # its sales share names with its stem's
            transfers = self._refunds.transfers(fact, scene, self._ledger, self._cause(reading))
        elif isinstance(fact, TopUpRefunded):
            if self._terms.branch is not None:
                raise Damaged("refund.branch", sold_as=str(fact.sold_as))
            transfers = self._topups.transfers(fact, scene, self._ledger, self._refunds.taken)
        else:
            transfers = posting.post(fact, scene)
        if not scene.holds_nothing:
            self._grants.check_spend(posting.spends_of(fact))
        return transfers

    def _unknown(self, fact: Fact) -> Iterator[Grant]:
        """Yield what a terminal says it installed and head office does not know."""
        for grant in fact.grants if isinstance(fact, GrantsInstalled) else ():
            if grant.gid not in self._grants.known:
                yield grant

    def _rebook(self, reading: Reading, fact: GrantsInstalled, scene: Scene) -> tuple[Transfer, ...]:
        """Return transfers for grants that head office does not know: forgotten in a restore, or made up."""
        gids = [grant.gid for grant in fact.grants]
        if len(set(gids)) != len(gids):
            raise Damaged("grant.twice", gids=gids)
        foreign = [gid for gid in gids if self._grants.is_foreign(gid)]
        if foreign:
            raise Damaged("grant.other_life", gids=foreign)
        unknown = [gid for gid in gids if gid not in scene.grants]
        made_up = [gid for gid in unknown if not is_from_before(gid, self._terms.incarnation_no)]
        if made_up:
            raise Damaged("grant.made_up", gids=made_up)  # only what an earlier incarnation gave can be forgotten
        if self._terms.holds_nothing:
            return ()
        for grant in self._unknown(fact):
            if grant.asset is Asset.REFUND:  # or it would be opened in full once more, for somebody else
                self._refunds.open_lot(grant.lot, self._ledger, self._cause(reading))

        back = taken_back(self._ledger, scene, self._unknown(fact))
        returned = {each.credit: each.amount for each in back}

        def funds(have: Account) -> tuple[Account, int]:
            real = self._ledger.funds(have)
            return real, self._ledger.balance(real) + returned.get(real, 0)

        return back + posting.book_unknown_grants(fact, scene, lambda grant: self._short(grant, scene), funds)

    def _short(self, grant: Grant, scene: Scene) -> Account:
        """Return what pays for a forgotten grant that head office's holding does not cover.

        Pieces of a sale that did not come again yet are owed to its lot until it comes: no loss, and none given twice.
        """
        have = scene.available(grant)
        if self._terms.recovering or self._is_ahead(grant):
            return replace(self._ledger.funds(have), kind=RECOVERY_SUSPENSE)
        return owed_by(grant.lot, have.ledger) if grant.lot else scene.contra(have.ledger, RISK)

    def _book(self, transfers: Iterable[Transfer], reading: Reading) -> None:
        booked, cause, rules = tuple(transfers), self._cause(reading), self._terms.programme
        lot = dated(expires_on(reading.business_date, rules), usable_from(reading.business_date, rules))
        self._ledger.book(booked, cause)
        owners = _owners(booked) | debtors(booked)
        self._members.touch(owners)
        if owners and reading.fact is not None:
            self._members.touch(_member_ids(reading.fact))  # lots have owners of their own
        for owner in sorted(owners):
            stem = booked[0].transfer_id
            self._ledger.book(repayments(self._ledger, owner, cause, stem), cause)
            self._ledger.book(given_back(self._ledger, owner, lot, stem), cause)

    def _origin(self, reading: Reading) -> Origin:
        return Origin(self._terms.caller.terminal_id, self._terms.caller.epoch, reading.letter.seq)

    def _cause(self, reading: Reading) -> Cause:
        return Cause(reading.business_date, self._terms.today, self._terms.caller.life_no, reading.letter.seq)

    def _quarantine(self, reading: Reading, code: str, facts: Mapping[str, object] | None = None) -> Verdict:
        """Park what the fact says it moved, and put it before a person."""
        self._flag(reading, code, facts={"kind": reading.kind, **(facts or {})})
        if reading.fact is not None:
            self._park(reading, reading.fact, forgotten=code == "books.overdrawn")
        if isinstance(reading.fact, DayClosed) and reading.trouble != "event.date":
            self._days.close(reading, reading.fact)
        return Verdict("quarantined", code)

    def _park(self, reading: Reading, fact: Fact, *, forgotten: bool) -> None:
        """Book a fact against suspense; ``forgotten`` grants that nothing funds are re-booked from there too."""
        scene = self._scene(reading)
        if isinstance(fact, GrantsInstalled):
            if forgotten:
                unfunded = posting.book_unknown_grants(
                    fact, scene, lambda grant: scene.contra(scene.ledger(grant), SUSPENSE), lambda have: (have, 0)
                )
                self._book(unfunded, reading)
                self._move_grants(fact, scene)
            return
        self._book(posting.park(fact, scene, self._grants.left), reading)
        for spend in posting.covered(posting.spends_of(fact), self._grants.left):
            self._grants.take(spend.gid, spend.amount)
        for own in posting.parkable(fact, scene):
            self._earned(own, held=not scene.holds_nothing)

    def _earned(self, grant: Grant, *, held: bool) -> None:
        """Add what a till gave itself; a punch card is its member's from the first stamp on."""
        self._grants.add(grant, "earned", held=held)
        if grant.asset is Asset.PUNCH:
            first = Issue(grant.gid, grant.member_id, grant.asset, grant.amount, grant.expires_on, grant.lot)
            self._cards.append(lot_row(first))

    def _is_ahead(self, grant: Grant) -> bool:
        """Say whether these are pieces of a sale that the books do not have yet."""
        return grant.asset is Asset.REFUND and not self._refunds.is_open(grant.lot, self._ledger)

    def _move_grants(self, fact: Fact, scene: Scene) -> None:
        """Take what was spent off its grants and add new ones, as the transfers did."""
        held = not scene.holds_nothing
        for spend in posting.spends_of(fact) if held else ():
            self._grants.take(spend.gid, spend.amount)
        for own in posting.self_grants_of(fact):
            self._earned(own, held=held)
        if isinstance(fact, GrantsInstalled):
            for grant in fact.grants:
                if grant.gid not in scene.grants:
                    self._grants.add(grant, "rebooked", held=held)

    def _apply(self, reading: Reading, fact: Fact) -> None:
        """Change members, calls and days as the fact says."""
        match fact:
            case Sale():
                self._sold(reading, fact)
            case SaleRefunded():
                self._came_back(reading, fact)
            case ToppedUp():
                self.resolved.add(f"event:{self._terms.holder}/{reading.letter.seq}")  # for refunds that wait for it
            case MemberRegistered():
                self._joined(reading, fact)
            case ConsentChanged() | MemberPinSet() | MemberAmended() | CardReplaced():
                self._members.take(fact)
            case MergeAsked():
                self._ask_merge(fact)
            case CallRecorded():
                self._calls.record(fact)
            case DayOpened() | ShiftHandedOver() | DayClosed():
                self._apply_to_day(reading, fact)
            case _:
                pass

    def _ask_merge(self, fact: MergeAsked) -> None:
        root = self._members.aliases.root
        if root(fact.member_id) != root(fact.other_id):
            self._asked.add((fact.member_id, fact.other_id))

    def _apply_to_day(self, reading: Reading, fact: DayOpened | ShiftHandedOver | DayClosed) -> None:
        match fact:
            case DayOpened():
                self._days.open(reading, fact)
            case ShiftHandedOver():
                self._days.hand_over(reading, fact)
            case DayClosed():
                self._days.close(reading, fact)
                self._checked(reading, fact)

    def _sold(self, reading: Reading, sale: Sale) -> None:
        self.resolved.add(f"event:{self._terms.holder}/{reading.letter.seq}")  # for refunds that came before it
        for call in sale.calls:
            self._calls.add(call)
            self.resolved.add(f"call:{call.call_id}")
        for risk in sale.at_risk:
            owed = -self._ledger.balance(owed_by(risk.lot, ledger_of(risk.asset, self._terms.programme.currency)))
            if owed > 0:
                self._flag(reading, "coupon.overrun", entity_id=risk.lot, facts={"uses": min(owed, risk.amount)})
        known = None if sale.member_id is None else self._members.get(sale.member_id)
        self._campaigns.sold(reading.letter.seq, sale, None if known is None else known.member_id)
        if sale.member_id is None:
            return
        if known is None:
            self._flag(reading, "member.unknown", entity_id=sale.member_id)
            return
        store_id, day = self._terms.caller.store_id, reading.business_date
        bought = [Purchase(line.item_id, line.quantity, day, store_id) for line in sale.lines]
        self._members.visited(sale.member_id, store_id, day, bought)
        self._tiers.sold(sale.member_id, sale, day)
        if sale.member_id not in self._members.aliases.in_force:
            paid, rules = counting_minor(sale.lines), self._terms.programme
            self._book(self._rewards.of_sale(sale.member_id, sale.sale_id, paid, day, rules), reading)
        points = sum(line.redeemed_points + line.basket_points for line in sale.lines)
        if points:
            self.spenders.add(self._members.aliases.root(sale.member_id))
            self._redemptions.append(
                {
                    "member_id": sale.member_id,
                    "tier": known.tier,
                    "store_id": store_id,
                    "business_date": day.isoformat(),
                    "points": points,
                }
            )

    def _flag_overruns(self) -> None:
        """Put before a person who used a campaign, and which terminal spent its budget, more often than is allowed."""
        for over in self._campaigns.write(self._members, self._terms.today):
            code = "campaign.over_cap" if over.member_id else "campaign.over_budget"
            facts = {"campaign_id": over.campaign_id, "used": over.used, "most": over.most}
            entity_id = over.member_id or over.campaign_id
            caller, now_ms = self._terms.caller, self._terms.now_ms
            self._flags.append(flag_row(now_ms, code, caller=caller, seq=over.seq, entity_id=entity_id, facts=facts))

    def _checked(self, reading: Reading, closed: DayClosed) -> None:
        """Put before a person what terminals and wallets say beyond the books, and charges that are not settled."""
        for check in closed.checked:
            if check.difference_minor:
                facts = {"booked_minor": check.booked_minor, "terminal_minor": check.terminal_minor}
                self._flag(reading, "tender.differs", entity_id=check.kind, facts=facts)
        for found in closed.charges:
            about = {"sale_id": found.sale_id, "kind": found.kind, "amount_minor": found.amount_minor}
            self._flag(reading, f"charge.{found.finding}", entity_id=found.charge_id, facts=about)

    def _came_back(self, reading: Reading, fact: SaleRefunded) -> None:
        sold = self._refunds.sold(fact)
        if sold is None:
            return
        self._tiers.came_back(sold, fact)
        posted = sold.came_back(fact)
        if fact.is_void:
            known = None if sold.sale.member_id is None else self._members.get(sold.sale.member_id)
            self._campaigns.voided(reading.letter.seq, sold.sale, None if known is None else known.member_id)
        if sold.sale.member_id is not None:
            back = sum(counting_back(sold.sale, each.lines)[0] for each in posted)
            kept = counting_minor(sold.sale.lines) - back
            rules = self._terms.programme
            self._book(self._rewards.taken_back(sold.sale.member_id, fact.sale_id, kept, rules), reading)

    def _joined(self, reading: Reading, fact: MemberRegistered) -> None:
        if self._members.get(fact.member.member_id) is not None:
            self._flag(reading, "member.exists", entity_id=fact.member.member_id)
            return
        self._members.register(fact.member, self._terms.caller.store_id, reading.business_date)
        self._tiers.given(fact.member.member_id, fact.member.tier, fact.member.joined_on)
        self._welcome(reading, fact)
        self.resolved.add(f"member:{fact.member.member_id}")

    def _welcome(self, reading: Reading, fact: MemberRegistered) -> None:
        """Give what joining gives, and note who brought them; nothing for a phone that somebody has, or oneself."""
        newcomer, rules = fact.member, self._terms.programme
        welcomed = [rule for rule in rules.coupons if rule.occasion is Occasion.WELCOME]
        if not fact.referrer and not rules.rewards.welcome_points and not welcomed:
            return
        known, referrer = self._members.get(newcomer.member_id), self._members.get(fact.referrer)
        is_new, day = known is not None and self._rewards.is_new(known), reading.business_date
        if is_new and rules.rewards.welcome_points:
            points = rules.rewards.welcome_points
            self._book([given(f"welcome/{newcomer.member_id}", newcomer.member_id, points, day, rules)], reading)
        for rule in welcomed if is_new else ():
            one = coupon(rule, newcomer.member_id, Occasion.WELCOME, day)
            self._lots.append(lot_row(one))
            self._book(moves_of(one, rules.currency), reading)
        if not fact.referrer:
            return
        if not is_new or referrer is None or referrer.phone == newcomer.phone:
            self._flag(reading, "referral.refused", entity_id=newcomer.member_id, facts={"referrer": fact.referrer})
            return
        self._rewards.referred(newcomer.member_id, self._members.aliases.root(fact.referrer), reading.business_date)

    def _flag(
        self, reading: Reading, code: str, *, entity_id: str = "", facts: Mapping[str, object] | None = None
    ) -> None:
        seq, caller = reading.letter.seq, self._terms.caller
        self._flags.append(flag_row(self._terms.now_ms, code, caller=caller, seq=seq, entity_id=entity_id, facts=facts))


def _owners(transfers: Iterable[Transfer]) -> set[str]:
    """Return the members whose holdings the transfers change."""
    accounts: list[Account] = [account for each in transfers for account in (each.debit, each.credit)]
    return {account.owner for account in accounts if account.never_negative}


def _gids(fact: Fact) -> Iterable[str]:
    yield from (spend.gid for spend in posting.spends_of(fact))
    yield from (grant.gid for grant in _new_grants(fact))


def _new_grants(fact: Fact) -> Iterable[Grant]:
    if isinstance(fact, GrantsInstalled):
        yield from fact.grants
    yield from posting.self_grants_of(fact)


def _member_ids(fact: Fact) -> Iterable[str]:
    match fact:
        case Sale(member_id=str(member_id)) | SaleRefunded(member_id=str(member_id)):
            yield member_id
        case ConsentChanged() | CallRecorded() | MemberPinSet() | MemberAmended() | CardReplaced():
            yield fact.member_id
        case ToppedUp() | TopUpRefunded():
            yield fact.member_id
        case MergeAsked():
            yield from (fact.member_id, fact.other_id)
        case MemberRegistered():
            yield fact.member.member_id
            if fact.referrer:
                yield fact.referrer
        case RightsReleased():
            yield fact.member_id
        case _:
            pass
    yield from (grant.member_id for grant in _new_grants(fact))


def _call_ids(fact: Fact) -> Iterable[str]:
    match fact:
        case Sale():
            yield from (call.call_id for call in fact.calls)
        case CallRecorded():
            yield fact.call_id
        case _:
            pass
