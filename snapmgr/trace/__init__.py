"""Typed trace events under savevm.c's own names: the seam between the engine and whoever watches."""
