"""Finding names, values and bytes in all of a stream, and what was found as a list."""
