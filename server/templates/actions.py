"""Templates: made, changed, deleted and listed (TP-1, TP-4, TP-5).

Managed by whoever has the right to (AC-16), used by all staff. A chat copies what it begins with, so nothing here looks at
chats, and what is deleted is missed by nobody but those who would have begun one with it.
"""

from functools import partial
from typing import Any, Final

from msgspec.structs import asdict

from protocol.asked import Done
from protocol.errors import Conflict
from protocol.events import Event
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
from server.core import keeping
from server.core.context import Context
from server.core.doing import does
from server.core.kept_texts import KeptTexts, for_anybody
from server.core.said import said
from storage.templates import TemplateDoc

TEMPLATES_MAX: Final = 200
"""Of a firm: every window of its staff that asks for them keeps all of them."""


@does(TemplateList)
async def page(context: Context, command: TemplateList, scope: None) -> TemplatePage:
    """The firm's templates."""
    find = partial(context.store.templates.page, context.principal.firm_id)
    return await keeping.page(context, command, TemplatePage, find, _seen)


@does(TemplateCreate)
async def create(context: Context, command: TemplateCreate, scope: None) -> Template:
    """Save a template; the same key from the same person saves one (P2).

    Raises Invalid for what no chat could begin with, Conflict when there are too many.
    """
    template = TemplateDoc(
        id=new_id(),
        firm_id=context.principal.firm_id,
        updated_at=context.clock.now(),
        **_checked(command),
    )
    return await TEXTS.create(context, command, command.client_template_id, template)


@does(TemplateUpdate)
async def update(context: Context, command: TemplateUpdate, scope: None) -> Template:
    """Change a template. What changes nothing is told to nobody. Raises NotFound, Invalid."""
    return await TEXTS.update(context, command.template_id, _checked(command))


@does(TemplateDelete)
async def delete(context: Context, command: TemplateDelete, scope: None) -> Done:
    """Delete a template. Raises NotFound for one that is gone."""
    return await TEXTS.delete(context, command.template_id)


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
        fields["body"] = for_anybody(command.body)
    if command.tasks is not None:
        fields["tasks"] = [said(f"$.tasks[{place}]", text) for place, text in enumerate(command.tasks)]
    if command.reminder is not None:
        fields["reminder"] = command.reminder
    return fields


def _seen(template: TemplateDoc) -> Template:
    return Template(**{name: value for name, value in asdict(template).items() if name in Template.__struct_fields__})


def _made(event: Event) -> Template | None:
    return event.template if isinstance(event, TemplateUpdated) else None


TEXTS: Final[KeptTexts[TemplateDoc, Template]] = KeptTexts(
    one="template",
    many="templates",
    most=TEMPLATES_MAX,
    kept_in=lambda store: store.templates,
    seen=_seen,
    updated=lambda template: TemplateUpdated(template=template),
    made=_made,
    deleted=lambda template_id: TemplateDeleted(template_id=template_id),
)
