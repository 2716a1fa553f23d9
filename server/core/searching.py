"""What somebody looks for, as conditions that an index answers. Refuses to know who may see what is found."""

import re

from protocol.texts import PERSON_MARK, words_of
from server.core.said import unturned
from storage.mongo.connection import Row


def with_words(search: str, *, names: bool = False) -> Row:
    """What a thread, an account or a document must meet to be found by some words: each begins one of its own, in whatever
    order; with `names` also one of its people's names. Whoever looks for nothing that can be seen finds all."""
    # The longest first: the database looks up one of them in the index, and the longest is found least often.
    words = sorted(words_of(unturned(search)), key=len, reverse=True)
    return {"$and": [{"words": _begins(word, names=names)} for word in words]} if words else {}


def _begins(word: str, *, names: bool) -> Row:
    beginnings = [f"^{re.escape(mark + word)}" for mark in (("", PERSON_MARK) if names else ("",))]
    # As bytes they go without a flag: with one the database would not look them up in the index.
    return {"$in": [re.compile(beginning.encode()) for beginning in beginnings]}
