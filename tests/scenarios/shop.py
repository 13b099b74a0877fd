"""The shop of a scenario: the real head office in this process, one real till on files, joined by the real protocol."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import argon2
import sqlalchemy as sa

from head_office.books.issues import NOBODY, Issue
from head_office.campaigns import publish_campaign
from head_office.catalogue import publish_items, publish_programme, publish_staff
from head_office.enrolment import new_code
from head_office.issuing import issue
from head_office.night import night
from head_office.office import Office
from head_office.store import schema
from pos_app.bootstrap.desks import Desks, LinkState, World, open_desks
from pos_app.domain.coupons import TOKEN_DIGITS
from pos_app.domain.events import MemberRegistered, RightsReleased
from pos_app.domain.ledger import Asset, Grant, Spend
from pos_app.domain.paper import Line as Printed
from pos_app.domain.paper import Paper, QrCode, lay_out
from pos_app.domain.paper_json import from_json
from pos_app.domain.price_steps import CampaignUse
from pos_app.domain.print_jobs import JobState
from pos_app.domain.punch_cards import PunchCard, Stamps
from pos_app.domain.punch_cards import lot_of as card_lot
from pos_app.domain.staff import Role, StaffMember
from pos_app.services.till import RECEIPT_PRINTER
from pos_app.store.directory_feed import DirectoryFeed
from pos_app.sync.endpoints import HeadOffice
from pos_app.sync.enrol import enrol
from pos_app.sync.keys import DeviceKey
from tests.fakes import FakeClock, FakeRng
from tests.head_office.rig import FakeTill, Line, TestClock, give, open_till, trial_balance
from tests.scenarios.book import TODAY, Scenario
from tests.sync.books import truth
from tests.sync.shop import AppWire, Process, Terminal
from tests.till_kit import CASHIER, MANAGER, TILL_KEY, Till, item

SHANGHAI = timezone(timedelta(hours=8))
MORNING = datetime(2026, 11, 23, 10, 0, tzinfo=SHANGHAI)
CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ASSISTANT = StaffMember("E3", "S01", "周倩", Role.ASSISTANT, "")
PINS = {CASHIER.staff_id: "1111", MANAGER.staff_id: "2222", ASSISTANT.staff_id: "3333"}
FLOAT_MINOR = 50_000
COLUMNS = 48
OTHER_LANE = 9
COUPONS_UNTIL = date(2026, 11, 30)
FIRST_OTHER = 10_000
LEDGERS = ("POINTS", "VALUE:CNY", "GIFT:CNY")
HASHED = {staff_id: CHEAP.hash(pin) for staff_id, pin in PINS.items()}
PEOPLE: tuple[StaffMember, ...] = tuple(
    replace(one, pin_hash=HASHED[one.staff_id]) for one in (CASHIER, MANAGER, ASSISTANT)
)


def lot_of(rule_id: str, member_id: str) -> str:
    """Return the one coupon of a rule that a member of the book has."""
    return rule_id + hashlib.sha256(member_id.encode()).hexdigest()[:TOKEN_DIGITS].upper()


class Chain:
    """The chain of a page: what head office has published, and what it knows. ``desks`` are the till's."""

    desks: Desks

    def __init__(self, scenario: Scenario, office: Office, line: Line) -> None:
        self.scenario, self.office, self.line = scenario, office, line
        self.other_store: FakeTill | None = None
        self.stamped_elsewhere: Grant | None = None
        self._publish()

    def use_elsewhere(self, member_id: str, campaign_id: str, times: int) -> None:
        """Another till sells something with a campaign applied; head office hears of it at once."""
        before = len(self.elsewhere.log)
        sale = self.elsewhere.sale(member_id=member_id)
        self.elsewhere.say(replace(sale, uses=(CampaignUse(campaign_id, 1, times),)))
        self.elsewhere.push(before + 1)

    def flags(self) -> list[str]:
        """Return what head office has put before a person."""
        with self.office.database.read() as connection:
            return list(connection.execute(sa.select(schema.flag.c.code)).scalars())

    def stamp_elsewhere(self, member_id: str, card: PunchCard, count: int) -> None:
        """Let another store sell what stamps a card, and send it."""
        store = self.other_store = self.other_store or open_till(self.office, self.line, "S02")
        origin = store.next_origin()
        lot, last_day = card_lot(card.card_id, member_id), TODAY + timedelta(days=card.valid_days)
        self.stamped_elsewhere = Grant(origin.part("grant", 2), member_id, Asset.PUNCH, count, last_day, lot=lot)
        sale = store.sale(member_id=member_id)
        line = replace(sale.lines[0], stamps=(Stamps(card.card_id, count),))
        store.say(replace(sale, lines=(line,), stamped=(self.stamped_elsewhere,)))
        store.push(len(store.log))

    def hand_back_elsewhere(self) -> None:
        """Let that store hand back what it holds."""
        store, held = self.other_store, self.stamped_elsewhere
        assert store is not None
        assert held is not None
        store.say(RightsReleased(held.member_id, (Spend(held.gid, held.amount),), "recall"))
        store.push(len(store.log))

    def paper(self) -> str:
        """Return the newest paper as it is printed on 80 mm."""
        return "\n".join(part.text for part in lay_out(self._newest(), COLUMNS) if isinstance(part, Printed))

    def code(self) -> str:
        """Return the code of the newest paper."""
        return next(block.data for block in self._newest().blocks if isinstance(block, QrCode))

    def books(self) -> tuple[dict[str, int], list[tuple[int, str, str]]]:
        """Return what is not balanced at head office, and the facts that it could not post."""
        return {ledger: left for ledger, left in trial_balance(self.office).items() if left}, truth(
            self.office
        ).unposted

    def standing(self) -> dict[str, tuple[int, int]]:
        """Return points and stored value of each customer in all, as this till knows."""
        cards = {name: self.desks.members.card(who.member.member_id) for name, who in self.scenario.customers.items()}
        return {name: (card.total, card.value.total) for name, card in cards.items()}

    def office_standing(self) -> dict[str, tuple[int, int]]:
        """Return the same as head office has it in its books, wherever it lies."""
        account = schema.account.c
        wanted = (
            sa.select(account.owner, account.ledger, sa.func.sum(account.credit - account.debit))
            .where(account.kind.in_(["available", "escrow"]))
            .group_by(account.owner, account.ledger)
        )
        with self.office.database.read() as connection:
            found = {(owner, ledger): int(left) for owner, ledger, left in connection.execute(wanted)}
        sums = {}
        for name, who in self.scenario.customers.items():
            points, *stored = (found.get((who.member.member_id, ledger), 0) for ledger in LEDGERS)
            sums[name] = (points, sum(stored))
        return sums

    def give_coupon(self, rule_id: str, member_id: str) -> None:
        """Let head office give somebody a coupon that may be used this month."""
        lot = lot_of(rule_id, member_id)
        issue(self.office, Issue(lot, member_id, Asset.COUPON, 1, COUPONS_UNTIL, lot))

    def _newest(self) -> Paper:
        with self.desks.store.view() as unit:
            queued = unit.papers.in_state(RECEIPT_PRINTER, JobState.QUEUED)
        return from_json([job for job in queued if job.job.task == "paper"][-1].job.paper_json)

    def _publish(self) -> None:
        """Let head office have the scenario's goods, rules, people and members before the till asks."""
        scenario, office = self.scenario, self.office
        others = [item(n, 100 + n) for n in range(FIRST_OTHER, FIRST_OTHER + scenario.crowd)]
        publish_items(office, [*scenario.items.values(), *others])
        publish_programme(office, scenario.programme)
        publish_staff(office, PEOPLE)
        for rule in scenario.programme.coupons:
            if rule.bearer:
                self.give_coupon(rule.rule_id, NOBODY)
        if scenario.customers:
            self._register()
        for campaign in scenario.campaigns:  # which may be for members by name
            publish_campaign(office, campaign)

    def _register(self) -> None:
        scenario, office = self.scenario, self.office
        elsewhere = self.elsewhere = open_till(office, self.line, lane=OTHER_LANE)
        for customer in scenario.customers.values():
            elsewhere.say(MemberRegistered(customer.member))
            for on, spent in customer.bought.items():
                elsewhere.say(elsewhere.sale(paid_minor=spent, member_id=customer.member.member_id), on)
        elsewhere.push()
        for customer in scenario.customers.values():
            if customer.points:
                give(office, customer.member.member_id, customer.points)
            for rule_id in customer.coupons:
                self.give_coupon(rule_id, customer.member.member_id)


class Shop(Chain):
    """One till with an open day and the cashier at it; online until a step says otherwise."""

    def __init__(self, scenario: Scenario, folder: Path, office: Office, line: Line) -> None:
        super().__init__(scenario, office, line)
        self.clock, self.link, self.chance = FakeClock(), LinkState(), FakeRng()
        self.clock.wall_ms = int(MORNING.astimezone(UTC).timestamp() * 1000)
        folder.mkdir()
        self.folder, self.key = folder, DeviceKey(b"k" * 32)
        self.desks = self._open()
        self.identity = enrol(HeadOffice(AppWire(line)), new_code(office, "S01", 1), self.key, self.desks.log)
        self.process = self._connect()
        self.link.online = True
        self.process.push()
        self.process.pull()
        self.desks.sign_in.sign_in(CASHIER.staff_id, PINS[CASHIER.staff_id])
        self.desks.day.open_day(FLOAT_MINOR)

    def restart(self) -> None:
        """The power fails and comes back: what was not committed is gone, and the cashier signs in again."""
        self.close()
        self.desks = self._open()
        self.process = self._connect()
        self.desks.sign_in.sign_in(CASHIER.staff_id, PINS[CASHIER.staff_id])

    def pass_time(self, ms: int) -> None:
        """Let time pass at the till and at head office."""
        self.clock.pass_ms(ms)
        clock = self.office.clock
        assert isinstance(clock, TestClock)
        clock.ms += ms
        clock.day = datetime.fromtimestamp(clock.ms / 1000, SHANGHAI).date()

    def night_falls(self) -> None:
        """Let the till hand back what has ended, and head office do what is due."""
        self.desks.rights.hand_back()
        self.process.push()
        night(self.office)

    def sync(self) -> None:
        """Send everything and take everything."""
        for _ in range(2):
            self.process.push()
            self.process.pull()

    def close(self) -> None:
        self.feed.close()
        self.desks.store.close()

    def _open(self) -> Desks:
        world = World(self.clock, self.link, lambda: None, self.chance, SHANGHAI, "boot1")
        return open_desks(self.folder / "till.db", TILL_KEY, world, durable=False)

    def _connect(self) -> Process:
        desks = self.desks
        self.feed = DirectoryFeed(desks.log.installed_directory, desks.log.install_directory)
        session = desks.session
        till = Till(self.folder, desks.store, self.clock, self.chance, self.link, session, desks.log, self.feed)
        return Terminal(self.folder, self.key, till, self.identity, TODAY).run(AppWire(self.line))
