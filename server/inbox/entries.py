"""What a new inbox entry about no chat is made of: an entry of a thread has a place there is none of here.

Of such a thing there is one entry for each person too, whose place is made from what it is about, and its positions are
times in n:. Refuses to know what it tells of and who hears of it.
"""

from protocol.bulk import BulkCounts
from protocol.ids import new_id
from protocol.inbox import NotificationAbout
from protocol.wire import Email, Id, Ms
from storage.heard import Heard, parted
from storage.notifications import NotificationDoc, Telling


def beside_threads(
    firm_id: Id,
    user_id: Id,
    place_id: Id,
    heard: Heard,
    at: Ms,
    *,
    about: NotificationAbout,
    account_id: Id | None = None,
    email: Email | None = None,
    bulk: BulkCounts | None = None,
) -> Telling:
    """Somebody hears something about `place_id`, which is no thread, at a time; `heard.seq` is its position. `account_id`:
    where it leads, without which it is about the firm. `email`: whose letter it was. `bulk`: what a run came to."""
    parts = parted([heard])
    entry = NotificationDoc(
        id=new_id(),
        firm_id=firm_id,
        user_id=user_id,
        thread_id=place_id,
        account_id=account_id or firm_id,
        kind=heard.kind,
        actor=heard.actor,
        at=at,
        created_at=at,
        unread=True,
        archived=False,
        text=heard.text,
        seq=heard.seq,
        said=parts["said"],
        lost=parts["lost"],
        done=parts["done"],
        about=about,
        email=email or "",
        bulk=bulk,
    )
    return Telling(entry, "n", heard.seq)
