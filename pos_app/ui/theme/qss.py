"""The application's style sheet and palette, generated from the tokens of one theme."""

from typing import cast, get_args

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from pos_app.ui.theme import look
from pos_app.ui.theme.tokens import BODY_PX, CARD_RADIUS_PX, CHIP_RADIUS_PX, CONTROL_RADIUS_PX, THEMES, ThemeName, Tone

ROLES: tuple[tuple[QPalette.ColorRole, Tone], ...] = (
    (QPalette.ColorRole.Window, "canvas"),
    (QPalette.ColorRole.WindowText, "ink"),
    (QPalette.ColorRole.Base, "surface"),
    (QPalette.ColorRole.AlternateBase, "sunken"),
    (QPalette.ColorRole.Text, "ink"),
    (QPalette.ColorRole.Button, "surface"),
    (QPalette.ColorRole.ButtonText, "ink"),
    (QPalette.ColorRole.Highlight, "pri"),
    (QPalette.ColorRole.HighlightedText, "on_pri"),
    (QPalette.ColorRole.PlaceholderText, "ink3"),
    (QPalette.ColorRole.ToolTipBase, "night"),
    (QPalette.ColorRole.ToolTipText, "night_ink"),
)

SHEET = """
#root, #page {{ background: {canvas}; }}
#rail {{ background: {night}; border: none; }}
#top {{ background: {surface}; border: none; border-bottom: 1px solid {line}; }}
#status {{ background: {surface}; border: none; border-top: 1px solid {line}; }}
#scrim {{ background: rgba(16, 34, 30, 110); border: none; }}
#training {{ background: {training}; color: {inverse}; border: none; }}
QLabel {{ background: transparent; }}
QFrame[card="true"] {{ background: {surface}; border: 1px solid {line}; border-radius: {card}px; }}
QFrame[card="night"] {{ background: {night}; border: none; border-radius: {card}px; }}
QFrame[rule="true"] {{ background: {line}; border: none; }}
QToolTip {{ background: {night}; color: {inverse}; border: none; padding: 6px; }}
QPushButton {{
    background: {surface}; color: {ink}; border: 1px solid {line}; border-radius: {control}px; padding: 0 12px;
}}
QPushButton:hover {{ background: {sunken}; }}
QPushButton:pressed {{ background: {line}; }}
QPushButton:checked {{ background: {pri_tint}; border: 2px solid {pri}; }}
QPushButton:focus {{ border: 2px solid {focus}; }}
QPushButton:disabled {{ background: {sunken}; color: {ink4}; }}
QPushButton[v="key"] {{ background: {sunken}; }}
QPushButton[v="key"]:pressed {{ background: {pri_tint}; border-color: {pri}; }}
QPushButton[v="quick"] {{ background: {pri_tint}; border-color: {pri_line}; padding: 0; }}
QPushButton[v="quick"]:pressed {{ background: {pri_line}; }}
QPushButton[v="quick"]:focus {{ border: 2px solid {focus}; }}
QPushButton[v="quick"]:disabled {{ background: {sunken}; border-color: {line}; }}
QPushButton[v="pri"] {{ background: {pri}; border-color: {pri}; }}
QPushButton[v="pri"]:hover {{ background: {pri_h}; }}
QPushButton[v="pri"]:pressed {{ background: {pri_p}; }}
QPushButton[v="pri"]:focus {{ border: 3px solid {gold_solid}; }}
QPushButton[v="pri"]:disabled {{ background: {line}; border-color: {line}; }}
QPushButton[v="soft"] {{ border-color: {pri_line}; padding: 0 8px; }}
QPushButton[v="soft"]:focus {{ border: 2px solid {focus}; }}
QPushButton[v="danger"] {{ border-color: {bad_line}; }}
QPushButton[v="danger"]:focus {{ border: 2px solid {bad}; }}
QPushButton[v="danger"]:disabled {{ border-color: {line}; }}
QPushButton[v="quiet"] {{ background: transparent; border: 1px solid transparent; padding: 0 8px; }}
QPushButton[v="quiet"]:hover {{ background: {sunken}; }}
QPushButton[v="quiet"]:pressed {{ background: {line}; }}
QPushButton[v="quiet"]:focus {{ border: 2px solid {focus}; }}
QPushButton[v="toast"] {{ background: transparent; border: 1px solid transparent; }}
QPushButton[v="toast"]:pressed {{ background: {night2}; }}
QPushButton[v="toast"]:focus {{ border: 2px solid {gold_solid}; }}
QPushButton[v="nav"] {{ background: transparent; border: none; padding: 0; }}
QPushButton[v="nav"]:hover {{ background: {night2}; }}
QPushButton[v="nav"]:checked {{ background: {surface}; border: none; }}
QPushButton[v="nav"]:focus {{ border: 2px solid {gold_solid}; }}
QPushButton[v="gold"] {{ border-color: {line}; }}
QPushButton[v="gold"]:checked {{ background: {gold_tint}; border: 1px solid {gold_line}; }}
QPushButton[v="gold"]:focus {{ border: 2px solid {focus}; }}
QPushButton[v="segment"] {{ background: transparent; border: 1px solid transparent; border-radius: {chip}px; }}
QPushButton[v="segment"]:checked {{ background: {surface}; border: 1px solid {pri_line}; }}
QPushButton[v="segment"]:focus {{ border: 2px solid {focus}; }}
QPushButton[v="status"] {{
    background: transparent; border: 1px solid transparent; border-radius: {chip}px; padding: 0 10px;
}}
QPushButton[v="status"]:hover {{ background: {sunken}; }}
QPushButton[v="status"][tone="warn"] {{ background: {warn_tint}; }}
QPushButton[v="status"][tone="bad"] {{ background: {bad_tint}; }}
QPushButton[v="status"]:focus {{ border: 2px solid {focus}; }}
QFrame[well="true"] {{ background: {sunken}; border: none; border-radius: {control}px; }}
QLineEdit {{
    background: {surface}; color: {ink}; border: 1px solid {line2}; border-radius: {control}px; padding: 0 12px;
    selection-background-color: {pri_tint}; selection-color: {ink};
}}
QLineEdit:focus {{ border: 2px solid {pri}; }}
QLineEdit:disabled {{ background: {sunken}; color: {ink4}; border-color: {line}; }}
QLineEdit[wrong="true"] {{ border: 2px solid {bad}; }}
QLineEdit#scan {{ border: 2px solid {pri_line}; padding: 0 12px 0 44px; }}
QLineEdit#scan:focus {{ border: 2px solid {pri}; }}
QLineEdit#scan[flash="ok"] {{ background: {ok_tint}; border: 2px solid {ok}; }}
QLineEdit#scan[flash="bad"] {{ background: {bad_tint}; border: 2px solid {bad}; }}
QCheckBox, QRadioButton {{ color: {ink}; spacing: 10px; min-height: {target}px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {focus}; }}
QAbstractItemView {{ background: transparent; border: none; outline: 0; }}
QListView:focus {{ border: none; }}
QScrollArea {{ background: transparent; border: none; }}
#scrolled {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 14px; margin: 2px; }}
QScrollBar::handle:vertical {{ background: {line}; border-radius: 5px; min-height: 48px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QPlainTextEdit {{
    background: {surface}; color: {ink}; border: 1px solid {line2}; border-radius: {control}px; padding: 6px 8px;
}}
QPlainTextEdit:focus {{ border: 2px solid {pri}; }}
"""


def sheet(name: ThemeName) -> str:
    """Return the style sheet of one theme."""
    colours = THEMES[name]
    sizes = {"card": CARD_RADIUS_PX, "control": CONTROL_RADIUS_PX, "chip": CHIP_RADIUS_PX, "target": 44}
    words = SHEET.format(**{str(tone): code for tone, code in colours.items()}, **sizes)
    tones = cast("tuple[Tone, ...]", get_args(Tone))
    inks = "".join(f'QLabel[tone="{tone}"] {{ color: {colours[tone]}; }}\n' for tone in tones)
    rounded = f"border: none; border-radius: {CONTROL_RADIUS_PX}px;"
    fills = "".join(f'QFrame[fill="{tone}"] {{ background: {colours[tone]}; {rounded} }}\n' for tone in tones)
    return words + inks + fills


def apply_theme(app: QApplication, name: ThemeName = "day") -> None:
    """Dress the application; costs 80 to 150 ms with a window open, so only at start and when the theme changes."""
    look.use(name)
    app.setStyle("Fusion")
    palette = QPalette()
    for role, tone in ROLES:
        palette.setColor(role, look.colour(tone))
        if tone == "ink":
            palette.setColor(QPalette.ColorGroup.Disabled, role, look.colour("ink4"))
    app.setPalette(palette)
    app.setFont(look.font(BODY_PX))
    app.setStyleSheet(sheet(name))


def touch_scale(dots_per_inch: float) -> float:
    """Return the interface scale at which a 44 px target is at least 9 mm, in steps of 0.05 and never below 1.

    Args:
        dots_per_inch: the screen's physical density; 0 when the screen does not say, which leaves the scale at 1.
    """
    wanted = 9 / 25.4 * dots_per_inch / 44
    return max(1.0, -(-round(wanted * 100) // 5) * 0.05)
