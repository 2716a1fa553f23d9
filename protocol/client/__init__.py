"""The client's side of the conversation: the pure reducer, what it holds, and a Python client around it."""
