"""What a fact about a member changes of them: the same at the till that says it and at head office."""

from dataclasses import replace
from typing import TypeAlias

from pos_app.domain.events import CardReplaced, ConsentChanged, MemberAmended, MemberPinSet
from pos_app.domain.members import Member

AboutMember: TypeAlias = ConsentChanged | MemberPinSet | MemberAmended | CardReplaced

MAX_CONSENTS = 40  # answers that are kept, newest last


def after_fact(member: Member, fact: AboutMember) -> Member:
    """Return the member as a fact leaves them.

    Of two cards given for one lost card, the later version stands; of equal ones, the first that was heard of.
    """
    match fact:
        case ConsentChanged(consent=consent):
            return replace(member, consents=(*member.consents, consent)[-MAX_CONSENTS:])
        case MemberPinSet(pin_hash=pin_hash):
            return replace(member, pin_hash=pin_hash)
        case MemberAmended():
            return replace(
                member,
                name=member.name if fact.name is None else fact.name,
                initials=member.initials if fact.initials is None else fact.initials,
                children=member.children if fact.children is None else fact.children,
                phone=member.phone if fact.phone is None else fact.phone,
            )
        case CardReplaced(card_version=version) if version <= member.card_version:
            return member
        case CardReplaced():
            return replace(member, card_no=fact.card_no, card_version=fact.card_version, code_key=fact.code_key)
