"""Folders of somebody's computer that are brought as a whole: kept as new ones in the folder that was chosen (ZP-1, ZP-2).

Its files come one by one, in any order and several at once, and each says where it has stood. What a folder is made for
follows from who brings it, which folder of theirs it is, where it goes and its way: so the first file makes it, all others
find it, also after somebody has renamed it, and another folder of that name is another one (" (2)", as with zips). Refuses
to know files.
"""

import hashlib
from typing import Final

from protocol.documents import FOLDERS_DEEP_MAX, Inside
from protocol.errors import Conflict, Invalid
from protocol.ids import new_id
from server.core.context import Context
from server.documents import naming
from server.documents.folders import FOLDERS_MAX
from server.files.archives import entry_names
from storage.folders import FolderDoc
from storage.mongo.connection import Session

PATH: Final = "$.inside.way"


async def inside(context: Context, folder: FolderDoc, said: Inside, session: Session) -> FolderDoc:
    """The folder of a file below one that is held, and held as well; what isn't there yet of the way to it is made.

    Raises Invalid for a way that leads out or is too deep, Conflict `folder_gone` where somebody has meanwhile taken away
    what was made of it, `too_many`.
    """
    folders, names = context.store.folders, _names(folder, said)
    ways = [tuple(map(naming.key_of, names[: depth + 1])) for depth in range(len(names))]
    wanted = [_key(context, folder, said, way) for way in ways]
    known = await folders.with_keys(folder.firm_id, wanted, session)
    last = folder
    # Whoever makes one makes those above it: what there is, is there from the outermost on.
    for key in wanted[: len(known)]:
        last = known[key]
        if last.deleted_at is not None or folder.id not in last.above:
            raise Conflict(
                "Somebody has deleted or moved the folder that this one's files go into.", reason="folder_gone"
            )
    if last is not folder and await folders.hold(folder.firm_id, last.id, session) is None:
        raise Conflict("Somebody has deleted the folder that this one's files go into.", reason="folder_gone")
    new = []
    for name, key in list(zip(names, wanted, strict=True))[len(known) :]:
        free = await _beside(context, folder, name, session) if last is folder else name
        last = _made(context, last, free, key)
        new.append(last)
    if new:
        there = await folders.count(folder.firm_id, folder.account_id, FOLDERS_MAX, session)
        if there + len(new) > FOLDERS_MAX:
            raise Conflict(f"There are {FOLDERS_MAX} folders already.", reason="too_many")
        await folders.add(*new, session=session)
    return last


def _names(folder: FolderDoc, said: Inside) -> list[str]:
    for part in said.way:
        if "/" in part or part.strip() in (".", ".."):
            raise Invalid(path=PATH, expected="names of folders, each without a path", got=part, reason="file_name")
    deep = len(folder.above) + 1 + len(said.way)
    if deep > FOLDERS_DEEP_MAX:
        expected = f"at most {FOLDERS_DEEP_MAX} folders inside each other"
        raise Invalid(path=PATH, expected=expected, got=str(deep), reason="folder_deep")
    return [entry_names.clean(part.replace("\\", "_"), folder=True) for part in said.way]


def _key(context: Context, folder: FolderDoc, said: Inside, way: tuple[str, ...]) -> str:
    """No key that a program gives a folder has a slash in it."""
    whole = "\0".join((folder.id, said.client_folder_id, *way))
    return f"{context.principal.user_id}:/{hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()}"


async def _beside(context: Context, folder: FolderDoc, name: str, session: Session) -> str:
    """A name that no other folder there has."""
    below = await context.store.folders.below(folder.firm_id, folder.id, session)
    there = [one for one in below if one.parent_id == folder.id and one.deleted_at is None]
    return naming.free(name, {naming.key_of(one.name) for one in there})


def _made(context: Context, above: FolderDoc, name: str, key: str) -> FolderDoc:
    return FolderDoc(
        id=new_id(),
        firm_id=above.firm_id,
        account_id=above.account_id,
        name=name,
        created_at=context.clock.now(),
        created_by=context.principal.person,
        above=[*above.above, above.id],
        access=above.access,
        people=above.people,
        key=key,
    )
