"""Caps and budgets over all tills: told to the stores, and put before a person where tills went beyond."""

from datetime import timedelta

import msgspec
import pytest

from head_office.campaigns import publish_campaign
from head_office.catalogue import publish_items
from head_office.merging import MergeDesk
from head_office.store import schema
from pos_app.domain.events import MemberRegistered
from pos_app.domain.members import CampaignUsed
from pos_app.domain.price_steps import CampaignUse
from tests.head_office.rig import member, open_till, replace, rows_of
from tests.head_office.test_refunds import bring_back
from tests.head_office.test_tiers import told
from tests.till_kit import campaign, item

LAST = campaign(1).valid_to
LATER = LAST + timedelta(days=90)


@pytest.fixture
def known(office, till):
    publish_items(office, [item(1)])
    publish_campaign(office, campaign(1, cap_per_member=2))
    publish_campaign(office, campaign(2, budget_per_till=3))
    till.say(MemberRegistered(member(1)))
    till.push()
    return till


def use(till, campaign_id: str, times: int, who: str | None = "m1") -> None:
    till.say(replace(till.sale(member_id=who), uses=(CampaignUse(campaign_id, 1, times),)))
    till.push(len(till.log))


def flags(office):
    return [(row.code, row.entity_id, msgspec.json.decode(row.detail)) for row in rows_of(office, schema.flag)]


def test_what_is_used_at_one_till_is_told_to_all(office, line, known):
    other = open_till(office, line, "S02")
    use(other, "C1", 1)

    assert told(known).uses == told(other, store_id="S02").uses == (CampaignUsed("C1", 1, LAST),)
    assert flags(office) == []


def test_what_goes_beyond_a_cap_is_put_before_a_person(office, line, known):
    use(open_till(office, line, "S02"), "C1", 2)
    use(known, "C1", 1)

    ((code, who, detail),) = flags(office)
    assert (code, who, detail["used"], detail["most"]) == ("campaign.over_cap", "m1", 3, 2)


def test_two_records_of_one_person_have_one_cap(office, known):
    known.say(MemberRegistered(member(2)))
    known.push(len(known.log))
    use(known, "C1", 1)
    use(known, "C1", 1, "m2")
    person = MergeDesk(office).merge("m1", "m2", by="e9").survivor

    assert told(known, person).uses == (CampaignUsed("C1", 2, LAST),)
    use(known, "C1", 1, "m2")
    assert told(known, person).uses == (CampaignUsed("C1", 3, LAST),)
    assert [code for code, *_ in flags(office) if code.startswith("campaign.")] == ["campaign.over_cap"]


def test_a_till_that_spends_more_than_its_budget_is_put_before_a_person(office, known):
    use(known, "C2", 3, None)
    assert flags(office) == []

    use(known, "C2", 1)

    ((code, what, detail),) = flags(office)
    assert (code, what, detail["used"], detail["most"]) == ("campaign.over_budget", "C2", 4, 3)


def test_what_a_campaign_without_cap_is_used_is_told_to_nobody(known):
    use(known, "C2", 1)

    assert told(known).uses == ()


def test_uses_of_a_campaign_that_is_long_over_are_forgotten(office, known):
    use(known, "C1", 1)
    publish_campaign(office, campaign(5, cap_per_member=9, valid_to=LATER))
    office.clock.day = LAST + timedelta(days=31)

    use(known, "C5", 1)

    assert told(known).uses == (CampaignUsed("C5", 1, LATER),)


def test_a_void_gives_back_what_its_sale_used(office, known):
    for campaign_id in ("C1", "C2"):
        sale, sold_as = replace(known.sale(member_id="m1"), uses=(CampaignUse(campaign_id, 1, 2),)), known.next_origin()
        known.say(sale)
        known.push(len(known.log))
        known.say(replace(bring_back(known, sale, sold_as), is_whole=True, is_void=True))
        known.push(len(known.log))

    assert told(known).uses == ()
    assert [row.times for row in rows_of(office, schema.campaign_spent)] == [0]
    assert flags(office) == []
