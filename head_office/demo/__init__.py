"""The demo chain: invented stores, items, people and histories, the same bytes on every run."""
