"""A client's state as vectors.json describes it: plain JSON values, for comparison."""

from typing import Any

import msgspec

from protocol.client.reducer import due_at
from protocol.client.state import Pending, State, positions, shown
from protocol.marks import Step


def view_of(state: State) -> dict[str, Any]:
    """Every key that a vector may compare."""
    return {
        "phase": state.phase,
        "epoch": state.epoch,
        "positions": {name: followed.position for name, followed in state.streams.items()},
        "hello": positions(state),
        "held": {name: sorted(followed.held) for name, followed in state.streams.items() if followed.held},
        "shown": {
            thread_id: [_item(kind, item) for kind, item in shown(state, thread_id)] for thread_id in state.opened
        },
        "tasks": {
            thread_id: [[task.id, task.text, task.done] for task in thread.tasks]
            for thread_id, thread in state.opened.items()
        },
        "marks": {
            thread_id: {
                person: {
                    name: _steps(steps)
                    for name, steps in (("read", mark.read), ("delivered", mark.delivered), ("mailed", mark.mailed))
                    if steps or name != "mailed"
                }
                for person, mark in thread.marks.items()
            }
            for thread_id, thread in state.opened.items()
        },
        "rows": {thread_id: _fields(row) for thread_id, row in state.rows.items()},
        "rows_known": sorted(state.rows),
        "pending": {key: message.state for key, message in state.pending.items()},
        "typing": {thread_id: sorted(writers) for thread_id, writers in state.typing.items()},
        "online": sorted(state.online),
        "team_online": state.team_online,
        "notifications": sorted(entry.id for entry in state.notifications.values() if not entry.archived),
        "open_count": state.open_count,
        "kept": {
            kind: {"loaded": kept.loaded, "entities": msgspec.to_builtins(kept.entities)}
            for kind, kept in state.kept.items()
        },
        "due_at": due_at(state),
    }


def _item(kind: str, item: Any) -> str:
    return f"p:{item.client_message_id}" if isinstance(item, Pending) else f"{kind}:{item.seq}"


def _steps(steps: list[Step]) -> list[list[int]]:
    return [[step.seq, step.at] for step in steps]


def _fields(row: msgspec.Struct) -> dict[str, Any]:
    """Also the fields that have their default, which the bytes leave out."""
    return {name: msgspec.to_builtins(getattr(row, name)) for name in row.__struct_fields__}
