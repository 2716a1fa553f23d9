"""Who may see and change folders and documents."""

from typing import Any

from protocol.documents import (
    DocumentCarried,
    DocumentDelete,
    DocumentFinish,
    DocumentGet,
    DocumentList,
    DocumentMark,
    DocumentMove,
    DocumentRead,
    DocumentRename,
    DocumentRestore,
    DocumentSave,
    DocumentSearch,
    DocumentThumbnail,
    DocumentUnpack,
    FolderCreate,
    FolderDelete,
    FolderList,
    FolderMove,
    FolderRename,
    FolderSetAccess,
)
from protocol.ids import new_id
from storage.accounts import AccountDoc
from storage.folders import FOLDERS, FolderDoc
from storage.mongo.documents import to_document
from storage.mongo.of_firms import FirmRows
from tests.cabinet import document
from tests.server.core.access.roles import ASKERS, EDITED, SEEN, SIFTED, WITH_RIGHT
from tests.server.core.access.targets import Case, Cases
from tests.world import World


async def cabinet(world: World, account: AccountDoc) -> dict[str, Any]:
    """Folders that contacts may change, with documents in one of them."""
    firm_id = account.firm_id
    folders = [
        FolderDoc(id=new_id(), firm_id=firm_id, account_id=account.id, name="Moms", created_at=1, access="client_edits")
        for _ in range(4 * len(ASKERS) + 1)
    ]
    await FirmRows(world.store.mongo, FOLDERS).insert(*map(to_document, folders))
    documents = [await document(world, folders[0], name=f"{number}.pdf") for number in range(8 * len(ASKERS))]
    return {
        "folder": folders[0],
        "folders": (folder.id for folder in folders[1:]),
        "documents": (one.id for one in documents),
    }


CASES: Cases = {
    FolderList: Case(SEEN, lambda w, t: FolderList(account_id=t.account.id)),
    FolderCreate: Case(
        EDITED,
        lambda w, t: FolderCreate(
            account_id=t.account.id, client_folder_id=new_id(), name="Kvitton", parent_id=t.folder.id
        ),
    ),
    FolderRename: Case(EDITED, lambda w, t: FolderRename(folder_id=t.folder.id, name="Skatt")),
    FolderMove: Case(EDITED, lambda w, t: FolderMove(folder_id=next(t.folders), parent_id=t.folder.id)),
    FolderDelete: Case(EDITED, lambda w, t: FolderDelete(folder_id=next(t.folders))),
    FolderSetAccess: Case(WITH_RIGHT, lambda w, t: FolderSetAccess(folder_id=t.folder.id, access="client_edits")),
    # Whose upload it is: Stage.outcome.
    DocumentSave: Case(
        EDITED,
        lambda w, t: DocumentSave(
            folder_id=t.folder.id, upload_id=new_id(), client_document_id=new_id(), name="Kvitto.pdf"
        ),
    ),
    DocumentUnpack: Case(
        EDITED,
        lambda w, t: DocumentUnpack(
            folder_id=t.folder.id, upload_id=new_id(), client_document_id=new_id(), name="Kvitton.zip"
        ),
    ),
    DocumentList: Case(SEEN, lambda w, t: DocumentList(folder_id=t.folder.id)),
    DocumentSearch: Case(SEEN, lambda w, t: DocumentSearch(account_id=t.account.id, search="pdf")),
    DocumentGet: Case(SIFTED, lambda w, t: DocumentGet(document_ids=[next(t.documents)])),
    DocumentThumbnail: Case(SEEN, lambda w, t: DocumentThumbnail(document_id=next(t.documents))),
    DocumentRead: Case(SEEN, lambda w, t: DocumentRead(document_id=next(t.documents))),
    DocumentCarried: Case(SEEN, lambda w, t: DocumentCarried(thread_id=t.thread_id)),
    DocumentFinish: Case(SEEN, lambda w, t: DocumentFinish(account_id=t.account.id)),
    DocumentRename: Case(EDITED, lambda w, t: DocumentRename(document_id=next(t.documents), name="Kvitto.pdf")),
    DocumentMove: Case(EDITED, lambda w, t: DocumentMove(document_id=next(t.documents), folder_id=next(t.folders))),
    DocumentDelete: Case(EDITED, lambda w, t: DocumentDelete(document_id=next(t.documents))),
    DocumentRestore: Case(EDITED, lambda w, t: DocumentRestore(document_id=next(t.documents))),
    DocumentMark: Case(EDITED, lambda w, t: DocumentMark(document_id=next(t.documents), side="contact")),
}
