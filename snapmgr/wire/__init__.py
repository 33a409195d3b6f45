"""Framing of the migration stream: bytes in, events out, and back.  Knows no device, does no I/O."""
