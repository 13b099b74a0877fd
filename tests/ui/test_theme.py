"""Tokens, icons and the sheet: contrast that can be read, every icon drawable, fonts that are there."""

import pytest
from PySide6.QtGui import QColor

from pos_app.ui.theme import look
from pos_app.ui.theme.icons import STROKES, pixmap
from pos_app.ui.theme.qss import sheet, touch_scale
from pos_app.ui.theme.tokens import THEMES, contrast

# Text on the grounds that it stands on, and the least contrast that it needs.
TEXT = [
    ("ink", "surface", 7), ("ink", "canvas", 7), ("ink", "pri_tint", 7), ("ink", "sunken", 7), ("ink", "gold_tint", 7),
    ("ink2", "surface", 4.5), ("ink2", "canvas", 4.5), ("ink2", "gold_tint", 4.5), ("ink2", "bad_tint", 4.5),
    ("ink3", "surface", 4.5), ("ink3", "sunken", 4.5), ("ink3", "canvas", 4.5), ("ink3", "pri_tint", 4.5),
    ("pri_p", "surface", 4.5), ("pri_p", "pri_tint", 4.5), ("on_pri", "pri", 4.5),
    ("gold", "surface", 4.5), ("gold", "gold_tint", 4.5), ("gold", "pri_tint", 4.5), ("on_gold", "gold_solid", 4.5),
    ("warn", "surface", 4.5), ("warn", "warn_tint", 4.5), ("bad", "surface", 4.5), ("bad", "bad_tint", 4.5),
    ("ok", "surface", 4.5), ("ok", "ok_tint", 4.5), ("info", "surface", 4.5), ("info", "info_tint", 4.5),
    ("inverse", "night", 7), ("night_ink", "night", 4.5), ("gold_solid", "night", 4.5), ("inverse", "night2", 4.5),
    ("focus", "surface", 3), ("line2", "surface", 3),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground", "least"), TEXT)
def test_text_can_be_read_on_its_ground(theme, ink, ground, least):
    colours = THEMES[theme]

    assert contrast(colours[ink], colours[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
def test_the_focus_ring_of_the_filled_button_stands_out_on_one_side(theme):
    colours = THEMES[theme]

    assert max(contrast(colours["gold_solid"], colours[ground]) for ground in ("pri", "surface")) >= 3


def test_contrast_agrees_with_its_definition():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("name", STROKES)
def test_every_icon_draws_something_in_its_colour(dressed, name):
    image = pixmap(name, "bad", 24).toImage()

    inks = [image.pixelColor(x, y) for x in range(24) for y in range(24) if image.pixelColor(x, y).alpha() > 150]
    wanted = QColor(look.hex_colour("bad"))
    assert inks
    assert all(abs(ink.red() - wanted.red()) + abs(ink.green() - wanted.green()) < 6 for ink in inks)


@pytest.mark.parametrize("theme", THEMES)
def test_every_place_of_the_sheet_is_filled(theme):
    words = sheet(theme)

    assert words.count("{") == words.count("}")
    assert all(code in words for code in (THEMES[theme]["canvas"], THEMES[theme]["pri"]))


def test_the_bundled_font_is_registered_and_its_digits_stand_in_columns(dressed):
    assert "Inter" in look.load_fonts()
    assert look.width_px("1111", 18) == look.width_px("8888", 18)


def test_text_shrinks_to_twelve_before_it_is_cut(dressed):
    wide = look.width_px("WeChat / Alipay", 12, 600)

    assert look.fit("WeChat / Alipay", int(wide) + 1, 15, 600) == (12, "WeChat / Alipay")
    assert look.fit("WeChat / Alipay", int(wide) - 10, 15, 600)[1].endswith("…")


@pytest.mark.parametrize(("dpi", "scale"), [(0, 1.0), (100, 1.0), (141, 1.15), (149, 1.2)])
def test_dense_screens_get_larger_targets(dpi, scale):
    assert touch_scale(dpi) == pytest.approx(scale)
