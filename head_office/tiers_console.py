"""Commands about tiers: what the night would change, and the night itself."""

from typing import Annotated

import typer

from head_office.console import Url, opened
from head_office.store.database import DEFAULT_URL
from head_office.tiers import Restated, TierDesk

commands = typer.Typer(help="Tiers of the members.", no_args_is_help=True)

Everybody = Annotated[bool, typer.Option("--everybody", help="Look at all members, due or not.")]


@commands.command("preview")
def preview_command(db: Url = DEFAULT_URL, *, everybody: Everybody = False) -> None:
    """Print how many would change from which tier to which; change nothing."""
    with opened(db) as office:
        _print(TierDesk(office).preview(everybody=everybody), "would change")


@commands.command("restate")
def restate_command(db: Url = DEFAULT_URL, *, everybody: Everybody = False) -> None:
    """Bring the tiers of today up to date and tell the stores; ``night`` does it too."""
    with opened(db) as office:
        _print(TierDesk(office).restate(everybody=everybody), "changed")


def _print(done: Restated, word: str) -> None:
    for (was, now), count in sorted(done.moves.items()):
        typer.echo(f"{count:>9,} {was} -> {now}")
    scope = "all members" if done.is_everybody else "members due"
    typer.echo(f"{done.looked_at:>9,} {scope} looked at, {done.moves.total():,} {word}")
