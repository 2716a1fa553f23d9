"""What the own streams carry, the person's and the firm's: the inbox, what is kept, and what the person may see.

Knows which answer or event about them is newer. Refuses to know threads, and how a stream is followed
(protocol.client.reducer, protocol.client.stream).
"""

from msgspec.structs import replace

from protocol.accounts import AccessChanged
from protocol.client import keeping
from protocol.client import state as s
from protocol.client.draft import Draft
from protocol.client.forgetting import forget_account, forget_thread
from protocol.client.keeping import Kept
from protocol.client.state import own_streams
from protocol.client.stream import Followed
from protocol.commands import LISTS
from protocol.ids import user_stream
from protocol.inbox import NotificationList, NotificationPage, NotificationUpdated
from protocol.kept import KeptPage
from protocol.streams import StreamEvent
from protocol.threads import ThreadList
from protocol.wire import Id, Seq


def take(draft: Draft, happening: s.Notified | s.Wanted | s.Brought | s.Had) -> None:
    """An answer about the own streams, or a page's wish to keep all of a kind."""
    match happening:
        case s.Notified(page=page):
            notified(draft, page)
        case s.Wanted(kind=kind):
            want(draft, kind)
        case s.Brought(kind=kind, page=page, after=after):
            brought(draft, kind, page, after)
        case s.Had(command=command):
            draft.set(owed=tuple(owed for owed in draft.state.owed if owed != command))


def begin(draft: Draft, name: str, head: Seq) -> None:
    """An own stream that wasn't followed is followed from here: pages of what is kept must know as much."""
    if name in draft.state.streams:
        return
    draft.put(name, Followed(position=head, head=head))
    for kind, kept in list(draft.state.kept.items()):
        if kept.asked:
            draft.own("kept")[kind] = replace(kept, loaded=False, at={**kept.at, name: head})
        else:
            draft.drop("kept", kind)


def want(draft: Draft, kind: str) -> None:
    """Load all of a kind."""
    names = own_streams(draft.state.me) if draft.state.me else []
    known = {name: position for name in names if (position := draft.followed(name).position) is not None}
    draft.own("kept")[kind] = keeping.wanted(draft.state.kept.get(kind, Kept()), known)
    draft.commands.append(LISTS[kind]())


def want_unloaded(draft: Draft) -> None:
    """Load every kind that is wanted and not all here."""
    for kind, kept in list(draft.state.kept.items()):
        if kept.asked and not kept.loaded:
            want(draft, kind)


def brought(draft: Draft, kind: str, page: KeptPage, after: Id | None) -> None:
    """A page of a kind, which begins its streams where they weren't followed yet."""
    for stream, head in page.heads.items():
        begin(draft, stream, head)
    kept = keeping.brought(draft.state.kept.get(kind, Kept(asked=True)), page, after)
    if kept is None:
        draft.commands.append(LISTS[kind](after=after))
        return
    draft.own("kept")[kind] = kept
    if page.next is not None:
        draft.commands.append(LISTS[kind](after=page.next))


def notified(draft: Draft, page: NotificationPage) -> None:
    """A page of the inbox. One that was read before what has been applied of u: since knows no entry better, nor the
    badge; and one from before a change of access may hold what is lost."""
    me = draft.state.me
    applied = draft.followed(user_stream(me.person.id)).position if me else None
    newest = page.head is None or page.head >= (applied or 0)
    if page.head is not None and not newest and page.head < draft.state.access_at:
        draft.owe(NotificationList())
        return
    for entry in page.notifications:
        if newest or entry.id not in draft.state.notifications:
            draft.own("notifications")[entry.id] = entry
    if newest:
        draft.set(open_count=page.open_count)


def apply(draft: Draft, name: str, event: StreamEvent) -> None:
    """The next event of an own stream."""
    for kind, kept in keeping.told(draft.state.kept, name, event).items():
        draft.own("kept")[kind] = kept
    match event.event:
        case NotificationUpdated(notification=entry, open_count=open_count):
            draft.own("notifications")[entry.id] = entry
            draft.set(open_count=open_count)
        case AccessChanged(lost=lost, gained=gained, open_count=open_count):
            for account_id in lost:
                forget_account(draft, account_id)
            badge = draft.state.open_count if open_count is None else open_count
            draft.set(access_at=event.seq, open_count=badge)
            for account_id in gained:
                draft.owe(ThreadList(account_id=account_id))


def begin_anew(draft: Draft, name: str, head: Seq) -> None:
    """Events of an own stream up to `head` were lost. What was said about access may have been among them, so the lists
    are made anew; what is shown stays."""
    for kind, kept in list(draft.state.kept.items()):
        if kept.asked:
            want(draft, kind)
        else:
            draft.drop("kept", kind)
    if draft.state.me is not None and name != user_stream(draft.state.me.person.id):
        return
    for thread_id in [known for known in draft.state.rows if known not in draft.state.opened]:
        forget_thread(draft, thread_id)
    draft.own("notifications").clear()
    draft.set(access_at=head)
    draft.owe(NotificationList())
    draft.owe(ThreadList())
