"""Brings a database to the newest shape."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from head_office.store.database import Database

SCRIPTS = Path(__file__).with_name("migrations")


def migrate(database: Database) -> None:
    """Apply every revision that the database lacks, all in one transaction; raises Unavailable."""

    def work(connection: object) -> None:
        config = Config()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    database.write(work)
