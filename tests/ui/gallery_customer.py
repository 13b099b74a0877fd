"""Every state of the customer's screen, for pictures and for the tests that measure them.

Run as a program it paints each state in both languages and in the usual sizes:
``python tests/ui/gallery_customer.py FOLDER``.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication

from pos_app.domain.members import Purpose
from pos_app.i18n import use
from pos_app.ui.presenters.customer_display import CustomerFace, CustomerLine, Stage
from pos_app.ui.presenters.view_models import Way
from pos_app.ui.theme.look import load_fonts
from pos_app.ui.theme.qss import apply_theme
from pos_app.ui.views.customer_display import CustomerDisplay

SIZES = ((1366, 768), (1024, 600), (1920, 1080))
JOIN = "https://join.seedling.example/s"


def states(language: str) -> dict[str, CustomerFace]:
    """Return what there is to see, with the names of a language."""
    chinese = language == "zh_CN"
    lines = tuple(
        CustomerLine(name if chinese else name_en, quantity, amount, points)
        for name, name_en, quantity, amount, points in (
            ("优伴 婴幼儿配方奶粉 2 段", "Youban infant formula stage 2", 2, 59_600, 0),
            ("星麦 高铁米粉 原味", "Star Grain iron-rich rice cereal, plain", 2, 10_400, 0),
            (
                "贝洁 拉拉裤 XL 码 超薄透气 夜用加长型",
                "Beijie pull-up pants XL, ultra thin, long for the night",
                1,
                8_900,
                0,
            ),
            ("亲肤 婴儿润肤霜", "Gentle Skin baby cream", 1, 6_800, 0),
            ("柔净 婴儿手口湿巾", "Softclean baby wipes", 1, 0, 2_980),
        )
    )
    sale = CustomerFace(
        stage=Stage.SELLING,
        lines=lines,
        earlier=1,
        pieces=8,
        figure_minor=107_200,
        saved_minor=11_180,
        customer="陈**" if chinese else "C**",
        tier="金卡" if chinese else "Gold",
        points_before=12_860,
        points_after=17_384,
        earning=7_504,
        join_url=JOIN,
    )
    guest = replace(sale, customer="", tier="", points_before=None, points_after=0, saved_minor=0, lines=lines[:2])
    tip = (
        "秋天干燥，洗澡后三分钟内抹润肤霜，宝宝皮肤不发痒。"
        if chinese
        else "Dry autumn air: cream within three minutes of the bath keeps skin calm."
    )
    return {
        "idle": CustomerFace(tip=tip, join_url=JOIN),
        "idle_plain": CustomerFace(),
        "sale": sale,
        "guest": guest,
        "large": replace(
            sale, figure_minor=123_456_789, added_tax_minor=1_234_567, points_before=1_234_567, points_after=1_300_000
        ),
        "paying": replace(sale, stage=Stage.PAYING, way=Way.SCAN_PAY, figure_minor=72_200, added_tax_minor=720),
        "change": replace(sale, stage=Stage.DONE, is_change=True, figure_minor=2_800),
        "paid": replace(sale, stage=Stage.DONE, raised="白金卡" if language == "zh_CN" else "Platinum"),
        "guest_paid": replace(guest, stage=Stage.DONE),
        "joining": replace(guest, stage=Stage.JOINING, agreed=frozenset({Purpose.MEMBERSHIP})),
    }


def shown(name: str, language: str, size: tuple[int, int]) -> CustomerDisplay:
    """Return the customer's window in one state."""
    use(language)
    display = CustomerDisplay()
    display.show_brand("禾苗母婴 · 江南西店" if language == "zh_CN" else "Seedling · Jiangnan West")
    display.resize(*size)
    display.show()
    display.show_face(states(language)[name])
    QCoreApplication.processEvents()
    return display


def main(folder: Path) -> None:
    """Paint the states into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    load_fonts()
    apply_theme(app)
    for language in ("zh_CN", "en"):
        for size in SIZES:
            for name in states(language):
                display = shown(name, language, size)
                display.grab().save(str(folder / f"s19_{name}_{language[:2]}_{size[0]}.png"))
                display.close()
                display.deleteLater()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
