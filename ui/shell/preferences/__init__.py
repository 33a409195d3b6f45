"""The preferences dialog, built from the declared settings."""
