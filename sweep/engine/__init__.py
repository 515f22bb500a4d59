"""Running chunks to the end: a pure scheduler, and the loop that carries out what it says."""
