"""A till as head office sees it: a key, a log, and requests over the application, without a socket."""

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec
import sqlalchemy as sa
import zstandard
from nacl.signing import SigningKey

from head_office.app import create_app
from head_office.books.ledger import Cause, LedgerBook
from head_office.enrolment import new_code
from head_office.office import Office, open_office
from head_office.store import schema
from head_office.store.bulk import insert_rows
from pos_app.domain.events import (
    Circumstances,
    DayOpened,
    Fact,
    GrantsInstalled,
    LogEvent,
    MemberRegistered,
    Sale,
    SaleLine,
)
from pos_app.domain.ids import Origin, receipt_number
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.members import Member, Tier
from pos_app.domain.posting import OPENING, POINTS, Account, Transfer, available
from pos_app.domain.programme import Programme
from pos_app.domain.tenders import Tender, TenderKind
from pos_app.domain.till import Countersigned
from pos_app.sync.session import challenge_bytes, enrol_bytes, hello_bytes
from pos_app.sync.wire import http, signing
from pos_app.sync.wire.event_codec import GENESIS, chain_hash, seal
from pos_app.sync.wire.messages import (
    PROTOCOL_VERSION,
    ChallengeAnswer,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    FeedAnswer,
    HelloAnswer,
    HelloRequest,
    NewsAnswer,
    Problem,
    PushAnswer,
    PushRequest,
    ReceiptAnswer,
    ReceiptRequest,
    RightsAnswer,
    RightsRequest,
    StatementAnswer,
    StatementRequest,
    WireEvent,
)

TODAY = date(2026, 11, 23)
LOT = date(2027, 12, 31)
NOON_MS = 1_795_406_400_000
STORES = [
    ("S01", 1, "江南西店", "Jiangnan West"),
    ("S02", 2, "东山口店", "Dongshankou"),
    ("S03", 3, "体育西店", "Tiyu West"),
]

_T = TypeVar("_T", bound=msgspec.Struct)


class TestClock:
    """Stands still until told to move."""

    __test__ = False

    def __init__(self) -> None:
        self.ms = NOON_MS
        self.day = TODAY

    def now_ms(self) -> int:
        return self.ms

    def mono_ms(self) -> int:
        return self.ms

    def today(self) -> date:
        return self.day


class Line:
    """Carries requests to the application in-process, from any thread."""

    def __init__(self, office: Office) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.app = create_app(office)
        transport = httpx.ASGITransport(app=self.app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://head-office", timeout=60)

    def send(self, method: str, target: str, body: bytes | None = None, headers: dict[str, str] | None = None):
        sent = self._client.request(method, target, content=body, headers=headers or {})
        return asyncio.run_coroutine_threadsafe(sent, self.loop).result(60)

    def close(self) -> None:
        asyncio.run_coroutine_threadsafe(self._client.aclose(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


class Refusal(Exception):
    """Head office refused the request as a whole."""

    def __init__(self, status: int, problem: Problem) -> None:
        super().__init__(status, problem)
        self.status = status
        self.code = problem.code
        self.problem = problem


def answer(reply: httpx.Response, shape: type[_T]) -> _T:
    if reply.status_code != 200:
        raise Refusal(reply.status_code, msgspec.json.decode(reply.content, type=Problem))
    return msgspec.json.decode(reply.content, type=shape)


@dataclass
class FakeTill:
    """One device: it keeps its own log and does what a well-behaved terminal does."""

    line: Line
    key: SigningKey = field(default_factory=SigningKey.generate)
    identity: EnrolAnswer | None = None
    session: str = ""
    log: list[LogEvent] = field(default_factory=list)
    business_date: date = TODAY
    request_no: int = 0
    protocol: int = PROTOCOL_VERSION
    counter: int = 0
    incarnation: str = ""  # as last bound
    accepted_upto: int = 0  # as that incarnation said
    signed_for: Countersigned | None = None  # the furthest head that head office signed

    @property
    def epoch(self) -> str:
        return self.identity.epoch

    @property
    def terminal_id(self) -> str:
        return self.identity.terminal_id

    @property
    def holder(self) -> str:
        return f"{self.terminal_id}/{self.epoch}"

    @property
    def device_key(self) -> bytes:
        return bytes(self.key.verify_key)

    def ask(self, path: str, request: msgspec.Struct, shape: type[_T]) -> _T:
        body = zstandard.compress(msgspec.json.encode(request))
        session = getattr(request, "session", "")
        if session:
            return answer(self.send("POST", path, body, {"Content-Encoding": "zstd"}, session), shape)
        return answer(self.line.send("POST", path, body, {"Content-Encoding": "zstd"}), shape)

    def signature(self, method: str, target: str, body: bytes | None, session: str = "") -> dict[str, str]:
        """Return the header fields that sign one request of the session in force."""
        self.counter += 1
        session = session or self.session
        path, _, query = target.partition("?")
        key_id = signing.key_id(self.terminal_id, self.epoch)
        params = signing.parameters(self.counter, key_id, has_body=body is not None)
        asked = signing.Asked(method, path, query, session, body)
        signature = self.key.sign(signing.signature_base(asked, params)).signature
        return {http.SESSION_HEADER: session, **signing.fields(asked, params, signature)}

    def send(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        session: str = "",
    ) -> httpx.Response:
        """Send a signed request of the session in force."""
        signed = self.signature(method, target, body, session)
        return self.line.send(method, target, body, {**signed, **(headers or {})})

    def enrol(self, code: str) -> EnrolAnswer:
        signature = self.key.sign(enrol_bytes(code, self.device_key)).signature
        self.identity = self.ask(http.ENROL, EnrolRequest(code, self.device_key, signature), EnrolAnswer)
        return self.identity

    def challenge(self) -> bytes:
        nonce = os.urandom(32)
        signature = self.key.sign(challenge_bytes(self.terminal_id, self.epoch, nonce)).signature
        certificate = self.identity.certificate
        request = ChallengeRequest(self.terminal_id, self.epoch, nonce, signature, certificate, self.device_key)
        return self.ask(http.CHALLENGE, request, ChallengeAnswer).nonce

    def hello(self, nonce: bytes | None = None, *, log: list[LogEvent] | None = None) -> HelloAnswer:
        log = self.log if log is None else log
        head = log[-1].hash if log else GENESIS
        request = HelloRequest(
            self.terminal_id,
            self.epoch,
            nonce or self.challenge(),
            len(log) + 1,
            head,
            self.incarnation,
            "test",
            accepted_upto=min(self.accepted_upto, len(log)),
            protocol=self.protocol,
            proof=self.proof(len(log)),
        )
        request = msgspec.structs.replace(request, signature=self.key.sign(hello_bytes(request)).signature)
        said = self.ask(http.HELLO, request, HelloAnswer)
        self.session = said.session
        if said.session:
            self.incarnation, self.accepted_upto = said.incarnation, said.resume_from
            self.keep(Countersigned(said.incarnation, said.resume_from, said.head_hash, said.head_signature))
        return said

    def keep(self, head: Countersigned) -> None:
        """Keep head office's word, the furthest of one incarnation."""
        known = self.signed_for
        if known is None or known.incarnation != head.incarnation or known.seq < head.seq:
            self.signed_for = head

    def proof(self, has_upto: int) -> Countersigned | None:
        """Return what hello shows; a disk that was set back has no newer word than its log."""
        return self.signed_for if self.signed_for is not None and self.signed_for.seq <= has_upto else None

    def say(self, fact: Fact, business_date: date | None = None, at_ms: int = NOON_MS) -> LogEvent:
        at = Circumstances(business_date or self.business_date, "s1", at_ms, 1, "boot")
        event = seal(self.next_origin(), self.head(), fact, at)
        self.log.append(event)
        return event

    def say_raw(self, body: bytes) -> LogEvent:
        """Append bytes that our codec would never write."""
        hash_ = chain_hash(self.next_origin(), self.head(), body)
        event = LogEvent(len(self.log) + 1, "raw", 1, body, self.head(), hash_)
        self.log.append(event)
        return event

    def next_origin(self) -> Origin:
        return Origin(self.terminal_id, self.epoch, len(self.log) + 1)

    def head(self) -> bytes:
        return self.log[-1].hash if self.log else GENESIS

    def batch(self, first: int, last: int) -> PushRequest:
        """Return events ``first`` to ``last`` as a push of the session in force."""
        events = [WireEvent(event.seq, event.body, event.hash) for event in self.log[first - 1 : last]]
        before = self.log[first - 2].hash if first > 1 else GENESIS
        return PushRequest(self.session, self.terminal_id, self.epoch, first, before, events)

    def push(self, first: int = 1, last: int | None = None) -> PushAnswer:
        answer = self.ask(http.PUSH, self.batch(first, last or len(self.log)), PushAnswer)
        upto = self.accepted_upto = answer.accepted_upto
        self.keep(Countersigned(answer.incarnation, upto, self.log[upto - 1].hash, answer.head_signature))
        return answer

    def feed(self, shard: str, cursor: int = 0, limit: int = 500, wait: int = 0, incarnation: str | None = None):
        query = urlencode(
            {
                "shard": shard,
                "incarnation": incarnation or self.incarnation,
                "cursor": cursor,
                "limit": limit,
                "wait": wait,
            }
        )
        return answer(self.send("GET", f"{http.FEED}?{query}"), FeedAnswer)

    @property
    def shards(self) -> tuple[str, ...]:
        return "global", f"store:{self.identity.store_id}", f"terminal:{self.terminal_id}/{self.epoch}"

    def news(self, cursors: dict[str, int], wait: int = 0) -> list[str]:
        """Return which shards moved past their cursors."""
        query: list[tuple[str, object]] = [("incarnation", self.incarnation), ("wait", wait)]
        for shard, cursor in cursors.items():
            query += [("shard", shard), ("cursor", cursor)]
        return answer(self.send("GET", f"{http.NEWS}?{urlencode(query)}"), NewsAnswer).moved

    def changes(self, shard: str, cursor: int = 0) -> list[Any]:
        """Return every change after the cursor."""
        items: list[Any] = []
        while True:
            page = self.feed(shard, cursor)
            items += page.items
            cursor = page.next_pos
            if cursor >= page.head_pos:
                return items

    def rights(
        self,
        member_id: str,
        amount: int,
        request_no: int | None = None,
        *,
        asset: Asset = Asset.POINTS,
        lot: str = "",
    ) -> RightsAnswer:
        if request_no is None:
            self.request_no += 1
            request_no = self.request_no
        request = RightsRequest(self.session, self.terminal_id, self.epoch, request_no, member_id, amount, asset, lot)
        return self.ask(http.RIGHTS, request, RightsAnswer)

    def receipt(self, receipt_no: str) -> ReceiptAnswer:
        asked = ReceiptRequest(self.session, self.terminal_id, self.epoch, receipt_no)
        return self.ask(http.RECEIPT, asked, ReceiptAnswer)

    def statement(self, member_id: str, before: str = "") -> StatementAnswer:
        asked = StatementRequest(self.session, self.terminal_id, self.epoch, member_id, before)
        return self.ask(http.STATEMENT, asked, StatementAnswer)

    def sell(
        self,
        *,
        paid_minor: int = 10_000,
        member_id: str | None = None,
        earn: int = 0,
        spends: tuple[Spend, ...] = (),
        item_id: int = 1,
    ) -> LogEvent:
        """Say a correct sale of one line, paid in cash."""
        return self.say(
            self.sale(paid_minor=paid_minor, member_id=member_id, earn=earn, spends=spends, item_id=item_id)
        )

    def sale(
        self,
        *,
        paid_minor: int = 10_000,
        member_id: str | None = None,
        earn: int = 0,
        spends: tuple[Spend, ...] = (),
        item_id: int = 1,
    ) -> Sale:
        origin = self.next_origin()
        points = sum(spend.amount for spend in spends)
        net = paid_minor + points
        line = SaleLine(1, item_id, "6900000000001", "奶粉", 1, net, net, 0, 0, points, points, paid_minor, earn, ())
        earned = Grant(origin.part("grant", 1), member_id, Asset.POINTS, earn, LOT) if earn and member_id else None
        tenders = (Tender(TenderKind.CASH, paid_minor, paid_minor, 0),) if paid_minor else ()
        number = receipt_number(self.identity.store_no, self.identity.lane, self.epoch, origin.seq)
        return Sale(str(origin), number, member_id, (line,), tenders, paid_minor, 0, spends, earned, (), "p1")


def member(n: int, store_id: str = "S01", tier: Tier = Tier.NORMAL, phone: str | None = None) -> Member:
    return Member(
        member_id=f"m{n}",
        card_no=f"9{n:09d}00",
        phone=phone or f"+86199{n:08d}",
        name=f"会员{n}",
        initials=f"hy{n}",
        tier=tier,
        home_store_id=store_id,
        joined_on=TODAY,
    )


def found_chain(office: Office) -> None:
    """Give the office its stores."""
    rows = [{"store_id": a, "store_no": b, "name": c, "name_en": d} for a, b, c, d in STORES]

    def work(connection: sa.Connection) -> None:
        connection.execute(sa.insert(schema.store), rows)

    office.database.write(work)


def open_till(office: Office, line: Line, store_id: str = "S01", lane: int = 1) -> FakeTill:
    """Return an enrolled till with a session."""
    till = FakeTill(line)
    till.enrol(new_code(office, store_id, lane))
    till.hello()
    return till


def new_office(url: str, folder: Path, clock: TestClock) -> Office:
    office = open_office(url, clock, folder)
    found_chain(office)
    return office


def publish_rules(office: Office, **rules: int) -> None:
    """Put rules in force today; no terminal is told."""
    programme = Programme("test", TODAY, **rules)
    row = {"rules_version": "test", "valid_from": TODAY.isoformat(), "body": msgspec.json.encode(programme)}
    office.database.write(lambda connection: insert_rows(connection, schema.programme, [row]))


def give(office, member_id: str, points: int, lot: date = LOT) -> None:
    """Open a lot of a member from nowhere."""

    def work(connection: sa.Connection) -> None:
        ledger = LedgerBook(connection)
        name = f"opening/{member_id}/{lot}/{points}"
        moved = Transfer(name, Account(POINTS, OPENING, "chain"), available(member_id, lot), points, "opening")
        ledger.book([moved], Cause(TODAY, TODAY))
        ledger.write()

    office.database.write(work)


def hold(office: Office, till: FakeTill) -> Grant:
    """Bring 300 of a member's 1,000 points to a till; the member's home store is another one."""
    till.say(MemberRegistered(member(1, "S03")))
    till.push()
    give(office, "m1", 1_000)
    (grant,) = till.rights("m1", 300).grants
    till.say(GrantsInstalled((grant,)))
    till.push(2)
    return grant


def trial_balance(office: Office) -> dict[str, int]:
    """Return credits minus debits per ledger: all zero, always."""
    account = schema.account.c
    with office.database.read() as connection:
        rows = connection.execute(
            sa.select(account.ledger, sa.func.sum(account.credit - account.debit)).group_by(account.ledger)
        ).all()
    return {ledger: int(total) for ledger, total in rows}


def balances(office: Office, owner: str | None = None) -> dict[tuple[str, str, str], int]:
    """Return (kind, owner, holder) to credits minus debits, zeros left out."""
    account = schema.account.c
    wanted = sa.select(account.kind, account.owner, account.holder, sa.func.sum(account.credit - account.debit))
    if owner:
        wanted = wanted.where(account.owner == owner)
    with office.database.read() as connection:
        rows = connection.execute(wanted.group_by(account.kind, account.owner, account.holder)).all()
    return {(kind, who, holder): int(total) for kind, who, holder, total in rows if total}


def be_restored(office: Office) -> None:
    """Head office was restored some time ago: grants of incarnation 1 may be forgotten ones."""
    office.identity = replace(office.identity, incarnation_no=2)


def rows_of(office: Office, table: sa.Table) -> list[Any]:
    """Return every row, in the order of a key of numbers where there is one: PostgreSQL has no order of its own."""
    key = list(table.primary_key)
    if table is not schema.recovery_roster and not all(isinstance(column.type, sa.Integer) for column in key):
        key = []
    with office.database.read() as connection:
        return list(connection.execute(sa.select(table).order_by(*key)).all())


__all__ = ["LOT", "NOON_MS", "TODAY", "DayOpened", "FakeTill", "Iterator", "Line", "Refusal", "TestClock", "replace"]


def deadlocks(url: str) -> int:
    """Return how many deadlocks this PostgreSQL database ever had.

    A server process may keep its count to itself until it ends: waits until nobody else is connected.
    """
    clients = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
    others = f"SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {clients}"
    counted = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    with sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect() as connection:
        while connection.execute(sa.text(others)).scalar_one():
            connection.execute(sa.text("SELECT pg_stat_clear_snapshot(), pg_sleep(0.01)"))
        return int(connection.execute(sa.text(counted)).scalar_one())


def wait_until_blocked(engine: sa.Engine, work: Future[Any]) -> None:
    """Wait until somebody waits for a lock in this PostgreSQL; raises AssertionError if ``work`` ends instead."""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with engine.connect() as connection:
        while connection.execute(sa.text(waits)).scalar_one() == 0:
            assert not work.done(), work.result()
            connection.rollback()
