"""Two streams or snapshots beside each other."""
