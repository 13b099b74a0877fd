"""Find fonts on this computer and draw characters on the grid of a receipt printer: 12 dots ASCII, 24 dots Han.

Imports Pillow: import this module where something is drawn, not at start-up.
"""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pos_app.domain.paper import MISSING, char_width
from pos_app.errors import Unavailable

COLUMN_DOTS = 12
CHAR_DOTS = 24
BASELINE_DOTS = 21  # 0.88 of the em box, where CJK fonts put it
INK_THRESHOLD = 112  # of 255; below this a dot stays white

Face = tuple[str, int]  # file name, index of the face inside a collection
Glyph = tuple[Image.Image, tuple[int, int]]  # mask, and where it lies from the corner of its cell

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
    Path.home() / ".fonts",
    Path("/System/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)
# The first found draws, the others fill its gaps.
REGULAR: tuple[Face, ...] = (
    ("NotoSansCJK-Regular.ttc", 7),
    ("NotoSansMonoCJKsc-Regular.otf", 0),
    ("SourceHanSansSC-Regular.otf", 0),
    ("wqy-zenhei.ttc", 1),
    ("wqy-microhei.ttc", 1),
    ("PingFang.ttc", 0),
    ("simsun.ttc", 0),
    ("msyh.ttc", 0),
)
BOLD: tuple[Face, ...] = (
    ("NotoSansCJK-Bold.ttc", 7),
    ("NotoSansMonoCJKsc-Bold.otf", 0),
    ("SourceHanSansSC-Bold.otf", 0),
    ("msyhbd.ttc", 0),
)
GAPS: tuple[Face, ...] = (
    ("NotoEmoji-Regular.ttf", 0),
    ("Symbola.ttf", 0),
    ("DejaVuSans.ttf", 0),
    ("seguisym.ttf", 0),
    ("NotoSansSymbols2-Regular.ttf", 0),
    ("unifont.otf", 0),
)


def find_fonts(folders: tuple[Path, ...] = FOLDERS) -> dict[str, Path]:
    """Return the font files known here that this computer has, by name."""
    names = {name for name, _ in (*REGULAR, *BOLD, *GAPS)}
    files = (path for folder in folders if folder.is_dir() for path in folder.rglob("*.?t?"))
    return {path.name: path for path in files if path.name in names}


class Pen:
    """Draws characters as masks. A glyph that no font has is drawn as □. One pen belongs to one thread."""

    def __init__(self, folders: tuple[Path, ...] = FOLDERS) -> None:
        self._files = find_fonts(folders)
        self._faces: dict[tuple[bool, int], list[ImageFont.FreeTypeFont]] = {}
        self._glyphs: dict[tuple[str, bool, tuple[int, int]], Glyph] = {}

    def draw(
        self,
        canvas: Image.Image,
        at: tuple[int, int],
        text: str,
        *,
        bold: bool = False,
        scale: tuple[int, int] = (1, 1),
    ) -> int:
        """Draw ``text`` with ink 255 on a grey image, its cells starting at ``at``; return the dots used.

        Raises:
            Unavailable: ``printer.font`` when this computer has no font for Han characters.
        """
        x, y = at
        for char in text:
            wide = char_width(char) * COLUMN_DOTS * scale[0]
            mask, (left, top) = self._glyph(char, bold=bold, scale=scale)
            canvas.paste(255, (x + left - (0 if wide else COLUMN_DOTS * scale[0]), y + top), mask)
            x += wide
        return x - at[0]

    def _glyph(self, char: str, *, bold: bool, scale: tuple[int, int]) -> Glyph:
        key = (char, bold, scale)
        if key not in self._glyphs:
            self._glyphs[key] = self._draw_glyph(char, bold=bold, scale=scale)
        return self._glyphs[key]

    def _draw_glyph(self, char: str, *, bold: bool, scale: tuple[int, int]) -> Glyph:
        most = max(scale)
        cell = max(1, char_width(char)) * COLUMN_DOTS * most
        margin = CHAR_DOTS * most // 4
        mask = Image.new("L", (cell + 2 * margin, CHAR_DOTS * most + 2 * margin))
        face, shown = self._face_for(char, CHAR_DOTS * most, bold=bold)
        inset = max(0.0, (cell - face.getlength(shown)) / 2) if char_width(char) else 0.0
        baseline = margin + BASELINE_DOTS * most
        ImageDraw.Draw(mask).text((margin + inset, baseline), shown, fill=255, font=face, anchor="ls")
        if scale[0] != scale[1]:
            mask = mask.resize((mask.width * scale[0] // most, mask.height * scale[1] // most))
        ink = mask.point([0] * INK_THRESHOLD + [255] * (256 - INK_THRESHOLD)).convert("1")
        return ink, (-margin * scale[0] // most, -margin * scale[1] // most)

    def _face_for(self, char: str, size: int, *, bold: bool) -> tuple[ImageFont.FreeTypeFont, str]:
        faces = self._load(size, bold=bold)
        for face in faces:
            if _has(face, char):
                return face, char
        return faces[0], MISSING

    def _load(self, size: int, *, bold: bool) -> list[ImageFont.FreeTypeFont]:
        key = (bold, size)
        if key not in self._faces:
            wanted = (*(BOLD if bold else ()), *REGULAR, *GAPS)
            if not any(name in self._files for name, _ in REGULAR):
                raise Unavailable("printer.font")
            try:
                self._faces[key] = [
                    ImageFont.truetype(str(self._files[name]), size, index=index)
                    for name, index in wanted
                    if name in self._files
                ]
            except OSError as error:
                raise Unavailable("printer.font", cause=str(error)) from error
        return self._faces[key]


def _has(face: ImageFont.FreeTypeFont, char: str) -> bool:
    """Say whether the font has this glyph: fonts draw the same box for everything that they lack."""
    return char.isspace() or bytes(face.getmask(char)) != bytes(face.getmask("\uffff"))
