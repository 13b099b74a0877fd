"""Draw a line of text as dots, for what a printer's own character set lacks.

Imports Pillow: import this module where something is drawn, not at start-up.
"""

from PIL import Image

from pos_app.devices.printers.fonts import CHAR_DOTS, COLUMN_DOTS, Pen
from pos_app.domain.paper import Line

GAP_DOTS = 6  # white below a line of size 1, so that drawn and printed lines keep the same rhythm of 30 dots


def draw_line(pen: Pen, line: Line, dots: int) -> Image.Image:
    """Return the line as a black-and-white image, ``dots`` wide, on the same grid as printed text.

    Raises:
        Unavailable: ``printer.font`` when this computer has no font for Han characters.
    """
    height = (CHAR_DOTS + (0 if line.tight else GAP_DOTS)) * line.size
    ink = Image.new("L", (max(dots, COLUMN_DOTS), height))
    pen.draw(ink, (0, 0), line.text, bold=line.bold, scale=(line.size, line.size))
    return ink.point([255] * 128 + [0] * 128).convert("1")
