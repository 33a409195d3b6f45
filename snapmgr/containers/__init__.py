"""SRC → seekable bytes: raw files, packed files, standard input, and the VM state inside a qcow2."""
