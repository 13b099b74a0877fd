"""The look in force: colours, fonts and fitting of text, each cached because painting asks for them all the time."""

from functools import lru_cache
from math import ceil

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF

from pos_app.ui.theme.assets import asset
from pos_app.ui.theme.tokens import CAP_PX, DEMI, FAMILIES, REGULAR, THEMES, ThemeName, Tone

FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")


WRAPPED = int(Qt.AlignmentFlag.AlignLeft) | int(Qt.TextFlag.TextWordWrap)


class _Look:
    """The theme in force; switched as a whole by ``qss.apply_theme``."""

    def __init__(self) -> None:
        self.theme: ThemeName = "day"


_look = _Look()


def theme() -> ThemeName:
    """Return the name of the theme in force."""
    return _look.theme


def use(name: ThemeName) -> None:
    """Make ``name`` the theme in force; only ``qss.apply_theme`` calls this, so that sheet and paint agree."""
    _look.theme = name


def hex_colour(tone: Tone) -> str:
    """Return a token of the theme in force as ``#RRGGBB``."""
    return THEMES[_look.theme][tone]


def colour(tone: Tone) -> QColor:
    """Return a token of the theme in force."""
    return _colour(hex_colour(tone))


@lru_cache(maxsize=256)
def _colour(code: str) -> QColor:
    return QColor(code)


@lru_cache(maxsize=256)
def font(px: int, weight: int = REGULAR, *, struck: bool = False) -> QFont:
    """Return the interface font at ``px`` pixels; digits are always tabular, so that columns of numbers stand."""
    made = QFont()
    made.setFamilies(list(FAMILIES))
    made.setPixelSize(px)
    made.setWeight(QFont.Weight(weight))
    made.setFeature(QFont.Tag("tnum"), 1)
    made.setStrikeOut(struck)
    return made


@lru_cache(maxsize=256)
def metrics(px: int, weight: int = REGULAR) -> QFontMetricsF:
    """Return the metrics of ``font(px, weight)``."""
    return QFontMetricsF(font(px, weight))


@lru_cache(maxsize=4096)
def width_px(text: str, px: int, weight: int = REGULAR) -> float:
    """Return how wide ``text`` is at that size."""
    return metrics(px, weight).horizontalAdvance(text)


@lru_cache(maxsize=4096)
def fit(text: str, room_px: int, px: int, weight: int = DEMI, least_px: int = CAP_PX) -> tuple[int, str]:
    """Return the largest size, down to ``least_px``, at which ``text`` fits, and the text, elided if none does."""
    size = px
    while size > least_px and width_px(text, size, weight) > room_px:
        size -= 1
    if width_px(text, size, weight) <= room_px:
        return size, text
    return size, metrics(size, weight).elidedText(text, Qt.TextElideMode.ElideRight, max(0, room_px))


@lru_cache(maxsize=2048)
def wrapped(text: str, box: tuple[int, int], px: int, weight: int = REGULAR) -> tuple[int, str]:
    """Return the largest size, down to 12 px, at which ``text`` fits a box (width, height) in lines, and the text."""
    wide, high = box
    room = QRectF(0, 0, max(1, wide), 1000)
    if high < 2 * metrics(CAP_PX, weight).lineSpacing() - 1:
        return fit(text, wide, px, weight)

    def fits(shown: str, size: int) -> bool:
        line, bounds = metrics(size, weight).height(), metrics(size, weight).boundingRect
        needed, blank = bounds(room, WRAPPED, shown), bounds(shown).height() - line  # a Chinese line stands in more air
        return needed.height() <= high + 1 + max(0, blank) and needed.width() <= wide + 1

    for size in range(px, CAP_PX - 1, -1):
        if fits(text, size):
            return size, text
    for length in range(wide * 2 - 40, 0, -CAP_PX):  # a long word may leave half of a line empty
        shown = metrics(CAP_PX, weight).elidedText(text, Qt.TextElideMode.ElideRight, length)
        if fits(shown, CAP_PX):
            return CAP_PX, shown
    return fit(text, wide, CAP_PX, weight)


@lru_cache(maxsize=2048)
def lines_px(text: str, wide_px: int, px: int, weight: int, most: int) -> int:
    """Return how high ``text`` is, wrapped, in ``most`` lines at most; Chinese lines are higher than Latin ones."""
    bounds = metrics(px, weight).boundingRect
    needed = bounds(QRectF(0, 0, max(1, wide_px), 1000), WRAPPED, text).height()
    return int(min(needed, ceil(bounds(text).height()) * most))


def load_fonts() -> list[str]:
    """Register the bundled fonts and return the families found; call once, after QApplication is made.

    A missing file is not an error: the families that follow in the list are used instead.
    """
    families: list[str] = []
    for name in FONT_FILES:
        number = QFontDatabase.addApplicationFont(str(asset("fonts", name)))
        if number >= 0:
            families += QFontDatabase.applicationFontFamilies(number)
    return families
