"""What an ESC/POS job puts on paper, as values: lines of text, pictures, codes, cuts, pulses, questions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Style:
    """How characters look; ``scale`` is times wide, times high."""

    bold: bool = False
    underline: bool = False
    inverse: bool = False
    scale: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True)
class Run:
    """Characters of one style."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class PrintedText:
    """One line of text, and how far the paper moved with it."""

    runs: tuple[Run, ...]
    align: str
    advance_dots: int

    @property
    def text(self) -> str:
        """The characters of the line, styles aside."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class PrintedImage:
    """A picture: one bit a dot, 1 is black, rows padded to whole bytes."""

    width: int
    height: int
    rows: bytes
    align: str


@dataclass(frozen=True, slots=True)
class PrintedQr:
    """A QR that the printer draws itself."""

    data: str
    module_dots: int
    level: str
    align: str


@dataclass(frozen=True, slots=True)
class PrintedBarcode:
    """A linear code that the printer draws itself; ``data`` as sent, code-set marks included."""

    data: bytes
    kind: int
    height_dots: int
    module_dots: int
    has_text: bool
    align: str


@dataclass(frozen=True, slots=True)
class Fed:
    """White paper."""

    dots: int


@dataclass(frozen=True, slots=True)
class PaperCut:
    """The blade fell."""

    full: bool


@dataclass(frozen=True, slots=True)
class DrawerPulse:
    """The drawer was kicked, on pin 2 or 5 of its plug."""

    pin: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The computer wants an answer: ``DLE EOT n`` or ``GS r n``."""

    question: bytes


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A command that this interpreter does not know; a real printer would print rubbish."""

    data: bytes


Part = PrintedText | PrintedImage | PrintedQr | PrintedBarcode | Fed | PaperCut | DrawerPulse | Asked | NotUnderstood
