"""COLO: two machines run the same guest, and the second goes on from a checkpoint when the first dies."""
