"""The qcow2 format, versions 2 and 3 (docs/interop/qcow2.txt of QEMU): reading."""
