"""Who may do what: the one place that says (spec 1.4).

Each rule takes the context and the command, loads the object that the command is about, and returns it as a scope, or
refuses. An object of another firm is never found; nor is another account for a contact: existence is information too.
Staff of the same firm are told that it is forbidden.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

from protocol.asked import May
from protocol.errors import Forbidden, NotFound
from protocol.ids import StreamKind, split_stream
from protocol.people import Right
from protocol.wire import Id
from server.core import cabinet
from server.core.context import Context, Principal
from server.core.sight import holds
from storage.accounts import AccountDoc
from storage.documents import DocumentDoc
from storage.folders import FolderDoc
from storage.threads import ThreadDoc, ThreadFacts


@dataclass(frozen=True, slots=True)
class AccountScope:
    """An account that the asker may see."""

    account: AccountDoc


@dataclass(frozen=True, slots=True)
class ThreadScope:
    """A thread that the asker may see."""

    thread: ThreadDoc


@dataclass(frozen=True, slots=True)
class FactsScope:
    """A thread that the asker may see, by what never changes about it: costs no read as a rule."""

    thread: ThreadFacts


@dataclass(frozen=True, slots=True)
class FolderScope:
    """A folder that the asker may see, or change."""

    folder: FolderDoc


@dataclass(frozen=True, slots=True)
class DocumentScope:
    """A document that the asker may see, or change, and the folder it is in."""

    document: DocumentDoc
    folder: FolderDoc


Rule = Callable[[Context, Any], Awaitable[Any]]
"""Refuses by raising, or returns the scope that the action needs."""


def _refuse(principal: Principal, what: str) -> Exception:
    if principal.is_staff:
        return Forbidden(f"You have no access to this {what}.")
    return NotFound(f"There is no such {what}.")


async def account_of(context: Context, account_id: Id) -> AccountDoc:
    """The account, if the asker may see it (AC-4)."""
    principal = context.principal
    account = await context.store.accounts.get(principal.firm_id, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    if not principal.sees(account_id):
        raise _refuse(principal, "account")
    return account


async def thread_of(context: Context, thread_id: Id) -> ThreadDoc:
    """The thread, if the asker may see it (AC-4)."""
    principal = context.principal
    thread = await context.store.threads.get(principal.firm_id, thread_id)
    if thread is None:
        raise NotFound("There is no such thread.")
    if not principal.sees(thread.account_id):
        raise _refuse(principal, "thread")
    return thread


# the rules


async def anyone(context: Context, command: Any) -> None:
    """No login is needed."""


async def logged_in(context: Context, command: Any) -> None:
    """Staff or contact, about themselves."""
    _ = context.principal


async def staff(context: Context, command: Any) -> None:
    """Anybody who works at the firm."""
    if not context.principal.is_staff:
        raise Forbidden("Only staff may do this.")


async def leads(context: Context, command: Any) -> None:
    """Owner or admin."""
    if not context.principal.leads:
        raise Forbidden("Only the owner or an admin may do this.")


async def developer(context: Context, command: Any) -> None:
    """Staff, on a server with the development setting on."""
    await staff(context, command)
    if not context.settings.development:
        raise Forbidden("Only with the development setting on.")


async def account_seen(context: Context, command: Any) -> AccountScope:
    """An account that the asker may see: their own contacts too."""
    return AccountScope(await account_of(context, command.account_id))


async def account_staff(context: Context, command: Any) -> AccountScope:
    """An account that a member of staff may see."""
    await staff(context, command)
    return await account_seen(context, command)


def account_with(right: Right) -> Rule:
    """An account that a member of staff may see, and who leads or holds this right."""

    async def rule(context: Context, command: Any) -> AccountScope:
        scope = await account_staff(context, command)
        may_with(context.principal, right)
        return scope

    rule.__name__ = f"account_with_{right}"
    rule.__doc__ = f"An account that the asker may see, being owner, admin or staff with the right {right}."
    return rule


def firm_with(right: Right) -> Rule:
    """Staff who lead or hold this right."""

    async def rule(context: Context, command: Any) -> None:
        await staff(context, command)
        may_with(context.principal, right)

    rule.__name__ = f"firm_with_{right}"
    rule.__doc__ = f"Owner, admin or staff with the right {right}."
    return rule


def may_with(principal: Principal, right: Right) -> None:
    """Refuse staff who neither lead nor hold the right."""
    if not holds(principal, right):
        raise Forbidden(f"This needs the right {right}.")


async def thread_seen(context: Context, command: Any) -> ThreadScope:
    """A thread that the asker may see (AC-4)."""
    return ThreadScope(await thread_of(context, command.thread_id))


async def facts_of(context: Context, thread_id: Id) -> ThreadFacts:
    """What never changes about a thread, if the asker may see it (AC-4)."""
    return _seen_facts(context.principal, await context.store.threads.facts(context.principal.firm_id, thread_id))


def _seen_facts(principal: Principal, thread: ThreadFacts | None) -> ThreadFacts:
    if thread is None:
        raise NotFound("There is no such thread.")
    if not principal.sees(thread.account_id):
        raise _refuse(principal, "thread")
    return thread


async def facts_of_all(context: Context, thread_ids: Iterable[Id]) -> None:
    """Refuse unless the asker may see all of these threads (AC-4); in one query."""
    wanted = list(thread_ids)
    found = await context.store.threads.facts_of(context.principal.firm_id, wanted)
    for thread_id in wanted:
        _seen_facts(context.principal, found.get(thread_id))


async def facts_seen(context: Context, command: Any) -> FactsScope:
    """A thread that the asker may see (AC-4), for what is done often and needs no more of it."""
    return FactsScope(await facts_of(context, command.thread_id))


async def facts_staff(context: Context, command: Any) -> FactsScope:
    """A thread that a member of staff may see (AC-10, AC-11), likewise."""
    await staff(context, command)
    return await facts_seen(context, command)


async def thread_staff(context: Context, command: Any) -> ThreadScope:
    """A thread that a member of staff may see (AC-10, AC-11)."""
    await staff(context, command)
    return await thread_seen(context, command)


async def folder_seen(context: Context, command: Any) -> FolderScope:
    """A folder that the asker may see now (DC-8)."""
    return FolderScope(await cabinet.folder_of(context, command.folder_id))


async def folder_edited(context: Context, command: Any) -> FolderScope:
    """A folder that the asker may change: staff with the right to manage documents (AC-9), contacts where it lets them."""
    return FolderScope(await cabinet.folder_of(context, command.folder_id, edited=True))


def folder_with(right: Right) -> Rule:
    """A folder that a member of staff may see, and who leads or holds this right."""

    async def rule(context: Context, command: Any) -> FolderScope:
        await staff(context, command)
        scope = await folder_seen(context, command)
        may_with(context.principal, right)
        return scope

    rule.__name__ = f"folder_with_{right}"
    rule.__doc__ = f"A folder that the asker may see, being owner, admin or staff with the right {right}."
    return rule


async def document_seen(context: Context, command: Any) -> DocumentScope:
    """A document that the asker may see: by its folder as it is now (DC-8)."""
    return DocumentScope(*await cabinet.document_of(context, command.document_id))


async def document_edited(context: Context, command: Any) -> DocumentScope:
    """A document that the asker may change, also one in the trash: by its folder as it is now (DC-8)."""
    return DocumentScope(*await cabinet.document_of(context, command.document_id, edited=True))


async def stream_seen(context: Context, command: Any) -> None:
    """A stream that the asker may read."""
    await stream_of(context, command.stream)


async def stream_of(context: Context, stream: str) -> None:
    """Refuse a stream that the asker may not read; n: doesn't exist for contacts (AC-6)."""
    principal = context.principal
    kind, owner = split_stream(stream)
    if kind is StreamKind.USER:
        if stream not in principal.own_streams:
            raise NotFound("There is no such stream.")
        return
    if kind is StreamKind.NOTES and not principal.is_staff:
        raise NotFound("There is no such stream.")
    await facts_of(context, owner)


_RULES: Final[dict[str, Rule]] = {
    found.__name__: found
    for found in (
        anyone, logged_in, staff, leads, developer, account_seen, account_staff, facts_seen, facts_staff, thread_seen,
        thread_staff, stream_seen, folder_seen, folder_edited, document_seen, document_edited,
    )
}  # fmt: skip
_RULES_WITH_RIGHT: Final[dict[str, Callable[[Right], Rule]]] = {
    "account_with": account_with,
    "firm_with": firm_with,
    "folder_with": folder_with,
}


def rule(may: May) -> Rule:
    """The rule that a command's row names."""
    name, _, right = may.partition(":")
    return _RULES_WITH_RIGHT[name](cast("Right", right)) if right else _RULES[name]
