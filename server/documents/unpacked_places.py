"""Where in the folders of an account what comes out of a zip goes: its folders are kept as new ones (ZP-2), and nothing
takes the name of something that is there, or of another file of the same zip.

A folder of the zip is the same whether its name is written with capitals or not, as on Windows and macOS. Refuses to know
what is put there.
"""

from collections.abc import Sequence

from protocol.errors import Conflict
from protocol.ids import new_id
from protocol.wire import Id
from server.core.context import Context
from server.documents import naming
from server.documents.actions import DOCUMENTS_MAX
from server.documents.folders import FOLDERS_MAX
from storage.folders import FolderDoc
from storage.mongo.connection import Session


class Places:
    """The places of one zip, in a folder that is held."""

    def __init__(self, context: Context, folder: FolderDoc, siblings: set[str], names: set[str], folders: int) -> None:
        self._context = context
        self._folders: dict[tuple[str, ...], FolderDoc] = {(): folder}
        self._siblings = siblings
        self._taken: dict[Id, set[str]] = {folder.id: names}
        self._numbers: dict[tuple[Id, str], int] = {}
        self._there = folders

    @classmethod
    async def inside(cls, context: Context, folder: FolderDoc, session: Session) -> "Places":
        """Beside what is in a folder."""
        store = context.store
        siblings = {
            naming.key_of(one.name)
            for one in await store.folders.below(folder.firm_id, folder.id, session)
            if one.parent_id == folder.id and one.deleted_at is None
        }
        names = await store.documents.names_in(folder.firm_id, folder.id, session)
        folders = await store.folders.count(folder.firm_id, folder.account_id, FOLDERS_MAX, session)
        return cls(context, folder, siblings, names, folders)

    def of(self, way: Sequence[str]) -> tuple[FolderDoc, str]:
        """The folder of a file, and what it is called there. Raises Conflict where either is full."""
        folder = self._folder(tuple(way[:-1]))
        taken = self._taken.setdefault(folder.id, set())
        if len(taken) >= DOCUMENTS_MAX:
            raise Conflict(f"There are {DOCUMENTS_MAX} documents in this folder already.", reason="too_many")
        # On from the number that the last of this name got: thousands of one name are no work.
        counted = (folder.id, naming.key_of(way[-1]))
        number = self._numbers.get(counted, 1)
        while naming.key_of(name := naming.numbered(way[-1], number)) in taken:
            number += 1
        self._numbers[counted] = number
        taken.add(naming.key_of(name))
        return folder, name

    def _folder(self, way: tuple[str, ...]) -> FolderDoc:
        key = tuple(map(naming.key_of, way))
        known = self._folders.get(key)
        if known is not None:
            return known
        above = self._folder(way[:-1])
        if self._there + len(self._folders) > FOLDERS_MAX:
            raise Conflict(f"There are {FOLDERS_MAX} folders already.", reason="too_many")
        made = self._folders[key] = FolderDoc(
            id=new_id(),
            firm_id=above.firm_id,
            account_id=above.account_id,
            name=self._beside(way[-1]) if len(way) == 1 else way[-1],
            created_at=self._context.clock.now(),
            created_by=self._context.principal.person,
            above=[*above.above, above.id],
            access=above.access,
            people=above.people,
        )
        return made

    def _beside(self, name: str) -> str:
        free = naming.free(name, self._siblings)
        self._siblings.add(naming.key_of(free))
        return free

    async def make(self, session: Session) -> None:
        """Store the folders that are new."""
        await self._context.store.folders.add(*list(self._folders.values())[1:], session=session)
