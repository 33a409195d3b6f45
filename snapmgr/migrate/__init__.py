"""Live migration of a machine: the source, the destination, and the channels between them."""
