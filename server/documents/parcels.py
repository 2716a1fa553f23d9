"""Parcels: all documents of a folder with those below it, or of a thread, or some that are chosen, as one zip.

What is in one is what the asker may see of each document at that moment (DC-8), and each is asked for again right before
its bytes go. Names in it are such as every computer takes, no two the same where capitals make no difference. Refuses to
know how a zip is written, and HTTP.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from protocol.errors import Conflict, NotFound
from protocol.wire import Id
from server.core import cabinet, rules
from server.core.context import Context
from server.documents import naming
from server.files.zip_writing import Entry
from storage.blobs.places import FilesAway
from storage.documents import LIVE, DocumentDoc
from storage.folders import FolderDoc

DOCUMENTS_MAX: Final = 5_000
"""In one parcel: of each a few hundred bytes are in memory while it goes."""
AT_ONCE: Final = 500
"""Documents that are looked up together."""


@dataclass(frozen=True, slots=True)
class Part(Entry):
    """A document in a parcel."""

    document_id: Id
    sha256: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes, and how the zip is called."""

    name: str
    parts: Sequence[Part]


async def of_folder(context: Context, folder_id: Id) -> Parcel:
    """The documents in a folder and in those below it, which are folders in the zip.

    Raises NotFound, Forbidden, and Conflict where there is nothing, or too much.
    """
    principal = context.principal
    top = await cabinet.folder_of(context, folder_id)
    below = [one for one in await cabinet.folders_seen(context, top.account_id) if top.id in (one.id, *one.above)]
    packing = await _Packing.of(context)
    ways = _ways(top, below, packing)

    async def found() -> AsyncIterator[list[DocumentDoc]]:
        after: Id | None = None
        while page := await context.store.documents.page(
            principal.firm_id, list(ways), principal.side, dict(LIVE), after, AT_ONCE
        ):
            yield page
            after = page[-1].id

    async for page in found():
        await packing.add((document, ways[document.folder_id]) for document in page)
    return packing.done(top.name)


def _ways(top: FolderDoc, below: Iterable[FolderDoc], packing: "_Packing") -> dict[Id, str]:
    """Where in the zip each folder is: nowhere for the one whose parcel it is, else its names with a slash behind each."""
    ways = {top.id: ""}
    for folder in sorted(below, key=lambda one: (len(one.above), one.name.casefold(), one.id)):
        above = ways.get(folder.parent_id or "")
        if folder.id != top.id and above is not None:
            ways[folder.id] = f"{packing.placed(above, folder.name)}/"
    return ways


async def of_documents(context: Context, document_ids: Sequence[Id]) -> Parcel:
    """Some documents, called after the folder of the first. Raises Conflict where none of them is for the asker."""
    seen = await cabinet.documents_seen(context, document_ids)
    packing = await _Packing.of(context)
    await packing.add((document, "") for document, _ in seen)
    return packing.done(seen[0][1].name if seen else "")


async def of_thread(context: Context, thread_id: Id) -> Parcel:
    """The documents that messages of a thread carry, of contacts without those of internal ones.

    Raises NotFound, Forbidden, and Conflict where there is nothing, or too much.
    """
    principal, carried = context.principal, context.store.carried
    thread = await rules.thread_of(context, thread_id)
    packing = await _Packing.of(context)
    after: str | None = None
    while rows := await carried.of_thread(
        principal.firm_id, thread.id, visible=not principal.is_staff, after=after, limit=AT_ONCE
    ):
        seen = await cabinet.documents_seen(context, [row.document_id for row in rows])
        await packing.add((document, "") for document, _ in seen)
        after = rows[-1].id
    return packing.done(thread.subject)


class _Packing:
    """A parcel that is being put together."""

    def __init__(self, context: Context, zone: tzinfo) -> None:
        self._context = context
        self._zone = zone
        self._parts: dict[Id, Part] = {}
        self._taken: dict[str, set[str]] = {}

    @classmethod
    async def of(cls, context: Context) -> "_Packing":
        """An empty one, by the clocks of the firm."""
        firm = await context.store.firms.get(context.principal.firm_id)
        if firm is None:
            raise NotFound("There is no such firm.")
        return cls(context, ZoneInfo(firm.firm.time_zone))

    def placed(self, way: str, name: str) -> str:
        """The name of something in a folder of the zip, with the way to it: nobody else there gets the same."""
        taken = self._taken.setdefault(way, set())
        free = naming.free(naming.portable(name), taken)
        taken.add(naming.key_of(free))
        return way + free

    async def add(self, documents: Iterable[tuple[DocumentDoc, str]]) -> None:
        """Put documents in, each with the way to it; one that is in already stays where it is, and those that nobody gets
        are left out. Raises Conflict."""
        new = [
            (document, way)
            for document, way in documents
            if document.id not in self._parts and cabinet.has_bytes(document)
        ]
        if len(self._parts) + len(new) > DOCUMENTS_MAX:
            raise Conflict(f"There are more than {DOCUMENTS_MAX} documents.", reason="too_many_to_download")
        firm_id = self._context.principal.firm_id
        blobs = await self._context.store.blobs.several(firm_id, [document.sha256 for document, _ in new])
        for document, way in new:
            blob = blobs.get(document.sha256)
            if blob is None:
                raise FilesAway
            self._parts[document.id] = Part(
                name=self.placed(way, document.name),
                size=blob.size,
                crc32=blob.crc32,
                at=datetime.fromtimestamp(document.uploaded_at / 1000, self._zone),
                document_id=document.id,
                sha256=document.sha256,
            )

    def done(self, name: str) -> Parcel:
        """All that was put in. Raises Conflict."""
        if not self._parts:
            raise Conflict("There is no document here that you may see.", reason="nothing_to_download")
        parts = sorted(self._parts.values(), key=lambda part: naming.key_of(part.name))
        return Parcel(name=naming.portable(name)[: naming.NAME_CHARACTERS_MAX // 2] + ".zip", parts=parts)
