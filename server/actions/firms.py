"""Firms: made, read, and their settings changed (spec 2.1)."""

from typing import Any

from protocol.commands import FirmRead, FirmUpdate, FirmView
from protocol.entities import Firm, FirmSettings, Language
from protocol.errors import InternalError, NotFound
from protocol.ids import new_id
from protocol.wire import Id
from server.actions import security
from server.auth import real_now
from server.context import Context
from storage.firms import FirmDoc
from storage.mongo import Row, Session
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
    changed = await change(context, firm_id, fields)
    context.announcer.firm_changed(firm_id)
    return _view(changed)


async def change(context: Context, firm_id: Id, fields: dict[str, Any]) -> FirmDoc:
    """Set fields of a firm, each by its path, with a row that names those that were different. Raises NotFound."""
    firms = context.store.firms

    async def work(session: Session) -> FirmDoc:
        before = await firms.read(firm_id, session)
        changed = await firms.change(firm_id, fields, session) if before and fields else before
        if before is None or changed is None:
            raise NotFound("There is no such firm.")
        names = [path.rpartition(".")[2] for path in fields if _at(before, path) != _at(changed, path)]
        if names:
            act = security.Act("firm.changed", firm_id, by=context.asker, text=", ".join(names))
            await security.note(context, act, session)
        return changed

    return await context.store.mongo.transact(work)


async def renew_widget_secret(context: Context, firm_id: Id, overlap_h: int) -> FirmDoc:
    """A new secret for the widget's identities; the former one is accepted for `overlap_h` hours, an earlier one no more.

    Sockets that are open stay until their identity ends, an hour at most. Raises NotFound.
    """
    secret, until = new_token(), real_now(context.clock) + overlap_h * 3_600_000

    async def work(session: Session) -> FirmDoc:
        before = await context.store.firms.read(firm_id, session)
        fields: Row = {"widget_secret": secret, "former_widget_secret": "", "former_widget_secret_until": 0}
        if before is not None and overlap_h:
            fields |= {"former_widget_secret": before.widget_secret, "former_widget_secret_until": until}
        return await _changed_secret(context, firm_id, fields, f"the former holds for {overlap_h} h", session)

    return await context.store.mongo.transact(work)


async def end_former_widget_secret(context: Context, firm_id: Id) -> FirmDoc:
    """From now on the newest secret is the only one. Raises NotFound."""

    async def work(session: Session) -> FirmDoc:
        fields: Row = {"former_widget_secret": "", "former_widget_secret_until": 0}
        return await _changed_secret(context, firm_id, fields, "the former holds no more", session)

    return await context.store.mongo.transact(work)


async def _changed_secret(context: Context, firm_id: Id, fields: Row, text: str, session: Session) -> FirmDoc:
    changed = await context.store.firms.change(firm_id, fields, session)
    if changed is None:
        raise NotFound("There is no such firm.")
    await security.note(context, security.Act("widget.renewed", firm_id, by=context.asker, text=text), session)
    return changed


def _at(firm: FirmDoc, path: str) -> Any:
    part, _, name = path.partition(".")
    return getattr(getattr(firm, part), name)


async def _firm(context: Context, firm_id: Id) -> FirmDoc:
    firm = await context.store.firms.get(firm_id)
    if firm is None:
        raise InternalError(f"The firm {firm_id} of a person is gone.")
    return firm


def _view(firm: FirmDoc) -> FirmView:
    return FirmView(firm=firm.firm, settings=firm.settings)
