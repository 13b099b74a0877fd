"""The member desk: find, show the card, sign up, put right, replace a lost card, answer a purpose."""

from datetime import timedelta

from pos_app.domain.codes import make_card_no
from pos_app.domain.events import CardReplaced, ConsentChanged, MemberAmended, MemberRegistered, MergeAsked
from pos_app.domain.ids import UUID7_RANDOM_BYTES, uuid7
from pos_app.domain.masking import masked_name
from pos_app.domain.member_facts import after_fact
from pos_app.domain.members import Child, Consent, Member, Purpose, Tier
from pos_app.domain.staff import Act
from pos_app.domain.till import Identity
from pos_app.errors import Refused
from pos_app.services.balances import require
from pos_app.services.cards import CardMaker, rows
from pos_app.services.initials import initials
from pos_app.services.lookup import find_members
from pos_app.services.member_models import MemberCard, MemberRow, PhoneStanding, PhoneState, SignUp
from pos_app.services.overrides import Approval, Override, Overrides
from pos_app.services.phones import to_e164
from pos_app.services.ports import PinHasher, Unit
from pos_app.services.till import TillSession

LONGEST_NAME = 40  # characters
MOST_CHILDREN = 8
OLDEST_CHILD = timedelta(days=18 * 366)
FURTHEST_BIRTH = timedelta(days=300)
CARDS_A_STORE = 100_000
CARDS_A_LANE = 10_000
CODE_KEY_BYTES = 32


class MemberDesk:
    """Looks members up in directory and overlay, and signs new ones up, offline."""

    def __init__(self, session: TillSession, hasher: PinHasher, cards: CardMaker | None = None) -> None:
        self._session = session
        self._overrides = Overrides(session, hasher)
        self._cards = cards or CardMaker(session)

    def find(self, text: str, limit: int = 20) -> tuple[MemberRow, ...]:
        """Return members by phone, last four digits, card, name or initials; newest visitors first."""
        with self._session.store.view() as unit:
            return rows(self._session, unit, find_members(unit, text, limit))

    def card(self, member_id: str) -> MemberCard:
        """Return a member's card; raises Refused ``member.unknown``."""
        with self._session.store.view() as unit:
            return self._cards.card(unit, require(unit, member_id))

    def phone_state(self, text: str) -> PhoneState:
        """Say whether a phone is free, registered or invalid."""
        try:
            phone = to_e164(text)
        except Refused:
            return PhoneState(PhoneStanding.INVALID)
        with self._session.store.view() as unit:
            found = rows(self._session, unit, unit.members.find("phone", phone, 1))
        if found:
            return PhoneState(PhoneStanding.REGISTERED, phone, found[0])
        return PhoneState(PhoneStanding.FREE, phone)

    def sign_up(self, form: SignUp) -> MemberCard:
        """Register a new member.

        Raises Refused ``phone.invalid``, ``phone.registered {name, member_id}``, ``consent.membership_needed``,
        ``name.too_long {most}``, ``child.month``, ``child.too_many {most}``, ``card.range_used_up``.
        """
        phone = to_e164(form.phone)
        if Purpose.MEMBERSHIP not in form.agreed:
            raise Refused("consent.membership_needed")
        name = _short(form.name)

        def register(unit: Unit) -> MemberCard:
            staff = self._session.cashier()
            _check_free(unit, phone)
            member = self._new_member(unit, form, phone, name, staff.staff_id)
            event = self._session.say(unit, MemberRegistered(member, form.referrer))
            unit.members.register(member, event.seq)
            return self._cards.card(unit, require(unit, member.member_id))

        return self._session.run(register)

    def amend(
        self,
        member_id: str,
        *,
        name: str | None = None,
        children: tuple[Child, ...] | None = None,
        phone: str | None = None,
        override: Override | None = None,
    ) -> MemberCard:
        """Put right what is kept of a member; None, and what is so already, stays as it is and is not said.

        Another phone is another proof of who they are: see ``replace_card``.

        Raises Refused ``phone.invalid``, ``phone.registered {name, member_id}``, ``name.too_long {most}``,
        ``child.month``, ``child.too_many {most}``, ``consent.child_needed``, ``member.unknown``, ``staff.nobody``,
        ``staff.not_allowed``, ``override.*``, ``pin.*``.
        """
        said = None if name is None else _short(name)
        e164 = None if phone is None else to_e164(phone)
        approval = self._overrides.check(Act.RENEW_PROOF, override)

        def amend(unit: Unit) -> MemberCard:
            self._session.cashier()
            before = require(unit, member_id).member
            new_name = None if said == before.name else said
            fact = MemberAmended(
                before.member_id,
                name=new_name,
                initials=None if new_name is None else initials(new_name),
                children=None if children == before.children else children,
                phone=None if e164 == before.phone else e164,
            )
            if fact.children is not None:
                self._check_children(unit, before, fact.children)
            if fact.phone is not None:
                _check_free(unit, fact.phone)
                self._allow_renewal(unit, before, approval)
            if fact != MemberAmended(before.member_id):
                event = self._session.say(unit, fact)
                unit.members.register(after_fact(before, fact), event.seq)
            return self._cards.card(unit, require(unit, before.member_id))

        return self._session.run(amend)

    def replace_card(self, member_id: str, override: Override | None = None) -> MemberCard:
        """Give a member a new card and key for a lost one, which counts for nothing from now on.

        Whoever has the card can spend what the member has: who may not approve asks somebody, but for a member who
        joined today. Raises Refused ``card.range_used_up``, ``member.unknown``, ``staff.nobody``,
        ``staff.not_allowed``, ``override.*``, ``pin.*``.
        """
        approval = self._overrides.check(Act.RENEW_PROOF, override)

        def replaced(unit: Unit) -> MemberCard:
            self._session.cashier()
            before = require(unit, member_id).member
            self._allow_renewal(unit, before, approval)
            fact = CardReplaced(
                before.member_id,
                before.card_no,
                card_no=next_card_no(unit, self._session.identity(unit)),
                card_version=before.card_version + 1,
                code_key=self._session.rng.token(CODE_KEY_BYTES).hex(),
            )
            event = self._session.say(unit, fact)
            unit.members.register(after_fact(before, fact), event.seq)
            unit.members.lose_card(before.card_no, event.seq)
            return self._cards.card(unit, require(unit, before.member_id))

        return self._session.run(replaced)

    def ask_merge(self, member_id: str, other_id: str) -> MemberCard:
        """Say that two members are one person; somebody at head office decides, and both tills follow.

        Raises Refused ``merge.same_person``, ``member.unknown``, ``staff.nobody``, ``staff.not_allowed``.
        """

        def asked(unit: Unit) -> MemberCard:
            self._session.cashier()
            one, other = (require(unit, name).member.member_id for name in (member_id, other_id))
            if one == other:
                raise Refused("merge.same_person", member_id=one)
            self._session.say(unit, MergeAsked(one, other))
            return self._cards.card(unit, require(unit, one))

        return self._session.run(asked)

    def answer(self, member_id: str, purpose: Purpose, *, granted: bool, method: str = "screen") -> MemberCard:
        """Record that a member withdrew a consent, or gave it again; what is so already is not said twice.

        Membership is not withdrawn here: it ends the member, which head office does on a written wish.
        Raises Refused ``consent.membership``, ``member.unknown``, ``staff.nobody``, ``staff.not_allowed``.
        """
        if purpose is Purpose.MEMBERSHIP:
            raise Refused("consent.membership")

        def answered(unit: Unit) -> MemberCard:
            staff = self._session.cashier()
            known = require(unit, member_id)
            if known.member.agrees_to(purpose) is not granted:
                answer(self._session, unit, known.member, (purpose, granted, method), staff.staff_id)
            return self._cards.card(unit, require(unit, member_id))

        return self._session.run(answered)

    def _allow_renewal(self, unit: Unit, member: Member, approval: Approval | None) -> None:
        """Let what proves who a member is be another from now on; said before the fact that changes it."""
        is_new = member.joined_on == self._session.business_date(unit)
        if not is_new and not self._session.cashier().may(Act.APPROVE):
            self._overrides.insist(unit, Act.RENEW_PROOF, approval, subject=masked_name(member.name))

    def _new_member(self, unit: Unit, form: SignUp, phone: str, name: str, staff_id: str) -> Member:
        now = self._session.clock.now_ms()
        today = self._session.business_date(unit)
        identity = self._session.identity(unit)
        version = unit.published.programme(today).consent_text_version
        consents = tuple(
            Consent(purpose, purpose in form.agreed, version, now, staff_id, form.method) for purpose in Purpose
        )
        children = form.children if Purpose.CHILD in form.agreed else ()
        for child in children:
            self._check_child(unit, child)
        if len(children) > MOST_CHILDREN:
            raise Refused("child.too_many", most=MOST_CHILDREN)
        return Member(
            member_id=uuid7(now, self._session.rng.token(UUID7_RANDOM_BYTES)),
            card_no=next_card_no(unit, identity),
            phone=phone,
            name=name,
            initials=initials(name),
            tier=Tier.NORMAL,
            home_store_id=identity.store_id,
            joined_on=today,
            children=children,
            consents=consents,
            code_key=self._session.rng.token(CODE_KEY_BYTES).hex(),
            birthday=form.birthday,
        )

    def _check_children(self, unit: Unit, member: Member, children: tuple[Child, ...]) -> None:
        """Check the children as they shall be; those that are kept already were possible once."""
        if children and not member.agrees_to(Purpose.CHILD):
            raise Refused("consent.child_needed")
        if len(children) > MOST_CHILDREN:
            raise Refused("child.too_many", most=MOST_CHILDREN)
        for child in children:
            if child not in member.children:
                self._check_child(unit, child)

    def _check_child(self, unit: Unit, child: Child) -> None:
        today = self._session.business_date(unit)
        # A month without a day is its first day, so this month's expected birth lies behind the first already.
        earliest = today.replace(day=1) if child.expected else today - OLDEST_CHILD
        latest = today + FURTHEST_BIRTH if child.expected else today
        if not earliest <= child.born_on <= latest:
            raise Refused("child.month", born_on=child.born_on)


def answer(session: TillSession, unit: Unit, member: Member, said: tuple[Purpose, bool, str], staff_id: str) -> None:
    """Say and keep a member's answer (purpose, yes or no, how given); later than all earlier ones of any clock."""
    purpose, granted, method = said
    earlier = [consent.at_ms for consent in member.consents if consent.purpose == purpose]
    at_ms = max([session.clock.now_ms(), *(at + 1 for at in earlier)])
    version = unit.published.programme(session.business_date(unit)).consent_text_version
    consent = Consent(purpose, granted, version, at_ms, staff_id, method)
    event = session.say(unit, ConsentChanged(member.member_id, consent))
    unit.members.answer(member.member_id, consent, event.seq)


def _short(name: str) -> str:
    """Return a name with single spaces; raises Refused ``name.too_long {most}``."""
    short = " ".join(name.split())
    if len(short) > LONGEST_NAME:
        raise Refused("name.too_long", most=LONGEST_NAME)
    return short


def _check_free(unit: Unit, phone: str) -> None:
    """Raise Refused ``phone.registered {name, member_id}`` for a phone (E.164) that somebody has."""
    for hit in unit.members.find("phone", phone, 1):
        raise Refused("phone.registered", name=masked_name(hit.name), member_id=hit.member_id)


def next_card_no(unit: Unit, identity: Identity) -> str:
    """Return the next card number of this lane: each lane of each store has 10,000 of its own.

    What a former life of this terminal gave out is known from the directory. Raises Refused ``card.range_used_up``.
    """
    first = identity.store_no * CARDS_A_STORE + identity.lane % 10 * CARDS_A_LANE
    last = first + CARDS_A_LANE - 1
    highest = unit.members.highest_card(make_card_no(first), make_card_no(last))
    n = first + unit.till.next_number("card") - 1
    if highest is not None:
        n = max(n, int(highest[1:-2]) + 1)
    if n > last:
        raise Refused("card.range_used_up", lane=identity.lane)
    return make_card_no(n)
