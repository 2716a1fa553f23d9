"""What stands behind dev.py: a module for each thing that it does, and the servers it brings along."""
