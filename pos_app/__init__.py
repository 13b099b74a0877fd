"""The terminal: an offline-first till and member desk."""
