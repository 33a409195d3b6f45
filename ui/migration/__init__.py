"""Snapmgr's window."""
