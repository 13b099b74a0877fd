"""What the Makefile calls: set-up, checks, benchmarks, the PostgreSQL of the tests, translations."""
