"""RAM in the stream: records found as runs, indexed as runs (migration/ram.c)."""
