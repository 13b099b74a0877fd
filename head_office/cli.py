"""The command line of head office: serve, demo-data, enrol-code, snapshot, report."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from head_office.app import create_app
from head_office.enrolment import new_code
from head_office.intake import Intake
from head_office.office import Office, open_office
from pos_app.errors import PosError

DEFAULT_URL = "sqlite:///head-office.db"
DEFAULT_PORT = 8765

app = typer.Typer(help="Head office of a member programme.", no_args_is_help=True, add_completion=False)

Url = Annotated[str, typer.Option("--db", help="Database URL: sqlite:///FILE or postgresql+psycopg://…")]
Store = Annotated[str, typer.Option("--store", help="Store, for example S01.")]
Folder = Annotated[Path | None, typer.Option("--folder", help="Where snapshot files are kept.")]


@app.command()
def serve(
    db: Url = DEFAULT_URL,
    port: Annotated[int, typer.Option(help="TCP port.")] = DEFAULT_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    folder: Folder = None,
) -> None:
    """Serve terminals until stopped."""
    with _office(db, folder) as office:
        Intake(office).replay_deferred()
        uvicorn.run(create_app(office), host=host, port=port, log_level="warning", timeout_graceful_shutdown=2)


@app.command("enrol-code")
def enrol_code(
    store: Store, lane: Annotated[int, typer.Option("--lane", help="Lane, from 1.")], db: Url = DEFAULT_URL
) -> None:
    """Print a one-time code that enrols a terminal as this lane within 15 minutes."""
    with _office(db, None) as office:
        typer.echo(new_code(office, store, lane))


@contextmanager
def _office(url: str, folder: Path | None) -> Iterator[Office]:
    """Open the office; an error becomes one line on standard error and exit status 1."""
    try:
        office = open_office(url, folder=folder)
        try:
            yield office
        finally:
            office.database.close()
    except PosError as error:
        typer.echo(f"{error.code} {json.dumps(error.facts, default=str, ensure_ascii=False)}", err=True)
        sys.exit(1)
