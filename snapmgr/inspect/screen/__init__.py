"""The guest's screen, made from the state of its VGA and its video RAM."""
