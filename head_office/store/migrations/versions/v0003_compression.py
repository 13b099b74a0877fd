"""PostgreSQL packs the bodies of events and changes with lz4, where the server has it."""

import sqlalchemy as sa
from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the database to this revision: the server's old method cost more than all else about storing a sale."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    known = "SELECT 'lz4' = ANY (enumvals) FROM pg_settings WHERE name = 'default_toast_compression'"
    if connection.execute(sa.text(known)).scalar():
        op.execute("ALTER TABLE inbox ALTER COLUMN body SET COMPRESSION lz4")
        op.execute("ALTER TABLE feed ALTER COLUMN body SET COMPRESSION lz4")
