"""The engine of folds: the vectors that it shares with the browser's, and that what events say can be carried out."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from protocol.client import folding
from protocol.events import EVENTS
from protocol.folds import Fold
from protocol.happened import ROWS, Happened
from protocol.people import Person
from protocol.streams import StreamEvent
from protocol.tasks import Task
from protocol.threads import StaffPart, Thread

VECTORS = json.loads(Path(folding.__file__).with_name("folds.json").read_text(encoding="utf-8"))
KINDS: dict[str, Any] = {"row": Thread, "staff": StaffPart, "tasks": tuple[Task, ...]}
WITHOUT_FOLDS = {
    "MessageSent", "ThreadUnread",  # what they do takes more than that: protocol.client.threads
    "ThreadCreated", "TasksCompleted", "LetterFailed", "ReminderExhausted", "ReminderSent",
    "ReminderSettled",  # change no row and no task
    "DocumentChanged",  # has the row asked for anew
    "ScheduledSendChanged",  # has what waits asked for anew
}  # fmt: skip
FOLDS = [(event, fold) for event in EVENTS for fold in event.folds]


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: str(case["name"]))
def test_vector(case: dict[str, Any]) -> None:
    kind = KINDS[case["on"]]
    before, after = (msgspec.convert(case[name], kind) for name in ("before", "after"))
    said = msgspec.convert(case["said"], StreamEvent)
    folds = [Fold(*parts) for parts in case["folds"]]
    if case["on"] == "tasks":
        assert folding.folded_list(before, case["on"], said, folds) == after
    else:
        assert folding.folded(before, case["on"], said, "staff", folds) == after


def test_the_vectors_have_every_operation_on_every_thing_that_events_use() -> None:
    used = {(fold.how, fold.on) for _, fold in FOLDS if fold.on != "kept"}  # those are in vectors.json
    assert used <= {(how, on) for case in VECTORS["cases"] for how, on, *_ in case["folds"]}


def test_every_event_of_a_thread_says_what_it_does_or_is_named_here() -> None:
    silent = {event.__name__ for event in EVENTS if not event.folds and ROWS[event].streams & {*"tn"}}
    assert silent == WITHOUT_FOLDS


@pytest.mark.parametrize(("event", "fold"), FOLDS, ids=lambda part: getattr(part, "__name__", getattr(part, "how", "")))
def test_a_fold_names_fields_that_there_are(event: type[Happened], fold: Fold) -> None:
    """A slip in a name would else be read as what isn't there."""
    values = [fold.what] if isinstance(fold.what, str) else list(fold.what.values())
    for value in [*values, fold.of]:
        if isinstance(value, str) and value.startswith("."):
            first, *rest = value[1:].split(".")
            assert first in StreamEvent.__struct_fields__
            if rest:
                assert first == "event"
                assert rest[0] in event.__struct_fields__
                assert set(rest[1:]) <= set(Person.__struct_fields__)
    if isinstance(fold.what, dict):
        entity = {"row": Thread, "staff": StaffPart, "tasks": Task}[fold.on]
        assert set(fold.what) <= set(entity.__struct_fields__)
