"""Firms: made, read, and their settings changed (spec 2.1)."""

from typing import Any

from protocol.commands import FirmRead, FirmUpdate, FirmView
from protocol.entities import Firm, FirmSettings, Language
from protocol.errors import InternalError
from protocol.ids import new_id
from protocol.wire import Id
from server.context import Context
from storage.firms import FirmDoc
from storage.people import new_token
from storage.store import Store

_SHOWN = {"clients_may_create_threads"}
"""The settings that everybody at the firm, contacts too, may know of; the others are for owner and admins."""


async def create(store: Store, name: str, language: Language, **shown: Any) -> FirmDoc:
    """A new firm, with the secret that its widget's identities are signed with. `shown`: further fields of Firm."""
    firm_id = new_id()
    firm = FirmDoc(
        id=firm_id,
        firm=Firm(id=firm_id, name=name, language=language, **shown),
        settings=FirmSettings(),
        widget_secret=new_token(),
    )
    await store.firms.add(firm)
    return firm


async def read(context: Context, command: FirmRead, scope: None) -> FirmView:
    """The firm with its settings."""
    return _view(await _firm(context, context.principal.firm_id))


async def update(context: Context, command: FirmUpdate, scope: None) -> FirmView:
    """Change settings; what the command leaves out stays."""
    firm_id = context.principal.firm_id
    said = {name: value for name in command.__struct_fields__ if (value := getattr(command, name)) is not None}
    fields = {f"{'firm' if name in _SHOWN else 'settings'}.{name}": value for name, value in said.items()}
    changed = await context.store.firms.change(firm_id, fields) if fields else None
    context.announcer.firm_changed(firm_id)
    return _view(changed or await _firm(context, firm_id))


async def _firm(context: Context, firm_id: Id) -> FirmDoc:
    firm = await context.store.firms.get(firm_id)
    if firm is None:
        raise InternalError(f"The firm {firm_id} of a person is gone.")
    return firm


def _view(firm: FirmDoc) -> FirmView:
    return FirmView(firm=firm.firm, settings=firm.settings)
