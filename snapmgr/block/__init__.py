"""Disk images as bytes at offsets: files, locks that QEMU understands, formats, qcow2."""
