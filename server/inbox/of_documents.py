"""Documents of an account as news in inboxes: those that no message carries, gathered by who uploaded them, and that a
contact has uploaded all that they wanted to (DC-6, DC-9).

There is one entry for each account and person, which leads to the account's folders, and a letter that waits as those about
threads do; what the virus scanner has refused has an entry of its own. Told are the followers who may see the account, and
its owner where nobody follows it (NS-1), never who did it (NS-7). Positions are times, given when something is told of,
since what is held meanwhile is offered in any order; each document keeps its own before anybody hears, so that it may be
drawn again. Refuses to name documents: what they are called is for who looks.
"""

from collections.abc import Sequence
from typing import Final

from protocol.asked import Done
from protocol.documents import DocumentFinish
from protocol.ids import new_id
from protocol.inbox import KINDS, NotificationKind
from protocol.people import Person
from protocol.wire import Id, Ms
from server.core.context import Context, Means
from server.core.doing import carries_on, does
from server.core.rules import AccountScope
from server.core.sight import may_see
from server.documents.notices import REFUSED, TOLD_AFTER_MS, UPLOADED
from server.inbox import bringing, entries, telling
from storage.accounts import AccountDoc
from storage.chores import ChoreDoc
from storage.documents import DocumentDoc
from storage.heard import Heard
from storage.letters import LetterDoc
from storage.mongo.connection import Session, ours
from storage.people import StaffDoc, digest

AT_ONCE_MAX: Final = 1_000


@carries_on(UPLOADED)
async def go_on(means: Means, chore: ChoreDoc) -> None:
    """Some time has gone by since a document came last: tell of those that no message carries. As long as something waits
    for the virus scanner it is looked at again: what the scanner refuses sets free what came in the same zip."""
    async with ours():
        account = await means.store.accounts.get(chore.firm_id, chore.subject)
        if account is not None and await _tell_uploaded(means, account):
            await means.store.chores.put_off(chore, means.clock.now() + TOLD_AFTER_MS)
        else:
            await means.store.chores.finished(chore)


@carries_on(REFUSED)
async def go_on_refused(means: Means, chore: ChoreDoc) -> None:
    """The virus scanner has refused documents of an account: staff are told, also who brought them, and also of those that
    a message carries or that were deleted since."""
    async with ours():
        account = await means.store.accounts.get(chore.firm_id, chore.subject)
        if account is not None:
            after = ""
            while documents := await _unplaced(means, account, after, refused=True):
                after = documents[-1].id
                await _place(means, account, documents, refused=True)
            await _tell_placed(means, account)
        await means.store.chores.finished(chore)


@does(DocumentFinish)
async def finish(context: Context, command: DocumentFinish, scope: AccountScope) -> Done:
    """Tell that the asker has uploaded all, and what came until now with it. Twice at one moment is once."""
    means, account, person = context.means, scope.account, context.principal.person
    async with ours():
        await _tell_uploaded(means, account)
        at = await means.store.accounts.news_placed(account.firm_id, account.id, context.clock.now(), person.id)
        await _hear(means, account, "uploads_finished", person, at, 0)
    return Done()


# which, and at which position


async def _tell_uploaded(means: Means, account: AccountDoc) -> bool:
    """Tell of those of which nobody has been told; whether some have to wait for the virus scanner."""
    after, waiting = "", False
    while documents := await _unplaced(means, account, after, refused=False):
        after = documents[-1].id
        needless = await _needless(means, account, documents)
        await means.store.documents.never_told(account.firm_id, needless)
        left = [one for one in documents if one.id not in needless]
        held = await means.store.documents.zips_held(account.firm_id, account.id) if left else set()
        ready = [one for one in left if one.scan is None and one.came_with not in held]
        await _place(means, account, ready, refused=False)
        waiting = waiting or any(one.scan == "held" for one in left)
    await _tell_placed(means, account)
    return waiting


async def _unplaced(means: Means, account: AccountDoc, after: Id, *, refused: bool) -> list[DocumentDoc]:
    return await means.store.documents.unplaced(account.firm_id, account.id, after, AT_ONCE_MAX, refused=refused)


async def _needless(means: Means, account: AccountDoc, documents: Sequence[DocumentDoc]) -> set[Id]:
    """Those that are deleted, and those that a message tells of: a zip as one, by whatever of it a message carries."""
    store, firm_id = means.store, account.firm_id
    zips = await store.documents.many(firm_id, {one.came_with for one in documents if one.came_with is not None})
    # A message can't carry more of one than its unpacking has answered with.
    zip_of = {each: one.id for one in zips for each in (one.unpacked or {}).get("first", [])}
    zip_of |= {one.id: one.came_with for one in documents if one.came_with is not None}
    carried = await store.carried.among(firm_id, {*zip_of, *(one.id for one in documents)})
    told_of = carried | {zip_of[one] for one in carried if one in zip_of}
    return {
        one.id
        for one in documents
        if one.deleted_at is not None or one.id in told_of or (one.came_with is not None and one.came_with in told_of)
    }


async def _place(means: Means, account: AccountDoc, documents: Sequence[DocumentDoc], *, refused: bool) -> None:
    """Fix where each person's of some documents are told of, all or none. Of two who do it at once one places each."""
    store, firm_id = means.store, account.firm_id
    for theirs in _by_person(documents):

        async def write(session: Session, ids: Sequence[Id] = tuple(one.id for one in theirs)) -> None:
            at = await store.accounts.news_placed(firm_id, account.id, means.clock.now(), session=session)
            await store.documents.place(firm_id, ids, at, session, refused=refused)

        await store.mongo.transact(write)


async def _tell_placed(means: Means, account: AccountDoc) -> None:
    """Tell of all that have a position, the first first, also where somebody else who was at it has died."""
    documents, at = means.store.documents, 0
    while (found := await documents.placed(account.firm_id, account.id, at)) is not None:
        at, some = found
        if not some:
            continue  # of a newer build, which tells of them
        kind: NotificationKind = "document_refused" if some[-1].scan == "refused" else "documents_uploaded"
        await _hear(means, account, kind, some[-1].uploaded_by, at, len(some))
        await documents.told(account.firm_id, [one.id for one in some], at)


def _by_person(documents: Sequence[DocumentDoc]) -> list[list[DocumentDoc]]:
    """Each person's, whoever uploaded last, last."""
    found: dict[Id, list[DocumentDoc]] = {}
    for document in documents:
        found.setdefault(document.uploaded_by.id, []).append(document)
    return sorted(found.values(), key=lambda theirs: theirs[-1].uploaded_at)


# who hears


async def _hear(
    means: Means, account: AccountDoc, kind: NotificationKind, actor: Person, at: Ms, documents: int
) -> None:
    """The same at the same position once more changes nothing."""
    refused = kind == "document_refused"
    place_id = digest(f"{'refused' if refused else 'documents'} {account.id}")[:32]
    event = "document.finish" if kind == "uploads_finished" else "document.save"
    heard = Heard(stream="n", seq=at, at=at, kind=kind, actor=actor, event=event, documents=documents)
    hearers = await _hearers(means, account, None if refused else actor)
    tellings = [
        entries.beside_threads(
            account.firm_id, member.id, place_id, heard, at, about="documents", account_id=account.id
        )
        for member in hearers
    ]
    await bringing.hear(means, tellings)
    # Behind the entries, from which a letter takes what it says.
    if KINDS[kind].letter is not None:
        await means.store.letters.bundle([_letter(means, account, member, place_id, heard) for member in hearers])
    await telling.tell(means, [one.entry.place for one in tellings])


def _letter(means: Means, account: AccountDoc, member: StaffDoc, place_id: Id, heard: Heard) -> LetterDoc:
    """It goes after as long as one about a message; what colleagues bring waits for them to come to an end (EM-8)."""
    now = means.clock.now()
    due_at, calm = now + means.settings.mail_delay_s * 1000, heard.actor.side == "staff"
    return LetterDoc(
        id=new_id(),
        key=f"{place_id}:{heard.seq}:{member.id}",
        firm_id=account.firm_id,
        kind="staff_documents",
        side="staff",
        person_id=member.id,
        email=member.email,
        created_at=now,
        due_at=due_at,
        state="waiting",
        account_id=account.id,
        thread_id=place_id,
        first_seq=heard.seq,
        last_seq=heard.seq,
        calm_until=due_at if calm else None,
        wanted_at=None if calm else due_at,
    )


async def _hearers(means: Means, account: AccountDoc, but: Person | None) -> list[StaffDoc]:
    found = await means.store.people.staff_or_owners(account.firm_id, account.follower_ids)
    seeing = [member for member in found if may_see(member, account)]
    followers = [member for member in seeing if member.id in account.follower_ids]
    hearing = followers or [member for member in seeing if member.role == "owner"]
    return [member for member in hearing if but is None or member.id != but.id]
