"""Measurements for `make bench`: what a case costs, on SQLite and on PostgreSQL (docs/performance.md)."""
