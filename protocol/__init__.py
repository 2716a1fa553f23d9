"""What may be said between a Chattar server and its clients: structs, codecs and limits, and no I/O.

Knows the shapes and the words. Refuses to know sockets, databases, and who is allowed what.
"""
