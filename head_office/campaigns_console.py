"""Commands about campaigns: import, list, withdraw."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from head_office.campaign_files import read_campaigns
from head_office.campaigns import Fault, Published, campaigns_of, publish_campaigns, withdraw_campaign
from head_office.console import Url, opened
from head_office.store.database import DEFAULT_URL

commands = typer.Typer(help="Campaigns of the chain.", no_args_is_help=True)


@commands.command("import")
def import_command(
    file: Annotated[Path, typer.Argument(help="TOML with [[campaign]] tables, or CSV.")], db: Url = DEFAULT_URL
) -> None:
    """Publish every campaign of a file, or nothing: then every fault is printed, with exit status 1."""
    with opened(db) as office:
        campaigns, faults = read_campaigns(file)
        faults = faults or publish_campaigns(office, campaigns)
        for fault in faults:
            typer.echo(_fault_line(fault), err=True)
        if faults:
            sys.exit(1)
        typer.echo(f"{len(campaigns)} campaigns published")


@commands.command("list")
def list_command(db: Url = DEFAULT_URL) -> None:
    """List every campaign that was published, withdrawn ones too."""
    with opened(db) as office:
        for each in campaigns_of(office):
            typer.echo(_line(each))


@commands.command("withdraw")
def withdraw_command(campaign_id: str, db: Url = DEFAULT_URL) -> None:
    """Take a campaign out of force; every till hears of it by the feed."""
    with opened(db) as office:
        withdraw_campaign(office, campaign_id)
        typer.echo(f"{campaign_id} withdrawn")


def _fault_line(fault: Fault) -> str:
    return f"row {fault.row} {fault.campaign_id or '?'}: {fault.code} {fault.detail}".strip()


def _line(each: Published) -> str:
    campaign = each.campaign
    period = f"{campaign.valid_from} to {campaign.valid_to}"
    withdrawn = ", withdrawn" if each.is_withdrawn else ""
    return f"{campaign.rule} {campaign.name}: {campaign.benefit.kind}, {period}{withdrawn}"
