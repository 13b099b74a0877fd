"""How numbers, money, times and ages are written on the screen, in the language in force. No Qt."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from pos_app.i18n import _, ngettext

MINUS = "−"


def money(minor: int) -> str:
    """Return an amount in minor units as ``1,072.00``; a negative one with a true minus sign."""
    whole, cents = divmod(abs(minor), 100)
    return f"{MINUS if minor < 0 else ''}{whole:,}.{cents:02d}"


def yuan(minor: int) -> str:
    """Return an amount with its currency sign: ``¥1,072.00``."""
    return f"{MINUS if minor < 0 else ''}¥{money(abs(minor))}"


def short_money(minor: int) -> str:
    """Return an amount without the cents when there are none: for quick-cash buttons."""
    return f"{minor // 100:,}" if minor % 100 == 0 else money(minor)


def signed(number: int) -> str:
    """Return a whole number with its sign: ``+7,504``, ``−2,980``, ``0``."""
    if number == 0:
        return "0"
    return f"{'+' if number > 0 else MINUS}{abs(number):,}"


def points(number: int) -> str:
    """Return a number of points with its unit."""
    return _("{points} pts").format(points=f"{number:,}")


def clock(at_ms: int) -> str:
    """Return the local time of a UTC instant as ``10:26``."""
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC).astimezone().strftime("%H:%M")


def day(on: date) -> str:
    """Return a date without the year: ``11-25``."""
    return on.strftime("%m-%d")


def month_age(months: int, days: int) -> str:
    """Return a child's age in completed months and days, as the trade says it."""
    if months < 0:
        return _("expected in {days} d").format(days=days)
    if months >= 36:
        return _("{years} y {months} mo").format(years=months // 12, months=months % 12)
    if days == 0:
        return _("{months} months").format(months=months)
    return _("{months} mo {days} d").format(months=months, days=days)


def reached(phone: str, merged: Sequence[str]) -> str:
    """Return a member's masked phone, with the records that were merged into theirs."""
    if not merged:
        return phone
    return f"{phone} · " + _("merged with {who}").format(who=", ".join(merged))


def called(name: str, masked_phone: str) -> str:
    """Return what to call a member; somebody who gave no name goes by the last digits of the phone."""
    return name or _("Member {tail}").format(tail=masked_phone[-4:])


def pieces(count: int, lines: int) -> str:
    """Return how many articles stand on how many lines."""
    on_lines = ngettext("{n} line", "{n} lines", lines).format(n=lines)
    return f"{items(count)} · {on_lines}"


def kilograms(weight_g: int) -> str:
    """Return a weight as a scale shows it: ``0.385 kg``."""
    return _("{weight} kg").format(weight=f"{weight_g / 1_000:.3f}")


def items(count: int) -> str:
    """Return a number of articles with its unit."""
    return ngettext("{n} item", "{n} items", count).format(n=count)


def minutes_ago(minutes: int) -> str:
    """Return how long ago something was."""
    if minutes == 0:
        return _("just now")
    if minutes < 60:
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    return _("{hours} h {minutes} min ago").format(hours=minutes // 60, minutes=minutes % 60)
