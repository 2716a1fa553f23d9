"""Firms: made, read, and their settings changed (spec 2.1)."""

from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from protocol import addresses
from protocol.errors import InternalError, Invalid, NotFound
from protocol.firms import Firm, FirmChanged, FirmRead, FirmSettings, FirmUpdate, FirmView
from protocol.ids import new_id
from protocol.people import Language
from protocol.wire import Id
from server.audit import security
from server.core import keeping
from server.core.auth import real_now
from server.core.context import Context
from server.core.doing import does
from server.core.said import said
from server.firms import logo
from server.reminders import cycles
from storage.firms import FirmDoc
from storage.log.streams import Draft
from storage.logos import LogoDoc
from storage.mongo.connection import Row, Session
from storage.people import new_token
from storage.store import Store

_ABSENT_IF_EMPTY: Final = {"accent", "reply_to", "bcc"}
_DECIDES_ANEW: Final = {"firm.time_zone", "settings.tasks_ignore_read_state"}
"""What the verdicts and dates of all the firm's reminders hang on."""


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


@does(FirmRead)
async def read(context: Context, command: FirmRead, scope: None) -> FirmView:
    """The firm with its settings."""
    return _view(await _firm(context, context.principal.firm_id))


@does(FirmUpdate)
async def update(context: Context, command: FirmUpdate, scope: None) -> FirmView:
    """Change what is said of the firm, and its settings; what the command leaves out stays. Raises Invalid."""
    firm_id = context.principal.firm_id
    given = {name: value for name in command.__struct_fields__ if (value := getattr(command, name)) is not None}
    shown = Firm.__struct_fields__
    given.pop("logo", None)
    fields = {f"{'firm' if name in shown else 'settings'}.{name}": _kept(name, value) for name, value in given.items()}
    picture = logo.read("$.logo", firm_id, command.logo) if command.logo else None
    if command.logo is not None:
        fields["firm.logo"] = logo.address_of(picture) if picture else None
    changed = await change(context, firm_id, fields, picture)
    return _view(changed)


def _kept(name: str, value: Any) -> Any:
    """A value as it is stored. Raises Invalid for what its type alone can't tell."""
    path = f"$.{name}"
    if name in _ABSENT_IF_EMPTY and value == "":
        return None
    if name == "name":
        return said(path, value)
    if name == "time_zone":
        check_zone(path, value)
    elif name in ("reply_to", "bcc"):
        return addresses.to_write_to(path, value)
    return value


def check_zone(path: str, time_zone: str) -> None:
    """Raises Invalid for what is no time zone."""
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(path=path, expected="a name such as Europe/Stockholm", got=time_zone) from None


async def change(context: Context, firm_id: Id, fields: dict[str, Any], picture: LogoDoc | None = None) -> FirmDoc:
    """Set fields of a firm, each by its path, with a row that names those that were different; what all may see of it is
    told in every window of its staff. `picture`: what `firm.logo` leads to from now on. Raises NotFound."""
    firms = context.store.firms

    async def write(session: Session) -> tuple[FirmDoc, list[Draft]]:
        before = await firms.read(firm_id, session)
        changed = await firms.change(firm_id, fields, session) if before and fields else before
        if before is None or changed is None:
            raise NotFound("There is no such firm.")
        if "firm.logo" in fields:
            await context.store.logos.put(firm_id, picture, session)
        names = [path.rpartition(".")[2] for path in fields if _at(before, path) != _at(changed, path)]
        if names:
            if any(path in _DECIDES_ANEW and _at(before, path) != _at(changed, path) for path in fields):
                await _ask_to_decide(context, firm_id, session)
            act = security.Act("firm.changed", firm_id, by=context.asker, text=", ".join(names))
            await security.note(context, act, session)
        told = changed.firm != before.firm
        return changed, [keeping.draft(context, FirmChanged(firm=changed.firm))] if told else []

    found = await keeping.change(context, write)
    if not _DECIDES_ANEW.isdisjoint(fields):
        context.settler.later(cycles.decide_firm(context.means, firm_id), f"decide {firm_id}")
    return found


async def _ask_to_decide(context: Context, firm_id: Id, session: Session) -> None:
    by, at = context.principal.person, context.clock.now()
    await context.store.chores.add("decide_firm", firm_id, firm_id, by, at, session)


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
