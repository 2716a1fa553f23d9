"""Every place that tells events apart has decided about each event that can get there.

Found in the source: each `match` and `isinstance` over events. The table below names the events that each passes over, so
that whoever adds one decides for every place, and whoever adds a place says what it leaves out.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from protocol.events import EVENTS
from protocol.happened import ROWS

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("protocol", "storage", "server", "scheduler")
NAMES = {event.__name__: event for event in EVENTS}


@dataclass(frozen=True)
class Place:
    """One place: events of which streams get there, and which of them it passes over."""

    streams: str
    passes_over: set[str]


NOTES = {
    "DocumentChanged",
    "LetterFailed",
    "ReminderChanged",
    "ReminderExhausted",
    "ReminderSent",
    "ReminderSettled",
    "ScheduledSendChanged",
    "ThreadAssigned",
    "ThreadSnoozed",
    "ThreadUnread",
    "ThreadWoken",
}
DONE = {
    "DocumentChanged",
    "TaskAdded",
    "TaskEdited",
    "TaskCompleted",
    "TaskReopened",
    "TasksReordered",
    "TaskDeleted",
    "TasksCompleted",
    "ThreadCreated",
    "ThreadRenamed",
    "ThreadArchived",
    "ThreadReopened",
    "ThreadRaised",
}
"""Of t:, what is no message: for places that ask for messages. Places that ask what was done name what they pass over."""
KEPT = {
    "BulkDeleted", "BulkUpdated", "CustomFieldDeleted", "CustomFieldUpdated", "FirmChanged", "SavedReplyDeleted",
    "SavedReplyUpdated", "ScheduledChatChanged", "TemplateDeleted", "TemplateUpdated",
}  # fmt: skip
"""Of u:, what windows keep: their folds say it all; and what makes them ask again."""

PLACES = {
    # What it does to a row by more than its folds (tests/protocol/test_folding.py has decided about those).
    "protocol.client.threads:row_after": Place("t", DONE),
    "protocol.client.threads:row_after_note": Place("n", NOTES - {"ThreadUnread"}),
    # A row must be asked for anew: of a task that is gone nobody but the server knows whether it was ticked, and of a
    # document whether there are others to be seen.
    "protocol.client.reducer:_Work.apply_to_row": Place("t", {"MessageSent"} | DONE - {"TaskDeleted", "DocumentChanged"}),
    "protocol.client.own:apply": Place("u", KEPT),
    # What stands in place of what was pending; what is behind what, when t: and n: are shown together.
    "protocol.client.reducer:_Work.apply": Place("tn", DONE | NOTES),
    "protocol.client.pending:confirm": Place("tn", DONE | NOTES),
    "protocol.client.state:follows": Place("n", NOTES - {"ReminderSent"}),
    # The totals that ride on t:.
    "storage.log.drafts:Head.after": Place(
        "t", {"TaskAdded", "TaskEdited", "TaskCompleted", "TaskReopened", "TasksReordered", "TaskDeleted",
              "TasksCompleted", "ThreadCreated", "ThreadRenamed", "ThreadRaised", "DocumentChanged"}
    ),
    # Whose access has to be looked up anew.
    "server.core.announce:_changes_access": Place("tnu", {"MessageSent", "NotificationUpdated"} | DONE | NOTES | KEPT),
    # What staff hear of, and what that is called; who is meant by it. A letter that failed, a snooze that is
    # over, reminders that nobody answered and a message that did not go have no author: `_told` knows.
    "server.inbox.news:_described": Place(
        "tn", {"ThreadRenamed", "ThreadArchived", "ThreadRaised", "TasksReordered", "LetterFailed", "ThreadUnread",
               "ReminderChanged", "ReminderExhausted", "ReminderSent", "ReminderSettled", "ScheduledSendChanged",
               "ThreadSnoozed", "ThreadWoken",
               "DocumentChanged"}
    ),
    "server.inbox.news:named": Place(
        "tn", DONE | NOTES - {"ReminderExhausted", "ScheduledSendChanged", "ThreadAssigned", "ThreadWoken"}
    ),
    "server.inbox.news:_told": Place(
        "tn", DONE | NOTES
        - {"LetterFailed", "ReminderExhausted", "ScheduledSendChanged", "ThreadAssigned", "ThreadWoken"}
    ),
    # NC-1: what contacts get a letter about; which of those are about tasks.
    "server.letters.follows:_kind_for_contacts": Place(
        "t", {"TaskEdited", "TaskCompleted", "TaskReopened", "TasksReordered", "TaskDeleted", "TasksCompleted",
              "ThreadRenamed", "ThreadArchived", "ThreadReopened", "ThreadRaised", "DocumentChanged"}
    ),
    "scheduler.letters.to_contacts:_still_open": Place("t", {"MessageSent"} | DONE - {"TaskAdded"}),
    # 3.8.4: what moves a reminder's cycle. Others change facts, not the cycle.
    "server.reminders.state:_heard": Place(
        "t", {"TaskEdited", "TaskCompleted", "TasksReordered", "TaskDeleted", "TasksCompleted", "ThreadCreated",
              "ThreadRenamed", "ThreadArchived", "ThreadRaised", "DocumentChanged"}
    ),
    # What puts off, or brings back, the thread in which something follows the last reminder.
    "server.reminders.follows:_puts_off": Place(
        "tn", {"MessageSent"} | DONE | NOTES - {"ThreadSnoozed", "ThreadWoken"}
    ),
    # What a key has made.
    "server.saved_replies.actions:_made": Place(
        "u", {"AccessChanged", "NotificationUpdated"} | KEPT - {"SavedReplyUpdated"}
    ),
    "server.custom_fields.actions:_made": Place(
        "u", {"AccessChanged", "NotificationUpdated"} | KEPT - {"CustomFieldUpdated"}
    ),
    "server.bulk.actions:create.made": Place("u", {"AccessChanged", "NotificationUpdated"} | KEPT - {"BulkUpdated"}),
    "server.scheduled_chats.actions:schedule.made": Place(
        "u", {"AccessChanged", "NotificationUpdated"} | KEPT - {"ScheduledChatChanged"}
    ),
    "server.scheduled_sends.actions:schedule.made": Place("n", {"MessageSent"} | NOTES - {"ScheduledSendChanged"}),
    "server.templates.actions:_made": Place("u", {"AccessChanged", "NotificationUpdated"} | KEPT - {"TemplateUpdated"}),
    # What may end a snooze.
    "server.threads.snoozing:_may_end": Place("tn", DONE - {"ThreadArchived"} | NOTES - {"ThreadSnoozed"}),
    # What is a message.
    "protocol.client.threads:unread_after": Place("t", DONE),
    "storage.threads:excerpt_of": Place("t", DONE),
    # What carries documents.
    "storage.threads:carries": Place("tn", DONE | NOTES),
    "server.documents.carrying:rows_of": Place("tn", DONE | NOTES),
    "server.marks.follows:by_writing": Place("tn", DONE | NOTES),
    "server.messages.actions:_accepted": Place("tn", DONE | NOTES),
    "server.messages.actions:_quote": Place("tn", DONE | NOTES),
    "server.threads.actions:start": Place("t", DONE),
    "scheduler.letters.to_staff:_to_staff": Place("tn", DONE | NOTES),
    "scheduler.letters.to_contacts:_said": Place("t", DONE),
    "scheduler.letters.unread:_is_message": Place("tn", DONE | NOTES),
}  # fmt: skip


def names_in(node: ast.AST) -> set[str]:
    """The events that an expression names, as `TaskAdded` or `tasks.TaskAdded`."""
    said = [part.id if isinstance(part, ast.Name) else getattr(part, "attr", "") for part in ast.walk(node)]
    return set(said) & set(NAMES)


def told_apart(node: ast.AST, within: str = "") -> Iterator[tuple[str, set[str]]]:
    """Each function that tells events apart, with those that it names: in a pattern, or to isinstance."""
    for child in ast.iter_child_nodes(node):
        inner = within
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inner = f"{within}.{child.name}".removeprefix(".")
        if isinstance(child, ast.MatchClass):
            yield inner, names_in(child.cls)
        elif isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id == "isinstance":
            yield inner, names_in(child.args[1])
        yield from told_apart(child, inner)


def test_every_place_has_decided_about_every_event() -> None:
    found: dict[str, set[str]] = {}
    for layer in LAYERS:
        for path in (ROOT / layer).rglob("*.py"):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            for function, names in told_apart(ast.parse(path.read_text(encoding="utf-8"))):
                if names:
                    found.setdefault(f"{module}:{function}", set()).update(names)
    assert set(found) == set(PLACES), "a place has come or gone: say what it passes over"
    for where, place in PLACES.items():
        get_there = {name for name, event in NAMES.items() if ROWS[event].streams & set(place.streams)}
        undecided = get_there ^ (found[where] | place.passes_over)
        assert not undecided, f"{where}: decide about {undecided}"
        assert not found[where] & place.passes_over, f"{where}: it handles {found[where] & place.passes_over}"
