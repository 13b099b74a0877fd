"""Find members by what somebody typed or scanned."""

from pos_app.domain.codes import DynamicCode, LastFour, MemberCode, PhoneNumber, SearchText, parse
from pos_app.domain.directory import MemberHit
from pos_app.errors import Refused
from pos_app.services.phones import to_e164
from pos_app.services.ports import Unit

MOST = 20


def find_members(unit: Unit, text: str, limit: int) -> list[MemberHit]:
    """Return members by card, phone, last four digits, name or initials; newest visitors first.

    Raises Refused ``member_code.revoked`` for a card that was reported lost here.
    """
    limit = max(1, min(limit, MOST))
    match parse(text):
        case MemberCode(card_no) | DynamicCode(card_no, _, _):
            if unit.members.is_lost(card_no):
                raise Refused("member_code.revoked")
            known = unit.members.with_card(card_no)
            return [] if known is None else unit.members.find("phone", known.member.phone, limit)
        case PhoneNumber(digits):
            return by_phone(unit, digits, limit)
        case LastFour(digits):
            return unit.members.find("last4", digits, limit)
        case SearchText(words) if words:
            return by_words(unit, words, limit)
    return []


def by_phone(unit: Unit, text: str, limit: int) -> list[MemberHit]:
    """Return who has this phone; nobody has an impossible one."""
    try:
        phone = to_e164(text)
    except Refused:
        return []
    return unit.members.find("phone", phone, limit)


def by_words(unit: Unit, words: str, limit: int) -> list[MemberHit]:
    """Return members whose name or initials begin with ``words``, each once."""
    hits = unit.members.find("name", words, limit)
    if words.isascii():
        hits = unit.members.find("initials", words.lower(), limit) + hits
    return list({hit.member_id: hit for hit in hits}.values())[:limit]
