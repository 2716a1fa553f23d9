"""Templates: made, changed, deleted and listed (TP-1, TP-4, TP-5).

Managed by whoever has the right to (AC-16), used by all staff. A chat copies what it begins with, so nothing here looks at
chats, and what is deleted is missed by nobody but those who would have begun one with it.
"""

from typing import Any, Final

from msgspec.structs import asdict, replace

from protocol import body as bodies
from protocol.asked import Done
from protocol.body import Body
from protocol.errors import Conflict, Invalid, NotFound
from protocol.ids import new_id
from protocol.templates import (
    Template,
    TemplateCreate,
    TemplateDelete,
    TemplateDeleted,
    TemplateList,
    TemplatePage,
    TemplateUpdate,
    TemplateUpdated,
)
from protocol.wire import Id
from server.core import keeping, keys
from server.core.context import Context
from server.core.doing import does
from server.core.said import said
from storage.log.streams import Draft, Stored
from storage.mongo.connection import Session
from storage.templates import TemplateDoc

TEMPLATES_MAX: Final = 200
"""Of a firm: every window of its staff that asks for them keeps all of them."""


@does(TemplateList)
async def page(context: Context, command: TemplateList, scope: None) -> TemplatePage:
    """The firm's templates."""
    firm_id, templates = context.principal.firm_id, context.store.templates

    async def find(after: Id, limit: int) -> list[TemplateDoc]:
        return await templates.page(firm_id, after, limit)

    found, following, heads = await keeping.page(context, command, find)
    return TemplatePage(entities=[_seen(template) for template in found], next=following, heads=heads)


@does(TemplateCreate)
async def create(context: Context, command: TemplateCreate, scope: None) -> Template:
    """Save a template; the same key from the same person saves one (P2).

    Raises Invalid for what no chat could begin with, Conflict when there are too many.
    """
    principal, streams = context.principal, context.store.streams
    key, meant = f"{principal.user_id}:{command.client_template_id}", keys.meaning(command)
    template = TemplateDoc(
        id=new_id(),
        firm_id=principal.firm_id,
        updated_at=context.clock.now(),
        reminder=command.reminder,
        **_checked(command),
    )

    async def write(session: Session) -> tuple[Template, list[Draft]]:
        if await context.store.templates.count(template.firm_id, session) >= TEMPLATES_MAX:
            raise Conflict(f"There are {TEMPLATES_MAX} templates already.", reason="too_many")
        await context.store.templates.put(template, session)
        return _seen(template), [_told(context, template, key, meant)]

    async def first() -> Template | None:
        return _made(await streams.first_with(key), meant)

    return await keys.once(streams.tries, key, lambda: keeping.change(context, write), first)


@does(TemplateUpdate)
async def update(context: Context, command: TemplateUpdate, scope: None) -> Template:
    """Change a template. What changes nothing is told to nobody. Raises NotFound, Invalid."""
    changes = _checked(command)
    if command.reminder is not None:
        changes["reminder"] = command.reminder
    templates = context.store.templates

    async def write(session: Session) -> tuple[Template, list[Draft]]:
        before = await _known(context, command.template_id, session)
        after = replace(before, **changes)
        if after == before:
            return _seen(before), []
        after = replace(after, updated_at=context.clock.now())
        await templates.put(after, session)
        return _seen(after), [_told(context, after)]

    return await keeping.change(context, write)


@does(TemplateDelete)
async def delete(context: Context, command: TemplateDelete, scope: None) -> Done:
    """Delete a template. Raises NotFound for one that is gone."""

    async def write(session: Session) -> tuple[Done, list[Draft]]:
        before = await _known(context, command.template_id, session)
        await context.store.templates.delete(before.firm_id, before.id, session)
        return Done(), [keeping.draft(context, TemplateDeleted(template_id=before.id))]

    return await keeping.change(context, write)


async def must_be(context: Context, template_id: Id) -> None:
    """Raises Conflict `template_gone` where the firm has no such template: whoever begins a chat with it looks again."""
    if await context.store.templates.get(context.principal.firm_id, template_id) is None:
        raise Conflict("This template has been deleted. Choose another one, or none.", reason="template_gone")


def _checked(command: TemplateCreate | TemplateUpdate) -> dict[str, Any]:
    """What is said of a template, as it is kept. Raises Invalid with its place."""
    fields: dict[str, Any] = {}
    if command.name is not None:
        fields["name"] = said("$.name", command.name)
    if command.subject is not None:
        fields["subject"] = said("$.subject", command.subject)
    if command.body is not None:
        fields["body"] = _checked_body(command.body)
    if command.tasks is not None:
        fields["tasks"] = [said(f"$.tasks[{place}]", text) for place, text in enumerate(command.tasks)]
    return fields


def _checked_body(body: Body) -> Body:
    """A body that any chat can begin with. Raises Invalid."""
    bodies.check(body)
    if bodies.mentions(body):
        # Who sees an account differs from account to account.
        raise Invalid(path="$.body", expected="no mentions", got=f"{len(bodies.mentions(body))} mentions")
    return body


async def _known(context: Context, template_id: Id, session: Session) -> TemplateDoc:
    template = await context.store.templates.get(context.principal.firm_id, template_id, session)
    if template is None:
        raise NotFound("There is no such template.")
    return template


def _told(context: Context, template: TemplateDoc, key: str | None = None, meant: str | None = None) -> Draft:
    return keeping.draft(context, TemplateUpdated(template=_seen(template)), key=key, meant=meant)


def _made(stored: Stored | None, meant: str) -> Template | None:
    """What a try with a key has made. Raises Conflict if that is something else."""
    if stored is None:
        return None
    if not isinstance(stored.event, TemplateUpdated):
        raise keys.reused()
    keys.check_meaning(stored.meant, meant)
    return stored.event.template


def _seen(template: TemplateDoc) -> Template:
    return Template(**{name: value for name, value in asdict(template).items() if name in Template.__struct_fields__})
