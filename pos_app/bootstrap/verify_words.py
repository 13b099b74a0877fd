"""What ``pos-app verify`` found, for a person or for a program."""

import json
from collections.abc import Iterable

from pos_app.bootstrap.verify import Checked
from pos_app.i18n import _, ngettext
from pos_app.ui.messages import sentence


def told(checked: Iterable[Checked]) -> str:
    """Return three lines or more for each database: whose it is, how far it is whole, how far it is confirmed."""
    return "\n\n".join("\n".join(_lines(one)) for one in checked)


def as_json(checked: Iterable[Checked]) -> str:
    """Return one line of JSON: ``ok``, and for each file what was checked and the first problem, or null."""
    files = [
        {
            "file": one.file,
            "terminal_id": one.terminal_id,
            "epoch": one.epoch,
            "events": one.length,
            "chained": one.audit.events,
            "countersigned": one.audit.countersigned,
            "problem": one.audit.problem and {"code": one.audit.problem.code, "facts": one.audit.problem.facts},
        }
        for one in checked
    ]
    return json.dumps({"ok": all(one["problem"] is None for one in files), "files": files}, default=str)


def _lines(one: Checked) -> list[str]:
    found = one.audit
    lines = [f"{one.file} · {one.terminal_id} · {one.epoch}" if one.terminal_id else one.file]
    whole = ngettext("{n} record checked, the chain is whole", "{n} records checked, the chain is whole", found.events)
    broken = _("{n} of {total} records checked before this:").format(n=f"{found.events:,}", total=f"{one.length:,}")
    if found.problem is None:
        lines.append(whole.format(n=f"{found.events:,}"))
        confirmed = _("head office has confirmed the first {n}").format(n=f"{found.countersigned:,}")
        lines.append(confirmed if found.countersigned else _("head office has confirmed none of them yet"))
    else:
        lines.append(broken)
        lines.append(f"{sentence(found.problem)} {_facts(found.problem.facts)}".rstrip())
    return lines


def _facts(facts: dict[str, object]) -> str:
    return " ".join(f"{name}={value}" for name, value in facts.items())
