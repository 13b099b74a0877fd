"""What the member's 360° shows: who, facts at a glance, and the rows of each tab with what made them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from pos_app.domain.members import Purpose
from pos_app.ui.presenters.sign_up_models import ChildForm
from pos_app.ui.presenters.view_models import MemberCard

Tone = Literal["ink", "ink2", "ink3", "gold", "ok", "warn"]  # of the theme's


class ProfileTab(StrEnum):
    """The tabs, in their order."""

    TIMELINE = "timeline"
    PURCHASES = "purchases"
    POINTS = "points"
    CAMPAIGNS = "campaigns"
    CALLS = "calls"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of an explanation: a name at the left, a figure at the right; ``is_sum`` draws it as a sum."""

    name: str
    value: str = ""
    tone: Tone = "ink"
    is_sum: bool = False


@dataclass(frozen=True, slots=True)
class ConsentAsk:
    """The answer that a row offers to change: ``granted`` is the new one."""

    purpose: Purpose
    name: str
    granted: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a tab and, when it is chosen, why it is there: ``words`` and ``figures``."""

    key: str
    when: str
    icon: str
    title: str
    detail: str = ""
    figure: str = ""
    tone: Tone = "ink"
    heading: str = ""
    words: str = ""
    figures: tuple[Figure, ...] = ()
    ask: ConsentAsk | None = None


@dataclass(frozen=True, slots=True)
class GlanceLine:
    """One fact: its name, its value, and how it was found."""

    name: str
    value: str
    why: str
    tone: Tone = "ink"


@dataclass(frozen=True, slots=True)
class ProfileFace:
    """A member in the words of the language in force. ``limited`` says what the role does not see, empty for none.

    ``joined`` says what the next tier takes and since when they are a member.
    """

    member: MemberCard
    joined: str
    glance: tuple[GlanceLine, ...]
    usual: tuple[Figure, ...]
    rows: Mapping[ProfileTab, tuple[Row, ...]] = field(default_factory=dict)
    limited: str = ""


@dataclass(frozen=True, slots=True)
class EditFace:
    """What the sheet of corrections opens with; ``children`` in words, in the order in which they are kept.

    ``may_keep_children`` says whether the guardian agreed; ``card_tail`` are the last digits of the card.
    """

    name: str
    masked_phone: str
    children: tuple[str, ...]
    may_keep_children: bool
    card_tail: str


@dataclass(frozen=True, slots=True)
class EditForm:
    """The sheet as filled in: ``phone`` empty for unchanged, ``kept`` the places of children that stay, one to add."""

    name: str
    phone: str
    kept: tuple[int, ...]
    added: ChildForm
