"""Snapmgr's engine: QEMU's migration streams and snapshots, without a window."""

__version__ = "0.1.0"
