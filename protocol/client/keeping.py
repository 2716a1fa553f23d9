"""What a client keeps of entities that are no threads: of each kind, the whole of it by id, whatever the kind is.

Pure, the twin of web_client/src/core/keeping.ts, and knows no kind by name: lists bring a kind (protocol.kept), what
events say of themselves moves it (protocol.folds). A page that was read before what is known is asked for again.
"""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from protocol.client.folding import read
from protocol.kept import KeptPage
from protocol.streams import StreamEvent
from protocol.wire import Id, Seq, Wire


class Kept(Wire):
    """One kind."""

    entities: dict[Id, Any] = {}
    asked: bool = False
    """All of the kind is wanted; otherwise only what events bring is here."""
    loaded: bool = False
    """All of it is here."""
    at: dict[str, Seq] = {}
    """By own stream, the position up to which pages must have been read to be believed."""


def wanted(kept: Kept, positions: Mapping[str, Seq]) -> Kept:
    """All of the kind is to be loaded, anew if it was already; what is here is shown until then."""
    return replace(kept, asked=True, loaded=False, at={**kept.at, **positions})


def told(table: Mapping[str, Kept], stream: str, said: StreamEvent) -> dict[str, Kept]:
    """The kinds that an event of an own stream changes, as they are then."""
    changed: dict[str, Kept] = {}
    for fold in said.event.folds:
        if fold.on != "kept" or fold.of is None or not isinstance(fold.what, str):
            continue
        kept = changed.get(fold.of) or table.get(fold.of) or Kept()
        what = read(said, fold.what)
        if fold.how == "put":
            entities = {**kept.entities, what.id: what}
        else:
            entities = {key: entity for key, entity in kept.entities.items() if key != what}
        changed[fold.of] = replace(kept, entities=entities, at={**kept.at, stream: said.seq})
    return changed


def brought(kept: Kept, page: KeptPage, after: Id | None) -> Kept | None:
    """The kind with a page that was asked for behind `after`; None if it was read before what is known."""
    if any(page.heads.get(stream, position) < position for stream, position in kept.at.items()):
        return None
    came = {entity.id: entity for entity in getattr(page, "entities")}  # noqa: B009 - each kind's page says of what type
    first = after is None and not kept.loaded
    return replace(kept, entities=came if first else kept.entities | came, loaded=page.next is None or kept.loaded)
