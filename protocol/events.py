"""What has happened: all events of the streams, each a past tense, gathered from the nouns.

The envelope (stream, seq, at, actor) is a frame: see `protocol.frames.EventFrame`. Which streams an event may stand in is
part of its row: `t:` is seen by contacts, `n:` by staff only, `u:` by one person.
"""

from types import ModuleType
from typing import TYPE_CHECKING, Final, Union

from protocol import (
    accounts,
    audit,
    bulk,
    contacts,
    custom_fields,
    documents,
    firms,
    inbox,
    letters,
    marks,
    messages,
    people,
    reminders,
    saved_replies,
    scheduled_chats,
    scheduled_sends,
    sessions,
    shortcodes,
    staff,
    tasks,
    templates,
    threads,
)
from protocol.happened import Happened

NOUNS: Final[tuple[ModuleType, ...]] = (
    people, firms, letters, contacts, accounts, sessions, staff, tasks, reminders,
    messages, marks, threads, inbox, audit, saved_replies, documents, templates, shortcodes,
    custom_fields, scheduled_sends, scheduled_chats, bulk,
)  # fmt: skip
UNKNOWN_TAG: Final = "unknown"


class UnknownEvent(Happened, tag=UNKNOWN_TAG, stands=""):
    """Never sent and never stored: what a reader holds in place of an event of a newer server (rule 4)."""

    name: str


EVENTS: Final[tuple[type[Happened], ...]] = tuple(
    found
    for noun in NOUNS
    for found in vars(noun).values()
    if isinstance(found, type) and issubclass(found, Happened) and found.__module__ == noun.__name__
)
"""All that there are, by noun."""

if TYPE_CHECKING:
    Event = Happened
else:
    Event = Union[(*EVENTS, UnknownEvent)]
