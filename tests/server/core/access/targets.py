"""What commands are asked about: an account with all that hangs on it; and a case, which is a row with its command."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from protocol.asked import Asked
from protocol.wire import Id
from storage.accounts import AccountDoc
from storage.folders import FolderDoc
from storage.mongo.collections import OfFirms
from storage.mongo.documents import Document, to_document
from storage.mongo.of_firms import FirmRows
from storage.people import ContactDoc, StaffDoc
from tests.server.core.access.roles import Row
from tests.world import World


@dataclass(frozen=True)
class Target:
    """An account with what hangs on it: what a command can be about."""

    account: AccountDoc
    thread_id: Id
    task_id: Id
    entry_id: Id
    letter_id: Id
    colleague: StaffDoc
    contact: ContactDoc
    pending: ContactDoc
    replies: Iterator[Id]
    """Saved replies, as many as may be deleted."""
    folder: FolderDoc
    """One that contacts may change, with another one beside it in which there are folders and documents."""
    folders: Iterator[Id]
    documents: Iterator[Id]
    templates: Iterator[Id]
    fields: Iterator[Id]
    sends: Iterator[Id]
    run_id: Id
    chats: Iterator[Id]


Build = Callable[[World, Target], Asked | Awaitable[Asked]]


class Case(NamedTuple):
    """What a command comes to, and how it is asked about a target."""

    row: Row
    build: Build


Cases = dict[type[Asked], Case]


async def stored(world: World, collection: OfFirms, documents: Sequence[Document]) -> Iterator[Id]:
    """Puts documents where they belong; gives their ids one by one, for commands that each want one of their own."""
    rows = [to_document(document) for document in documents]
    await FirmRows(world.store.mongo, collection).insert(*rows)
    return iter([row["_id"] for row in rows])
