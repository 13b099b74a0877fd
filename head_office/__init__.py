"""Head office: the service that keeps the books, the members and the catalogue of a chain."""
