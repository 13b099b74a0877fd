"""Build a till for tests: real SQLCipher files in a folder, the real event codec, a small directory."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta, timezone
from pathlib import Path

from pos_app.domain.campaigns import Benefit, BenefitKind, Campaign, What
from pos_app.domain.catalogue import Item
from pos_app.domain.codes import gtin_check_digit, make_card_no
from pos_app.domain.directory import Cursor, DirectoryChange, Published
from pos_app.domain.ledger import Asset, Grant
from pos_app.domain.members import Balance, Child, Consent, Member, MemberAlias, MemberRecord, Purpose, Tier
from pos_app.domain.programme import Programme
from pos_app.domain.releases import Recall
from pos_app.domain.staff import Role, StaffMember
from pos_app.domain.till import Identity
from pos_app.services.day import DayDesk
from pos_app.services.till import TillSession
from pos_app.store.connection import open_encrypted
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.store.space import Space
from pos_app.store.till_log import TillLog
from pos_app.store.till_store import TillStore, open_till
from pos_app.sync.wire import directory_file, event_codec
from tests.fakes import FakeClock, FakeLink, FakePins, FakeRng

TILL_KEY = bytes(range(32))
DIRECTORY_KEY = bytes(range(32, 64))
TODAY = date(2026, 11, 22)
SHANGHAI = timezone(timedelta(hours=8))
IDENTITY = Identity("T1", "1.1", b"cert", b"key", "S01", 1, "江南西店", "Jiangnan West", 1)
CASHIER = StaffMember("E1", "S01", "李敏", Role.CASHIER, "plain:1111")
MANAGER = StaffMember("E2", "S01", "赵强", Role.MANAGER, "plain:2222")
PROGRAMME = Programme(version="p1", valid_from=date(2026, 1, 1))


def barcode(n: int) -> str:
    body = f"690{n:09d}"
    return body + str(gtin_check_digit(body))


def item(n: int, price_minor: int = 10_000, **more: object) -> Item:
    fields = {
        "item_id": n,
        "barcode": barcode(n),
        "name": f"商品{n}",
        "name_en": f"Item {n}",
        "initials": f"sp{n}",
        "spec": "1",
        "brand": "禾苗",
        "category": "food",
        "price_minor": price_minor,
        "earns": True,
    }
    return Item(**(fields | more))  # type: ignore[arg-type]


def member(n: int, **more: object) -> Member:
    consents = tuple(Consent(purpose, True, "v3", 1, "E1", "screen") for purpose in Purpose)
    fields = {
        "member_id": f"{n:032x}",
        "card_no": make_card_no(n),
        "phone": f"+86138{n:08d}",
        "name": f"会员{n}",
        "initials": f"hy{n}",
        "tier": Tier.NORMAL,
        "home_store_id": "S01",
        "joined_on": date(2025, 1, 1),
        "children": (Child("糖糖", date(2026, 5, 10)),),
        "consents": consents,
        "code_key": f"{n:064x}",
    }
    return Member(**(fields | more))  # type: ignore[arg-type]


def record(
    who: Member, points: int = 0, applied_seq: int = 0, version: int = 1, visit: date | None = None
) -> MemberRecord:
    applied = {"T1": ("1.1", applied_seq)} if applied_seq else {}
    return MemberRecord(who, Balance(points, 1_700_000_000_000, applied), visit, (), version)


def campaign(n: int, **more: object) -> Campaign:
    """Return ten percent off everything, from today on."""
    fields = {
        "campaign_id": f"C{n}",
        "version": 1,
        "name": f"活动{n}",
        "name_en": f"Campaign {n}",
        "valid_from": TODAY,
        "valid_to": TODAY + timedelta(days=30),
        "what": What(everything=True),
        "benefit": Benefit(BenefitKind.PERCENT_OFF, off_bp=1_000 + n),
    }
    return Campaign(**(fields | more))  # type: ignore[arg-type]


def grant(n: int, who: Member, amount: int, **more: object) -> Grant:
    fields = {
        "gid": f"ho/{n}",
        "member_id": who.member_id,
        "asset": Asset.POINTS,
        "amount": amount,
        "expires_on": date(2027, 12, 31),
    }
    return Grant(**(fields | more))  # type: ignore[arg-type]


def recall(n: int, who: Member, asset: Asset = Asset.POINTS, lot: str = "") -> Recall:
    return Recall(f"r{n}", who.member_id, asset, lot)


def change(pos: int, value: Published, version: int | None = None) -> DirectoryChange:
    kind, entity_id = kind_of(value)
    return DirectoryChange(pos, kind, entity_id, value, version or getattr(value, "version", 1))


def kind_of(value: Published) -> tuple[str, str]:
    match value:
        case Item():
            return "item", str(value.item_id)
        case Programme():
            return "programme", value.version
        case Campaign():
            return "campaign", value.campaign_id
        case StaffMember():
            return "staff", value.staff_id
        case MemberRecord():
            return "member", value.member.member_id
        case MemberAlias():
            return "alias", value.loser
        case _:
            return "call", value.call_id


def build_directory(path: Path, key: bytes, values: Iterable[Published], incarnation: str = "1") -> Path:
    """Write a directory file as head office does: its tables, rows, then indexes."""
    database = open_encrypted(path, key, synchronous="OFF")
    database.conn.execute("PRAGMA journal_mode = DELETE").fetchall()
    for statement in (*directory_file.TABLES.split(";"), *directory_file.INDEXES.split(";")):
        if statement.strip():
            database.conn.execute(statement)
    database.close()
    feed = DirectoryFeed(lambda: (path, key), lambda _path, _key: None)
    feed.apply_page("global", Cursor(incarnation, 0), [change(n, value) for n, value in enumerate(values, 1)])
    feed.close()
    return path


@dataclass
class Till:
    """A till on files in ``home``, with its ports in hand."""

    home: Path
    store: TillStore
    clock: FakeClock
    rng: FakeRng
    link: FakeLink
    session: TillSession
    log: TillLog
    feed: DirectoryFeed

    def publish(self, *values: Published, shard: str = "store:S01") -> None:
        """Let head office say something new."""
        cursor = self.feed.cursor(shard)
        pos = 0 if cursor is None else cursor.pos
        changes = [change(pos + n, value) for n, value in enumerate(values, 1)]
        self.feed.apply_page(shard, Cursor("1", pos + len(changes)), changes)

    def grant(self, *grants: Grant) -> None:
        """Let head office grant something."""
        self.log.install_grants(self.log.incarnation(), grants)

    def recall(self, *recalls: Recall) -> None:
        """Let head office ask for rights back."""
        shard = "terminal:T1/1.1"
        before = self.log.cursor(shard)
        cursor = Cursor(self.log.incarnation(), before.pos + 1 if before else 1)
        self.log.install_page(shard, cursor, (), recalls)

    def close(self) -> None:
        self.feed.close()
        self.store.close()


def open_kit(
    home: Path, *, durable: bool = False, space: Space | None = None, zone: timezone = SHANGHAI, boot_id: str = "boot1"
) -> Till:
    """Open the till in ``home`` as the program does at its start."""
    store = open_till(home / "till.db", TILL_KEY, event_codec, space=space, durable=durable)
    return kit_on(home, store, zone, boot_id)


def kit_on(home: Path, store: TillStore, zone: timezone = SHANGHAI, boot_id: str = "boot1") -> Till:
    """Put a till on a store that is open."""
    clock, rng, link = FakeClock(), FakeRng(), FakeLink()
    session = TillSession(store, clock, rng, link, boot_id=boot_id, zone=zone)
    log = TillLog(store, session.say, clock.now_ms, boot_id)
    feed = DirectoryFeed(log.installed_directory, log.install_directory)
    return Till(home, store, clock, rng, link, session, log, feed)


def new_till(home: Path, *values: Published, identity: Identity = IDENTITY, durable: bool = False) -> Till:
    """Open a new till in ``home``: enrolled, with a directory of ``values`` besides rules and staff."""
    till = open_kit(home, durable=durable)
    till.log.save_identity(identity)
    published = (PROGRAMME, CASHIER, MANAGER, *values)
    file = build_directory(home / "download.db", DIRECTORY_KEY, published)
    till.feed.install_file(file, DIRECTORY_KEY)
    return till


def opened(till: Till, float_minor: int = 50_000) -> Till:
    """Sign the cashier in and open the day."""
    till.session.staff = CASHIER
    DayDesk(till.session, FakePins()).open_day(float_minor)
    return till


def renamed_rules(rules: Programme, version: str, **more: object) -> Programme:
    return replace(rules, version=version, valid_from=rules.valid_from + timedelta(days=1), **more)  # type: ignore[arg-type]


def renamed(who: Member, name: str) -> Member:
    return replace(who, name=name)
