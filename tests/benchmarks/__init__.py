"""Ratios measured in one run; nothing here asserts on time."""
