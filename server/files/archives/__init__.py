"""Zips that are unpacked on upload (ZP): what is in one, under which names, and why one isn't unpacked.

`looking` says which entries there are, or refuses, before a byte of them is read; `entry_names` says what they are called.
Both run behind the fence (server.files.fence.unpacker). Refuses to know folders and documents.
"""
