"""The parts that families of demo articles are made of, and the short forms that they are written in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """An invented brand. ``earns``: one of the programme's own."""

    name: str
    name_en: str
    earns: bool = False


@dataclass(frozen=True, slots=True)
class Size:
    """One pack: what is on it, its content for run-out, and its price in minor units."""

    spec: str
    price_minor: int
    content: int | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """What stands in the name. Months, stage and daily use go with it (a size, a stage)."""

    name: str
    name_en: str
    months: tuple[int, int] | None = None
    stage: int | None = None
    daily_use: int | None = None
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Family:
    """Articles that differ only in brand, variant and size."""

    category: str
    advice: str
    brands: tuple[Brand, ...]
    variants: tuple[Variant, ...]
    sizes: tuple[Size, ...]


def named(names: str, months: tuple[int, int] | None = None, daily_use: int | None = None) -> tuple[Variant, ...]:
    """Return variants from lines of ``Chinese | English``."""
    pairs = [line.split("|") for line in names.strip().splitlines()]
    return tuple(Variant(zh.strip(), en.strip(), months, None, daily_use) for zh, en in pairs)


def packs(text: str, unit: str = "") -> tuple[Size, ...]:
    """Return sizes from ``spec=price`` pairs, the price in whole units; with ``unit`` the digits are the content."""
    sizes = []
    for pair in text.split():
        spec, price = pair.split("=")
        content = int("".join(filter(str.isdigit, spec.split("*")[0]))) if unit else None
        times = int(spec.split("*")[1]) if unit and "*" in spec else 1
        sizes.append(Size(spec.replace("*", "×"), int(price) * 100 - 20, content * times if content else None, unit))
    return tuple(sizes)
