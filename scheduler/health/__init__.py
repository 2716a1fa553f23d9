"""How a scheduler is: alive, ready, in numbers."""
