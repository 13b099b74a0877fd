"""Read ESC/POS bytes the way a printer with a Chinese character set does, and say what would be on the paper.

For the simulator and the tests; shares no code with the renderer, so that one checks the other.
Source: Epson ESC/POS command reference; the Chinese mode (``FS &``) as in the manuals of 58 and 80 mm printers.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from pos_app.devices.printers.printed import (
    Asked,
    DrawerPulse,
    Fed,
    NotUnderstood,
    PaperCut,
    Part,
    PrintedBarcode,
    PrintedImage,
    PrintedQr,
    PrintedText,
    Run,
    Style,
)

ALIGNS = ("left", "center", "right")
LINE_DOTS = 30
COLUMN_DOTS = 12
BLADE_DOTS = 96  # from the print head to the blade; GS V 65/66 feed that far
GARBAGE = "□"  # a byte pair outside the character set


class _Incomplete(Exception):
    """The command goes on in bytes that have not come yet."""


@dataclass(slots=True)
class Interpreter:
    """Feed it bytes in any portions; it answers with what got finished. Holds no clock and no device."""

    dots: int = 576
    four_byte_gb18030: bool = False  # cheap printers print rubbish for those characters
    _data: bytearray = field(default_factory=bytearray)
    _at: int = 0
    _parts: list[Part] = field(default_factory=list)
    _runs: list[Run] = field(default_factory=list)
    _style: Style = field(default_factory=Style)
    _align: str = "left"
    _spacing: int = LINE_DOTS
    _charset: str = "gbk"
    _bar: dict[str, int] = field(default_factory=dict)
    _qr: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reset()

    def feed(self, data: bytes) -> list[Part]:
        """Take bytes and return the parts that they complete, in order."""
        return [part for _, parts in self.commands(data) for part in parts]

    def commands(self, data: bytes) -> Iterator[tuple[bytes, list[Part]]]:
        """Take bytes and yield each completed command with what it put on paper."""
        self._data += data
        while self._data:
            self._at, self._parts = 0, []
            try:
                self._command()
            except _Incomplete:
                return  # the rest of this command comes with the next bytes
            raw = bytes(self._data[: self._at])
            del self._data[: self._at]
            yield raw, self._parts

    def _reset(self) -> None:
        self._style, self._align, self._spacing, self._charset = Style(), "left", LINE_DOTS, "gbk"
        self._runs = []
        self._bar = {"height": 162, "module": 3, "text": 0}
        self._qr = {"data": "", "module": 3, "level": "L"}

    def _take(self, count: int = 1) -> bytes:
        taken = bytes(self._data[self._at : self._at + count])
        if len(taken) < count:
            raise _Incomplete
        self._at += count
        return taken

    def _byte(self) -> int:
        return self._take()[0]

    def _word(self) -> int:
        return int.from_bytes(self._take(2), "little")

    def _command(self) -> None:
        first = self._byte()
        groups: dict[int, Callable[[], None]] = {
            0x0A: self._line_feed,
            0x10: self._dle,
            0x1B: self._esc,
            0x1C: self._fs,
            0x1D: self._gs,
        }
        if first in groups:
            groups[first]()
        elif first >= 0x20:
            self._character(first)
        elif first not in (0x00, 0x09, 0x0D):
            self._parts.append(NotUnderstood(bytes([first])))

    def _character(self, first: int) -> None:
        if first < 0x80:
            char = chr(first)
        elif self._charset == "utf-8":
            more = 1 if first < 0xE0 else 2 if first < 0xF0 else 3
            char = (bytes([first]) + self._take(more)).decode("utf-8", "replace")
        elif self._charset == "gbk":
            char = self._han(first)
        else:
            char = bytes([first]).decode("cp437")
        _extend(self._runs, char, self._style)

    def _han(self, first: int) -> str:
        pair = bytes([first]) + self._take()
        if self.four_byte_gb18030 and 0x30 <= pair[1] <= 0x39:
            return (pair + self._take(2)).decode("gb18030", "replace")
        try:
            return pair.decode("gbk")
        except UnicodeDecodeError:
            return GARBAGE

    def _line_feed(self) -> None:
        for runs in self._broken():
            high = max((run.style.scale[1] for run in runs), default=1)
            self._parts.append(PrintedText(runs, self._align, max(self._spacing, 24 * high)))
        self._runs = []

    def _broken(self) -> list[tuple[Run, ...]]:
        """Break what is too wide for the paper, as the printer does: in the middle of a price if need be."""
        lines: list[list[Run]] = [[]]
        used = 0
        for run in self._runs:
            for char in run.text:
                dots = COLUMN_DOTS * run.style.scale[0] * (1 if char.isascii() else 2)
                if used + dots > self.dots:
                    lines.append([])
                    used = 0
                used += dots
                _extend(lines[-1], char, run.style)
        return [tuple(line) for line in lines]

    def _finish_line(self) -> None:
        if self._runs:
            self._line_feed()

    def _dle(self) -> None:
        kind, n = self._byte(), self._byte()
        self._parts.append(Asked(bytes([0x10, 4, n])) if kind == 4 else NotUnderstood(bytes([0x10, kind, n])))

    def _esc(self) -> None:
        command = chr(self._byte())
        if command == "@":
            self._reset()
        elif command == "2":
            self._spacing = LINE_DOTS
        elif command in "im":
            self._parts.append(PaperCut(full=command == "i"))
        elif command == "p":
            pin = 5 if self._byte() & 1 else 2
            self._take(2)
            self._parts.append(DrawerPulse(pin))
        elif command == "*":
            self._column_image()
        else:
            self._esc_with_number(command)

    def _esc_with_number(self, command: str) -> None:
        n = self._byte()
        if command == "!":
            wide, high = (2 if n & 0x20 else 1), (2 if n & 0x10 else 1)
            self._style = Style(bool(n & 0x08), bool(n & 0x80), self._style.inverse, (wide, high))
        elif command in "EG":
            self._style = replace(self._style, bold=bool(n & 1))
        elif command == "-":
            self._style = replace(self._style, underline=n % 48 > 0)
        elif command == "a":
            self._align = ALIGNS[n % 48 % 3]
        elif command == "3":
            self._spacing = n
        elif command in "dJ":
            self._finish_line()
            self._parts.append(Fed(n * self._spacing if command == "d" else n))
        elif command not in "tMR{V ":
            self._parts.append(NotUnderstood(b"\x1b" + command.encode("latin-1") + bytes([n])))

    def _column_image(self) -> None:
        """ESC *: columns of 8 or 24 dots, which stand in the line like a character."""
        mode, width = self._byte(), self._word()
        deep = 3 if mode & 0x20 else 1
        columns = self._take(width * deep)
        pitch = (width + 7) // 8
        rows = bytearray(pitch * deep * 8)
        for x in range(width):
            for y in range(deep * 8):
                if columns[x * deep + y // 8] & (0x80 >> y % 8):
                    rows[y * pitch + x // 8] |= 0x80 >> x % 8
        self._parts.append(PrintedImage(width, deep * 8, bytes(rows), self._align))

    def _fs(self) -> None:
        command = chr(self._byte())
        if command == "&":
            self._charset = "gbk"
        elif command == ".":
            self._charset = "cp437"
        elif command == "(":
            function, length = self._byte(), self._word()
            data = self._take(length)
            if function == ord("C") and data[:1] == b"0":
                self._charset = "utf-8" if data[1:2] in (b"\x02", b"2") else "gbk"
        elif command == "!":
            n = self._byte()
            self._style = replace(
                self._style, scale=((2 if n & 4 else 1), (2 if n & 8 else 1)), underline=bool(n & 0x80)
            )
        elif command in "-W":
            self._take()
        elif command == "S":
            self._take(2)
        else:
            self._parts.append(NotUnderstood(b"\x1c" + command.encode("latin-1")))

    def _gs(self) -> None:
        command = chr(self._byte())
        known: dict[str, Callable[[], None]] = {
            "V": self._cut,
            "v": self._raster_image,
            "(": self._gs_function,
            "k": self._barcode,
        }
        if command in known:
            known[command]()
        elif command in "LW$\\":
            self._take(2)
        else:
            self._gs_with_number(command)

    def _gs_with_number(self, command: str) -> None:
        n = self._byte()
        settings = {"h": "height", "w": "module", "H": "text"}
        if command == "!":
            self._style = replace(self._style, scale=((n >> 4) + 1, (n & 7) + 1))
        elif command == "B":
            self._style = replace(self._style, inverse=bool(n & 1))
        elif command in settings:
            self._bar[settings[command]] = n
        elif command == "r":
            self._parts.append(Asked(b"\x1dr" + bytes([n])))
        elif command not in "fab":
            self._parts.append(NotUnderstood(b"\x1d" + command.encode("latin-1") + bytes([n])))

    def _cut(self) -> None:
        mode = self._byte()
        fed = self._byte() if mode in (65, 66) else None
        self._finish_line()
        if fed is not None:
            self._parts.append(Fed(BLADE_DOTS + fed))
        self._parts.append(PaperCut(full=mode in (0, 48, 65)))

    def _raster_image(self) -> None:
        self._take(2)  # "0" and the density, which only stretches
        pitch, height = self._word(), self._word()
        rows = self._take(pitch * height)
        self._finish_line()
        self._parts.append(PrintedImage(pitch * 8, height, rows, self._align))

    def _gs_function(self) -> None:
        group, length = chr(self._byte()), self._word()
        data = self._take(length)
        if group == "k" and data[:1] == b"1":
            self._qr_function(data[1], data[2:])
        elif group == "L" and data[:2] == b"0p":
            width, height = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
            self._parts.append(PrintedImage(width, height, data[10:], self._align))
        elif (group, data[:2]) != ("L", b"02"):
            self._parts.append(NotUnderstood(b"\x1d(" + group.encode("latin-1") + data[:2]))

    def _qr_function(self, function: int, data: bytes) -> None:
        if function == 67:
            self._qr["module"] = data[0]
        elif function == 69:
            self._qr["level"] = "LMQH"[data[0] % 48 % 4]
        elif function == 80:
            self._qr["data"] = data[1:].decode("utf-8", "replace")
        elif function == 81:
            module, level = self._qr["module"], self._qr["level"]
            assert isinstance(module, int)
            self._parts.append(PrintedQr(str(self._qr["data"]), module, str(level), self._align))

    def _barcode(self) -> None:
        kind = self._byte()
        if kind >= 65:
            data = self._take(self._byte())
        else:
            end = self._data.find(0, self._at)
            if end < 0:
                raise _Incomplete
            data = self._take(end - self._at)
            self._take()
        bar = self._bar
        self._parts.append(PrintedBarcode(data, kind, bar["height"], bar["module"], bar["text"] % 48 > 0, self._align))


def _extend(runs: list[Run], char: str, style: Style) -> None:
    if runs and runs[-1].style == style:
        runs[-1] = Run(runs[-1].text + char, style)
    else:
        runs.append(Run(char, style))
