"""What goes when somebody may see it no more: nothing of a thread or an account that is lost stays behind (P7).

Knows where a state holds something of a thread or an account. Refuses to know how access was lost
(protocol.client.reducer).
"""

from protocol.client.draft import Draft
from protocol.ids import notes_stream, thread_stream
from protocol.wire import Id


def forget_account(draft: Draft, account_id: Id) -> None:
    """An account's threads and inbox entries go; the badge counts them no more, and never goes below nothing."""
    for row in list(draft.state.rows.values()):
        if row.account.id == account_id:
            forget_thread(draft, row.id)
    lost = [entry for entry in draft.state.notifications.values() if entry.account.id == account_id]
    for entry in lost:
        draft.drop("notifications", entry.id)
    unarchived = sum(not entry.archived for entry in lost)
    draft.set(open_count=max(0, draft.state.open_count - unarchived))


def forget_thread(draft: Draft, thread_id: Id) -> None:
    """A thread goes, with its internal side and what was about to be said in it."""
    for key in [key for key, item in draft.state.pending.items() if item.thread_id == thread_id]:
        draft.drop("pending", key)
    for table in ("rows", "opened", "typing", "early_marks"):
        draft.drop(table, thread_id)
    for stream in (thread_stream(thread_id), notes_stream(thread_id)):
        draft.drop("streams", stream)
