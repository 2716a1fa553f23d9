"""Entities that windows keep: all that somebody may see of a kind, by id, whatever the kind is.

`<kind>.list` brings them, page by page in the order of their ids, and says at which positions of the asker's own streams
each page was read; from there on events move them, whose folds say `put` or `drop` on `kept` (protocol.folds). So a new
kind needs no code in a client. Refuses to know the kinds: each stands in its noun's module.
"""

from protocol.asked import Answer, Asked
from protocol.wire import Id, PageSize, Seq


class KeptPage(Answer, kw_only=True):
    """Base of pages of a kind; the subclass says what its `entities` are."""

    next: Id | None = None
    """`after` of the following page, if there is one."""
    heads: dict[str, Seq] = {}
    """Of the asker's own streams, the positions at which it was read: it is no older. Who has applied a later event of
    this kind asks again."""


class KeptList(Asked):
    """Base of the commands that bring a kind: tag `<kind>.list`, `Result` a KeptPage."""

    after: Id | None = None
    """`next` of the page before."""
    limit: PageSize = 200
