"""What every command of head office shares: which database, and how an error ends it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from head_office.office import Office, open_office
from pos_app.errors import PosError

Url = Annotated[str, typer.Option("--db", help="Database URL: sqlite:///FILE or postgresql+psycopg://…")]


@contextmanager
def opened(url: str, folder: Path | None = None) -> Iterator[Office]:
    """Open the office; an error becomes one line on standard error and exit status 1."""
    with spoken():
        office = open_office(url, folder=folder)
        try:
            yield office
        finally:
            office.database.close()


@contextmanager
def spoken() -> Iterator[None]:
    """Make an error one line on standard error and exit status 1."""
    try:
        yield
    except PosError as error:
        typer.echo(f"{error.code} {json.dumps(error.facts, default=str, ensure_ascii=False)}", err=True)
        sys.exit(1)
