"""Campaigns: published whole or refused with every fault, withdrawn, read from files, loaded with the demo chain."""

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from head_office.campaign_files import read_campaigns
from head_office.campaigns import campaigns_of, in_force, publish_campaign, publish_campaigns, withdraw_campaign
from head_office.catalogue import publish_items, publish_programme
from head_office.cli import app
from head_office.demo.campaigns import campaigns as demo_campaigns
from head_office.demo.load import load
from head_office.office import open_office
from pos_app.domain.campaigns import Benefit, BenefitKind, Campaign, Part, Step, What, When, Who
from pos_app.domain.members import Tier
from pos_app.domain.programme import Programme
from pos_app.errors import Refused
from tests.head_office.rig import TODAY, replace
from tests.till_kit import campaign, item

DAY = timedelta(days=1)


@pytest.fixture
def chain(office, till):
    """A chain with three items."""
    publish_items(office, [item(1), item(2), item(3, category="wipes", brand="柔净")])
    return office


def told(till):
    return [(change.kind, change.entity_id) for change in till.changes("global") if change.kind != "item"]


def test_a_campaign_is_told_to_every_till_with_its_new_versions(chain, till):
    publish_campaign(chain, campaign(1))
    publish_campaign(chain, campaign(1, version=2, name="改名"))

    assert told(till) == [("campaign", "C1"), ("campaign", "C1")]
    assert [each.campaign.name for each in campaigns_of(chain)] == ["改名"]


def test_a_withdrawn_campaign_leaves_the_tills_and_its_number_goes_on(chain, till):
    publish_campaign(chain, campaign(1))
    withdraw_campaign(chain, "C1")

    assert told(till) == [("campaign", "C1"), ("tombstone", "C1")]
    with chain.database.read() as connection:
        assert list(in_force(connection)) == []
    for again, code in ((lambda: withdraw_campaign(chain, "C1"), "campaign.unknown"),
                        (lambda: publish_campaign(chain, campaign(1)), "campaign.old_version")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            again()
        assert refused.value.code == code
    publish_campaign(chain, campaign(1, version=2))
    assert told(till)[-1] == ("campaign", "C1")


WRONG = {
    "over before it begins": (campaign(2, valid_to=TODAY - 30 * DAY), "campaign.unlawful", "valid_to"),
    "over already": (campaign(2, valid_from=TODAY - 9 * DAY, valid_to=TODAY - DAY), "campaign.unlawful", "valid_to"),
    "everything and a part of it": (
        campaign(2, what=What(everything=True, categories=("food",))), "campaign.unlawful", "what"),
    "nothing at all": (campaign(2, what=What()), "campaign.unlawful", "what"),
    "an hour that never comes": (campaign(2, when=When(hour_from=22, hour_to=6)), "campaign.unlawful", "when"),
    "a child of no age": (campaign(2, who=Who(months_from=9, months_to=3)), "campaign.unlawful", "who"),
    "more than all off": (
        campaign(2, benefit=Benefit(BenefitKind.PERCENT_OFF, off_bp=10_001)), "campaign.unlawful", "benefit.off_bp"),
    "a field of another kind": (
        campaign(2, benefit=Benefit(BenefitKind.PERCENT_OFF, off_bp=500, points=9)), "campaign.unlawful",
        "benefit.points"),
    "steps that fall": (
        campaign(2, benefit=Benefit(BenefitKind.MONEY_OFF, steps=(Step(20_000, 3_000), Step(30_000, 3_000)))),
        "campaign.unlawful", "benefit.steps"),
    "no campaign at all": (campaign(2, campaign_id=""), "campaign.unlawful", "campaign_id"),
    "an item of another chain": (campaign(2, what=What(items=(1, 77))), "campaign.unknown_scope", "item 77"),
    "an item that is excepted": (
        campaign(2, what=What(categories=("food",), except_items=(78,))), "campaign.unknown_scope", "item 78"),
    "a brand that nobody sells": (campaign(2, what=What(brands=("优半",))), "campaign.unknown_scope", "brand 优半"),
    "an unknown category": (campaign(2, what=What(categories=("wine",))), "campaign.unknown_scope", "category wine"),
    "a store of another chain": (campaign(2, stores=("S01", "S99")), "campaign.unknown_scope", "store S99"),
    "a member nobody knows": (campaign(2, who=Who(members=("m77",))), "campaign.unknown_scope", "member m77"),
    "a gift that nobody has": (
        campaign(2, benefit=Benefit(BenefitKind.GIFT, gift_item_id=79, get=1, from_minor=1)),
        "campaign.unknown_scope", "item 79"),
    "a part of a bundle that nobody has": (
        campaign(2, benefit=Benefit(BenefitKind.BUNDLE, price_minor=900, parts=(Part(What(items=(80,)), 2),))),
        "campaign.unknown_scope", "item 80"),
    "the same again under another name": (
        campaign(2, benefit=campaign(1).benefit, name="再来"), "campaign.duplicate", "C1"),
    "the same again in one of the stores": (
        campaign(2, benefit=campaign(1).benefit, stores=("S01",)), "campaign.duplicate", "C1"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_nobody_can_carry_out_is_refused_with_its_reason(chain, till, name):
    publish_campaign(chain, campaign(1))
    wrong, code, detail = WRONG[name]

    faults = publish_campaigns(chain, [wrong])

    assert [(fault.code, fault.detail) for fault in faults] == [(code, detail)]
    with pytest.raises(Refused) as refused:
        publish_campaign(chain, wrong)
    assert (refused.value.code, refused.value.facts["detail"]) == (code, detail)
    assert told(till) == [("campaign", "C1")]


def test_the_same_benefit_after_the_first_or_elsewhere_is_no_duplicate(chain, till):
    first = campaign(1, stores=("S01",))
    later = campaign(2, benefit=first.benefit, valid_from=first.valid_to + DAY, valid_to=first.valid_to + 9 * DAY)
    elsewhere = campaign(3, benefit=first.benefit, stores=("S02",))

    assert publish_campaigns(chain, [first, later, elsewhere]) == []
    assert told(till) == [("campaign", "C1"), ("campaign", "C2"), ("campaign", "C3")]


def test_a_batch_is_published_whole_or_not_at_all_and_tells_every_fault(chain, till):
    batch = [
        campaign(1),
        campaign(2, what=What()),
        campaign(3, benefit=campaign(1).benefit),
        campaign(1),
        campaign(4, what=What(items=(77,)), stores=("S98",)),
    ]

    faults = publish_campaigns(chain, batch)

    assert [(fault.row, fault.code, fault.detail) for fault in faults] == [
        (2, "campaign.unlawful", "what"),
        (3, "campaign.duplicate", "C1"),
        (4, "campaign.old_version", "1"),
        (5, "campaign.unknown_scope", "item 77"),
        (5, "campaign.unknown_scope", "store S98"),
    ]
    assert (told(till), campaigns_of(chain)) == ([], [])


def test_absurd_prices_and_rules_are_refused_and_nothing_of_the_batch_is_published(chain, till):
    before = till.changes("global")
    for wrong in (item(8, -1), item(8, member_price_minor=-1), item(8, 10**12)):
        with pytest.raises(Refused, match=r"item\.price"):
            publish_items(chain, [item(9), wrong])
    with pytest.raises(Refused, match=r"programme\.unlawful"):
        publish_programme(chain, Programme("p9", TODAY, earn_bp=-1))

    assert till.changes("global") == before


TOML = """
[[campaign]]
campaign_id = "W1"
version = 1
name = "湿巾买三送一"
name_en = "Wipes: buy 3, get 1"
valid_from = 2026-11-20
valid_to = 2027-01-31
priority = 10
stores = ["S01"]

[campaign.what]
categories = ["wipes"]
brands = ["柔净"]

[campaign.benefit]
kind = "buy_get"
buy = 3
get = 1
off_bp = 10000

[campaign.who]
tiers = ["gold", "platinum"]
months_from = 0
months_to = 36
"""
CSV = (
    "\ufeffcampaign_id,version,name,name_en,valid_from,valid_to,priority,stores,what.categories,what.brands,"
    "benefit.kind,benefit.buy,benefit.get,benefit.off_bp,who.tiers,who.months_from,who.months_to,who.members_only\r\n"
    "W1,1,湿巾买三送一,\"Wipes: buy 3, get 1\",2026-11-20,2027-01-31,10,S01,wipes,柔净,"
    "buy_get,3,1,10000,gold|platinum,0,36,\r\n"
)  # fmt: skip
WIPES = Campaign(
    "W1",
    1,
    "湿巾买三送一",
    "Wipes: buy 3, get 1",
    TODAY.replace(day=20),
    TODAY.replace(year=2027, month=1, day=31),
    What(categories=("wipes",), brands=("柔净",)),
    Benefit(BenefitKind.BUY_GET, buy=3, get=1, off_bp=10_000),
    who=Who(tiers=(Tier.GOLD, Tier.PLATINUM), months_from=0, months_to=36),
    stores=("S01",),
    priority=10,
)


@pytest.mark.parametrize(("name", "text"), [("c.toml", TOML), ("c.csv", CSV)])
def test_a_file_says_the_same_either_way(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")

    assert read_campaigns(tmp_path / name) == ([WIPES], [])


def test_steps_and_parts_of_a_bundle_fit_into_cells(tmp_path):
    (tmp_path / "c.csv").write_text(
        "campaign_id,version,name,name_en,valid_from,valid_to,what.everything,benefit.kind,benefit.steps,"
        "benefit.parts,benefit.price_minor\n"
        "S1,1,满减,Off,2026-11-20,2026-12-31,true,money_off,20000:3000|30000:5000,,\n"
        "B1,1,套装,Set,2026-11-20,2026-12-31,true,bundle,,1:2|2,9900\n",
        encoding="utf-8",
    )

    (steps, bundle), faults = read_campaigns(tmp_path / "c.csv")

    assert faults == []
    assert steps.benefit.steps == (Step(20_000, 3_000), Step(30_000, 5_000))
    assert bundle.benefit.parts == (Part(What(items=(1,)), 2), Part(What(items=(2,))))


def test_a_slip_of_the_pen_never_widens_a_campaign(tmp_path):
    text = TOML.replace("brands =", "brand =").replace("tiers =", "teirs =") + TOML.replace("buy_get", "buy_sell")
    (tmp_path / "c.toml").write_text(text, encoding="utf-8")

    _found, faults = read_campaigns(tmp_path / "c.toml")

    assert [(fault.row, fault.campaign_id, fault.code) for fault in faults] == [
        (1, "W1", "campaign.unknown_field"),
        (1, "W1", "campaign.unknown_field"),
        (2, "W1", "campaign.malformed"),
    ]
    assert [fault.detail for fault in faults[:2]] == ["what.brand", "who.teirs"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("c.toml", b"[[campaign"),
        ("c.toml", b"[campaign]\nname = 1"),
        ("c.toml", b"[[campagin]]\nname = 1"),
        ("c.toml", b"\xff\xfe"),
        ("c.csv", b"campaign_id\nW1,2,3"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(tmp_path, name, body):
    (tmp_path / name).write_bytes(body)

    with pytest.raises(Refused, match=r"campaign\.file"):
        read_campaigns(tmp_path / name)


def test_the_commands_import_list_and_withdraw(chain, tmp_path):
    def run(*words: str, status: int = 0) -> list[str]:
        url = chain.database.url.render_as_string(hide_password=False)
        ran = CliRunner().invoke(app, ["campaigns", *words, "--db", url])
        assert ran.exit_code == status, ran.output
        return ran.output.splitlines()

    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text(TOML, encoding="utf-8")
    bad.write_text(TOML.replace("wipes", "wine").replace("version = 1", "version = 2"), encoding="utf-8")

    assert run("import", str(good)) == ["1 campaigns published"]
    assert run("import", str(bad), status=1) == ["row 1 W1: campaign.unknown_scope category wine"]
    assert run("list") == ["W1@1 湿巾买三送一: buy_get, 2026-11-20 to 2027-01-31"]
    assert run("withdraw", "W1") == ["W1 withdrawn"]
    assert run("list") == ["W1@1 湿巾买三送一: buy_get, 2026-11-20 to 2027-01-31, withdrawn"]
    run("import", str(tmp_path / "none.toml"), status=1)


def test_the_demo_chains_campaigns_could_have_been_published_by_hand(database_url, tmp_path):
    office = open_office(database_url, folder=tmp_path)
    load(office.database, TODAY, 20)
    stored = [each.campaign for each in campaigns_of(office)]

    faults = publish_campaigns(office, [replace(each, version=2) for each in stored])
    office.database.close()

    assert tuple(stored) == demo_campaigns(TODAY)
    assert len(stored) >= 12
    assert faults == []


def test_a_version_of_the_rules_stays_what_it_was_and_no_other_goes_before_it(chain):
    rules = Programme("q10", TODAY, earn_bp=500)
    publish_programme(chain, rules)
    publish_programme(chain, rules)  # once more is no change

    for unfit, code in (
        (replace(rules, earn_bp=600), "programme.known"),
        (replace(rules, version="q1"), "programme.overlap"),
    ):
        with pytest.raises(Refused) as error:
            publish_programme(chain, unfit)
        assert error.value.code == code
