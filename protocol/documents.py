"""Folders of accounts, the documents in them, and who may see them (DC-8).

A document is known to others by its id alone: name, size and where it is are told to whoever asks and may see it then.
Refuses to know what is in a document.
"""

from typing import Annotated, ClassVar, Literal

import msgspec

from protocol.asked import Answer, Asked
from protocol.happened import Happened
from protocol.people import Person, Side
from protocol.previews import Preview
from protocol.wire import LINE, ONE_LINE, WRITTEN, ClientKey, Id, Ms, PageSize, Search, Wire

DOCUMENTS_ASKED_MAX = 100
"""Documents that one message carries, and that are asked for at once."""
FOLDERS_DEEP_MAX = 25
"""Folders inside each other."""
FOLDER_FILES_MAX = 2_000
"""Files of a folder that a page brings as a whole: as many as may come out of a zip (ZP-3)."""

FolderAccess = Literal["client_edits", "client_views", "private"]
"""What contacts of the account may do in a top-level folder and in everything below it."""
PersonAccess = Literal["none", "view", "edit"]
"""The same for one contact."""
ScanState = Literal["held", "too_large", "refused"]
"""Why the virus scanner keeps a document from the other side: it hasn't been scanned yet; it is too large to be scanned; it
is infected, and nobody gets its bytes."""
FolderName = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=120, pattern=rf"^{LINE}\Z", description=f"a folder's name {ONE_LINE}", extra=WRITTEN
    ),
]
DocumentName = Annotated[
    str,
    msgspec.Meta(
        min_length=1, max_length=200, pattern=rf"^{LINE}\Z", description=f"a document's name {ONE_LINE}", extra=WRITTEN
    ),
]
WAY_MAX = 200
"""Parts of a way that are read at all: FOLDERS_DEEP_MAX says how many may be kept."""
FolderPart = Annotated[
    str, msgspec.Meta(min_length=1, max_length=255, description="what a folder is called on a computer", extra=WRITTEN)
]
DocumentIds = Annotated[list[Id], msgspec.Meta(max_length=DOCUMENTS_ASKED_MAX)]
People = Annotated[dict[Id, PersonAccess], msgspec.Meta(max_length=200)]


class Folder(Wire):
    """A folder of an account, as the asker sees it."""

    id: Id
    account_id: Id
    name: str
    parent_id: Id | None = None
    """Absent of a top-level one."""
    may_edit: bool = False
    """Whether the asker may put something in and take it out."""
    for_uploads: bool = False
    """The one that every account has for what contacts bring: it can be renamed and not deleted."""
    access: FolderAccess | None = None
    """For staff: as its top-level folder says."""
    people: dict[Id, PersonAccess] = {}
    """For staff: the contacts for whom something else holds."""


class Document(Wire):
    """A document, as the asker sees it now."""

    id: Id
    account_id: Id
    folder_id: Id
    name: str
    size: int
    """In bytes."""
    family: str
    """What it is by its content: a word of a list that may grow, such as `pdf`; `other` for what nobody knows."""
    uploaded_by: Person
    uploaded_at: Ms
    new: bool = False
    """Nobody of the asker's side has looked at it yet (RD-8)."""
    new_to_contacts: bool = False
    """For staff: the same of the contacts."""
    may_edit: bool = False
    deleted_at: Ms | None = None
    """It is in the trash since then, and goes for good 120 days later (DC-10)."""
    preview: Preview | None = None
    """What it is shown as besides its name; absent where that is all, or where nobody has looked into it yet."""
    scan: ScanState | None = None
    """Why it isn't offered to the other side: told to the side alone that brought it. Absent of what is for both."""


class DocumentChanged(Happened, tag="document.changed", stands="tn"):
    """Of a document that a message of this stream carries there is something else to know: whoever shows it asks again
    (`document.get`). That it has been renamed, moved, deleted, restored or closed isn't told, as it may not be for all."""

    document_id: Id


class FolderPage(Answer):
    """Folders of an account, in the order of their ids."""

    folders: list[Folder]


class FolderList(Asked, tag="folder.list", may="account_seen", cost=3):
    """The folders of an account that I may see."""

    account_id: Id
    Result: ClassVar[type[Wire]] = FolderPage


class FolderCreate(Asked, tag="folder.create", may="account_seen", cost=3):
    """Make a folder. Inside another one it has the access of that; a top-level one is for staff to make."""

    account_id: Id
    client_folder_id: ClientKey
    name: FolderName
    parent_id: Id | None = None
    access: FolderAccess = "private"
    """Of a top-level one."""
    Result: ClassVar[type[Wire]] = Folder


class FolderRename(Asked, tag="folder.rename", may="folder_edited", cost=2):
    """Call a folder something else."""

    folder_id: Id
    name: FolderName
    Result: ClassVar[type[Wire]] = Folder


class FolderMove(Asked, tag="folder.move", may="folder_edited", cost=5):
    """Put a folder into another one of the account: everything in it has the access of that then. Without `parent_id` it
    becomes a top-level one, with the access that it had."""

    folder_id: Id
    parent_id: Id | None = None
    Result: ClassVar[type[Wire]] = Folder


class FolderDelete(Asked, tag="folder.delete", may="folder_edited", cost=5):
    """Delete a folder with those in it; their documents go to the trash."""

    folder_id: Id


class FolderSetAccess(Asked, tag="folder.set_access", may="folder_with:manage_documents", cost=5):
    """Say what contacts may do in a top-level folder and all that is below it."""

    folder_id: Id
    access: FolderAccess
    people: People = {}
    """Contacts of the account for whom something else holds; those who aren't named have what `access` says."""
    Result: ClassVar[type[Wire]] = Folder


class DocumentPage(Answer):
    """Documents, the latest first."""

    documents: list[Document]
    next: Id | None = None
    """`after` of the following page, if there is one."""


class DocumentsSeen(Answer):
    """Those documents that the asker may see now."""

    documents: list[Document]
    held: list[Id] = []
    """Those of the other side's that I shall see once the virus scanner has found them clean."""


class CarriedPage(Answer):
    """Documents that messages of a thread carry."""

    documents: list[Document]
    next: str | None = None
    """`after` of the following page, if there is one."""


class Inside(Wire):
    """Where a file has stood in a folder of somebody's computer that is brought as a whole (ZP-1, ZP-2)."""

    client_folder_id: ClientKey
    """Of all files of that folder the same: they go into one new folder, whatever order they come in."""
    way: Annotated[list[FolderPart], msgspec.Meta(min_length=1, max_length=WAY_MAX)]
    """What its folders are called there, that one first. What can't stand in a name is replaced, as in zips."""


class DocumentSave(Asked, tag="document.save", may="folder_edited", cost=5):
    """Make a document of a file that I have uploaded, in a folder (DC-2). If one there is called so, it gets a number."""

    folder_id: Id
    upload_id: Id
    client_document_id: ClientKey
    name: DocumentName
    inside: Inside | None = None
    """It is of a folder: those that it was in are made inside `folder_id` as its files come."""
    Result: ClassVar[type[Wire]] = Document


Whole = Literal["encrypted", "compression", "package"]
"""Why a zip stays one document: it has a password; it is packed in a way that isn't opened here; it is a file of its own
kind, such as a workbook or a signed container, which unpacked would be broken."""


class Unpacked(Answer):
    """What a zip has become."""

    documents: int
    """How many documents."""
    first: list[Document]
    """These, as far as I may see them still: at most as many as a message can carry."""
    skipped: int = 0
    """Files that macOS and Windows leave in zips, and that are not kept."""
    whole: Whole | None = None
    """Why it is one document, as it came."""


class DocumentUnpack(Asked, tag="document.unpack", may="folder_edited", cost=20):
    """Make documents of what is in a zip that I have uploaded, in a folder and in new ones inside it (ZP-1, ZP-2): of all
    of it, or of nothing. One that can't be opened, or would be broken by it, becomes a document as it is."""

    folder_id: Id
    upload_id: Id
    client_document_id: ClientKey
    name: DocumentName
    """The zip's."""
    Result: ClassVar[type[Wire]] = Unpacked


class DocumentList(Asked, tag="document.list", may="folder_seen", cost=3):
    """The documents in a folder, the latest first."""

    folder_id: Id
    after: Id | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = DocumentPage


class DocumentSearch(Asked, tag="document.search", may="account_seen", cost=5):
    """The documents of an account whose names have words that begin so, the latest first; or those in the trash that I may
    take out again."""

    account_id: Id
    search: Search = ""
    deleted: bool = False
    after: Id | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = DocumentPage


class DocumentGet(Asked, tag="document.get", may="logged_in", cost=2):
    """What these documents are called and how long they are, of each that I may see now (DC-8). Those that are gone and
    those that are not for me are left out alike."""

    document_ids: DocumentIds
    Result: ClassVar[type[Wire]] = DocumentsSeen


class Thumbnail(Answer):
    """A small picture."""

    webp: str = ""
    """In base64 (RFC 4648, 4); empty where there is none."""


class DocumentThumbnail(Asked, tag="document.thumbnail", may="document_seen", cost=1):
    """A document's thumbnail, for who has no cookie with which a browser would fetch it from its address: the widget."""

    document_id: Id
    Result: ClassVar[type[Wire]] = Thumbnail


class Reading(Answer):
    """The words of a document, as far as they are shown in a page."""

    text: str = ""
    """With U+000A between lines; empty of a table."""
    rows: list[list[str]] = []
    """Of a table: its rows, which need not all be equally long."""
    cut: bool = False
    """There is more of it in the file than stands here."""


class DocumentRead(Asked, tag="document.read", may="document_seen", cost=10):
    """The words of a text, or the cells of a table of values, from the beginning of the file. It is new to my side no more
    then (RD-8). Empty for what is neither, and for what makes no sense as one."""

    document_id: Id
    Result: ClassVar[type[Wire]] = Reading


class DocumentCarried(Asked, tag="document.carried", may="facts_seen", cost=3):
    """The documents that messages of a thread carry, of each that I may see now, the latest first (DC-5)."""

    thread_id: Id
    after: Annotated[str, msgspec.Meta(max_length=80)] | None = None
    limit: PageSize = 100
    Result: ClassVar[type[Wire]] = CarriedPage


class DocumentFinish(Asked, tag="document.finish", may="account_seen", cost=5):
    """Say that I have uploaded all that I wanted to: whoever hears of the account is told at once (DC-9)."""

    account_id: Id


class DocumentRename(Asked, tag="document.rename", may="document_edited", cost=2):
    """Call a document something else."""

    document_id: Id
    name: DocumentName
    Result: ClassVar[type[Wire]] = Document


class DocumentMove(Asked, tag="document.move", may="document_edited", cost=3):
    """Put a document into another folder of the account: whoever may see that one sees it then."""

    document_id: Id
    folder_id: Id
    Result: ClassVar[type[Wire]] = Document


class DocumentDelete(Asked, tag="document.delete", may="document_edited", cost=2):
    """Put a document into the trash. One that is there already stays there."""

    document_id: Id


class DocumentRestore(Asked, tag="document.restore", may="document_edited", cost=3):
    """Take a document out of the trash, to where it was or into another folder, which has to be named once the first one
    is gone."""

    document_id: Id
    folder_id: Id | None = None
    Result: ClassVar[type[Wire]] = Document


class DocumentMark(Asked, tag="document.mark", may="document_edited", cost=2):
    """Say that a document is new, or isn't, for a side (RD-8); only staff say so for contacts."""

    document_id: Id
    side: Side
    new: bool = False
    Result: ClassVar[type[Wire]] = Document
