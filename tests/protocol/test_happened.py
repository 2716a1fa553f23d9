"""Where events may stand: said once, on the struct, and held at the log's door (AC-6)."""

import pytest

from protocol.describing import shapes
from protocol.events import EVENTS, Event, UnknownEvent
from protocol.happened import ROWS, Happened, may_stand
from protocol.ids import new_id
from protocol.people import Person
from protocol.threads import ThreadUnread
from storage.log.drafts import Draft

READ_BY_CONTACTS = {
    "message.sent", "document.changed",
    "thread.created", "thread.renamed", "thread.archived", "thread.reopened", "thread.raised",
    "task.added", "task.edited", "task.completed", "task.reopened", "tasks.reordered", "task.deleted", "tasks.completed",
}  # fmt: skip
OWN = {"access.changed", "bulk.deleted", "bulk.updated", "custom_field.deleted", "custom_field.updated",
       "firm.changed", "notification.updated", "saved_reply.deleted", "saved_reply.updated", "scheduled_chat.changed",
       "template.deleted",
       "template.updated"}  # fmt: skip


def stands_in(letter: str) -> set[str]:
    return {row.tag for row in ROWS.values() if letter in row.streams}


def test_contacts_may_read_no_more_events_than_these() -> None:
    """AC-6: a table of its own, as that of who may do what is; whoever adds an event to `t:` says so here too."""
    assert stands_in("t") == READ_BY_CONTACTS
    assert stands_in("u") == OWN
    both = {"message.sent", "document.changed"}
    assert stands_in("n") == {shapes.tag_of(event) for event in EVENTS} - READ_BY_CONTACTS - OWN | both


def test_an_event_without_a_place_is_no_event() -> None:
    with pytest.raises(TypeError, match="which streams"):

        class Lost(Happened, tag="test.lost"):
            pass


@pytest.mark.parametrize("stream", ["t", "u"])
def test_a_note_gets_into_no_stream_but_that_of_staff(stream: str) -> None:
    note = ThreadUnread(read_seq=0, unread=1)
    assert may_stand(note, f"n:{new_id()}")
    with pytest.raises(ValueError, match="ThreadUnread"):
        draft(f"{stream}:{new_id()}", note)
    assert draft(f"n:{new_id()}", note).event == note


def test_what_this_build_does_not_know_is_never_put_anywhere() -> None:
    for kind in "tnu":
        with pytest.raises(ValueError, match="UnknownEvent"):
            draft(f"{kind}:{new_id()}", UnknownEvent(name="poll.opened"))


def draft(stream: str, event: Event) -> Draft:
    anna = Person(id=new_id(), side="staff", name="Anna")
    return Draft(stream=stream, firm_id=new_id(), account_id=new_id(), at=1, actor=anna, event=event)
