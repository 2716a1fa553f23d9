"""From a letter to staff about an account's documents to what it may say at the moment when it goes out (DC-6, DC-9).

It tells of what came outside of any chat: how many and whose, never what they are called. Knows what makes such a letter
pointless: no access any more, the entry put away, all of it looked at. Refuses to know folders and how a mail looks.
"""

from collections.abc import Sequence

from scheduler.letters.facts import Letter
from scheduler.letters.matter import Dropped, brand, first_name, url_of
from server.core.context import Means
from server.core.sight import may_see
from server.inbox import gathering
from storage.firms import FirmDoc
from storage.heard import Heard
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
    uploaded = [item for item in heard if item.kind == "documents_uploaded"]
    if not finished and not await _anything_new(means, letter, uploaded):
        return Dropped("read")
    last = (finished or uploaded)[-1]
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
        who=last.actor.name,
        count=max(1, sum(item.documents for item in uploaded)),
        finished=bool(finished),
    )


async def _anything_new(means: Means, letter: LetterDoc, uploaded: Sequence[Heard]) -> bool:
    """Whether somebody at the firm has still to look at something. What colleagues have brought is new to nobody there."""
    if any(item.actor.side == "staff" for item in uploaded):
        return True
    until, account_id = letter.last_seq, letter.account_id or ""
    return bool(uploaded) and await means.store.documents.any_new(letter.firm_id, account_id, "staff", until)
