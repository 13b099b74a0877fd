"""Where the rest of a balance is, in the words of both languages."""

import pytest

from pos_app import i18n
from pos_app.domain.members import HeldElsewhere
from pos_app.ui.desk_wording import ended_text, held_text, when_text

NOW_MS = 1_795_406_400_000
SILENT_MS = NOW_MS - 600_000
HOLDERS = (
    HeldElsewhere("江南西店", 1_750, SILENT_MS, 2, "Jiangnan West"),
    HeldElsewhere("东山口店", 30, None, 1, "Dongshankou"),
    HeldElsewhere("体育西店", 5, None),
)


@pytest.fixture(autouse=True)
def english():
    i18n.use("en")
    yield
    i18n.use("en")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "1,750 reserved at Jiangnan West, till 2, offline since {at} · 30 reserved at Dongshankou, till 1"),
        ("zh_CN", "1,750 分预留在江南西店 2 号机，{at} 起离线 · 30 分预留在东山口店 1 号机"),
    ],
)
def test_who_holds_points_is_told_with_since_when_they_are_silent(language, told):
    i18n.use(language)

    assert held_text(HOLDERS[:2], NOW_MS) == told.format(at=when_text(SILENT_MS, NOW_MS))


def test_the_rest_is_counted():
    assert held_text(HOLDERS, NOW_MS, most=1).endswith(" · 2 tills more")
    assert held_text(HOLDERS).endswith(" · 1 till more")
    assert held_text(HOLDERS[2:]) == "5 reserved at 体育西店"
    assert held_text(()) == ""


@pytest.mark.parametrize(
    ("code", "is_told"), [("session.re_enrol", True), ("terminal.locked", True), ("feed.hole", False)]
)
def test_only_the_end_of_a_life_is_told_as_one(code, is_told):
    assert bool(ended_text(code)) is is_told
