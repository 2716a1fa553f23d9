"""Client tasks."""
