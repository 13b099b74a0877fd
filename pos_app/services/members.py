"""The member desk: find, show the card, sign up, withdraw consent."""

from pos_app.domain.members import Purpose
from pos_app.services.member_models import MemberCard, MemberRow, PhoneState, SignUp
from pos_app.services.till import TillSession


class MemberDesk:
    """Looks members up in directory and overlay, and signs new ones up, offline."""

    def __init__(self, session: TillSession) -> None:
        self._session = session

    def find(self, text: str, limit: int = 20) -> tuple[MemberRow, ...]:
        """Return members by phone, last four digits, card, name or initials; newest visitors first."""
        raise NotImplementedError

    def card(self, member_id: str) -> MemberCard:
        """Return a member's card; raises Refused ``member.unknown``."""
        raise NotImplementedError

    def phone_state(self, text: str) -> PhoneState:
        """Say whether a phone is free, registered or invalid."""
        raise NotImplementedError

    def sign_up(self, form: SignUp) -> MemberCard:
        """Register a new member.

        Raises Refused ``phone.invalid``, ``phone.registered {name, member_id}``, ``consent.membership_needed``,
        ``name.too_long``, ``child.date``.
        """
        raise NotImplementedError

    def withdraw(self, member_id: str, purpose: Purpose) -> MemberCard:
        """Record that a member withdrew a consent; raises Refused ``member.unknown``."""
        raise NotImplementedError
