"""The demo machine: devices, a deterministic guest, RAM and disks, saved and loaded by this engine's own rules."""
