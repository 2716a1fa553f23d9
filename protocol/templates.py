"""Templates: what a new chat can begin with (TP). Only a new one: a reply has none (TH-4)."""

from typing import Annotated, ClassVar

import msgspec

from protocol.asked import Asked, Update
from protocol.body import Body
from protocol.folds import Folds, forgets, keeps
from protocol.happened import Happened
from protocol.kept import KeptList, KeptPage
from protocol.reminders import ReminderSetting
from protocol.wire import LINE, ONE_LINE, WRITTEN, ClientKey, Id, Ms, Subject, TaskText, Wire

TemplateName = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=80, pattern=rf"^{LINE}\Z", description=f"a name {ONE_LINE}", extra=WRITTEN),
]
TemplateTasks = Annotated[list[TaskText], msgspec.Meta(max_length=100)]


class Template(Wire):
    """What a new chat can begin with (spec 2.10): it is copied into the chat, so a later change changes no chat (TP-4)."""

    id: Id
    name: TemplateName
    """What staff find it by; clients never see it (TP-1)."""
    subject: Subject
    body: Body
    updated_at: Ms
    tasks: TemplateTasks = []
    reminder: ReminderSetting | None = None
    """Absent: the template says nothing of reminders."""


class TemplateUpdated(Happened, tag="template.updated", stands="u"):
    """A template is new or has changed."""

    template: Template
    folds: ClassVar[Folds] = (keeps("template", ".event.template"),)


class TemplateDeleted(Happened, tag="template.deleted", stands="u"):
    """A template is gone."""

    template_id: Id
    folds: ClassVar[Folds] = (forgets("template", ".event.template_id"),)


class TemplatePage(KeptPage, kw_only=True):
    """Templates."""

    entities: list[Template]


class TemplateList(KeptList, tag="template.list", may="staff", cost=2):
    """The firm's templates."""

    Result: ClassVar[type[Wire]] = TemplatePage


class TemplateCreate(Asked, tag="template.create", may="firm_with:manage_templates", cost=3):
    """Save a template for all staff (AC-16). A copy is made in the same way."""

    client_template_id: ClientKey
    name: TemplateName
    subject: Subject
    body: Body
    tasks: TemplateTasks = []
    reminder: ReminderSetting | None = None
    Result: ClassVar[type[Wire]] = Template


class TemplateUpdate(Update, tag="template.update", may="firm_with:manage_templates", cost=3):
    """Change a template; what is absent stays. Chats that began with it stay as they are (TP-4)."""

    template_id: Id
    name: TemplateName | None = None
    subject: Subject | None = None
    body: Body | None = None
    tasks: TemplateTasks | None = None
    reminder: ReminderSetting | None = None
    Result: ClassVar[type[Wire]] = Template


class TemplateDelete(Asked, tag="template.delete", may="firm_with:manage_templates", cost=2):
    """Delete a template. Chats that began with it stay as they are."""

    template_id: Id
