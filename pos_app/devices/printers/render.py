"""Turn paper into the bytes of an ESC/POS printer.

python-escpos writes the commands; text is encoded here and sent raw, because python-escpos prints lines such as
``￥12.00`` or ``①`` wrong. It is imported when the first paper is rendered (0.6 to 1 s).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pos_app.domain.paper import Barcode, Cut, Line, Paper, Printed, QrCode, lay_out, pad, wrap
from pos_app.errors import Refused, Unavailable

Encoding = Literal["gbk", "utf-8", "raster"]
ENCODINGS: dict[str, Encoding] = {"gbk": "gbk", "utf-8": "utf-8", "raster": "raster"}
DOTS = {32: 384, 42: 512, 48: 576}  # of each number of columns

CHINESE_MODE = b"\x1c&"
UTF8_MODE = b"\x1c(C\x02\x000\x02"  # Source: Epson, FS ( C function 48, character encode system 2
LINE_DOTS = 30
TIGHT_DOTS = 24
QR_DOTS = 224  # about 28 mm, easily read by a telephone
QR_MODULE_DOTS = (3, 8)
BARCODE_HEIGHT_DOTS = 72
QUIET_DOTS = 14  # white above and below a code
QUIET_MODULES = 2  # a linear code may fill the width: the roll's unprinted margins are its quiet zones
LONGEST_QR = 700  # characters; longer ones are too fine for 203 dpi
# Entries of the escpos printer database with the right number of dots; only the width matters to us.
DATABASE_ENTRY = {384: "Sunmi-V2", 512: "TM-T88III", 576: "TM-T20II"}


@dataclass(frozen=True, slots=True)
class PrinterProfile:
    """What a model can do. ``dots`` is the printable width at 8 dots/mm, ``columns`` its ASCII characters."""

    columns: int = 48
    dots: int = 576
    encoding: Encoding = "gbk"
    has_cutter: bool = True
    drawer_pin: Literal[2, 5] = 2
    answers_status: bool = True
    feed_lines: int = 1  # blank lines at the end; without a cutter, up to the edge where paper is torn off
    draws_qr: bool = True  # False: codes are sent as pictures


def profile_for(
    columns: int, encoding: str = "gbk", *, answers_status: bool = True, has_cutter: bool | None = None
) -> PrinterProfile:
    """Return the profile of an ordinary printer with this many columns; 58 mm printers have no blade unless told.

    Raises:
        Refused: ``printer.profile`` for a width or an encoding that no profile has.
    """
    if columns not in DOTS or encoding not in ENCODINGS:
        raise Refused("printer.profile", columns=columns, encoding=encoding)
    cutter = columns > 32 if has_cutter is None else has_cutter
    return PrinterProfile(
        columns=columns,
        dots=DOTS[columns],
        encoding=ENCODINGS[encoding],
        has_cutter=cutter,
        answers_status=answers_status,
        feed_lines=1 if cutter else 5,
        draws_qr=encoding != "raster",
    )


PROFILES: dict[str, PrinterProfile] = {
    "58mm": profile_for(32),
    "58mm-cutter": profile_for(32, has_cutter=True),
    "80mm": profile_for(48),
    "80mm-42": profile_for(42),
    "80mm-silent": profile_for(48, answers_status=False),
    "80mm-utf8": profile_for(48, "utf-8"),
    "80mm-raster": profile_for(48, "raster"),
}


def render(paper: Paper, profile: PrinterProfile, font_folders: tuple[Path, ...] | None = None) -> bytes:
    """Return one complete job, cuts included. Blocks 2 ms, and up to 10 ms for each line that must be drawn.

    Args:
        font_folders: where fonts for drawn lines are looked for; None means the system's folders. Without a font
            such a line is printed with ``?`` for what the printer's own characters lack.
    """
    return _Job(profile, font_folders).render(lay_out(paper, profile.columns))


def drawer_pulse(profile: PrinterProfile) -> bytes:
    """Return the bytes that open the cash drawer, and nothing else."""
    job = _dummy(profile)
    job.cashdraw(profile.drawer_pin)
    return bytes(job.output)


def encode(text: str, encoding: Encoding) -> bytes | None:
    """Return the line in the printer's own encoding, or None when it must be drawn."""
    if encoding == "raster" and not text.isascii():
        return None
    try:
        return text.encode("utf-8" if encoding == "utf-8" else "gbk")
    except UnicodeEncodeError:
        return None


def _dummy(profile: PrinterProfile) -> Any:  # noqa: ANN401  # python-escpos ships no types
    from escpos.printer import Dummy  # noqa: PLC0415  # heavy: 0.6 to 1 s

    return Dummy(profile=DATABASE_ENTRY[profile.dots])


class _Job:
    """One job being written; keeps what was last set so that lines repeat no commands."""

    def __init__(self, profile: PrinterProfile, font_folders: tuple[Path, ...] | None) -> None:
        self._profile = profile
        self._font_folders = font_folders
        self._out = _dummy(profile)
        self._style = (False, 1, LINE_DOTS)
        self._pen: Any = None  # made when the first line must be drawn

    def render(self, parts: list[Printed]) -> bytes:
        self._begin()
        for part in parts:
            match part:
                case Line():
                    self._line(part)
                case QrCode(data):
                    self._qr(data)
                case Barcode():
                    self._barcode(part)
                case Cut():
                    self._cut()
        return bytes(self._out.output)

    def _raw(self, data: bytes) -> None:
        self._out._raw(data)  # noqa: SLF001  # python-escpos's documented way to send bytes as they are

    def _begin(self) -> None:
        self._out.hw("INIT")
        if self._profile.encoding == "gbk":
            self._raw(CHINESE_MODE)
        elif self._profile.encoding == "utf-8":
            self._raw(UTF8_MODE)
        self._out.line_spacing(LINE_DOTS)

    def _line(self, line: Line) -> None:
        data = encode(line.text, self._profile.encoding)
        if data is None and self._draw(line):
            return
        if data is None:
            known = line.text.encode("gbk", "replace") if self._profile.encoding == "gbk" else b""
            data = known or line.text.encode("ascii", "replace")
        self._set(line)
        self._raw(data + b"\n")

    def _set(self, line: Line) -> None:
        style = (line.bold, line.size, TIGHT_DOTS if line.tight else LINE_DOTS * line.size)
        bold, size, spacing = self._style
        if style[0] != bold:
            self._out.set(bold=line.bold)
        if style[1] != size:
            self._out.set(custom_size=True, width=line.size, height=line.size)
        if style[2] != spacing:
            self._out.line_spacing(style[2])
        self._style = style

    def _draw(self, line: Line) -> bool:
        """Send the line as a picture; False when this computer has no font for it."""
        from pos_app.devices.printers.fonts import FOLDERS, Pen  # noqa: PLC0415  # Pillow
        from pos_app.devices.printers.raster import draw_line  # noqa: PLC0415

        try:
            self._pen = self._pen or Pen(FOLDERS if self._font_folders is None else self._font_folders)
            self._out.image(draw_line(self._pen, line, self._profile.dots))
        except Unavailable:
            return False
        return True

    def _qr(self, data: str) -> None:
        import segno  # noqa: PLC0415
        from escpos.constants import QR_ECLEVEL_M  # noqa: PLC0415

        if not data or len(data) > LONGEST_QR:
            return
        code = segno.make_qr(data, error="m", boost_error=False, encoding="utf-8")
        least, most = QR_MODULE_DOTS
        module = max(least, min(most, QR_DOTS // len(code.matrix)))
        self._feed(QUIET_DOTS)
        self._out.set(align="center")
        if self._profile.draws_qr:
            self._out.qr(data, ec=QR_ECLEVEL_M, size=module, native=True)
        else:
            self._out.image(_picture(code, module))
        self._out.set(align="left")
        self._feed(QUIET_DOTS)

    def _barcode(self, barcode: Barcode) -> None:
        data = code128(barcode.data) if barcode.symbology == "CODE128" else barcode.data
        modules = QUIET_MODULES + (95 if barcode.symbology != "CODE128" else code128_modules(data))
        thickness = min(3, self._profile.dots // modules)
        if thickness < 2 or not is_printable(barcode):
            if barcode.symbology == "CODE128":
                self._qr(barcode.data)
            for part in wrap(barcode.data, self._profile.columns):
                self._line(Line(pad(part, self._profile.columns, "center").rstrip()))
            return
        # Written here because python-escpos's own barcode() prints to standard output.
        payload = data.encode("ascii")
        kind = {"UPCA": 65, "EAN13": 67, "EAN8": 68, "CODE128": 73}[barcode.symbology]
        self._feed(QUIET_DOTS)
        self._out.set(align="center")
        self._raw(b"\x1dh%c\x1dw%c\x1df\x00\x1dH\x02" % (BARCODE_HEIGHT_DOTS, thickness))
        self._raw(b"\x1dk%c%c" % (kind, len(payload)) + payload)
        self._out.set(align="left")
        self._feed(QUIET_DOTS)

    def _feed(self, dots: int) -> None:
        self._raw(b"\x1bJ%c" % dots)

    def _cut(self) -> None:
        self._set(Line(""))
        self._out.print_and_feed(self._profile.feed_lines)
        if self._profile.has_cutter:
            self._out.cut(feed=False)


def _picture(code: Any, module: int) -> Any:  # noqa: ANN401  # segno ships no types, Pillow is loaded lazily
    from PIL import Image  # noqa: PLC0415  # heavy

    rows = [list(row) for row in code.matrix]
    image = Image.new("1", (len(rows), len(rows)))
    image.putdata([0 if dark else 255 for row in rows for dark in row])
    return image.resize((len(rows) * module, len(rows) * module))


def is_printable(barcode: Barcode) -> bool:
    """Say whether a printer will print it: a wrong check digit or character makes it print nothing, silently."""
    if barcode.symbology == "CODE128":
        return 0 < len(barcode.data) <= 80 and all(" " <= char <= "~" for char in barcode.data)
    length = {"EAN13": 13, "EAN8": 8, "UPCA": 12}[barcode.symbology]
    if len(barcode.data) != length or not (barcode.data.isascii() and barcode.data.isdigit()):
        return False
    *digits, check = map(int, barcode.data)
    total = sum(digit * (3 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(digits)))
    return (10 - total % 10) % 10 == check


def code128(data: str) -> str:
    """Return the data with the code set that ESC/POS demands: pairs of digits in C, all else in B.

    Source: Epson, GS k function B; ``{`` is the escape and is doubled.
    """
    if data.isascii() and data.isdigit() and len(data) % 2 == 0:
        return "{C" + "".join(chr(int(data[at : at + 2])) for at in range(0, len(data), 2))
    return "{B" + data.replace("{", "{{")


def code128_modules(data: str) -> int:
    """Return the width of ``code128``'s result in modules: start, data, check, stop."""
    return (len(data) - 2 + 2) * 11 + 13
