"""What is said in the firm's custom fields of an account or a contact: checked, and put together with what was said before.

Refuses to know where it is kept and who may say it: that is the accounts' and the contacts' to know.
"""

from collections.abc import Mapping

from protocol import explain
from protocol.custom_fields import FieldOf, FieldValues
from protocol.errors import Invalid
from protocol.wire import Id
from server.core.context import Context
from server.custom_fields import checking
from storage.mongo.connection import Session

Said = dict[Id, list[str]]


async def put_together(
    context: Context, of: FieldOf, before: Mapping[Id, list[str]], given: FieldValues, session: Session
) -> tuple[Said, list[str]]:
    """What is said from now on, and the names of the fields in which that is something else. Raises Invalid with its place
    in a command's `custom`."""
    fields = await context.store.custom_fields.of_firm(context.principal.firm_id, session)
    known = {field.id: field for field in fields if field.of == of}
    after: Said = {field_id: texts for field_id, texts in before.items() if field_id in known}
    changed: list[str] = []
    for field_id, texts in given.items():
        path = explain.member("$.custom", field_id)
        field = known.get(field_id)
        if field is None:
            raise Invalid(path=path, expected=f"a custom field of {of}s", got="none of the firm's")
        said = checking.values(path, field, texts, before.get(field_id, []))
        if said == before.get(field_id, []):
            continue
        changed.append(field.name)
        if said:
            after[field_id] = said
        else:
            after.pop(field_id, None)
    return after, changed
