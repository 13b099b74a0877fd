"""The demo chain: the same bytes on every run, items that scan, people who do not exist."""

from collections import Counter
from datetime import date

import msgspec
import pytest
import sqlalchemy as sa

from head_office.demo import people
from head_office.demo.catalogue import GS1_DEMO, ITEMS, SHOWN, items
from head_office.demo.histories import shelf
from head_office.demo.households import CALLS, Households
from head_office.demo.load import is_loaded, load
from head_office.demo.staff import PEOPLE, pin_hash
from head_office.initials import person_initials
from head_office.office import open_office
from head_office.snapshots import SnapshotDesk
from head_office.store import schema
from pos_app.domain import care, codes
from pos_app.domain.advice import Advice
from pos_app.domain.ages import month_age
from pos_app.domain.care import prompts
from pos_app.domain.members import Purpose
from pos_app.errors import Refused
from tests.head_office.offices import copied
from tests.head_office.rig import Line, TestClock, open_till, rows_of, trial_balance

TODAY = date(2026, 11, 23)
SOME = 600


@pytest.fixture(scope="module")
def catalogue():
    return items()


@pytest.fixture(scope="module")
def households(catalogue):
    maker = Households(shelf(catalogue), TODAY)
    return [maker.make(n) for n in range(SOME)]


def test_two_thousand_items_have_their_own_valid_barcodes_of_the_demonstration_range(catalogue):
    barcodes = {item.barcode for item in catalogue}

    assert len(catalogue) == len(barcodes) == ITEMS
    assert all(isinstance(codes.parse(barcode), codes.ItemCode) for barcode in barcodes)
    assert all(barcode.startswith(GS1_DEMO) for barcode in barcodes)


def test_items_are_told_apart_and_make_sense(catalogue):
    assert len({(item.name, item.spec) for item in catalogue}) == ITEMS
    assert all(item.price_minor >= 100 for item in catalogue)
    assert all(item.member_price_minor is None or 0 < item.member_price_minor < item.price_minor for item in catalogue)
    assert all(
        item.initials and item.initials.isascii() and item.initials == item.initials.lower() for item in catalogue
    )
    assert all((item.pack_content is None) == (item.daily_use is None) for item in catalogue)
    assert {item.advice for item in catalogue} <= {*map(str, Advice), ""}
    assert [(item.name, item.spec) for item in catalogue[: len(SHOWN)]] == [(name, spec) for name, spec, *_ in SHOWN]


def test_the_shop_has_every_kind_and_own_brands_that_earn(catalogue):
    kinds = Counter(item.category for item in catalogue)

    assert {"formula", "nappy", "cereal", "snack", "skin", "toy", "clothing", "household", "drink"} <= set(kinds)
    assert {item.stage for item in catalogue} == {None, 1, 2, 3, 4}
    assert 0.2 < sum(item.earns for item in catalogue) / ITEMS < 0.6


def test_people_have_valid_cards_invented_phones_and_told_ages(households):
    members = [one.member for one in households]

    assert all(codes.card_no_ok(member.card_no) for member in members)
    assert len({member.phone for member in members}) == len({member.member_id for member in members}) == SOME
    assert all(member.phone.startswith(people.PHONE_PREFIX) and len(member.phone) == 14 for member in members)
    assert all(member.agrees_to(Purpose.MEMBERSHIP) and member.joined_on <= TODAY for member in members)
    ages = [month_age(child, TODAY) for member in members for child in member.children]
    assert all(age.months <= people.OLDEST_MONTHS + 1 for age in ages)
    assert any(age.expected for age in ages)
    assert len({len(member.children) for member in members}) == 3


def test_histories_fit_the_ages(households, catalogue):
    known = {item.item_id: item for item in catalogue}

    for one in households[len(people.SHOWN) :]:
        days = [each.bought_on for each in one.purchases]
        assert days == sorted(days, reverse=True)
        assert all(one.member.joined_on <= day <= TODAY for day in days)
        child = min(one.member.children, key=lambda each: each.born_on, default=None)
        if child is None or child.expected:
            continue
        for each in one.purchases:
            item = known[each.item_id]
            if item.stage and child.born_on < each.bought_on:
                months = month_age(child, each.bought_on).months
                assert item.months_from - 1 <= months <= item.months_to + 1


def test_the_first_member_is_the_one_of_the_pictures(households, catalogue):
    first = households[0]

    said = prompts(first.member, first.purchases, {item.item_id: item for item in catalogue}, [first.call], TODAY)

    assert (first.member.name, first.member.phone[-4:], first.member.initials) == ("陈雨婷", "6627", "cyt")
    assert sum(points for _, points in first.lots) == 12_860
    assert [prompt.code for prompt in said] == ["care.run_out", "care.follow_up", "care.month_age"]
    assert 3 <= said[0].facts["days_left"] <= 5
    assert care.MOST_PROMPTS == 3


def test_calls_fall_due_around_today_with_consent(households):
    made = [(one.member, one.call) for one in households if one.call]

    assert all(member.agrees_to(Purpose.CALL) for member, _ in made)
    due = Counter((call.due_on - TODAY).days for _, call in made if call.store_id == "S02")
    assert due == Counter(CALLS)
    assert len({call.code for _, call in made}) == len(made)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("曾思琪", "zsq"), ("解雨涵", "xyh"), ("单慧敏", "shm"), ("仇安", "qa"), ("尉迟安", "yca"), ("Lee安", "leea")],
)
def test_surnames_are_read_as_surnames(name, typed):
    assert person_initials(name) == typed


def test_pins_are_argon2id_and_the_same_on_every_run():
    name, pin, _ = PEOPLE[0]
    before = pin_hash(name, pin)
    pin_hash.cache_clear()

    assert pin_hash(name, pin) == before
    assert before.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_loading_twice_on_the_same_date_gives_the_same_rows(migrated_file, tmp_path):
    dumps = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        dumps.append(loaded_dump(copied(migrated_file, folder)))

    assert dumps[0] == dumps[1]


def loaded_dump(url: str) -> dict[str, list[tuple[object, ...]]]:
    office = open_office(url)
    load(office.database, TODAY, 200)
    with office.database.read() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key))]
            for table in schema.metadata.tables.values()
            if table is not schema.meta
        }
    office.database.close()
    return found


def test_a_loaded_chain_balances_serves_a_snapshot_and_gives_its_tills_a_float(database_url, tmp_path):
    office = open_office(database_url, TestClock(), tmp_path / "snapshots")
    loaded = load(office.database, TODAY, 400)
    line = Line(office)
    till = open_till(office, line)

    assert (loaded.stores, loaded.items, loaded.members, loaded.staff) == (3, ITEMS, 400, 12)
    assert is_loaded(office.database)
    assert trial_balance(office) == {"POINTS": 0}
    assert len({row.member_id for row in rows_of(office, schema.grant)}) > 50
    snapshot = SnapshotDesk(office).manifest(office.sessions.caller(till.session))
    assert snapshot.positions == {"global": 1, "store:S01": 1}
    with pytest.raises(Refused, match=r"demo\.not_empty"):
        load(office.database, TODAY, 1)
    line.close()
    office.database.close()


def test_the_chain_moves_with_the_date(catalogue):
    later = Households(shelf(catalogue), date(2027, 3, 1)).make(0)

    assert month_age(later.member.children[0], date(2027, 3, 1)).months == 6
    assert msgspec.json.encode(later.member) == msgspec.json.encode(
        Households(shelf(catalogue), date(2027, 3, 1)).make(0).member
    )
