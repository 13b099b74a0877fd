"""What the use cases need from outside: clocks, chance, PINs, the event codec, and a store to work in."""

from contextlib import AbstractContextManager
from typing import Protocol

from pos_app.domain.charges import Answer, ChargeOrder
from pos_app.domain.events import Circumstances, Fact, LogEvent
from pos_app.domain.ids import Origin
from pos_app.domain.paybacks import PayBackOrder
from pos_app.services.tables import (
    AuditIndex,
    Calls,
    CampaignUses,
    Charges,
    Days,
    EventLog,
    Guards,
    HeldSales,
    Histories,
    Holdings,
    Members,
    OpenBasket,
    Papers,
    PayBacks,
    Published,
    Refunds,
    Sales,
    TillMemory,
    TopUps,
)


class Clock(Protocol):
    """The only way to the time."""

    def now_ms(self) -> int:
        """Return the wall clock: UTC milliseconds. It may be wrong, and may step."""
        ...

    def mono_ms(self) -> int:
        """Return milliseconds that never run backwards within one run of the machine."""
        ...


class Rng(Protocol):
    """The only way to chance."""

    def token(self, length: int) -> bytes:
        """Return ``length`` unpredictable bytes."""
        ...


class Link(Protocol):
    """Whether head office can be asked."""

    def is_online(self) -> bool:
        """Say whether the last contact with head office succeeded; never blocks."""
        ...


class PinHasher(Protocol):
    """Checks PINs against what head office published."""

    def hashed(self, pin: str) -> str:
        """Return what is kept of a new PIN; slow on purpose."""
        ...

    def matches(self, pin_hash: str, pin: str) -> bool:
        """Say whether ``pin`` belongs to ``pin_hash``; slow on purpose. Raises Damaged ``staff.pin_hash``."""
        ...


class PaymentGateway(Protocol):
    """A way to take money through a provider. Used on the payment lane only, but for ``is_reachable``.

    Every method may raise Unavailable ``gateway.silent``: then nobody knows what became of it. An id means one charge
    for ever: asked twice it takes once and answers the same, and once it is cancelled nothing is ever taken under it.
    """

    def charge(self, order: ChargeOrder) -> Answer:
        """Ask for the money; blocks up to 30 s. Says ``taken``, ``refused`` or ``waiting``."""
        ...

    def query(self, charge_id: str) -> Answer:
        """Ask what became of a charge; blocks up to 10 s. Changes nothing."""
        ...

    def cancel(self, charge_id: str) -> Answer:
        """Close a charge for good, known or not; what was taken goes back. Says ``returned``; blocks up to 30 s."""
        ...

    def is_reachable(self) -> bool:
        """Say whether asking makes sense, as far as is known without asking; never blocks, on any thread."""
        ...

    def give_back(self, order: PayBackOrder) -> Answer:
        """Ask to send money of a charge back; blocks up to 30 s. Says ``returned``, ``refused`` or ``waiting``.

        Its id means one pay-back for ever: asked again it sends nothing more, and answers how it stands.
        """
        ...


class EventCodec(Protocol):
    """Event bodies as bytes and the hash that chains them; ``sync.wire.event_codec`` has this shape."""

    def seal(self, origin: Origin, prev_hash: bytes, fact: Fact, at: Circumstances) -> LogEvent:
        """Return the log row of a fact said as ``origin`` after the event with ``prev_hash``."""
        ...

    def decode(self, body: bytes) -> tuple[Fact, Circumstances]:
        """Return the fact; raises Damaged ``event.unknown`` or ``event.malformed``."""
        ...

    def kind_of(self, body: bytes) -> str:
        """Return which kind of fact a body says; empty where it cannot be opened."""
        ...

    def chain_hash(self, origin: Origin, prev_hash: bytes, body: bytes) -> bytes:
        """Return the hash that links an event to the one before it."""
        ...


class Unit(Protocol):
    """The tables inside one transaction."""

    @property
    def log(self) -> EventLog: ...
    @property
    def till(self) -> TillMemory: ...
    @property
    def holdings(self) -> Holdings: ...
    @property
    def sales(self) -> Sales: ...
    @property
    def refunds(self) -> Refunds: ...
    @property
    def topups(self) -> TopUps: ...
    @property
    def basket(self) -> OpenBasket: ...
    @property
    def held(self) -> HeldSales: ...
    @property
    def members(self) -> Members: ...
    @property
    def histories(self) -> Histories: ...
    @property
    def published(self) -> Published: ...
    @property
    def calls(self) -> Calls: ...
    @property
    def papers(self) -> Papers: ...
    @property
    def days(self) -> Days: ...
    @property
    def guards(self) -> Guards: ...
    @property
    def campaign_uses(self) -> CampaignUses: ...
    @property
    def audit(self) -> AuditIndex: ...
    @property
    def charges(self) -> Charges: ...
    @property
    def paybacks(self) -> PayBacks: ...


class Store(Protocol):
    """The terminal's databases, used on one lane only.

    Raises Unavailable ``store.full``, ``store.write`` or ``store.read``; Damaged ``store.damaged``.
    """

    def unit(self) -> AbstractContextManager[Unit]:
        """Run one writing transaction: all of it commits, or nothing."""
        ...

    def view(self) -> AbstractContextManager[Unit]:
        """Run reads that see one moment."""
        ...

    def room_for_sales(self) -> bool:
        """Say whether the disk has room to begin a new sale."""
        ...
