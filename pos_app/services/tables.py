"""The store's tables as the use cases see them, by shape; ``pos_app.store`` has one module for each."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Protocol

from pos_app.domain.audit import AuditFilter
from pos_app.domain.calls import Call
from pos_app.domain.catalogue import Item
from pos_app.domain.charges import Charge
from pos_app.domain.directory import KnownMember, MemberHit
from pos_app.domain.events import AtRisk, Circumstances, Fact, LogEvent, TopUpRefunded
from pos_app.domain.in_force import Campaigns
from pos_app.domain.ledger import Asset, Grant, Holding, Move, Spend
from pos_app.domain.members import Balance, Consent, Member, Purchase, Tier
from pos_app.domain.paybacks import PayBack
from pos_app.domain.price_steps import CampaignUse
from pos_app.domain.print_jobs import JobState, NewPrintJob, PrintJob
from pos_app.domain.profile import Said
from pos_app.domain.programme import Programme
from pos_app.domain.releases import Held, Recall
from pos_app.domain.staff import StaffMember
from pos_app.domain.tenders import TenderKind
from pos_app.domain.tiers import Bought
from pos_app.domain.till import (
    Countersigned,
    DayPaper,
    HeldSale,
    Identity,
    NewDayPaper,
    OpenSale,
    PinTries,
    Shift,
    SoldSale,
    SoldTopUp,
    TakenBack,
    Undo,
)


class EventLog(Protocol):
    """The append-only log: every fact this terminal says, in order."""

    def say(self, fact: Fact, at: Circumstances) -> LogEvent:
        """Append a fact; it is in the log when the unit commits, and is sent from there."""
        ...

    def next_seq(self) -> int:
        """Return the place that the next fact takes."""
        ...

    def facts(self, seq_from: int, seq_to: int) -> list[tuple[int, Fact, Circumstances]]:
        """Return the facts from ``seq_from`` to ``seq_to``, both included."""
        ...

    def fact(self, seq: int) -> tuple[Fact, Circumstances]:
        """Return the fact of one event. Raises Damaged ``log.gap``."""
        ...

    def walk(self, after: int, prev_hash: bytes, limit: int) -> tuple[int, bytes]:
        """Recompute the chain over some events after one whose hash is known; return where it came to.

        Raises Damaged ``log.gap``, ``log.chain``, ``log.kind``.
        """
        ...

    def hash_at(self, seq: int) -> bytes:
        """Return the chain hash of event ``seq``; of 0 the genesis hash. Raises Damaged ``log.gap``."""
        ...

    def oldest_unsent(self) -> Circumstances | None:
        """Return when the oldest fact that head office has not accepted was said; None if it has all."""
        ...

    def said_since(self, seq: int) -> dict[str, int]:
        """Return how many events of each kind were said from ``seq`` on."""
        ...

    def unsent_count(self) -> int:
        """Return how many events head office has not accepted yet."""
        ...

    def unsent(self) -> dict[str, int]:
        """Return how many events of each kind head office has not accepted yet."""
        ...


class TillMemory(Protocol):
    """Who this terminal is, its gapless counters, and what it knows of clocks and head office."""

    def identity(self) -> Identity | None:
        """Return who this terminal is, None before enrolment."""
        ...

    def countersigned(self) -> Countersigned | None:
        """Return the furthest head of this log that head office has signed for; None if none yet."""
        ...

    def ended(self) -> str:
        """Return the code for which head office ended this life; empty while it trades."""
        ...

    def heard_boot(self) -> str:
        """Return the run of the machine in which head office was heard last, empty for never."""
        ...

    def next_number(self, name: str) -> int:
        """Count ``name`` (receipt, z, shift, request, card) up by one and return it; the first is 1."""
        ...

    def last_number(self, name: str) -> int:
        """Return the last number given out for ``name``, 0 if none."""
        ...

    def note(self, name: str) -> int | None:
        """Return a remembered number, such as ``newest_ms``, ``office_ms``, ``clock_behind``."""
        ...

    def remember(self, name: str, value: int | None) -> None:
        """Remember a number, or forget it with None."""
        ...


class Holdings(Protocol):
    """What this terminal may spend, and nobody else."""

    def of(self, member_id: str) -> list[Holding]:
        """Return what is held for a member, spent-out grants left out."""
        ...

    def grants(self, gids: Sequence[str]) -> list[Grant]:
        """Return the grants of these names that were ever held here, spent out or not."""
        ...

    def of_lot(self, asset: Asset, lot: str) -> list[Holding]:
        """Return every holding of a coupon, punch card or sold line that ever was here, spent out or not."""
        ...

    def is_used(self, asset: Asset, lot: str) -> bool:
        """Say whether a coupon or punch card was ever used here, by anybody."""
        ...

    def live(self) -> list[Held]:
        """Return everything that is held, with when it was last touched; ``at_home`` is left open."""
        ...

    def install(self, grants: Sequence[Grant], *, at_ms: int = 0) -> tuple[Grant, ...]:
        """Add holdings; grants whose identity is known are ignored. Return those that were new."""
        ...

    def take(self, spends: Sequence[Spend], *, at_ms: int = 0) -> None:
        """Debit holdings. Raises Damaged ``holding.overdrawn`` if one would go below zero."""
        ...

    def note_moves(self, seq: int, taken: Sequence[Spend], given: Sequence[Grant]) -> None:
        """Remember what the event ``seq`` took from members and gave them; its holdings are known."""
        ...

    def note_risks(self, seq: int, member_id: str, risks: Sequence[AtRisk], on: date) -> None:
        """Remember what the event ``seq`` accepted of a member without holding it, on a business date."""
        ...

    def moved(self, from_seq: int, to_seq: int) -> list[tuple[int, Asset, int]]:
        """Return what facts of these places gave members and, with a minus, took from them: seq, asset, amount."""
        ...

    def outstanding(self) -> dict[Asset, int]:
        """Return what this terminal may still spend of each asset: the chain's exposure if it is lost."""
        ...

    def moves_since(self, member_id: str, seq: int) -> list[Move]:
        """Return what facts after ``seq`` gave the member, under any name, and took from them."""
        ...

    def recalls(self) -> list[Recall]:
        """Return what head office wants back and has not got yet."""
        ...

    def answered(self, recalls: Sequence[Recall]) -> None:
        """Remember that recalls are answered, so that none is answered twice."""
        ...


class Sales(Protocol):
    """Paid sales."""

    def add(self, receipt_n: int, sold: SoldSale) -> None:
        """Store a sale with its lines and tenders."""
        ...

    def set_paper(self, receipt_n: int, paper_job: int) -> None:
        """Remember which print job is the receipt of a sale."""
        ...

    def with_id(self, sale_id: str) -> SoldSale | None:
        """Return the sale that was paid under this identity."""
        ...

    def paid_with(self, kind: TenderKind, reference: str, business_date: date) -> str | None:
        """Return the receipt's number of a day's sale that a payment of this kind and reference paid for."""
        ...

    def with_receipt(self, receipt_no: str | None) -> SoldSale | None:
        """Return the sale with this receipt number; the last one for None."""
        ...

    def count_reprint(self, seq: int) -> int:
        """Count a reprint of the sale and return how many there were."""
        ...

    def newest_minor(self, count: int) -> int:
        """Return what the newest ``count`` sales came to."""
        ...

    def points_since(self, member_id: str, seq: int) -> int:
        """Return points earned minus points spent here by the member after event ``seq``; what repaid debts counts."""
        ...

    def owed_since(self, member_id: str, seq: int) -> int:
        """Return the points that refunds here made the member owe, less what sales here repaid, after event ``seq``."""
        ...

    def came_back(self, sale_id: str, minor: int, months: Mapping[str, int]) -> None:
        """Take what came back of a sale off what it counts, and months off the terms that it sold; unknown: nothing."""
        ...

    def lower(self, member_id: str, tiers: Collection[Tier]) -> None:
        """Forget that the member reached one of these tiers here."""
        ...

    def bought_since(self, member_id: str, seq: int) -> tuple[Bought, ...]:
        """Return what the member's purchases here after event ``seq`` count for their tier."""
        ...

    def purchases_since(self, member_id: str, seq: int, store_id: str) -> tuple[Purchase, ...]:
        """Return what the member bought here after event ``seq``, newest first."""
        ...

    def of_member(self, member_id: str, limit: int) -> list[SoldSale]:
        """Return what the member bought here, newest first."""
        ...

    def with_item(self, item_id: int, on: date, limit: int) -> list[SoldSale]:
        """Return the sales of an item on a business date, newest first."""
        ...


class Refunds(Protocol):
    """What came back here."""

    def add(self, refund_n: int, taken: TakenBack, paper_job: int) -> None:
        """Keep a refund with the print job of its paper."""
        ...

    def with_id(self, refund_id: str) -> TakenBack | None:
        """Return the refund that was said under this identity."""
        ...

    def of_sale(self, sale_id: str) -> list[TakenBack]:
        """Return what came back of a sale here, oldest first."""
        ...


class TopUps(Protocol):
    """Stored value that was sold here, and what came back of it."""

    def add(self, topup_n: int, topup_id: str, seq: int) -> None:
        """Keep a top-up."""
        ...

    def with_id(self, topup_id: str) -> SoldTopUp | None:
        """Return the top-up that was said under this identity."""
        ...

    def of_member(self, member_id: str, limit: int) -> list[SoldTopUp]:
        """Return what was sold here to a member under any name, newest first."""
        ...

    def add_refund(self, refund_n: int, refund_id: str, topup_id: str, seq: int) -> None:
        """Keep a refund of a top-up."""
        ...

    def refund(self, refund_id: str) -> TopUpRefunded | None:
        """Return the refund that was said under this identity."""
        ...

    def refunds_of(self, topup_id: str) -> list[TopUpRefunded]:
        """Return what came back of a top-up, oldest first."""
        ...


class OpenBasket(Protocol):
    """The journal of the basket in hand: every change is durable, and the last ones can be undone."""

    def current(self) -> tuple[OpenSale, Undo | None] | None:
        """Return the basket in hand and what undoing would take back; None when no sale is open."""
        ...

    def before(self) -> OpenSale | None:
        """Return the basket as it was before its last change; None if it is not known."""
        ...

    def push(self, sale: OpenSale, what: Undo) -> None:
        """Journal a change."""
        ...

    def amend(self, sale: OpenSale) -> None:
        """Put something besides lines into the newest state; it is no change of its own to undo."""
        ...

    def undo(self) -> Undo:
        """Take the last change back and return what it was. Raises Refused ``undo.nothing``."""
        ...

    def clear(self) -> None:
        """Close the journal: paid, held or cancelled."""
        ...


class HeldSales(Protocol):
    """Baskets put aside."""

    def add(self, held: HeldSale) -> int:
        """Keep a basket (its ``hold_id`` is ignored) and return its number."""
        ...

    def count(self) -> int:
        """Return how many baskets are put aside."""
        ...

    def all(self) -> tuple[HeldSale, ...]:
        """Return all held baskets, oldest first."""
        ...

    def take(self, hold_id: int) -> HeldSale:
        """Take a basket out. Raises Refused ``hold.unknown``."""
        ...


class Members(Protocol):
    """Members of the directory and those who joined or changed here; every look-up reads both.

    Look-ups return at most ``limit`` rows (at most 20), newest visitors first.
    """

    def known(self, member_id: str) -> KnownMember | None:
        """Return one member."""
        ...

    def with_card(self, card_no: str) -> KnownMember | None:
        """Return the member with this card."""
        ...

    def find(self, by: str, text: str, limit: int) -> list[MemberHit]:
        """Look up ``by`` ``phone`` (E.164) | ``last4`` | ``name`` (prefix) | ``initials`` (prefix)."""
        ...

    def is_lost(self, card_no: str) -> bool:
        """Say whether this card was reported lost here."""
        ...

    def lose_card(self, card_no: str, seq: int) -> None:
        """Remember for ever that a card was reported lost by event ``seq``."""
        ...

    def register(self, member: Member, seq: int) -> None:
        """Keep somebody who joined or was put right here by event ``seq``, until head office confirms it."""
        ...

    def answer(self, member_id: str, consent: Consent, seq: int) -> None:
        """Keep an answer to a purpose given here by event ``seq``."""
        ...

    def set_pin(self, member_id: str, pin_hash: str, seq: int) -> None:
        """Keep the PIN that a member chose here by event ``seq``."""
        ...

    def home_store(self, member_id: str) -> str:
        """Return the store that a member belongs to, empty for one who is not known here."""
        ...

    def applied(self, balance: Balance) -> int:
        """Return the last event of this terminal's life that is inside ``balance``, 0 if none is."""
        ...

    def highest_card(self, first: str, last: str) -> str | None:
        """Return the highest known card number from ``first`` to ``last``."""
        ...


class Histories(Protocol):
    """What this terminal said of its members."""

    def of(self, member_id: str, after: int, limit: int) -> tuple[Said, ...]:
        """Return what was said of a member under any name, newest first: all after event ``after``, and ``limit``."""
        ...


class Published(Protocol):
    """Catalogue, rules and staff as head office published them. Raises Unavailable ``directory.missing``."""

    def item(self, item_id: int) -> Item | None:
        """Return one item."""
        ...

    def item_with_barcode(self, barcode: str) -> Item | None:
        """Return the item with this GTIN-13."""
        ...

    def find_items(self, text: str, limit: int) -> list[Item]:
        """Return items whose barcode, name or initials begin with ``text``, at most ``limit`` (at most 20)."""
        ...

    def redeemables(self, least_minor: int, most_minor: int, limit: int) -> list[Item]:
        """Return redeemable items with a list price within these bounds, dearest first."""
        ...

    def advised(self, kinds: frozenset[str]) -> list[Item]:
        """Return the items whose kind of advice is one of ``kinds``."""
        ...

    def stamp(self) -> tuple[int, int]:
        """Return what changes whenever anything published changes: for caches."""
        ...

    def programme(self, today: date) -> Programme:
        """Return the newest rules in force. Raises Unavailable ``directory.no_programme``."""
        ...

    def campaigns(self, today: date) -> Campaigns:
        """Return the campaigns whose period holds ``today``, every store's; the same value until one changes."""
        ...

    def read_ahead(self, today: date) -> None:
        """Read what the first price of a day needs before it is asked for; nothing where there is no directory."""
        ...

    def staff(self, store_id: str) -> tuple[StaffMember, ...]:
        """Return the people of a store, by name."""
        ...


class Calls(Protocol):
    """Follow-up calls: head office's and those made here; the higher version of a call counts."""

    def put(self, calls: Sequence[Call]) -> None:
        """Keep calls made or changed here."""
        ...

    def call(self, call_id: str) -> Call | None:
        """Return one call."""
        ...

    def with_code(self, code: str) -> Call | None:
        """Return the call whose slip carries this code."""
        ...

    def due_between(self, first: date, last: date, limit: int) -> list[Call]:
        """Return calls that stand due within these days, earliest first."""
        ...

    def done_since(self, first: date, limit: int) -> list[Call]:
        """Return calls settled here, due on or after ``first``, latest first."""
        ...

    def of_member(self, member_id: str, since: date, limit: int) -> list[Call]:
        """Return a member's calls due on or after ``since``, newest first."""
        ...


class Papers(Protocol):
    """The durable print queue, from the side that fills it."""

    def append(self, job: NewPrintJob) -> int:
        """Queue a job in this transaction and return its id."""
        ...

    def job(self, job_id: int) -> PrintJob | None:
        """Return a stored job."""
        ...

    def in_state(self, printer: str, state: JobState) -> list[PrintJob]:
        """Return this printer's jobs in ``state``, oldest first, at most 500."""
        ...


class Days(Protocol):
    """Shifts and business days."""

    def open_shift(self) -> Shift | None:
        """Return the shift that is open."""
        ...

    def last_shift(self) -> Shift | None:
        """Return the newest shift, open or closed."""
        ...

    def first_shift(self, business_date: date) -> Shift | None:
        """Return the shift that a business date was opened with."""
        ...

    def last_close(self) -> int:
        """Return the place of the newest Z in the log, 0 for none."""
        ...

    def open(self, shift: Shift) -> None:
        """Open a shift."""
        ...

    def close(self, shift_no: int, closed_seq: int, z_no: int | None) -> None:
        """Close a shift: with its Z, or handed over to the next."""
        ...

    def keep_paper(self, paper: NewDayPaper) -> None:
        """Keep which print job an X, shift or Z paper is."""
        ...

    def papers(self, limit: int) -> list[DayPaper]:
        """Return the newest papers, newest first."""
        ...

    def paper(self, paper_no: int) -> DayPaper | None:
        """Return one paper."""
        ...

    def count_reprint(self, paper_no: int) -> int:
        """Count a copy of the paper and return how many there were."""
        ...


class Guards(Protocol):
    """What keeps guesses and copies out: PIN attempts and dynamic codes already used."""

    def pin_tries(self, staff_id: str) -> PinTries:
        """Return the wrong PINs in a row."""
        ...

    def set_pin_tries(self, staff_id: str, tries: PinTries) -> None:
        """Keep the count; the empty count forgets it."""
        ...

    def used_steps(self, card_no: str) -> frozenset[int]:
        """Return the time steps whose dynamic code was used here lately."""
        ...

    def use_step(self, card_no: str, step: int) -> None:
        """Remember a used step; those older than a day are forgotten."""
        ...


class CampaignUses(Protocol):
    """How often campaigns were applied in sales of this terminal."""

    def add(self, member_id: str | None, uses: Iterable[CampaignUse], seq: int) -> None:
        """Count what the sale that is event ``seq`` used, or (negative) its void gave back."""
        ...

    def by_till(self) -> dict[str, int]:
        """Return by campaign how often it was applied here."""
        ...

    def by_member(self, member_id: str, after: int) -> dict[str, int]:
        """Return by campaign how often sales after event ``after`` applied it for a member, under any name."""
        ...


class AuditIndex(Protocol):
    """What is not plain selling, by day, person, part and subject."""

    def page(self, wanted: AuditFilter, before: int | None, limit: int) -> list[int]:
        """Return the places of what is looked for, newest first, those before ``before`` only."""
        ...

    def day_beside(self, on: date, *, later: bool) -> date | None:
        """Return the nearest business date with something noted, None where there is none."""
        ...

    def name_of(self, staff_id: str) -> str:
        """Return the name under which somebody signed in last, empty if never."""
        ...


class PayBacks(Protocol):
    """Money that goes back through a payment gateway."""

    def put(self, payback: PayBack, business_date: date) -> None:
        """Keep a pay-back as it is now; its business date stays that of its refund."""
        ...

    def with_id(self, payback_id: str) -> PayBack | None:
        """Return one pay-back."""
        ...

    def since(self, business_date: date) -> list[PayBack]:
        """Return those of refunds on this business date or later, and every older one that is open still."""
        ...

    def refused(self) -> list[PayBack]:
        """Return those that the provider refused and nobody has given in cash, oldest first."""
        ...


class Charges(Protocol):
    """Charges through a payment gateway."""

    def put(self, charge: Charge, business_date: date) -> None:
        """Keep a charge as it is now; its business date stays that of its beginning."""
        ...

    def with_id(self, charge_id: str) -> Charge | None:
        """Return one charge."""
        ...

    def of_sale(self, sale_id: str) -> list[Charge]:
        """Return the charges of a sale, in the order they began."""
        ...

    def behind(self, kind: TenderKind, reference: str) -> Charge | None:
        """Return the charge whose money came by this kind under the provider's reference."""
        ...

    def left(self) -> list[Charge]:
        """Return those of top-ups that were never sold, as far as money was taken or may have been."""
        ...

    def since(self, business_date: date) -> list[Charge]:
        """Return the charges that began on this business date or later, and every older one that is open still."""
        ...
