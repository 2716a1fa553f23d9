"""Templates: a firm's (TP). Knows one document each; refuses to know who may manage them."""

from typing import ClassVar, Final

from pymongo import IndexModel

from protocol.body import Body
from protocol.reminders import AfterLast, ReminderSetting
from protocol.wire import Id
from storage.kept import Kept, KeptDoc
from storage.mongo.collections import OfFirms
from storage.mongo.connection import Mongo
from storage.mongo.documents import newer


class TemplateDoc(KeptDoc):
    """A template as stored."""

    NEWER: ClassVar = (newer("reminder.after_last", AfterLast, None),)

    name: str
    subject: str
    body: Body
    tasks: list[str] = []
    reminder: ReminderSetting | None = None


TEMPLATES: Final = OfFirms("templates", IndexModel([("firm_id", 1), ("_id", 1)]))


class Templates(Kept[TemplateDoc]):
    """The templates."""

    def __init__(self, mongo: Mongo) -> None:
        super().__init__(mongo, TEMPLATES, TemplateDoc)

    async def page(self, firm_id: Id, after: str, limit: int) -> list[TemplateDoc]:
        """The firm's with an id above one, ascending."""
        return await self._page(firm_id, {}, after, limit)
