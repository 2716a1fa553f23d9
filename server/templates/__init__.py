"""Templates: what a new chat can begin with."""
