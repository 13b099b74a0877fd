"""Head office's database: tables, migrations, and how statements reach SQLite and PostgreSQL alike."""
