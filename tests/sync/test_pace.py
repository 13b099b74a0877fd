"""Who computes lets others go first."""

from pos_app.sync.pace import TURN_MS, Pace
from tests.fakes import FakeClock


def test_everything_is_handed_on_in_order_and_before_each_turn_others_go_first():
    clock, seen = FakeClock(), []

    def give_way():
        seen.append("others")
        clock.pass_ms(50)  # what they do is no work of ours

    for thing in Pace(give_way, clock)(range(2 * TURN_MS + 1)):
        seen.append(thing)
        clock.pass_ms(1)

    first, second = list(range(TURN_MS)), list(range(TURN_MS, 2 * TURN_MS))
    assert seen == ["others", *first, "others", *second, "others", 2 * TURN_MS]


def test_nothing_to_hand_on_keeps_nobody_waiting():
    asked = []

    assert list(Pace(lambda: asked.append(1), FakeClock())([])) == []

    assert asked == []
