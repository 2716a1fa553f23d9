"""Custom fields: defined, changed, put in order, deleted and listed (SC-9, AD-1).

Managed by whoever has the right to, and known to all staff: their windows keep all of them, since shortcodes name them.
"""

from functools import partial
from typing import Final

from msgspec.structs import asdict, replace

from protocol import explain
from protocol.asked import Done
from protocol.custom_fields import (
    CustomField,
    CustomFieldCreate,
    CustomFieldDelete,
    CustomFieldDeleted,
    CustomFieldList,
    CustomFieldMove,
    CustomFieldPage,
    CustomFieldUpdate,
    CustomFieldUpdated,
    name_key,
)
from protocol.errors import Conflict, Invalid, NotFound
from protocol.events import Event
from protocol.ids import new_id
from protocol.wire import Id
from server.audit import security
from server.core import keeping, keys
from server.core.context import Context
from server.core.doing import does
from server.core.said import said
from server.custom_fields import checking, clearing
from storage.custom_fields import CustomFieldDoc
from storage.log.streams import Draft
from storage.mongo.connection import Session

CUSTOM_FIELDS_MAX: Final = 50
"""Of a firm's accounts, and as many of its contacts: each may be said of each of them."""


@does(CustomFieldList)
async def page(context: Context, command: CustomFieldList, scope: None) -> CustomFieldPage:
    """The firm's custom fields."""
    find = partial(context.store.custom_fields.page, context.principal.firm_id)
    return await keeping.page(context, command, CustomFieldPage, find, _seen)


@does(CustomFieldCreate)
async def create(context: Context, command: CustomFieldCreate, scope: None) -> CustomField:
    """Define a field; the same key from the same person defines one (P2).

    Raises Invalid for options or a currency that don't go with its type, Conflict `field_exists` where there is one of this
    name, `too_many`.
    """
    field = CustomFieldDoc(
        id=new_id(),
        firm_id=context.principal.firm_id,
        of=command.of,
        name=said("$.name", command.name),
        kind=command.kind,
        place=0,
        updated_at=context.clock.now(),
        options=checking.options("$.options", command.kind, command.options),
        currency=checking.currency("$.currency", command.kind, command.currency),
    )

    async def work(key: str, meant: str) -> CustomField:
        async def write(session: Session) -> tuple[CustomField, list[Draft]]:
            others = _others(await context.store.custom_fields.of_firm(field.firm_id, session), field)
            if len(others) >= CUSTOM_FIELDS_MAX:
                raise Conflict(f"There are {CUSTOM_FIELDS_MAX} fields of {field.of}s already.", reason="too_many")
            _must_be_named_apart(field, others)
            last = replace(field, place=max((other.place for other in others), default=-1) + 1)
            await _keep(context, "custom_field.created", last, session)
            return _seen(last), [_told(context, last, key, meant)]

        return await keeping.change(context, write)

    return await keys.make(context, command, command.client_field_id, work, _made)


@does(CustomFieldUpdate)
async def update(context: Context, command: CustomFieldUpdate, scope: None) -> CustomField:
    """Change a field. What changes nothing is told to nobody. Raises NotFound, Invalid, Conflict `field_exists`."""

    async def write(session: Session) -> tuple[CustomField, list[Draft]]:
        before, all_of_it = await _known(context, command.custom_field_id, session)
        after = before
        if command.name is not None:
            after = replace(after, name=said("$.name", command.name))
        if command.options is not None:
            after = replace(after, options=checking.options("$.options", before.kind, command.options))
        if after == before:
            return _seen(before), []
        _must_be_named_apart(after, _others(all_of_it, after))
        after = replace(after, updated_at=context.clock.now())
        await _keep(context, "custom_field.changed", after, session)
        return _seen(after), [_told(context, after)]

    return await keeping.change(context, write)


@does(CustomFieldMove)
async def move(context: Context, command: CustomFieldMove, scope: None) -> CustomField:
    """Put a field before another one, or last. Raises NotFound, Invalid for another one that isn't of the same."""

    async def write(session: Session) -> tuple[CustomField, list[Draft]]:
        moved, all_of_it = await _known(context, command.custom_field_id, session)
        others = _others(all_of_it, moved)
        at = len(others)
        if command.before_id is not None:
            ids = [other.id for other in others]
            if command.before_id not in ids:
                expected, got = f"another field of {moved.of}s", explain.quoted(command.before_id)
                raise Invalid(path="$.before_id", expected=expected, got=got)
            at = ids.index(command.before_id)
        order = [*others[:at], moved, *others[at:]]
        after = [replace(field, place=place) for place, field in enumerate(order)]
        changed = [field for field, before in zip(after, order, strict=True) if field != before]
        for field in changed:
            await context.store.custom_fields.put(field, session)
        return _seen(after[at]), [_told(context, field) for field in changed]

    return await keeping.change(context, write)


@does(CustomFieldDelete)
async def delete(context: Context, command: CustomFieldDelete, scope: None) -> Done:
    """Delete a field, and what was said in it. Raises NotFound for one that is gone."""

    async def write(session: Session) -> tuple[Done, list[Draft]]:
        before, _ = await _known(context, command.custom_field_id, session)
        await context.store.custom_fields.delete(before.firm_id, before.id, session)
        await clearing.leave(context, before.id, session)
        await _note(context, "custom_field.deleted", before, session)
        return Done(), [keeping.draft(context, CustomFieldDeleted(custom_field_id=before.id))]

    done = await keeping.change(context, write)
    clearing.go_on_with(context, command.custom_field_id)
    return done


async def _known(context: Context, field_id: Id, session: Session) -> tuple[CustomFieldDoc, list[CustomFieldDoc]]:
    """A field, and all that the firm has."""
    fields = await context.store.custom_fields.of_firm(context.principal.firm_id, session)
    found = next((field for field in fields if field.id == field_id), None)
    if found is None:
        raise NotFound("There is no such custom field.")
    return found, fields


def _others(fields: list[CustomFieldDoc], field: CustomFieldDoc) -> list[CustomFieldDoc]:
    return [other for other in fields if other.of == field.of and other.id != field.id]


def _must_be_named_apart(field: CustomFieldDoc, others: list[CustomFieldDoc]) -> None:
    """A shortcode names one field and no other (SC-1)."""
    if any(name_key(other.name) == name_key(field.name) for other in others):
        raise Conflict(f"There is a field of this name of {field.of}s already.", reason="field_exists")


async def _keep(context: Context, event: security.Event, field: CustomFieldDoc, session: Session) -> None:
    await context.store.custom_fields.put(field, session)
    await _note(context, event, field, session)


async def _note(context: Context, event: security.Event, field: CustomFieldDoc, session: Session) -> None:
    act = security.Act(event, field.firm_id, by=context.principal, text=f"{field.of}: {field.name}")
    await security.note(context, act, session)


def _told(context: Context, field: CustomFieldDoc, key: str | None = None, meant: str | None = None) -> Draft:
    return keeping.draft(context, CustomFieldUpdated(custom_field=_seen(field)), key=key, meant=meant)


async def _made(event: Event) -> CustomField | None:
    return event.custom_field if isinstance(event, CustomFieldUpdated) else None


def _seen(field: CustomFieldDoc) -> CustomField:
    return CustomField(
        **{name: value for name, value in asdict(field).items() if name in CustomField.__struct_fields__}
    )
