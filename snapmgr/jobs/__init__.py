"""QMP's jobs for snapshots: ids, statuses, verbs, progress, cancel, and a history that lasts."""
