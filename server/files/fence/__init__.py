"""The fence: whatever decodes a file of somebody's does it in a process of its own, for that one file.

`limits` says what such a process may use and puts that on itself, `worker` is the process, `keeper` starts it, waits for it
and ends it. What a file does to the process costs its picture or card, and nobody else anything.
"""
