"""What the sign-up sheet shows and what it asks for."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

from pos_app.domain.members import Purpose, Sex

PHONE_DIGITS = 11
BIRTHDAY_DIGITS = 4  # MMDD


class PhoneLook(Enum):
    """What is known about the phone typed so far."""

    SHORT = "short"  # not all digits yet
    CHECKING = "checking"
    FREE = "free"
    REGISTERED = "registered"
    INVALID = "invalid"


class ChildKind(Enum):
    """What the parent tells about a child."""

    BORN = "born"
    EXPECTED = "expected"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PhoneNote:
    """How the phone looks; for a registered one, who has it (masked) and which member that is."""

    look: PhoneLook
    holder: str = ""
    member_id: str = ""


@dataclass(frozen=True, slots=True)
class SignUpStart:
    """What the sheet opens with. ``earns`` is what the open sale would earn, 0 without one."""

    phone: str
    earns: int
    today: date


@dataclass(frozen=True, slots=True)
class ChildForm:
    """The child as typed. ``year`` and ``month`` are 0 while empty."""

    kind: ChildKind = ChildKind.BORN
    year: int = 0
    month: int = 0
    name: str = ""
    sex: Sex = Sex.UNKNOWN

    def is_blank(self) -> bool:
        """Say whether there is nothing about a child to keep."""
        return self.kind is ChildKind.NONE or not (self.year or self.month or self.name)


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """The sheet as filled in; ``birthday`` is month and day, MMDD, empty for not told."""

    phone: str
    name: str
    child: ChildForm
    agreed: frozenset[Purpose]
    referrer: str
    birthday: str = ""


@dataclass(frozen=True, slots=True)
class ChildNote:
    """What the sheet says below the child: the age, a wrong month, or that nothing will be kept.

    ``kind``: ``none`` | ``age`` (``months``) | ``expected`` (``months`` to go) | ``wrong`` | ``dropped``.
    """

    kind: str = "none"
    months: int = 0
