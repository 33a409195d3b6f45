"""The RAM part of the Inspector: page map, page, blocks, passes."""
