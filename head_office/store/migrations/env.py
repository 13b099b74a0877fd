"""Runs revisions on the connection that ``migrate.py`` hands over; alembic calls this module by its path."""

from alembic import context

from head_office.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
