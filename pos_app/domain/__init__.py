"""The rules of the shop as pure functions and values: no Qt, SQL, clock, I/O or randomness."""
