"""Paint interpreted ESC/POS parts as the paper that a thermal printer would give.

Imports Pillow: for the simulator, previews and tests, never at the till's start-up.
"""

from collections.abc import Callable, Sequence

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from pos_app.devices.printers.fonts import CHAR_DOTS, COLUMN_DOTS, Pen
from pos_app.devices.printers.printed import Fed, Part, PrintedBarcode, PrintedImage, PrintedQr, PrintedText, Run
from pos_app.domain.paper import width

PAPER_DOTS = {384: 464, 512: 640, 576: 640}  # 58 and 80 mm rolls at 8 dots/mm
FINAL_BAR = "11"  # ends the stop sign of Code 128
TORN_DOTS = 28
PAPER_WHITE = (251, 250, 246)
INK_BLACK = (43, 42, 46)
HRI_DOTS = 32
MAX_HEIGHT_DOTS = 40_000  # five metres of paper

Strip = tuple[Image.Image, int]  # ink, and how far the paper moves


def paint(parts: Sequence[Part], dots: int, pen: Pen) -> Image.Image:
    """Return the printed dots, black on white, exactly ``dots`` wide.

    Raises:
        Unavailable: ``printer.font`` when this computer has no font for Han characters.
    """
    strips = [strip for part in parts if (strip := _strip(part, dots, pen)) is not None]
    height = min(MAX_HEIGHT_DOTS, sum(advance for _, advance in strips) + CHAR_DOTS)
    ink = Image.new("L", (dots, max(1, height)))
    y = 0
    for picture, advance in strips:
        room = ink.crop((0, y, dots, y + picture.height))
        ink.paste(ImageChops.lighter(room, picture), (0, y))
        y += advance
    return ImageChops.invert(ink).convert("1", dither=Image.Dither.NONE)


def photograph(dots: Image.Image) -> Image.Image:
    """Return the dots on a piece of paper with its margins, as an eye would see it at 8 pixels a millimetre."""
    wide = PAPER_DOTS.get(dots.width, dots.width + 64)
    size = (wide, dots.height + 2 * TORN_DOTS)
    ink = Image.new("L", size)
    ink.paste(ImageChops.invert(dots.convert("L")), ((wide - dots.width) // 2, TORN_DOTS))
    soft = ImageChops.lighter(ink.filter(ImageFilter.GaussianBlur(0.55)), ink.point([v * 3 // 4 for v in range(256)]))
    paper = Image.new("RGB", size, PAPER_WHITE)
    paper.paste(INK_BLACK, (0, 0), soft)
    edge = ImageDraw.Draw(paper)
    edge.rectangle((0, 0, wide - 1, size[1] - 1), outline=(226, 224, 216))
    return paper


def _strip(part: Part, dots: int, pen: Pen) -> Strip | None:
    match part:
        case PrintedText():
            return _text(part, dots, pen), part.advance_dots
        case PrintedImage():
            return _placed(_image(part), dots, part.align), part.height
        case PrintedQr():
            code = _qr(part)
            return _placed(code, dots, part.align), code.height
        case PrintedBarcode():
            bars = _barcode(part, pen)
            return _placed(bars, dots, part.align), bars.height
        case Fed(fed):
            return Image.new("L", (1, 1)), fed
        case _:
            return None


def _text(line: PrintedText, dots: int, pen: Pen) -> Image.Image:
    high = max((run.style.scale[1] for run in line.runs), default=1)
    ink = Image.new("L", (dots, CHAR_DOTS * high + 8))
    used = sum(width(run.text) * COLUMN_DOTS * run.style.scale[0] for run in line.runs)
    x = {"left": 0, "center": (dots - used) // 2, "right": dots - used}[line.align]
    for run in line.runs:
        x += _run(ink, run, x, CHAR_DOTS * (high - run.style.scale[1]), pen)
    return ink


def _run(ink: Image.Image, run: Run, x: int, y: int, pen: Pen) -> int:
    style = run.style
    area = Image.new("L", ink.size)
    used = pen.draw(area, (x, y), run.text, bold=style.bold, scale=style.scale)
    bottom = y + CHAR_DOTS * style.scale[1]
    if style.underline:
        ImageDraw.Draw(area).rectangle((x, bottom, x + used - 1, bottom + 1), fill=255)
    if style.inverse:
        block = Image.new("L", ink.size)
        ImageDraw.Draw(block).rectangle((x, y, x + used - 1, bottom), fill=255)
        area = ImageChops.difference(block, area)
    ink.paste(ImageChops.lighter(ink, area))
    return used


def _placed(ink: Image.Image, dots: int, align: str) -> Image.Image:
    placed = Image.new("L", (dots, ink.height))
    placed.paste(ink, ({"left": 0, "center": (dots - ink.width) // 2, "right": dots - ink.width}[align], 0))
    return placed


def _image(part: PrintedImage) -> Image.Image:
    return Image.frombytes("1", (part.width, part.height), part.rows).convert("L")


def _qr(part: PrintedQr) -> Image.Image:
    import segno  # noqa: PLC0415  # only when a QR is painted

    rows = segno.make_qr(part.data, error=part.level, boost_error=False, encoding="utf-8").matrix
    ink = Image.frombytes("L", (len(rows), len(rows)), bytes(255 if dark else 0 for row in rows for dark in row))
    return ink.resize((ink.width * part.module_dots,) * 2, Image.Resampling.NEAREST)


def _barcode(part: PrintedBarcode, pen: Pen) -> Image.Image:
    """Paint the bars; what a printer does not accept (a wrong check digit) leaves the paper white."""
    readers: dict[int, Callable[[bytes], tuple[str, str]]] = {73: _code128, 65: _ean, 67: _ean, 68: _ean}
    modules, text = readers[part.kind](part.data) if part.kind in readers else ("", "")
    wide = max(1, len(modules) * part.module_dots)
    ink = Image.new("L", (wide, part.height_dots + (HRI_DOTS if part.has_text else 0)))
    pencil = ImageDraw.Draw(ink)
    for at, bar in enumerate(modules):
        if bar == "1":
            left = at * part.module_dots
            pencil.rectangle((left, 0, left + part.module_dots - 1, part.height_dots - 1), fill=255)
    if part.has_text:
        pen.draw(ink, (max(0, (wide - len(text) * COLUMN_DOTS) // 2), part.height_dots + 4), text)
    return ink


def _ean(data: bytes) -> tuple[str, str]:
    from barcode.ean import EAN8, EAN13  # noqa: PLC0415  # only when a barcode is painted

    text = data.decode("ascii", "replace")
    full = text.zfill(13) if len(text) == 12 else text
    kind = {8: EAN8, 13: EAN13}.get(len(full))
    if kind is None or not full.isdigit() or kind(full[:-1]).get_fullcode() != full:
        return "", ""
    (modules,) = kind(full[:-1]).build()
    return modules.replace("G", "1"), text


def _code128(data: bytes) -> tuple[str, str]:
    """Read ESC/POS Code 128 data: ``{A``, ``{B``, ``{C`` choose the code set, ``{{`` is a brace."""
    from barcode.charsets import code128  # noqa: PLC0415  # only when a barcode is painted

    sets = {ord("A"): 103, ord("B"): 104, ord("C"): 105}
    if len(data) < 3 or data[0] != ord("{") or data[1] not in sets:
        return "", ""
    values, text, code_set = [sets[data[1]]], "", data[1]
    at = 2
    while at < len(data):
        byte = data[at]
        if code_set == ord("C"):
            values.append(byte)
            text += f"{byte:02}"
        else:
            at += byte == ord("{")
            values.append(byte - 32 if byte >= 32 else byte + 64)
            text += chr(byte)
        at += 1
    check = (values[0] + sum(at * value for at, value in enumerate(values))) % 103
    return "".join(code128.CODES[value] for value in (*values, check)) + code128.STOP + FINAL_BAR, text
