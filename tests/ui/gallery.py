"""Draw every state of the till's screens in both languages and both sizes, for looking at.

Run: python tests/ui/gallery.py [folder] [name-part]
"""

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication

from pos_app import i18n
from tests.ui.desk import Desk, states

SIZES = ((1366, 768), (1024, 768))


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="gallery-"))
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    for language in ("zh_CN", "en"):
        i18n.use(language)
        for size in SIZES:
            for name, arrange in states().items():
                if wanted in name:
                    draw(app, name, arrange, language, size, folder)
    sys.stdout.write(f"{folder}\n")


def draw(
    app: QApplication, name: str, arrange: Callable[[Desk], None], language: str, size: tuple[int, int], folder: Path
) -> None:
    desk = Desk(language)
    desk.shell.resize(*size)
    desk.shell.show()
    arrange(desk)
    app.processEvents()
    desk.shell.grab().save(str(folder / f"{name}_{language}_{size[0]}.png"))
    desk.shell.close()
    desk.shell.deleteLater()


if __name__ == "__main__":
    main()
