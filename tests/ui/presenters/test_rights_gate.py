"""Rights are brought from head office when they are short here but not in all, once, and only online."""

import pytest

from pos_app.domain.ledger import Asset
from pos_app.domain.members import HeldElsewhere
from pos_app.errors import PosError, Refused, Unavailable
from pos_app.services.rights import RightsNeed
from pos_app.ui.presenters.rights_gate import Lanes, RightsGate
from tests.ui.stand_ins import AtOnce, Later

SHORT = Refused("points.short_here", usable=100, wanted=600, total=1_000, elsewhere=())


class Needs:
    """What this till lacks; ``refuses`` replaces the answer."""

    def __init__(self) -> None:
        self.refuses: PosError | None = None
        self.sale_id = "s1"

    def sale_in_hand(self) -> str:
        return self.sale_id

    def short_for(self, points: int) -> RightsNeed:
        if self.refuses is not None:
            raise self.refuses
        return RightsNeed("m1", points - 100, 7)

    def short_of_value(self, amount_minor: int) -> tuple[RightsNeed, ...]:
        return RightsNeed("m1", amount_minor - 100, 7, Asset.VALUE), RightsNeed("m1", 50, 8, Asset.GIFT)


class Redemption:
    """A redemption that answers as told, one answer each time."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.done: list[object] = []
        self.failed: list[PosError] = []

    def run(self) -> object:
        answer = self._answers.pop(0)
        if isinstance(answer, PosError):
            raise answer
        return answer


class Line:
    """Head office at the other end; ``refuses`` replaces the answer."""

    def __init__(self, *, online: bool = True, refuses: PosError | None = None) -> None:
        self.online, self.refuses = online, refuses
        self.asked: list[tuple[str, int, int]] = []
        self.assets: list[Asset] = []

    def ask(self, member_id: str, amount: int, request_no: int, *, asset: Asset, lot: str) -> int:
        self.asked.append((member_id, amount, request_no))
        self.assets.append(asset)
        if self.refuses is not None:
            raise self.refuses
        return amount


def attempt(redemption: Redemption, line: Line, needs: Needs | None = None) -> None:
    gate = RightsGate(needs or Needs(), line.ask, lambda: line.online, Lanes(AtOnce(), AtOnce()))
    gate.attempt(redemption.run, redemption.done.append, redemption.failed.append)


def test_what_is_enough_here_asks_nobody():
    redemption, line = Redemption("paid"), Line()

    attempt(redemption, line)

    assert (redemption.done, line.asked) == (["paid"], [])


def test_what_is_short_here_is_brought_and_tried_once_more():
    redemption, line = Redemption(SHORT, "paid"), Line()

    attempt(redemption, line)

    assert (redemption.done, line.asked) == (["paid"], [("m1", 500, 7)])


def test_of_stored_value_both_parts_are_brought():
    short = Refused("value.short_here", usable_minor=100, wanted_minor=600, total_minor=1_000)
    redemption, line = Redemption(short, "paid"), Line()

    attempt(redemption, line)

    assert (redemption.done, line.asked) == (["paid"], [("m1", 500, 7), ("m1", 50, 8)])
    assert line.assets == [Asset.VALUE, Asset.GIFT]


def test_a_second_refusal_is_final():
    redemption, line = Redemption(SHORT, SHORT), Line()

    attempt(redemption, line)

    assert (redemption.failed, len(line.asked)) == ([SHORT], 1)


@pytest.mark.parametrize(
    ("refusal", "online"),
    [
        (SHORT, False),
        (Refused("points.short_here", usable=100, wanted=2_000, total=1_000, elsewhere=()), True),
        (Refused("redeem.step", points=150), True),
        (Unavailable("store.write"), True),
    ],
)
def test_what_cannot_be_brought_fails_at_once(refusal: PosError, online: bool):
    redemption, line = Redemption(refusal), Line(online=online)

    attempt(redemption, line)

    assert (redemption.failed, line.asked) == ([refusal], [])


def test_when_the_line_breaks_the_customer_hears_the_first_reason():
    redemption, line = Redemption(SHORT), Line(refuses=Unavailable("link.unreachable"))

    attempt(redemption, line)

    assert redemption.failed == [SHORT]


def test_when_the_need_cannot_be_told_the_first_reason_stands():
    redemption, line, needs = Redemption(SHORT), Line(), Needs()
    needs.refuses = Unavailable("store.write")

    attempt(redemption, line, needs)

    assert (redemption.failed, line.asked) == ([SHORT], [])


def test_who_holds_the_rest_is_told_rather_than_that_it_is_not_here():
    refusal = Refused("rights.short", available=0, wanted=500, held=(HeldElsewhere("江南西店", 750, None, 2),))
    redemption = Redemption(SHORT)

    attempt(redemption, Line(refuses=refusal))

    assert redemption.failed == [refusal]


@pytest.mark.parametrize(("before", "after", "spent"), [("s1", "s1", 1), ("s1", "s2", 0), ("s1", "", 0), ("", "s1", 1)])
def test_what_was_brought_for_one_sale_is_spent_for_no_other(before: str, after: str, spent: int):
    redemption, line, needs, lane = Redemption(SHORT, "paid"), Line(), Needs(), Later()
    gate = RightsGate(needs, line.ask, lambda: line.online, Lanes(lane, lane))
    needs.sale_id = before
    gate.attempt(redemption.run, redemption.done.append, redemption.failed.append)
    for _each in ("tried", "worked out", "brought"):
        lane.step()

    needs.sale_id = after
    lane.settle()

    assert redemption.done == ["paid"] * spent
    assert [refusal.code for refusal in redemption.failed] == ["sale.not_open"] * (1 - spent)
