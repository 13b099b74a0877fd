"""The database's shape over time: revisions are appended, never edited."""
