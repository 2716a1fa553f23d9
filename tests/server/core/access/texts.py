"""Who may see and change the texts and fields that a firm keeps."""

from collections.abc import Iterator

from protocol.body import paragraph
from protocol.custom_fields import (
    CustomFieldCreate,
    CustomFieldDelete,
    CustomFieldList,
    CustomFieldMove,
    CustomFieldUpdate,
)
from protocol.ids import new_id
from protocol.saved_replies import SavedReplyCreate, SavedReplyDelete, SavedReplyList, SavedReplyUpdate
from protocol.shortcodes import ShortcodeResolve
from protocol.templates import TemplateCreate, TemplateDelete, TemplateList, TemplateUpdate
from protocol.wire import Id
from storage.custom_fields import CUSTOM_FIELDS, CustomFieldDoc
from storage.saved_replies import SAVED_REPLIES, SavedReplyDoc
from storage.templates import TEMPLATES, TemplateDoc
from tests.server.core.access.roles import ASKERS, LEADS, LEADS_OVER, LEADS_OWN, STAFF, STAFF_SEEN
from tests.server.core.access.targets import Case, Cases, stored
from tests.world import World


async def replies(world: World, firm_id: Id) -> Iterator[Id]:
    docs = [
        SavedReplyDoc(id=new_id(), firm_id=firm_id, title="Kvitton", body=paragraph("Hej!"), updated_at=1)
        for _ in ASKERS
    ]
    return await stored(world, SAVED_REPLIES, docs)


async def templates(world: World, firm_id: Id) -> Iterator[Id]:
    docs = [
        TemplateDoc(id=new_id(), firm_id=firm_id, name="Moms", subject="Moms", body=paragraph("Hej!"), updated_at=1)
        for _ in ASKERS
    ]
    return await stored(world, TEMPLATES, docs)


async def fields(world: World, firm_id: Id) -> Iterator[Id]:
    docs = [
        CustomFieldDoc(
            id=new_id(), firm_id=firm_id, of="account", name=new_id(), kind="text", place=place, updated_at=1
        )
        for place in range(3 * len(ASKERS))
    ]
    return await stored(world, CUSTOM_FIELDS, docs)


CASES: Cases = {
    SavedReplyList: Case(STAFF, lambda w, t: SavedReplyList()),
    SavedReplyCreate: Case(
        LEADS, lambda w, t: SavedReplyCreate(client_reply_id=new_id(), title="Kvitton", body=paragraph("Hej!"))
    ),
    # Nobody here manages templates but owner and admin: tests/server/saved_replies has that right, and one's own.
    SavedReplyUpdate: Case(LEADS_OWN, lambda w, t: SavedReplyUpdate(saved_reply_id=next(t.replies), title="Moms")),
    SavedReplyDelete: Case(LEADS_OWN, lambda w, t: SavedReplyDelete(saved_reply_id=next(t.replies))),
    TemplateList: Case(STAFF, lambda w, t: TemplateList()),
    # Nor here: tests/server/templates, and of fields tests/server/custom_fields.
    TemplateCreate: Case(
        LEADS,
        lambda w, t: TemplateCreate(client_template_id=new_id(), name="Moms", subject="Moms", body=paragraph("Hej!")),
    ),
    TemplateUpdate: Case(LEADS_OVER, lambda w, t: TemplateUpdate(template_id=next(t.templates), name="Moms")),
    TemplateDelete: Case(LEADS_OVER, lambda w, t: TemplateDelete(template_id=next(t.templates))),
    ShortcodeResolve: Case(STAFF_SEEN, lambda w, t: ShortcodeResolve(account_id=t.account.id, subject="[CITY]")),
    CustomFieldList: Case(STAFF, lambda w, t: CustomFieldList()),
    CustomFieldCreate: Case(
        LEADS, lambda w, t: CustomFieldCreate(client_field_id=new_id(), of="contact", name=new_id(), kind="text")
    ),
    CustomFieldUpdate: Case(LEADS_OVER, lambda w, t: CustomFieldUpdate(custom_field_id=next(t.fields), name=new_id())),
    CustomFieldMove: Case(LEADS_OVER, lambda w, t: CustomFieldMove(custom_field_id=next(t.fields))),
    CustomFieldDelete: Case(LEADS_OVER, lambda w, t: CustomFieldDelete(custom_field_id=next(t.fields))),
}
