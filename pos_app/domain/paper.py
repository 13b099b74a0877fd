"""Paper as data: what a receipt, slip or report says, before a printer or a width is chosen.

Builders (receipts, slips, reports) make a ``Paper`` of blocks; ``lay_out`` turns it into lines for a width in
columns; drivers and previews print these lines. One column is one ASCII character (12 dots), a Han character
takes two, and **the printed width is the number of GBK bytes**, not what a terminal would show.

Usual widths: 32 columns (58 mm), 42 and 48 columns (80 mm).
"""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "center", "right"]
RuleStyle = Literal["dashed", "solid", "double"]
Symbology = Literal["CODE128", "EAN13", "EAN8", "UPCA"]

BULLET = "·"
MISSING = "□"  # stands for what no font can show
CLOSING = frozenset("，。、；：？！）》〉」』】〕”’％%,.;:!?)]}…")
OPENING = frozenset("（《〈「『【〔“‘([{￥$")


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, wrapped to the width. ``size`` 2 doubles width and height; a line feed breaks the line."""

    text: str
    align: Align = "left"
    bold: bool = False
    size: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Pair:
    """Words at the left, a figure at the right end of the same line: ``合计 ........ 208.00``.

    The right side never wraps; when it leaves the left less than half the width it stands alone on the next line.
    """

    left: str
    right: str
    bold: bool = False
    size: Literal[1, 2] = 1


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row. ``share`` is its part of the width; figures are aligned right and take what they need."""

    text: str
    share: int = 1
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Columns:
    """A row of cells with one column between them; longer cells wrap inside their own width."""

    cells: tuple[Cell, ...]
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    style: RuleStyle = "dashed"


@dataclass(frozen=True, slots=True)
class Blank:
    """Empty lines."""

    lines: int = 1


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR in the middle of the paper, with a caption below it when there is one."""

    data: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Barcode:
    """A linear code in the middle, its text below. EAN and UPC data come with their check digit."""

    data: str
    symbology: Symbology = "CODE128"


@dataclass(frozen=True, slots=True)
class Notice:
    """A boxed text that nobody overlooks: 补打, 培训, an offline remark."""

    text: str
    bold: bool = True


@dataclass(frozen=True, slots=True)
class TickBoxes:
    """Boxes to tick with a pen, as many beside each other as fit."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """Feed past the blade and cut; every paper ends with one even if the builder left it out."""


Block = Text | Pair | Columns | Rule | Blank | QrCode | Barcode | Notice | TickBoxes | Cut


@dataclass(frozen=True, slots=True)
class Paper:
    """One piece of paper. ``kind`` is stable (``receipt``, ``slip``, ``z``), ``title`` is for lists on the screen."""

    kind: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: already padded, never wider than the paper. ``tight`` lines touch their neighbours."""

    text: str
    bold: bool = False
    size: Literal[1, 2] = 1
    tight: bool = False


Printed = Line | QrCode | Barcode | Cut


def clean(text: str) -> str:
    """Return ``text`` without what must never reach paper or screen: control characters and bidi overrides.

    Line feeds stay, tabs become a space, ¥ becomes the ￥ of GBK, what no font can show becomes □.
    """
    kept: list[str] = []
    for char in unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("¥", "￥")):
        category = unicodedata.category(char)
        if char == "\n":
            kept.append(char)
        elif char == "\t" or category == "Zs":
            kept.append("　" if char == "　" else " ")
        elif category in ("Cs", "Co", "Cn"):
            kept.append(MISSING)
        elif category not in ("Cc", "Cf", "Zl", "Zp") and not "\ufe00" <= char <= "\ufe0f":
            kept.append(char)
    return "".join(kept)


def char_width(char: str) -> int:
    """Return the columns of one character: its GBK bytes; outside GBK what the raster fallback draws it with."""
    try:
        return len(char.encode("gbk"))
    except UnicodeEncodeError:
        if unicodedata.category(char) in ("Mn", "Me"):
            return 0
        return 2 if char == "¥" or unicodedata.east_asian_width(char) in "WF" else 1


def width(text: str) -> int:
    """Return the columns that ``text`` takes on paper."""
    return sum(map(char_width, text))


def pad(text: str, columns: int, align: Align = "left") -> str:
    """Return ``text`` filled with spaces to ``columns``; longer text comes back as it is."""
    room = max(0, columns - width(text))
    if align == "right":
        return " " * room + text
    if align == "center":
        return " " * (room // 2) + text + " " * (room - room // 2)
    return text + " " * room


def wrap(text: str, columns: int) -> list[str]:
    """Break ``text`` into lines of at most ``columns``, at least one line, never inside a Han character.

    Latin words stay whole where they fit; closing punctuation does not begin a line, opening does not end one.
    """
    assert columns >= 2, columns
    return [line for paragraph in clean(text).split("\n") for line in _wrap_paragraph(paragraph, columns)]


def _wrap_paragraph(text: str, columns: int) -> Iterator[str]:
    line = ""
    for piece in _pieces(text):
        if line and width(line) + width(piece) > columns:
            yield line.rstrip(" ")
            line = "" if piece == " " else piece
        else:
            line += piece
        if width(line) > columns:
            *full, line = _chop(line, columns)
            yield from full
    yield line.rstrip(" ")


def _pieces(text: str) -> Iterator[str]:
    """Yield what must not be broken: a Latin word, a Han character with its punctuation, a space."""
    piece = ""
    for char in text:
        if char == " ":
            if piece:
                yield piece
            yield char
            piece = ""
        elif piece and _may_break(piece[-1], char):
            yield piece
            piece = char
        else:
            piece += char
    if piece:
        yield piece


def _may_break(before: str, after: str) -> bool:
    if after in CLOSING or before in OPENING or unicodedata.category(after) in ("Mn", "Me"):
        return False
    return char_width(before) == 2 or char_width(after) == 2


def _chop(word: str, columns: int) -> list[str]:
    pieces, used = [""], 0
    for char in word:
        size = char_width(char)
        if used + size > columns:
            pieces.append("")
            used = 0
        pieces[-1] += char
        used += size
    return pieces


def lay_out(paper: Paper, columns: int) -> list[Printed]:
    """Return the paper as printed lines and codes for ``columns``, with exactly one cut at the end of each part.

    Args:
        columns: width of the paper in ASCII characters, 20 or more.
    """
    assert columns >= 20, columns
    printed = [part for block in paper.blocks for part in _lay_block(block, columns)]
    return printed if printed and isinstance(printed[-1], Cut) else [*printed, Cut()]


def _lay_block(block: Block, columns: int) -> Iterable[Printed]:
    lines: Iterable[Printed] = (block,) if isinstance(block, QrCode | Barcode | Cut) else ()
    match block:
        case Text(text, align, bold, size):
            fit = columns // size
            parts = _hang(text, fit) if align == "left" else wrap(text, fit)
            lines = (Line(_aligned(part, fit, align), bold, size) for part in parts)
        case Pair():
            lines = _lay_pair(block, columns // block.size)
        case Columns():
            lines = _lay_row(block, columns)
        case Rule(style):
            lines = (Line(_rule(style, columns), tight=style == "solid"),)
        case Blank(count):
            lines = (Line(""),) * count
        case QrCode(caption=caption) if caption:
            lines = (block, *(Line(_aligned(part, columns, "center")) for part in wrap(caption, columns)))
        case Notice():
            lines = _lay_notice(block, columns)
        case TickBoxes(labels):
            lines = _lay_ticks(labels, columns)
    return lines


def _aligned(text: str, columns: int, align: Align) -> str:
    return pad(text, columns, align).rstrip(" ")


def _hang(text: str, columns: int) -> Iterator[str]:
    """Wrap so that the further lines of an indented or dotted paragraph stand below its first word."""
    for paragraph in clean(text).split("\n"):
        body = paragraph.lstrip(" ")
        body = body.removeprefix(BULLET).lstrip(" ")
        lead = paragraph[: len(paragraph) - len(body)]
        if not body or width(lead) > columns // 4:
            yield from wrap(paragraph, columns)
            continue
        first, *more = wrap(body, columns - width(lead))
        yield lead + first
        yield from (" " * width(lead) + line for line in more)


def _rule(style: RuleStyle, columns: int) -> str:
    if style == "solid":
        return "─" * (columns // 2)
    return ("=" if style == "double" else "-") * columns


def _lay_pair(pair: Pair, columns: int) -> Iterator[Line]:
    right = clean(pair.right).replace("\n", " ")
    room = columns - width(right) - 1
    if room < max(2, min(columns // 2, width(clean(pair.left)))):  # two columns hold one Han character
        lines = [*wrap(pair.left, columns), *(_aligned(part, columns, "right") for part in wrap(right, columns))]
    else:
        *above, last = wrap(pair.left, room)
        lines = [*above, pad(last, columns - width(right)) + right]
    return (Line(line.rstrip(" "), pair.bold, pair.size) for line in lines)


def _lay_row(row: Columns, columns: int) -> Iterator[Line]:
    widths = cell_widths(row.cells, columns)
    wrapped = [wrap(cell.text, max(2, size)) for cell, size in zip(row.cells, widths, strict=True)]
    for at in range(max(map(len, wrapped), default=0)):
        texts = [
            pad(lines[at] if at < len(lines) else "", size, cell.align)
            for cell, size, lines in zip(row.cells, widths, wrapped, strict=True)
        ]
        yield Line(" ".join(texts).rstrip(" "), row.bold)


def cell_widths(cells: tuple[Cell, ...], columns: int) -> list[int]:
    """Share out a row: by the shares, but a figure (aligned right) takes what it needs from the widest text."""
    room = columns - (len(cells) - 1)
    total = sum(cell.share for cell in cells)
    sizes = [room * cell.share // total for cell in cells]
    for at in sorted(range(len(cells)), key=lambda i: -(room * cells[i].share % total))[: room - sum(sizes)]:
        sizes[at] += 1
    for at, cell in enumerate(cells):
        short = width(clean(cell.text)) - sizes[at] if cell.align == "right" else 0
        givers = [i for i, other in enumerate(cells) if other.align != "right"]
        if short > 0 and givers:
            giver = max(givers, key=lambda i: sizes[i])
            given = max(0, min(short, sizes[giver] - 4))
            sizes[giver] -= given
            sizes[at] += given
    return sizes


def _lay_notice(notice: Notice, columns: int) -> Iterator[Line]:
    inner = (columns - 4) // 2 * 2
    yield Line("┌" + "─" * (inner // 2) + "┐", tight=True)
    for part in wrap(notice.text, inner):
        yield Line("│" + pad(part, inner, "center") + "│", notice.bold, tight=True)
    yield Line("└" + "─" * (inner // 2) + "┘", tight=True)


def _lay_ticks(labels: tuple[str, ...], columns: int) -> Iterator[Line]:
    boxes = [f"{MISSING} {clean(label)}".replace("\n", " ") for label in labels]
    widest = max(map(width, boxes), default=0)
    beside = max(1, (columns + 2) // (widest + 2))
    size = (columns - 2 * (beside - 1)) // beside
    for at in range(0, len(boxes), beside):
        row = boxes[at : at + beside]
        if beside == 1:
            first, *more = wrap(row[0], columns)
            yield Line(first)
            yield from (Line("   " + part) for rest in more for part in wrap(rest, columns - 3))
        else:
            yield Line("  ".join(pad(box, size) for box in row).rstrip(" "))


def marked(paper: Paper, notice: str) -> Paper:
    """Return the paper with a notice above everything, such as 补打 1 or 培训."""
    return Paper(paper.kind, paper.title, (Notice(notice), *paper.blocks))
