"""From a letter to staff about an account's documents to what it may say at the moment when it goes out (DC-6, DC-9).

It tells of what came outside of any chat: how many and whose, never what they are called. Knows what makes such a letter
pointless: no access any more, the entry put away, all of it looked at. Refuses to know folders and how a mail looks.
"""

from scheduler.letters.facts import Letter
from scheduler.letters.matter import Dropped, brand, first_name, url_of
from server.core.context import Means
from server.core.sight import may_see
from server.inbox import gathering
from storage.firms import FirmDoc
from storage.letters import LetterDoc


async def facts_of(means: Means, letter: LetterDoc, firm: FirmDoc) -> Letter | Dropped:
    """What the letter may say now, or why it is not to be sent."""
    store = means.store
    member = await store.people.staff(letter.firm_id, letter.person_id)
    account = await store.accounts.get(letter.firm_id, letter.account_id or "")
    if member is None or account is None or not may_see(member, account):
        return Dropped("no_access")
    entry = await store.notifications.of_thread(letter.firm_id, member.id, letter.thread_id or "")
    unread = gathering.unread(entry) if entry is not None else []
    heard = [item for item in unread if letter.first_seq <= item.seq <= letter.last_seq and item.actor.id != member.id]
    finished = [item for item in heard if item.kind == "uploads_finished"]
    first = max(letter.first_seq, entry.read_notes + 1) if entry is not None and unread else letter.last_seq + 1
    count, latest = await store.documents.still_new(letter.firm_id, account.id, first, letter.last_seq, member.id)
    if not finished and latest is None:
        return Dropped("read")
    who = finished[-1].actor if finished else latest.uploaded_by if latest is not None else None
    return Letter(
        kind="staff_documents",
        firm=brand(firm),
        to_email=member.email,
        to_name=member.name,
        greeting_name=first_name(member.name),
        language=member.language,
        button_url=url_of(means, f"/console/accounts/{account.id}/documents"),
        login_url=f"{means.settings.own_url}/login",
        settings_url=url_of(means, "/console/settings"),
        account_name=account.name,
        who=who.name if who is not None else "",
        count=max(1, count),
        finished=bool(finished),
    )
