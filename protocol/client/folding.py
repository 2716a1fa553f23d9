"""Carries out what events say of themselves (protocol.folds): the engine of the Python client, twin of the browser's.

Pure, and knows no event by name. The same vectors hold for both engines (folds.json).
"""

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from protocol.folds import Fold, On, Value
from protocol.people import Side
from protocol.streams import StreamEvent

Entity = TypeVar("Entity", bound=msgspec.Struct)
Listed = TypeVar("Listed", bound=msgspec.Struct)


def read(said: StreamEvent, value: Value) -> Any:
    """A fold's value for this event; None where the event has nothing there."""
    if not isinstance(value, str) or not value.startswith("."):
        return value
    found: Any = said
    for name in value[1:].split("."):
        found = getattr(found, name, None)
    return found


def folded(
    entity: Entity, on: On, said: StreamEvent, side: Side | None = None, folds: Iterable[Fold] | None = None
) -> Entity:
    """An entity after what the event does to it, as this side sees it. `folds`: other than the event's own."""
    for fold in said.event.folds if folds is None else folds:
        if fold.on != on or isinstance(fold.what, str) or fold.of not in (None, side):
            continue
        values = {name: read(said, value) for name, value in fold.what.items()}
        if fold.how == "add":
            values = {name: getattr(entity, name) + value for name, value in values.items()}
        entity = replace(entity, **values)
    return entity


def folded_list(
    entities: tuple[Listed, ...], on: On, said: StreamEvent, folds: Iterable[Fold] | None = None
) -> tuple[Listed, ...]:
    """Entities in their order, each with an `id`, after what the event does to them."""
    for fold in said.event.folds if folds is None else folds:
        if fold.on != on:
            continue
        if isinstance(fold.what, dict):
            one = read(said, fold.of)
            values = {name: read(said, value) for name, value in fold.what.items()}
            entities = tuple(replace(entity, **values) if _id(entity) == one else entity for entity in entities)
            continue
        what = read(said, fold.what)
        match fold.how:
            case "put":
                entities = (*(entity for entity in entities if _id(entity) != what.id), what)
            case "drop":
                entities = tuple(entity for entity in entities if _id(entity) != what)
            case _:
                places = {entity_id: place for place, entity_id in enumerate(what)}
                entities = tuple(sorted(entities, key=lambda entity: places.get(_id(entity), len(places))))
    return entities


def _id(entity: msgspec.Struct) -> str:
    found: str = entity.id  # type: ignore[attr-defined]
    return found
