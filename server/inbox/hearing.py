"""How an inbox entry changes with what its owner hears of, and with what they have read (NS-4, MN-6). Pure.

What an entry comes to depends on what was heard and read alone, not on the order or the company in which that came, and
hearing the same again changes nothing. Refuses to know how an entry is written.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from protocol.letters import DeliveryState
from protocol.wire import Email, Id
from storage.copies import Standing
from storage.heard import KEPT_MAX, OVER, Heard, merged
from storage.letters import LetterDoc
from storage.notifications import NotificationDoc, ReadTo, Telling


def told(entry: NotificationDoc | None, news: Telling) -> NotificationDoc:
    """An entry once its owner has heard this too; the same where they had."""
    fresh, kind = news.entry, news.kind
    if entry is None:
        entry = replace(
            fresh,
            unread=False,
            archived=False,
            mentioned=False,
            said=[],
            lost=[],
            done=[],
            heard={},
            called={},
            revision=0,
        )
        shown = (0, False, 0)
    else:
        shown = (entry.at, entry.internal, entry.seq)
    heard, called = entry.heard.get(kind, 0), entry.called.get(kind, 0)
    # What has been read before it was told is as good as heard.
    read = entry.read_to(internal=kind == "n")
    unheard, mentioned = news.heard > heard, news.called > max(called, read)
    stirs = (unheard and news.heard > read) or mentioned
    after = replace(
        entry,
        about=fresh.about,
        email=fresh.email,
        created_at=min(entry.created_at, fresh.created_at),
        read_by=[] if unheard else entry.read_by,
        heard={**entry.heard, kind: max(heard, news.heard)},
        called={**entry.called, kind: max(called, news.called)},
        said=merged(entry.said, fresh.said) if fresh.said else entry.said,
        lost=merged(entry.lost, fresh.lost) if fresh.lost else entry.lost,
        done=merged(entry.done, fresh.done) if fresh.done else entry.done,
        unread=entry.unread or stirs,
        archived=entry.archived and not stirs,
        mentioned=entry.mentioned or mentioned,
    )
    if (fresh.at, fresh.internal, fresh.seq) > shown:
        after = replace(
            after,
            kind=fresh.kind,
            actor=fresh.actor,
            at=fresh.at,
            text=fresh.text,
            bulk=fresh.bulk,
            internal=fresh.internal,
            seq=fresh.seq,
        )
    return after


def read(entry: NotificationDoc, to: ReadTo) -> NotificationDoc:
    """An entry once its owner has read so far: unread only for what stands behind that, and with its mention mark only for
    a mention there."""
    after = replace(entry, read_seq=max(entry.read_seq, to.seq), read_notes=max(entry.read_notes, to.notes))
    return replace(
        after,
        unread=entry.unread and _beyond(entry.heard, after),
        mentioned=entry.mentioned and _beyond(entry.called, after),
    )


def since(entry: NotificationDoc, became: Mapping[Id, DeliveryState]) -> NotificationDoc:
    """An entry that says of these letters, by their ids, what is so now; the same where it does. Once nothing else in it is
    unread than what has been sent after all, or isn't needed any more, it is as good as read."""
    after = replace(
        entry,
        lost=[_since(item, became) for item in entry.lost],
        done=[_since(item, became) for item in entry.done],
    )
    fresh = [item for item in after.news if item.seq > after.read_to(internal=item.internal)]
    more = max(len(after.said), len(after.lost), len(after.done)) >= KEPT_MAX
    over = bool(fresh) and not more and all(item.became in OVER for item in fresh)
    return replace(after, unread=after.unread and (after.mentioned or not over))


def sent_anew(entry: NotificationDoc, state: DeliveryState, letter: LetterDoc, words: str) -> NotificationDoc:
    """An entry about no thread that tells of letters that failed, once another takes their place and by now stands like
    this, for which the mail server had these words: as good as read once that one was handed over, or isn't needed. One
    that failed after it was written is none of those: it is told by itself."""
    taken_up = letter.decided_at if state == "handed_over" else None
    if entry.about == "thread" or entry.at > (taken_up or letter.created_at):
        return entry
    became, text = (None, words) if state == "failed" else (state, entry.text)
    lost, done = (
        [replace(item, became=became, text=text if state == "failed" else item.text) for item in some]
        for some in (entry.lost, entry.done)
    )
    over = state in OVER
    return replace(entry, lost=lost, done=done, text=text, email=letter.email, unread=entry.unread and not over)


def copies_stand(entry: NotificationDoc, state: Standing, email: Email) -> NotificationDoc:
    """An entry about the firm's blind copies that says how those stand that failed; as good as read once none is left.
    `email`: where they were sent again, which need not be where they failed."""
    lost = [replace(item, became=None if state == "failed" else state) for item in entry.lost]
    if state == "failed":
        return replace(entry, lost=lost, copies=True)
    return replace(entry, lost=lost, copies=False, email=email, unread=entry.unread and state != "handed_over")


def _since(item: Heard, became: Mapping[Id, DeliveryState]) -> Heard:
    if item.letter_id is None or item.letter_id not in became:
        return item
    state = became[item.letter_id]
    return replace(item, became=None if state == "failed" else state)


def _beyond(last: Mapping[str, int], entry: NotificationDoc) -> bool:
    return last.get("t", 0) > entry.read_seq or last.get("n", 0) > entry.read_notes
