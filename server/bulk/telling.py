"""What a run's author is told of it: each change in their own stream, and one report in their inbox (BK-5).

The report is heard before the run is over, by the number of the attempt: heard twice it is one, and a process that dies in
between leaves the run to whoever looks next. Refuses to know why a run has changed.
"""

from protocol.bulk import BulkUpdated
from protocol.events import Event
from protocol.ids import user_stream
from protocol.wire import Ms
from server.core.context import Means
from server.inbox import bringing, entries
from server.inbox import telling as inboxes
from storage.bulk import BulkRunDoc
from storage.heard import Heard
from storage.log.streams import Draft


def draft(run: BulkRunDoc, event: Event, at: Ms, *, key: str | None = None, meant: str | None = None) -> Draft:
    """What tells a run's author, and nobody else."""
    return Draft(
        stream=user_stream(run.by.id),
        firm_id=run.firm_id,
        account_id=None,
        at=at,
        actor=run.by,
        event=event,
        key=key,
        meant=meant,
    )


def updated(run: BulkRunDoc, at: Ms, *, key: str | None = None, meant: str | None = None) -> Draft:
    """How far a run has come."""
    return draft(run, BulkUpdated(bulk=run.seen()), at, key=key, meant=meant)


async def report(means: Means, run: BulkRunDoc) -> None:
    """Put what a run came to into its author's inbox. May be called again."""
    now = means.clock.now()
    heard = Heard(
        stream="n", seq=run.attempt, at=now, kind="bulk_done", actor=run.by, event="bulk.updated", text=run.subject
    )
    news = entries.beside_threads(run.firm_id, run.by.id, run.id, heard, now, about="bulk", bulk=run.counts())
    await bringing.hear(means, [news])
    await inboxes.tell(means, [news.entry.place])
