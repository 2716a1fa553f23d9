"""Documents of an account as news in inboxes: those that no message carries, gathered by who uploaded them, and that a
contact has uploaded all that they wanted to (DC-6, DC-9).

There is one entry for each account and person, which leads to the account's folders, and a letter that waits as those about
threads do. Told are the followers who may see the
account, and its owner where nobody follows it (NS-1), never who did it (NS-7). It may be drawn again: positions are times,
and what was heard at one is not heard twice. Refuses to name documents: what they are called is for who looks.
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
from server.documents.notices import REFUSED, UPLOADED
from server.inbox import bringing, entries, telling
from storage.accounts import AccountDoc
from storage.chores import ChoreDoc
from storage.documents import DocumentDoc
from storage.heard import Heard
from storage.letters import LetterDoc
from storage.mongo.connection import ours
from storage.people import StaffDoc, digest

AT_ONCE_MAX: Final = 1_000


@carries_on(UPLOADED)
async def go_on(means: Means, chore: ChoreDoc) -> None:
    """Some time has gone by since a document came last: tell of those that no message carries."""
    async with ours():
        account = await means.store.accounts.get(chore.firm_id, chore.subject)
        if account is not None:
            await _tell_uploaded(means, account)
        await means.store.chores.finished(chore)


@does(DocumentFinish)
async def finish(context: Context, command: DocumentFinish, scope: AccountScope) -> Done:
    """Tell that the asker has uploaded all, and what came until now with it. Twice at one moment is once."""
    means = context.means
    async with ours():
        at = await _tell_uploaded(means, scope.account)
        now = max(at + 1, context.clock.now())
        await _hear(means, scope.account, "uploads_finished", context.principal.person, now, 0)
    return Done()


async def _tell_uploaded(means: Means, account: AccountDoc) -> Ms:
    """Tell of those of which nobody has been told; the last position, 0 without any."""
    store, at = means.store, 0
    after = ""
    while documents := await store.documents.untold(account.firm_id, account.id, after, AT_ONCE_MAX):
        after = documents[-1].id
        ready = await _offered(means, account.firm_id, documents)
        carried = await store.carried.among(account.firm_id, ready)
        told = [one for one in documents if ready.get(one.id) and one.id not in carried and one.deleted_at is None]
        for theirs in _by_person(told):
            # Of two people at one moment neither hides the other.
            at = max(theirs[-1].uploaded_at, at + 1)
            count = sum(ready[document.id] for document in theirs)
            await _hear(means, account, "documents_uploaded", theirs[-1].uploaded_by, at, count)
        await store.documents.told(account.firm_id, list(ready))
    return at


async def _offered(means: Means, firm_id: Id, documents: Sequence[DocumentDoc]) -> dict[Id, int]:
    """Of which of some it can be told now, by the virus scanner, and how many documents each is then: a zip as one, once
    nothing of it is held any more, and without what was refused."""
    beside = {one.id: (one.unpacked or {}).get("first", []) for one in documents if one.untold > 1}
    found = await means.store.documents.many(firm_id, {each for some in beside.values() for each in some})
    scans = {one.id: one.scan for one in [*found, *documents]}
    ready = {}
    for one in documents:
        with_it = [scans.get(each) for each in {one.id, *beside.get(one.id, [])}]
        if all(scan in (None, "refused") for scan in with_it):
            ready[one.id] = one.untold - with_it.count("refused")
    return ready


@carries_on(REFUSED)
async def go_on_refused(means: Means, chore: ChoreDoc) -> None:
    """The virus scanner has refused a document: staff are told, also who brought it."""
    async with ours():
        document = await means.store.documents.get(chore.firm_id, chore.subject)
        account = await means.store.accounts.get(chore.firm_id, document.account_id) if document is not None else None
        if document is not None and account is not None:
            place_id = digest(f"refused {document.id}")[:32]
            await _hear(means, account, "document_refused", document.uploaded_by, chore.at, 1, place_id)
        await means.store.chores.finished(chore)


def _by_person(documents: Sequence[DocumentDoc]) -> list[list[DocumentDoc]]:
    """Each person's, whoever uploaded last, last."""
    found: dict[Id, list[DocumentDoc]] = {}
    for document in documents:
        found.setdefault(document.uploaded_by.id, []).append(document)
    return sorted(found.values(), key=lambda theirs: theirs[-1].uploaded_at)


async def _hear(
    means: Means,
    account: AccountDoc,
    kind: NotificationKind,
    actor: Person,
    at: Ms,
    documents: int,
    place_id: Id | None = None,
) -> None:
    place_id = place_id or digest(f"documents {account.id}")[:32]
    tellings, letters = [], []
    for member in await _hearers(means, account, None if kind == "document_refused" else actor):
        known = await means.store.notifications.of_thread(account.firm_id, member.id, place_id)
        if known is not None and known.heard.get("n", 0) >= at:
            continue
        event = "document.finish" if kind == "uploads_finished" else "document.save"
        heard = Heard(stream="n", seq=at, at=at, kind=kind, actor=actor, event=event, documents=documents)
        tellings.append(
            entries.beside_threads(
                account.firm_id, member.id, place_id, heard, at, about="documents", account_id=account.id
            )
        )
        if KINDS[kind].letter is not None:
            letters.append(_letter(means, account, member, place_id, heard))
    # Before the entries: what has been heard isn't told again.
    await means.store.letters.bundle(letters)
    await bringing.hear(means, tellings)
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
