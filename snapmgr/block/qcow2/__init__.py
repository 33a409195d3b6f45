"""qcow2."""
