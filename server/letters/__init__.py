"""Letters that follow from what happened, and their fates."""
