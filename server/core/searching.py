"""What somebody looks for, as conditions that an index answers. Refuses to know who may see what is found."""

import re

from protocol.texts import words_of
from server.core.said import unturned
from storage.mongo.connection import Row


def with_words(search: str) -> Row:
    """What a thread or account must meet to be found by some words: each begins one of its own, in whatever order. Whoever
    looks for nothing that can be seen finds all."""
    # The longest first: the database looks up one of them in the index, and the longest is found least often.
    words = sorted(words_of(unturned(search)), key=len, reverse=True)
    return {"$and": [{"words": {"$regex": f"^{re.escape(word)}"}} for word in words]} if words else {}
