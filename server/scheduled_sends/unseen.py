"""That something of one's own did not go, told to who may not see any more for whom it was (SS-1, AC-15).

It names neither account nor thread nor words, and leads nowhere: it says that it stayed, since its author would go on
counting on it. Refuses to know what becomes of it.
"""

from protocol.people import Person
from protocol.wire import Id, Ms
from server.inbox import entries
from storage.heard import Heard
from storage.notifications import Telling


def to_author(firm_id: Id, by: Person, place_id: Id, event: str, at: Ms) -> list[Telling]:
    """Its author, who works at the firm, hears of it. `place_id`: of what was to go."""
    heard = Heard(stream="n", seq=at, at=at, kind="send_stopped", actor=by, event=event, text="no_access")
    return [entries.beside_threads(firm_id, by.id, place_id, heard, at, about="unseen")]
