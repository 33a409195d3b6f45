"""Would that machine load it?  A target machine, the rehearsal of a load into it, and what stands between the two."""
