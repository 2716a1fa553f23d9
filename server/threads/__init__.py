"""Threads: started, renamed, archived, shown."""
