"""What ends redeeming without head office, when, and that it lifts by itself; selling never stops."""

import pytest

from pos_app.domain.payment import TenderAsked
from pos_app.domain.tenders import TenderKind
from pos_app.errors import Refused
from pos_app.services.checkout import Checkout
from pos_app.services.overrides import Override
from tests.fakes import FakePins
from tests.till_kit import CASHIER, PROGRAMME, grant, member, open_kit, renamed_rules

ANNA = member(1)
HOUR_MS = 3_600_000


@pytest.fixture
def checkout(till):
    till.grant(grant(1, ANNA, 4_000))
    return serving(till)


def serving(till):
    checkout = Checkout(till.session, FakePins())
    checkout.add_item(1)
    checkout.attach(ANNA.member_id)
    return checkout


def refusal(work, *values):
    with pytest.raises(Refused) as error:
        work(*values)
    return error.value


def all_sent(till):
    till.log.mark_accepted(till.log.head()[0] - 1, 0)


@pytest.mark.parametrize(
    ("hours", "warns", "code"), [(23, False, ""), (24, True, ""), (72, True, "redeem.unsent_too_long")]
)
def test_the_age_of_the_oldest_unsent_fact_warns_and_then_ends_redeeming(checkout, till, hours, warns, code):
    till.clock.pass_ms(hours * HOUR_MS)

    limits = checkout.limits()

    told = "" if limits.problem is None else limits.problem.code
    assert (limits.unsent_hours, limits.stop_hours, limits.warns, told) == (hours, 72, warns, code)


def test_what_is_too_old_or_too_much_lifts_by_itself_when_it_is_sent(checkout, till):
    till.clock.pass_ms(72 * HOUR_MS)
    error = refusal(checkout.redeem_points, 500)
    assert (error.code, error.facts) == ("redeem.unsent_too_long", {"hours": 72, "limit": 72})
    checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),))

    all_sent(till)

    assert serving(till).redeem_points(500).priced.points == 500


def test_online_nothing_is_too_old(checkout, till):
    till.clock.pass_ms(100 * HOUR_MS)
    till.link.online = True

    assert checkout.limits().problem is None
    assert checkout.redeem_points(500).priced.points == 500


def test_a_clock_that_a_manager_vouched_for_makes_no_fact_younger(checkout, till):
    till.clock.pass_ms(80 * HOUR_MS)
    till.clock.wall_ms -= 79 * HOUR_MS
    checkout.vouch(Override("E2", "2222", "认识顾客"))

    assert refusal(checkout.redeem_points, 500).facts["hours"] == 80


def test_over_a_restart_of_the_machine_the_wall_clock_is_all_there_is(checkout, till):
    till.clock.pass_ms(80 * HOUR_MS)
    till.session.boot_id = "boot2"
    till.clock.wall_ms -= 10 * HOUR_MS

    assert checkout.limits().unsent_hours == 70


def test_too_much_unsent_money_ends_redeeming_offline(checkout, till):
    till.publish(renamed_rules(PROGRAMME, "p2", unsent_value_cap_minor=15_000), shard="global")
    checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),))
    checkout = serving(till)
    assert checkout.redeem_points(500).priced.points == 500
    checkout.redeem_points(0)
    checkout.pay((TenderAsked(TenderKind.CARD, 10_000, reference="r"),))
    checkout = serving(till)

    error = refusal(checkout.redeem_points, 500)

    assert (error.code, error.facts) == ("redeem.unsent_too_much", {"unsent_minor": 20_000, "cap_minor": 15_000})
    all_sent(till)
    assert checkout.redeem_points(500).priced.points == 500


@pytest.mark.parametrize("online", [False, True])
def test_where_the_rules_ask_for_it_redeeming_waits_for_a_contact_after_each_cold_boot(checkout, till, online):
    till.publish(renamed_rules(PROGRAMME, "p2", require_contact_after_boot=True), shard="global")
    till.link.online = online
    assert refusal(checkout.redeem_points, 500).code == "redeem.no_contact"

    till.log.heard(till.clock.now_ms())

    assert checkout.redeem_points(500).priced.points == 500
    checkout.redeem_points(0)
    till.close()
    again = open_kit(till.home)
    again.session.staff = CASHIER
    assert Checkout(again.session, FakePins()).redeem_points(500).priced.points == 500  # the program, not the machine
    Checkout(again.session, FakePins()).redeem_points(0)
    again.close()
    rebooted = open_kit(till.home, boot_id="boot2")
    rebooted.session.staff = CASHIER
    assert refusal(Checkout(rebooted.session, FakePins()).redeem_points, 500).code == "redeem.no_contact"
    rebooted.close()


def test_by_default_no_contact_is_needed_after_a_boot(checkout):
    assert checkout.limits().problem is None
