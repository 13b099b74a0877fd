"""Our own 24-grid icon strokes, coloured at run time and cached per name, colour, size and pixel ratio."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from pos_app.ui.theme.look import hex_colour
from pos_app.ui.theme.tokens import ICON_PX, ICON_STROKE, Tone

# Inner SVG of each icon on a 24 x 24 grid, drawn as strokes.
STROKES = {
    "cart": (
        '<path d="M3 4h2.2l2.1 11h10.2l2-8H6.2"/><circle cx="9" cy="19.2" r="1.4"/><circle cx="16.5" '
        'cy="19.2" r="1.4"/>'
    ),
    "member": ('<circle cx="12" cy="8" r="3.6"/><path d="M4.8 20c.7-3.8 3.6-5.8 7.2-5.8s6.5 2 7.2 5.8"/>'),
    "phone": (
        '<path d="M6.6 3.5l2.6.6 1.3 3.9-2 1.7a12 12 0 0 0 5.8 5.8l1.7-2 3.9 1.3.6 2.6c-.2 1.6-1.4 2.7-3 '
        '2.6C10 19.5 4.5 14 4 6.5 3.9 4.9 5 3.7 6.6 3.5z"/>'
    ),
    "bolt": ('<path d="M13 3L5 13.5h6L10.5 21 19 10.2h-6.2z"/>'),
    "truck": (
        '<path d="M2.5 6h11v10h-11zM13.5 9.5h4l3.5 3.5v3h-7.5z"/><circle cx="7" cy="17.5" r="1.9"/><circle '
        'cx="17" cy="17.5" r="1.9"/>'
    ),
    "tally": ('<rect x="5" y="4.5" width="14" height="16" rx="2"/><path d="M9 4.5V3h6v1.5M8.5 12.5l2.5 2.5 4.5-4.8"/>'),
    "chart": ('<path d="M4 20h16M7 16.5v-5M12 16.5V6.5M17 16.5v-8"/>'),
    "gear": (
        '<circle cx="12" cy="12" r="3"/><path d="M12 3.5v2.3M12 18.2v2.3M3.5 12h2.3M18.2 12h2.3M6 6l1.6 '
        '1.6M16.4 16.4L18 18M18 6l-1.6 1.6M7.6 16.4L6 18"/>'
    ),
    "cloudoff": (
        '<path d="M4 4l16 16M8.3 8.2A5.5 5.5 0 0 0 7 9.5 4.5 4.5 0 0 0 7.5 18.5h9.8M10.8 6.7A5.5 5.5 0 0 1 '
        '17.5 11a3.8 3.8 0 0 1 2.6 6.3"/>'
    ),
    "cloud": ('<path d="M7.5 18.5a4.5 4.5 0 0 1-.5-9A5.5 5.5 0 0 1 17.5 11a3.8 3.8 0 0 1-.2 7.5z"/>'),
    "printer": ('<path d="M7 9V4h10v5M7 16.5H4.5V9h15v7.5H17"/><rect x="7" y="13.5" width="10" height="6.5"/>'),
    "scan": ('<path d="M4 8V5.5h3M20 8V5.5h-3M4 16v2.5h3M20 16v2.5h-3M8 9v6M11 9v6M13.5 9v6M16 9v6"/>'),
    "camera": ('<path d="M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4z"/><circle cx="12" cy="13" r="3.3"/>'),
    "screen": ('<rect x="3.5" y="5" width="17" height="11" rx="1.5"/><path d="M9 20h6M12 16v4"/>'),
    "qr": (
        '<rect x="4" y="4" width="6" height="6"/><rect x="14" y="4" width="6" height="6"/><rect x="4" y="14" '
        'width="6" height="6"/><path d="M14 14h2.5v2.5H14zM20 14v3M17.5 20H20M14 20h1"/>'
    ),
    "cash": (
        '<rect x="3" y="6.5" width="18" height="11" rx="1.5"/><circle cx="12" cy="12" r="2.6"/><path d="M6 '
        '9.8v4.4M18 9.8v4.4"/>'
    ),
    "card": ('<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="M3 10h18M6.5 14.8h4"/>'),
    "star": ('<path d="M12 3.8l2.5 5.2 5.7.8-4.1 4 1 5.7-5.1-2.7-5.1 2.7 1-5.7-4.1-4 5.7-.8z"/>'),
    "milk": ('<path d="M9 3.5h6v3l1.5 3V20h-9V9.5L9 6.5zM7.5 13h9"/>'),
    "spoon": ('<path d="M12 13v7.5M12 13c-2.2 0-3.5-2-3.5-4.5S10 3.5 12 3.5s3.5 2.5 3.5 5S14.2 13 12 13z"/>'),
    "hold": ('<circle cx="12" cy="12" r="8.5"/><path d="M10 9v6M14 9v6"/>'),
    "recall": ('<path d="M4 12a8 8 0 1 0 2.6-5.9L4 8.5M4 4v4.5h4.5M12 8v4.3l2.8 1.7"/>'),
    "tag": ('<path d="M4 4.5h7.5L20 13l-7 7-8.5-8.5z"/><circle cx="8.3" cy="8.6" r="1.3"/>'),
    "refund": ('<path d="M8.5 5L4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3"/>'),
    "undo": ('<path d="M8 6L4 10l4 4M4 10h10.5a5 5 0 0 1 0 10H9"/>'),
    "trash": ('<path d="M5 7h14M9.5 7V4.5h5V7M7 7l.8 13h8.4L17 7M10.3 11v5.5M13.7 11v5.5"/>'),
    "lock": ('<rect x="5.5" y="10.5" width="13" height="9.5" rx="2"/><path d="M8.5 10.5V8a3.5 3.5 0 0 1 7 0v2.5"/>'),
    "baby": (
        '<circle cx="12" cy="12.5" r="7.5"/><path d="M9.3 11.5v.6M14.7 11.5v.6M9.5 15c1.5 1.3 3.5 1.3 5 0M12 '
        '5c-.3-1.3.6-2 1.6-1.7"/>'
    ),
    "gift": (
        '<path d="M4 9h16v4H4zM5.5 13h13v7.5h-13zM12 9v11.5M12 9C10 9 7.5 8.3 7.5 6.3S10.8 4 12 9c1.2-5 '
        '4.5-4.7 4.5-2.7S14 9 12 9z"/>'
    ),
    "back": ('<path d="M9 6h11v12H9l-6-6zM12 9.5l5 5M17 9.5l-5 5"/>'),
    "check": ('<path d="M5 12.5l4.5 4.5L19 7.5"/>'),
    "plus": ('<path d="M12 5v14M5 12h14"/>'),
    "minus": ('<path d="M5 12h14"/>'),
    "cross": ('<path d="M6 6l12 12M18 6L6 18"/>'),
    "sound": ('<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M17.8 6.5a7.5 7.5 0 0 1 0 11"/>'),
    "leaf": (
        '<path d="M12 20v-8M12 13c-4.5 0-7-2.5-7-7 4.5 0 7 2.5 7 7zM12 15.5c0-3.5 2.3-6 6.8-6 0 4-2.3 6-6.8 6z"/>'
    ),
    "chevron": ('<path d="M9 5.5l6.5 6.5L9 18.5"/>'),
    "globe": (
        '<circle cx="12" cy="12" r="8.5"/><path d="M3.5 12h17M12 3.5c2.6 2.5 3.6 5.3 3.6 8.5s-1 6-3.6 '
        '8.5c-2.6-2.5-3.6-5.3-3.6-8.5s1-6 3.6-8.5z"/>'
    ),
    "mute": ('<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5"/>'),
    "search": ('<circle cx="10.5" cy="10.5" r="6"/><path d="M15 15l5.5 5.5"/>'),
    "warning": ('<path d="M12 4L2.8 19.5h18.4zM12 10v4.5M12 17v.2"/>'),
    "info": ('<circle cx="12" cy="12" r="8.5"/><path d="M12 11v5.5M12 7.8v.2"/>'),
    "clock": ('<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5.3l3.3 2"/>'),
    "up": ('<path d="M12 19V5M6 11l6-6 6 6"/>'),
    "down": ('<path d="M12 5v14M6 13l6 6 6-6"/>'),
    "sync": ('<path d="M4 12a8 8 0 0 1 13.8-5.5L20 9M20 4.5V9h-4.5M20 12a8 8 0 0 1-13.8 5.5L4 15M4 19.5V15h4.5"/>'),
    "keyboard": (
        '<rect x="3" y="6.5" width="18" height="11.5" rx="2"/><path d="M6.5 10h.2M10 10h.2M13.5 10h.2M17 '
        '10h.2M6.5 14.5h.2M9.5 14.5h5M17.3 14.5h.2"/>'
    ),
    "edit": ('<path d="M4.5 19.5l1-4L16 5l3 3L8.5 18.5zM14 7l3 3"/>'),
    "heart": ('<path d="M12 20C6.5 15.8 4 12.8 4 9.3A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.3c0 3.5-2.5 6.5-8 10.7z"/>'),
    "wallet": (
        '<path d="M4 7.5h14.5a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18zM4 7.5L15 '
        '4v3.5M16 13.5h.3"/>'
    ),
    "eye": (
        '<path d="M2.5 12C5 7.5 8.2 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.7 6.5-9.5 6.5S5 16.5 2.5 12z"/><circle '
        'cx="12" cy="12" r="2.8"/>'
    ),
    "calendar": ('<rect x="4" y="5.5" width="16" height="14.5" rx="2"/><path d="M4 10h16M8.5 3.5v4M15.5 3.5v4"/>'),
    "receipt": ('<path d="M6 3.5h12V20.5l-2.4-1.5-1.8 1.5-1.8-1.5-1.8 1.5-1.8-1.5L6 20.5zM9 8h6M9 12h6"/>'),
    "receive": ('<path d="M4 14v5h16v-5M12 4v10M7.5 10l4.5 4.5 4.5-4.5"/>'),
}


def svg(name: str, ink: str, stroke: float = ICON_STROKE) -> str:
    """Return one icon as an SVG document in the colour ``ink`` (``#RRGGBB``)."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="none" stroke="{ink}" '
        f'stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round">{STROKES[name]}</svg>'
    )


def pixmap(name: str, tone: Tone, size_px: int = ICON_PX, stroke: float = ICON_STROKE) -> QPixmap:
    """Return an icon for painting, in a token of the theme in force."""
    screen = QGuiApplication.primaryScreen()
    ratio = screen.devicePixelRatio() if screen is not None else 1.0
    return _pixmap(name, hex_colour(tone), size_px, stroke, ratio)


def icon(name: str, tone: Tone, size_px: int = ICON_PX) -> QIcon:
    """Return an icon for a Qt widget that paints icons itself."""
    return QIcon(pixmap(name, tone, size_px))


@lru_cache(maxsize=512)
def _pixmap(name: str, ink: str, size_px: int, stroke: float, ratio: float) -> QPixmap:
    drawn = QPixmap(QSize(round(size_px * ratio), round(size_px * ratio)))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(svg(name, ink, stroke).encode())).render(painter)
    painter.end()
    drawn.setDevicePixelRatio(ratio)
    return drawn
