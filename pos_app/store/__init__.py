"""The terminal's databases: what it owns (till.db) and what head office published (directory.db)."""
