"""What may be done, and who hears it."""
