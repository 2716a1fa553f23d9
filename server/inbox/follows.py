"""What follows for inboxes from what has happened in threads: everybody's tells of what they hear of (NS-1, NS-4).

Refuses to know what is news to whom (server.inbox.news) and what an entry becomes with it (server.inbox.hearing).
"""

from protocol.ids import new_id
from server.core.moment import Moment, Outcome, follows
from server.inbox.news import Hearing
from storage.heard import Heard, parted
from storage.notifications import NotificationDoc, Telling


@follows
def follow(moment: Moment, outcome: Outcome) -> None:
    """Everybody's inbox tells of what they hear of."""
    outcome.tellings += [(hearing.matter, _telling(hearing)) for hearing in moment.heard]


def _telling(hearing: Hearing) -> Telling:
    thread, member = hearing.matter.thread, hearing.member
    told = [
        Heard(
            stream="n" if item.kind_of_stream == "n" else "t", seq=item.seq, at=item.at, kind=item.kind_for(member.id),
            actor=item.actor, event=item.event, text=item.text,
            documents=item.documents, letter_id=item.letter_id,
        )
        for item in hearing.news
    ]  # fmt: skip
    first, item, parts = hearing.news[0], hearing.news[-1], parted(told)
    entry = NotificationDoc(
        id=new_id(),
        firm_id=thread.firm_id,
        user_id=member.id,
        thread_id=thread.id,
        account_id=thread.account_id,
        kind=item.kind_for(member.id),
        actor=item.actor,
        at=item.at,
        created_at=first.at,
        unread=True,
        archived=False,
        text=item.text,
        internal=item.kind_of_stream == "n",
        seq=item.seq,
        said=parts["said"],
        lost=parts["lost"],
        done=parts["done"],
    )
    return Telling(entry, item.kind_of_stream, hearing.heard, hearing.called)
