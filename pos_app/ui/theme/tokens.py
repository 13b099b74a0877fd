"""Design tokens: the one source of every colour, size and type step of the window (禾苗 / Seedling)."""

from collections.abc import Mapping
from typing import Literal

Tone = Literal[
    "canvas", "surface", "sunken", "line", "line2",
    "ink", "ink2", "ink3", "ink4", "inverse",
    "pri", "pri_h", "pri_p", "pri_tint", "pri_line", "on_pri",
    "gold", "gold_tint", "gold_line", "gold_solid", "on_gold",
    "ok", "ok_tint", "ok_line", "warn", "warn_tint", "warn_line",
    "bad", "bad_tint", "bad_line", "info", "info_tint", "info_line",
    "night", "night2", "night_ink", "focus", "training", "training_tint",
]  # fmt: skip
ThemeName = Literal["day", "night", "high_contrast"]
Colours = Mapping[Tone, str]

DAY: Colours = {
    "canvas": "#EEF2F1", "surface": "#FFFFFF", "sunken": "#F6F8F8", "line": "#DCE3E1", "line2": "#7D8C89",
    "ink": "#12211E", "ink2": "#3D4F4B", "ink3": "#566763", "ink4": "#83928F", "inverse": "#FFFFFF",
    "pri": "#0B6B5B", "pri_h": "#095B4E", "pri_p": "#074A3F", "pri_tint": "#E2F1ED", "pri_line": "#A9D4C9",
    "on_pri": "#FFFFFF",
    "gold": "#7A5200", "gold_tint": "#FFF3D6", "gold_line": "#EFD79A", "gold_solid": "#F2B93B", "on_gold": "#12211E",
    "ok": "#0E7A4E", "ok_tint": "#E3F4EB", "ok_line": "#A8D9BF",
    "warn": "#8A4B00", "warn_tint": "#FFEFD9", "warn_line": "#F3CD98",
    "bad": "#B3261E", "bad_tint": "#FDECEA", "bad_line": "#F0B8B3",
    "info": "#1D5BB5", "info_tint": "#E8F0FC", "info_line": "#B9D0F2",
    "night": "#10322C", "night2": "#1B463E", "night_ink": "#BFD8D1",
    "focus": "#1D5BB5", "training": "#6B3FA0", "training_tint": "#F1EAF9",
}  # fmt: skip

NIGHT: Colours = {
    **DAY,
    "canvas": "#0E1614", "surface": "#16211F", "sunken": "#1C2927", "line": "#2C3B38", "line2": "#7D908C",
    "ink": "#E8F0EE", "ink2": "#C2D0CC", "ink3": "#9DB0AB", "ink4": "#6F827D",
    "pri": "#3FB79F", "pri_h": "#55C4AE", "pri_p": "#7FD8C6", "pri_tint": "#17352F", "pri_line": "#2C6358",
    "on_pri": "#0E1614",
    "gold": "#F2C765", "gold_tint": "#33290F", "gold_line": "#5C4A1C",
    "ok": "#5FD3A0", "ok_tint": "#12311F", "ok_line": "#276B48",
    "warn": "#FFB866", "warn_tint": "#3A2507", "warn_line": "#6B4A17",
    "bad": "#FF8A80", "bad_tint": "#3B1614", "bad_line": "#7A332D",
    "info": "#8AB8FF", "info_tint": "#14263F", "info_line": "#2C4C7A",
    "night": "#091F1B", "night2": "#16413A", "focus": "#8AB8FF",
    "training": "#C4A2EE", "training_tint": "#2A1B3D",
}  # fmt: skip

HIGH_CONTRAST: Colours = {
    **DAY,
    "canvas": "#FFFFFF", "sunken": "#FFFFFF", "line": "#12211E", "line2": "#12211E", "ink2": "#12211E",
    "ink3": "#12211E", "ink4": "#566763", "pri": "#074A3F", "pri_h": "#074A3F", "pri_tint": "#FFFFFF",
    "pri_line": "#074A3F", "gold": "#5C3D00", "gold_tint": "#FFFFFF", "gold_line": "#5C3D00",
    "warn": "#6B3A00", "warn_tint": "#FFFFFF",
    "warn_line": "#6B3A00", "bad": "#8E1B15", "bad_tint": "#FFFFFF", "bad_line": "#8E1B15", "ok": "#075C39",
    "ok_tint": "#FFFFFF", "ok_line": "#075C39", "info": "#12408A", "info_tint": "#FFFFFF", "info_line": "#12408A",
    "night": "#000000", "night2": "#1B463E", "night_ink": "#FFFFFF",
}  # fmt: skip

THEMES: Mapping[ThemeName, Colours] = {"day": DAY, "night": NIGHT, "high_contrast": HIGH_CONTRAST}

FAMILIES = ("Inter", "Noto Sans CJK SC", "Microsoft YaHei UI", "PingFang SC")

# Type steps, px.
CAP_PX = 12
SMALL_PX = 13
BODY_PX = 14
LABEL_PX = 15
ITEM_PX = 16
TITLE_PX = 17
HEAD_PX = 18
KEY_PX = 22
POINTS_PX = 26
DUE_PX = 46
DUE_COMPACT_PX = 42
CHANGE_PX = 72

# Weights.
REGULAR, MEDIUM, DEMI, BOLD = 400, 500, 600, 700

# Radii, px.
CHIP_RADIUS_PX = 8
CONTROL_RADIUS_PX = 10
CARD_RADIUS_PX = 14

# Sizes, px.
TARGET_PX = 44
GAP_PX = 6
TOP_PX = 52
STATUS_PX = 46
ROW_PX = 62
ROW_OPEN_PX = 108
ACTION_PX = 56
TENDER_PX = 52
PAY_PX = 60
SCAN_PX = 52
NOTICE_PX = 58
ICON_PX = 20
ICON_STROKE = 1.75

# Below this width the zones narrow and the basket folds.
COMPACT_BELOW_PX = 1200
# A 1024 x 768 screen less the taskbar.
LEAST_WINDOW_PX = (1024, 728)


def contrast(first: str, second: str) -> float:
    """Return the contrast of two ``#RRGGBB`` colours, 1 to 21.

    Source: WCAG 2.2, definitions of relative luminance and contrast ratio.
    """
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
