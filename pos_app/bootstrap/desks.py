"""The use cases of one till on its opened store, without window, devices or network."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from pos_app.bootstrap.world import SystemChance
from pos_app.services.audit import AuditDesk
from pos_app.services.calls import CallDesk
from pos_app.services.cash import CashDesk
from pos_app.services.catalogue import Shelf
from pos_app.services.charging import ChargeDesk
from pos_app.services.checkout import Checkout
from pos_app.services.day import DayDesk
from pos_app.services.day_papers import DayPaperDesk
from pos_app.services.drawer import DrawerDesk
from pos_app.services.members import MemberDesk
from pos_app.services.paying_back import PayBackDesk
from pos_app.services.pins import Argon2Pins
from pos_app.services.ports import Clock, Rng
from pos_app.services.profile import ProfileDesk
from pos_app.services.receipts import ReceiptDesk
from pos_app.services.refunds import RefundDesk
from pos_app.services.rights import Rights
from pos_app.services.staff import SignIn
from pos_app.services.stored_value import ValueDesk
from pos_app.services.sync_state import Unsent
from pos_app.services.till import TillSession
from pos_app.services.topping_up import TopUpDesk
from pos_app.services.topup_refunds import TopUpRefundDesk
from pos_app.services.training import TrainingDesk
from pos_app.store.space import Space
from pos_app.store.till_log import TillLog
from pos_app.store.till_store import StoreUnit, TillStore, open_till
from pos_app.sync.audit import check_mark
from pos_app.sync.wire import event_codec

BOOT_ID_BYTES = 8


class LinkState:
    """Whether head office answered last; written by the sync worker, read everywhere."""

    def __init__(self) -> None:
        self.online = False

    def is_online(self) -> bool:
        """Say whether head office can be asked."""
        return self.online


class AnnouncedStore:
    """The till's store, telling ``announce`` after each commit that spool and sync may have something to do."""

    def __init__(self, store: TillStore, announce: Callable[[], None]) -> None:
        self._store = store
        self._announce = announce

    @contextmanager
    def unit(self) -> Iterator[StoreUnit]:
        """Run one writing transaction, then announce it."""
        with self._store.unit() as unit:
            yield unit
        self._announce()

    def view(self) -> AbstractContextManager[StoreUnit]:
        """Run reads."""
        return self._store.view()

    def room_for_sales(self) -> bool:
        """Say whether the disk has room to begin a new sale."""
        return self._store.room_for_sales()


@dataclass(frozen=True, slots=True)
class Desks:
    """Everything the till can do; used on the database lane only."""

    store: TillStore
    session: TillSession
    log: TillLog
    sign_in: SignIn
    day: DayDesk
    day_papers: DayPaperDesk
    cash: CashDesk
    charging: ChargeDesk
    checkout: Checkout
    receipts: ReceiptDesk
    drawer: DrawerDesk
    members: MemberDesk
    profiles: ProfileDesk
    shelf: Shelf
    calls: CallDesk
    rights: Rights
    refunds: RefundDesk
    value: ValueDesk
    topups: TopUpDesk
    topup_refunds: TopUpRefundDesk
    paying_back: PayBackDesk
    unsent: Unsent
    audit: AuditDesk
    training: TrainingDesk


@dataclass(frozen=True, slots=True)
class World:
    """What the use cases are given from outside. ``announce`` is called after each commit.

    ``boot_id`` names this run of the machine; empty: every start of the program counts as one.
    """

    clock: Clock
    link: LinkState
    announce: Callable[[], None]
    chance: Rng = field(default_factory=SystemChance)
    zone: tzinfo | None = None
    boot_id: str = ""


def open_desks(till_db: Path, key: bytes, world: World, *, space: Space | None = None, durable: bool = True) -> Desks:
    """Open the till's databases on the calling thread and build the use cases on them.

    Raises what ``store.till_store.open_till`` raises.
    """
    store = open_till(till_db, key, event_codec, space=space, durable=durable)
    boot_id = world.boot_id or world.chance.token(BOOT_ID_BYTES).hex()
    session = TillSession(
        store=AnnouncedStore(store, world.announce),
        clock=world.clock,
        rng=world.chance,
        link=world.link,
        boot_id=boot_id,
        zone=world.zone,
    )
    pins = Argon2Pins()
    return Desks(
        store=store,
        session=session,
        log=TillLog(store, session.say, world.clock.now_ms, boot_id),
        sign_in=SignIn(session, pins),
        day=DayDesk(session, pins),
        day_papers=DayPaperDesk(session),
        cash=CashDesk(session, pins),
        charging=ChargeDesk(session, pins),
        checkout=Checkout(session, pins),
        receipts=ReceiptDesk(session, pins),
        drawer=DrawerDesk(session, pins),
        members=MemberDesk(session, pins),
        profiles=ProfileDesk(session),
        shelf=Shelf(session),
        calls=CallDesk(session),
        rights=Rights(session),
        refunds=RefundDesk(session, pins),
        value=ValueDesk(session, pins),
        topups=TopUpDesk(session),
        topup_refunds=TopUpRefundDesk(session, pins),
        paying_back=PayBackDesk(session, pins),
        unsent=Unsent(session),
        audit=AuditDesk(session, check_mark),
        training=TrainingDesk(session),
    )
