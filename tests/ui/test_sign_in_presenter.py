"""Sign-in decides: who is chosen, whether the PIN counts, whether a day must be opened first."""

from datetime import date

import pytest

from pos_app.domain.staff import Role
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.services.day import DayState
from pos_app.services.overrides import Override
from pos_app.services.staff import SignedIn, StaffTile
from pos_app.ui.presenters.override import OverridePresenter
from pos_app.ui.presenters.sign_in import SignInDesks, SignInPresenter
from pos_app.ui.presenters.sign_in_models import DayNote, LockNote, Opening, Person
from tests.ui.stand_ins import AtOnce, Later, Told

TODAY = date(2026, 11, 22)
CLOSED = DayState(is_open=False, business_date=None, shift_no=3, proposed_date=TODAY, float_minor=0, opened_at_ms=None)
OPEN = DayState(is_open=True, business_date=TODAY, shift_no=3, proposed_date=TODAY, float_minor=500, opened_at_ms=1)
TILES = (StaffTile("s1", "李敏", Role.CASHIER), StaffTile("s2", "赵强", Role.MANAGER))


class Staff:
    """Knows one PIN; ``refuses`` replaces the answer."""

    def __init__(self, tiles: tuple[StaffTile, ...] = TILES) -> None:
        self._tiles = tiles
        self.refuses: PosError | None = None
        self.asked: list[tuple[str, str]] = []
        self.signed_out = 0
        self.waiting = 0
        self.role = Role.CASHIER
        self.let_in: list[str] = []

    def tiles(self) -> tuple[StaffTile, ...]:
        return self._tiles

    def with_card(self, card: str) -> StaffTile:
        if card != "MANAGER":
            raise Refused("staff.card")
        return self._tiles[1]

    def sign_in(self, staff_id: str, pin: str) -> SignedIn:
        self.asked.append((staff_id, pin))
        if self.refuses is not None:
            raise self.refuses
        return SignedIn(staff_id, "李敏", self.role)

    def sign_out(self) -> None:
        self.signed_out += 1
        if self.refuses is not None:
            raise self.refuses

    def unsent(self) -> int:
        return self.waiting

    def end_lock_out(self, staff_id: str, override: Override | None = None) -> None:
        if override is None:
            raise Refused("override.needed", act="unlock", subject="李敏", amount_minor=0)
        self.let_in.append(staff_id)


class Days:
    def __init__(self, day: DayState) -> None:
        self.day = day
        self.opened: list[int] = []

    def state(self) -> DayState:
        return self.day

    def open_day(self, float_minor: int, *, sure_of: date | None) -> DayState:
        self.sure_of = sure_of
        self.opened.append(float_minor)
        self.day = OPEN
        return OPEN


class Till:
    """A presenter with everything around it."""

    def __init__(self, day: DayState = OPEN, tasks: object = None, tiles: tuple[StaffTile, ...] = TILES) -> None:
        self.view, self.staff, self.days = Told(), Staff(tiles), Days(day)
        self.now_ms = 0
        self.ready: list[tuple[SignedIn, DayState]] = []
        self.left = 0
        tasks = tasks or AtOnce()
        self.sheet = Told()
        self.override = OverridePresenter(self.sheet, lambda: tiles[1:], tasks, lambda: self.now_ms)
        self.presenter = SignInPresenter(
            self.view,
            SignInDesks(self.staff, self.days, self.override, lambda: self.now_ms),
            tasks,
            lambda who, day: self.ready.append((who, day)),
            self.leave,
        )
        self.presenter.start()

    def leave(self) -> None:
        self.left += 1


def test_the_people_and_the_day_are_shown_at_the_start():
    till = Till(CLOSED)

    people = (Person("s1", "李敏", Role.CASHIER), Person("s2", "赵强", Role.MANAGER))
    assert till.view.last("show_people") == (people, "")
    assert till.view.last("show_day") == (DayNote(is_open=False, business_date=TODAY, shift_no=3),)


def test_people_that_head_office_tells_of_appear_while_nobody_is_chosen():
    till = Till(tiles=())
    till.staff._tiles = TILES

    till.presenter.renew()
    shown = till.view.last("show_people")
    till.presenter.choose("s1")
    till.staff._tiles = TILES[1:]
    till.presenter.renew()

    assert shown == ((Person("s1", "李敏", Role.CASHIER), Person("s2", "赵强", Role.MANAGER)), "")
    assert till.view.last("show_people") == shown


def test_the_only_person_is_chosen_already():
    till = Till(tiles=TILES[:1])

    till.presenter.enter("1234")

    assert till.staff.asked == [("s1", "1234")]


def test_a_right_pin_with_an_open_day_leads_to_the_sale():
    till = Till()
    till.presenter.choose("s1")

    till.presenter.enter("1234")

    assert till.ready == [(SignedIn("s1", "李敏", Role.CASHIER), OPEN)]


def test_without_an_open_day_the_float_is_asked_for_first():
    till = Till(CLOSED)
    till.presenter.choose("s1")

    till.presenter.enter("1234")

    assert till.view.last("show_opening") == (Opening("李敏", TODAY, 3),)
    assert till.ready == []


def test_the_float_opens_the_day_and_leads_to_the_sale():
    till = Till(CLOSED)
    till.presenter.choose("s1")
    till.presenter.enter("1234")

    till.presenter.open_day(50_000)

    assert till.days.opened == [50_000]
    assert [day for _who, day in till.ready] == [OPEN]


def test_nobody_opens_a_day_without_having_signed_in():
    till = Till(CLOSED)

    till.presenter.open_day(50_000)

    assert till.days.opened == []


def test_a_wrong_pin_says_how_many_tries_are_left():
    till = Till()
    till.presenter.choose("s1")
    till.staff.refuses = Refused("pin.wrong", left=4)

    till.presenter.enter("9999")

    assert till.view.last("show_wrong") == (4,)
    assert till.ready == []


def test_a_lock_out_counts_down_and_asks_nothing_meanwhile():
    till = Till()
    till.presenter.choose("s1")
    till.staff.refuses = Refused("pin.locked", wait_s=60)
    till.presenter.enter("9999")
    till.staff.refuses = None

    till.now_ms = 12_500
    till.presenter.enter("1234")
    till.presenter.tick()

    assert till.view.last("show_locked") == (48,)
    assert till.staff.asked == [("s1", "9999")]


def test_after_the_lock_out_the_pin_counts_again():
    till = Till()
    till.presenter.choose("s1")
    till.staff.refuses = Refused("pin.locked", wait_s=60)
    till.presenter.enter("9999")
    till.staff.refuses = None

    till.now_ms = 60_000
    till.presenter.tick()
    till.presenter.enter("1234")

    assert till.view.last("show_locked") == (0,)
    assert len(till.ready) == 1


def test_a_locked_person_stays_locked_when_chosen_again_but_others_may():
    till = Till()
    till.presenter.choose("s1")
    till.staff.refuses = Refused("pin.locked", wait_s=60)
    till.presenter.enter("9999")
    till.staff.refuses = None

    till.presenter.choose("s2")
    till.presenter.enter("5678")
    till.presenter.choose("s1")

    assert till.view.last("show_locked") == (60,)
    assert till.staff.asked[-1] == ("s2", "5678")


def test_another_error_is_shown_and_the_screen_is_usable_again():
    till = Till()
    till.presenter.choose("s1")
    error = Unavailable("store.full")
    till.staff.refuses = error

    till.presenter.enter("1234")

    assert till.view.last("show_problem") == (error,)
    assert till.view.last("set_busy") == (False,)


def test_pressing_twice_asks_once():
    lane = Later()
    till = Till(tasks=lane)
    lane.settle()
    till.presenter.choose("s1")

    till.presenter.enter("1234")
    till.presenter.enter("1234")
    lane.settle()

    assert till.staff.asked == [("s1", "1234")]


def test_somebody_else_may_sign_in_instead_of_opening_the_day():
    till = Till(CLOSED)
    till.presenter.choose("s1")
    till.presenter.enter("1234")

    till.presenter.back()

    assert till.staff.signed_out == 1
    assert till.view.last("show_people")[1] == ""


@pytest.mark.parametrize("asked", ["choose", "enter", "back"])
def test_nothing_is_asked_while_a_pin_is_being_checked(asked):
    lane = Later()
    till = Till(tasks=lane)
    lane.settle()
    till.presenter.choose("s1")
    till.presenter.enter("1234")
    before = len(till.view.said)

    till.presenter.back() if asked == "back" else getattr(till.presenter, asked)("s2")

    assert len(till.view.said) == before


def test_answers_after_leaving_are_dropped():
    lane = Later()
    till = Till(tasks=lane)
    till.presenter.close()

    lane.settle()

    assert till.view.names() == ["show_lock"]


def test_a_failing_day_leaves_the_pin_usable():
    till = Till()
    till.presenter.choose("s1")
    error = Unavailable("store.write")

    def state() -> DayState:
        raise error

    till.days.state = state
    till.presenter.enter("1234")

    assert till.view.last("show_problem") == (error,)
    assert till.view.last("set_busy") == (False,)


def test_a_refused_float_can_be_typed_again():
    till = Till(CLOSED)
    till.presenter.choose("s1")
    till.presenter.enter("1234")
    error = Refused("day.float", most_minor=1)

    def open_day(float_minor: int, *, sure_of: date | None) -> DayState:
        raise error

    till.days.open_day = open_day
    till.presenter.open_day(99_999_999)

    assert till.view.last("show_problem") == (error,)
    assert till.ready == []


def test_a_date_far_ahead_is_opened_by_whoever_asks_again():
    till = Till(CLOSED)
    till.presenter.choose("s1")
    till.presenter.enter("1234")
    on, opened, error = (
        date(2027, 12, 29),
        till.days.open_day,
        Refused("day.far_ahead", on=date(2027, 12, 29), last=TODAY),
    )

    def doubted(float_minor: int, *, sure_of: date | None) -> DayState:
        if sure_of != on:
            raise error
        return opened(float_minor, sure_of=sure_of)

    till.days.open_day = doubted
    till.presenter.open_day(50_000)
    said = till.view.last("show_problem")
    till.presenter.open_day(50_000)

    assert (said, till.days.opened) == ((error,), [50_000])


# ---- a locked till

LOCK = LockNote("s2", "赵强", 1_000, has_sale=True)


def test_whoever_locked_the_till_is_asked_for_their_pin():
    till = Till()

    till.presenter.start(LOCK)
    till.presenter.enter("2222")

    assert till.view.last("show_lock") == (LOCK,)
    assert till.view.last("show_people")[1] == "s2"
    assert till.staff.asked == [("s2", "2222")]


def test_signing_out_with_nothing_to_send_is_done_at_once():
    till = Till()
    till.presenter.start(LOCK)

    till.presenter.sign_out()

    assert (till.staff.signed_out, till.left) == (1, 1)


def test_signing_out_with_unsent_facts_is_asked_once_and_never_refused():
    till = Till()
    till.staff.waiting = 14
    till.presenter.start(LOCK)

    till.presenter.sign_out()
    assert (till.view.last("show_unsent"), till.left) == ((14,), 0)
    till.presenter.sign_out(sure=True)

    assert (till.staff.signed_out, till.left) == (1, 1)


def test_a_full_disk_keeps_nobody_from_leaving():
    till = Till()
    till.presenter.start(LOCK)
    till.staff.refuses = Unavailable("store.full", freed=False)

    till.presenter.sign_out()

    assert till.left == 1
    assert till.view.last("show_problem")[0].code == "store.full"


def test_nobody_signs_out_of_a_till_that_nobody_locked():
    till = Till()

    till.presenter.sign_out(sure=True)

    assert till.staff.signed_out == 0


def test_somebody_else_lets_a_locked_out_person_try_again():
    till = Till()
    till.presenter.choose("s1")
    till.staff.refuses = Refused("pin.locked", wait_s=60)
    till.presenter.enter("0000")

    till.presenter.ask_unlock()
    till.override.enter("forgot_pin", "2222")

    assert till.staff.let_in == ["s1"]
    assert till.view.last("show_chosen") == ("s1",)
    till.staff.refuses = None
    till.presenter.enter("1111")
    assert [who.staff_id for who, _day in till.ready] == ["s1"]


def test_an_auditor_needs_no_open_day():
    till = Till(CLOSED)
    till.staff.role = Role.AUDITOR
    till.presenter.choose("s1")

    till.presenter.enter("1111")

    assert till.ready == [(SignedIn("s1", "李敏", Role.AUDITOR), CLOSED)]


def test_a_staff_card_picks_its_person_and_asks_for_the_pin():
    till = Till()
    till.presenter.start()

    till.presenter.scan("MANAGER")

    assert till.view.last("show_chosen") == ("s2",)
    assert (till.staff.asked, till.ready) == ([], [])


def test_a_card_of_nobody_is_said_and_picks_nobody():
    till = Till()
    till.presenter.start()

    till.presenter.scan("STRANGER")

    assert till.view.last("show_chosen") is None
    assert till.view.last("show_problem")[0].code == "staff.card"


def test_whoever_taps_a_tile_while_the_list_is_read_again_stays_chosen():
    lane = Later()
    till = Till(tasks=lane)
    lane.settle()
    till.presenter.start()  # as after a hand-over: the tiles of before are still in sight
    till.presenter.choose("s2")
    lane.settle()

    till.presenter.enter("1234")
    lane.settle()

    assert [who.staff_id for who, _day in till.ready] == ["s2"]
