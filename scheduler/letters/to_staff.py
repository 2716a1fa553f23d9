"""From a letter to staff to what it may say at the moment when it goes out (spec 3.16, NS-9).

Knows what makes such a letter pointless: no access any more, read meanwhile, not so any more. Refuses to know what it leads
with (scheduler.letters.staff_lead), letters to contacts (scheduler.letters.to_contacts), SMTP and how a mail looks.
"""

from collections.abc import Sequence
from typing import cast, get_args

from protocol.inbox import NotificationKind
from protocol.messages import MessageSent
from scheduler.letters import staff_lead, unread
from scheduler.letters.facts import Kind, Letter
from scheduler.letters.matter import Dropped, Matter, brand, first_name, url_of
from server.core.context import Means
from server.core.sight import may_see
from server.inbox import gathering
from storage.log.streams import Stored
from storage.mongo.documents import Unreadable
from storage.notifications import NotificationDoc
from storage.people import StaffDoc


async def facts_of(means: Means, matter: Matter) -> Letter | Dropped:
    """What the letter may say now, or why it is not to be sent."""
    letter = matter.letter
    member = await means.store.people.staff(letter.firm_id, letter.person_id)
    if member is None or not may_see(member, matter.account):
        return Dropped("no_access")
    entry = await means.store.notifications.of_thread(member.firm_id, member.id, matter.thread.id)
    if entry is None or not entry.unread:
        return Dropped("read")
    after = max(letter.first_seq - 1, entry.read_to(internal=letter.internal))
    events = await unread.latest(means, matter.stream, after, letter.last_seq, lambda event: False)
    # Nobody is told of what they have done themselves (NS-7), though it stands between what others did.
    others = [event for event in events if event.actor is None or event.actor.id != member.id]
    return _to_staff(means, matter, others, member, entry) if others else Dropped("read")


def _to_staff(
    means: Means, matter: Matter, events: Sequence[Stored], member: StaffDoc, entry: NotificationDoc
) -> Letter | Dropped:
    """What their inbox entry gathers, as far as this letter tells of it (NS-9) and it is still so."""
    letter = matter.letter
    messages = [event for event in events if isinstance(event.event, MessageSent)]
    told = {event.seq for event in events}
    unread = [item for item in gathering.unread(entry) if item.kind in staff_lead.TOLD]
    heard = [item for item in unread if item.internal == letter.internal and item.seq in told]
    if not heard and any(item.kind not in get_args(NotificationKind) for item in gathering.unread(entry)):
        raise Unreadable(
            reason="unreadable"
        )  # all that it would tell is a newer build's, whose scheduler has the words
    thread = matter.thread
    standing = staff_lead.Standing(
        mine=thread.assignee_id == member.id,
        assigned=thread.assignee_id is not None,
        all_done=0 < thread.tasks_total == thread.tasks_done,
        active=thread.state == "active",
    )
    news = staff_lead.still_so(heard, standing)
    if heard and not news:
        return Dropped("not_true_any_more")
    lead = staff_lead.lead(news, len(messages))
    actors = [event.actor.name for event in events if event.actor is not None]
    # The chat opens where what is new begins; at the very words, if they call on the reader.
    place = lead.seq if lead and lead.kind == "staff_mention" else messages[0].seq if messages else 0
    fragment = f"#{'n' if letter.internal else 't'}{place}" if place else ""
    return Letter(
        kind=lead.kind if lead else cast("Kind", letter.kind),  # a copy has its bytes, and is not made here
        firm=brand(matter.firm),
        to_email=member.email,
        to_name=member.name,
        greeting_name=first_name(member.name),
        language=member.language,
        button_url=url_of(means, f"/console/threads/{matter.thread.id}{fragment}"),
        login_url=f"{means.settings.own_url}/login",
        settings_url=url_of(means, "/console/settings"),
        account_name=matter.account.name,
        who=lead.who if lead else actors[-1] if actors else "",
        thread_subject=matter.thread.subject,
        thread_id=matter.thread.id,
        count=max(1, len(messages)),
        activity=lead.activity if lead else staff_lead.activity_of(entry.kind),
        also=lead.also if lead else (),
        others=lead.others if lead else 0,
    )
