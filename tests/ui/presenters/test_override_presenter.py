import pytest

from pos_app.domain.events import DrawerOpened, Overridden
from pos_app.domain.staff import Act, Role
from pos_app.errors import Refused
from pos_app.services.drawer import DrawerDesk
from pos_app.services.hand_prices import HandEffect
from pos_app.services.staff import SignIn
from pos_app.ui.presenters.drawer import DrawerPresenter
from pos_app.ui.presenters.hand_price import off_text
from pos_app.ui.presenters.override import REASONS, OverridePresenter
from tests.fakes import FakePins
from tests.till_kit import CASHIER, MANAGER, PROGRAMME, new_till, opened
from tests.ui.stand_ins import AtOnce, Later, Told


class Room:
    """A drawer that the cashier may not open alone any more, and the sheet that asks."""

    def __init__(self, till, lane):
        self.till = till
        self.desk = DrawerDesk(till.session, FakePins())
        for _ in range(PROGRAMME.limit(Role.CASHIER).drawer_openings):
            self.desk.open("change")
        self.sheet, self.reasons = Told(), Told()
        self.said, self.failures, self.given_up = [], [], 0
        self.override = OverridePresenter(
            self.sheet, SignIn(till.session, FakePins()).approvers, lane, till.clock.mono_ms
        )
        self.drawer = DrawerPresenter(self.reasons, self.desk, self.override, self.said.append, self.failures.append)

    def attempt(self):
        self.override.attempt(
            lambda override: self.desk.open("change", override), self.said.append, self.failures.append,
            given_up=self.give_up,
        )  # fmt: skip

    def give_up(self):
        self.given_up += 1

    @property
    def newest(self):
        return self.till.store.tables.log.fact(self.till.log.head()[0] - 1)[0]

    @property
    def openings(self):
        newest = self.till.log.head()[0]
        facts = [self.till.store.tables.log.fact(seq)[0] for seq in range(1, newest)]
        return sum(isinstance(fact, DrawerOpened) for fact in facts)


@pytest.fixture
def till(tmp_path):
    till = opened(new_till(tmp_path))
    yield till
    till.close()


@pytest.fixture
def room(till):
    return Room(till, AtOnce())


def test_within_the_limit_nobody_is_asked(room, till):
    till.session.staff = MANAGER

    room.drawer.open("change")

    assert room.said == ["change"]
    assert room.sheet.names() == []


def test_the_sheet_says_what_is_asked_and_who_may_approve(room):
    room.attempt()

    asked = room.sheet.last("open_override")[0]
    assert (asked.act, asked.subject, asked.reasons) == (Act.OPEN_DRAWER, "change", REASONS[Act.OPEN_DRAWER])
    assert [person.staff_id for person in asked.people] == [MANAGER.staff_id]


def test_a_reason_given_already_is_not_asked_for_again(room):
    room.drawer.open("swap_note")

    assert room.sheet.last("open_override")[0].reason == "swap_note"


def test_a_pin_and_a_reason_do_it_once(room):
    room.attempt()
    room.override.enter("swap_note", "2222")

    assert room.said == [None]
    assert room.newest == DrawerOpened("change")
    room.attempt()
    assert room.openings == 4, "the approval ended with the one act"


def test_whoever_is_signed_in_stays_so(room, till):
    room.attempt()
    room.override.enter("swap_note", "2222")

    assert till.session.staff == CASHIER


def test_a_wrong_pin_is_said_and_tried_again(room):
    room.attempt()

    room.override.enter("change", "0000")
    assert room.sheet.last("show_wrong") == (4,)
    room.override.enter("change", "2222")

    assert room.said == [None]


def test_a_lock_out_counts_down_and_ends(room, till):
    room.attempt()
    for _ in range(5):
        room.override.enter("change", "0000")

    assert room.sheet.last("show_locked") == (60,)
    till.clock.pass_ms(59_001)
    room.override.tick()
    assert room.sheet.last("show_locked") == (1,)
    room.override.enter("change", "2222")
    assert room.said == []
    till.clock.pass_ms(999)
    room.override.enter("change", "2222")
    assert room.said == [None]


def test_what_is_wrong_with_the_approval_stays_in_the_sheet(room):
    room.attempt()
    room.override.enter("  ", "2222")

    assert room.sheet.last("show_problem")[0].code == "override.needs_reason"
    assert "dismiss" not in room.sheet.names()


def test_giving_up_leaves_everything_as_it_was(room, till):
    before = till.log.head()
    room.attempt()

    room.override.give_up()
    room.override.enter("change", "2222")

    assert (room.given_up, room.said, room.failures) == (1, [], [])
    assert till.log.head() == before


def test_leaving_while_the_pin_is_checked_still_tells_what_came_of_it(till):
    lane = Later()
    room = Room(till, lane)
    room.attempt()
    lane.settle()

    room.override.enter("change", "2222")
    room.override.give_up()
    lane.settle()

    assert (room.said, room.given_up) == ([None], 0)


def test_leaving_while_a_wrong_pin_is_checked_gives_up(till):
    lane = Later()
    room = Room(till, lane)
    room.attempt()
    lane.settle()

    room.override.enter("change", "0000")
    room.override.give_up()
    lane.settle()

    assert (room.said, room.given_up) == ([], 1)


def test_what_fails_for_another_reason_goes_back_to_who_asked(room, till):
    room.attempt()
    with till.store.unit() as unit:
        unit.days.close(1, closed_seq=9, z_no=1)

    room.override.enter("change", "2222")

    assert [error.code for error in room.failures] == ["day.not_open"]
    assert room.sheet.names()[-1] == "dismiss"


def test_other_refusals_never_open_the_sheet(room):
    def refuse(_override):
        raise Refused("drawer.needs_reason")

    room.override.attempt(refuse, room.said.append, room.failures.append)

    assert [error.code for error in room.failures] == ["drawer.needs_reason"]
    assert room.sheet.names() == []


def test_both_names_are_in_the_log(room, till):
    room.attempt()
    room.override.enter("swap_note", "2222")

    fact, at = till.store.tables.log.fact(till.log.head()[0] - 2)
    assert fact == Overridden("open_drawer", "change", "swap_note", "E2", 0, "赵强")
    assert at.staff_id == "E1"


def test_every_act_that_may_need_approval_has_reasons_to_choose_from():
    for act, reasons in REASONS.items():
        assert 2 <= len(reasons) <= 4, act


@pytest.mark.parametrize(
    ("effect", "words"),
    [
        (HandEffect(31_800, 25_000, 25_000, needs_approval=True, share_bp=2_139), "318.00 → 250.00  −21.39%"),
        (HandEffect(10_000, 8_500, 8_500, needs_approval=True, share_bp=1_500), "100.00 → 85.00  −15%"),
        (HandEffect(10_000, 12_000, 12_000, needs_approval=True, share_bp=-2_000), "100.00 → 120.00"),
    ],
)
def test_a_reduction_says_how_much_of_the_price_it_takes(effect, words):
    assert off_text(effect) == words
