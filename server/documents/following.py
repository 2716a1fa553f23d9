"""What is left to do once documents are seen by others than before, or called something else: every thread that carries one
tells so, in the stream of the message that carries it, by its id and nothing else (DC-8).

So windows ask again, and get what they may see then. It is noted in the transaction of the change, grows with the documents
and threads that there are, and may be done twice. Refuses to know who may see what.
"""

from protocol.documents import DocumentChanged
from protocol.wire import Id, Ms
from server.core import happening
from server.core.context import Context, Means
from server.core.doing import carries_on
from storage.chores import ChoreDoc
from storage.documents import DocumentDoc
from storage.folders import FolderDoc
from storage.log.streams import Draft
from storage.mongo.connection import Session, ours

FOLDER, DOCUMENT = "folder_changed", "document_changed"
DOCUMENTS_AT_ONCE_MAX = 50
CARRIED_AT_ONCE_MAX = 100


async def leave_folder(context: Context, folder: FolderDoc, session: Session) -> None:
    """In the transaction that changes a folder: note that what follows for its documents is to be done."""
    await _leave(context, FOLDER, folder.id, session)


async def leave_document(context: Context, document: DocumentDoc, session: Session) -> None:
    """The same of one document."""
    await _leave(context, DOCUMENT, document.id, session)


async def _leave(context: Context, kind: str, subject: Id, session: Session) -> None:
    principal = context.principal
    await context.store.chores.add(kind, subject, principal.firm_id, principal.person, context.clock.now(), session)


def go_on_with_folder(context: Context, folder: FolderDoc) -> None:
    """After the transaction: do it, behind the answer."""
    work = _folder(context.means, folder.firm_id, folder.id)
    context.settler.later(work, f"folder {folder.id}")


def go_on_with_document(context: Context, document: DocumentDoc) -> None:
    """The same of one document."""
    work = _document(context.means, document.firm_id, document.id)
    context.settler.later(work, f"document {document.id}")


async def leave_scanned(means: Means, document: DocumentDoc, now: Ms, session: Session) -> None:
    """The same of one of which the virus scanner has said something."""
    await means.store.chores.add(DOCUMENT, document.id, document.firm_id, document.uploaded_by, now, session)


async def go_on_scanned(means: Means, document: DocumentDoc) -> None:
    """After that transaction: do it."""
    await _document(means, document.firm_id, document.id)


@carries_on(FOLDER)
async def go_on_folder(means: Means, chore: ChoreDoc) -> None:
    """What a process left of it."""
    await _folder(means, chore.firm_id, chore.subject)


@carries_on(DOCUMENT)
async def go_on_document(means: Means, chore: ChoreDoc) -> None:
    """What a process left of it."""
    await _document(means, chore.firm_id, chore.subject)


async def _folder(means: Means, firm_id: Id, folder_id: Id) -> None:
    """Some documents at a time, from where somebody left it. Those of deleted folders get the date of that, by which they
    go for good."""
    store = means.store
    async with ours():
        while (chore := await store.chores.get(firm_id, FOLDER, folder_id)) is not None:
            folder = await store.folders.get(firm_id, folder_id)
            below = await store.folders.below(firm_id, folder_id)
            folders = [one for one in (folder, *below) if one is not None]
            ids = await store.documents.in_folders(
                firm_id, [one.id for one in folders], chore.after, DOCUMENTS_AT_ONCE_MAX
            )
            if not ids:
                await store.chores.finished(chore)
                return
            for gone in folders:
                if gone.deleted_at is not None:
                    await store.documents.trash(firm_id, ids, [gone.id], gone.deleted_at)
            for document_id in ids:
                await tell(means, firm_id, document_id)
            await store.chores.got_further(chore, ids[-1], means.clock.now())


async def _document(means: Means, firm_id: Id, document_id: Id) -> None:
    async with ours():
        while (chore := await means.store.chores.get(firm_id, DOCUMENT, document_id)) is not None:
            await tell(means, firm_id, document_id)
            await means.store.chores.finished(chore)


async def tell(means: Means, firm_id: Id, document_id: Id) -> None:
    """Say in every stream with a message that carries a document that there is something else to know of it."""
    store, after = means.store, ""
    while carried := await store.carried.of_document(firm_id, document_id, after, CARRIED_AT_ONCE_MAX):
        for one in {each.stream: each for each in carried}.values():
            draft = Draft(
                stream=one.stream,
                firm_id=firm_id,
                account_id=one.account_id,
                at=means.clock.now(),
                # Who did it is nothing that those may know for whom it is gone.
                actor=None,
                event=DocumentChanged(document_id=document_id),
            )
            happening.tell(means, [(await store.streams.append(draft)).stored])
        after = carried[-1].id
