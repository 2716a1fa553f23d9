"""A text with its shortcodes as values, for an account's chats: what is stored is what they stood for at that moment
(TH-5, SC-3).

Who asks only to see, and whoever creates a message, come by the same way. A text without shortcodes costs no read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from protocol.body import Body
from protocol.errors import Invalid, NotFound
from protocol.shortcodes import Gap, ShortcodeResolve, ShortcodesResolved
from protocol.wire import Id
from server.core.context import Context
from server.core.doing import does
from server.core.rules import AccountScope
from server.shortcodes import texts, values
from server.shortcodes.values import Values
from storage.accounts import AccountDoc


@dataclass(frozen=True, slots=True)
class Filled:
    """Lines and a body with their values."""

    lines: list[str]
    body: Body | None
    gaps: list[Gap]
    values: Values


async def fill(context: Context, account: AccountDoc, lines: Sequence[str], body: Body | None) -> Filled:
    """The texts with what their shortcodes stand for in an account, now."""
    codes = texts.shortcodes_of(lines, body)
    if not codes:
        return Filled(list(lines), body, [], Values())
    known = await values.load(context, account, codes)
    filling = texts.Filling(known.of)
    filled = [filling.line(line) for line in lines]
    return Filled(filled, None if body is None else filling.body(body), filling.gaps, known)


async def body_of(context: Context, account_id: Id, body: Body) -> Body:
    """A body with what its shortcodes stand for in an account, now; the same one where it has none. Raises NotFound."""
    if not texts.shortcodes_of([], body):
        return body
    account = await context.store.accounts.get(context.principal.firm_id, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return (await fill(context, account, [], body)).body or body


def fitting(path: str, text: str, characters_max: int) -> str:
    """A line that fits with its values, too. Raises Invalid with how long it has become."""
    if len(text) > characters_max:
        expected = f"at most {characters_max} characters with what its shortcodes stand for"
        raise Invalid(path=path, expected=expected, got=f"{len(text)} characters")
    return text


@does(ShortcodeResolve)
async def resolve(context: Context, command: ShortcodeResolve, scope: AccountScope) -> ShortcodesResolved:
    """What a message would say (SC-6), without what refuses it: that is said when it is created."""
    filled = await fill(context, scope.account, [command.subject, *command.tasks], command.body)
    subject, *tasks = filled.lines
    return ShortcodesResolved(
        subject=subject,
        body=filled.body,
        tasks=tasks,
        gaps=filled.gaps,
        contact=filled.values.contact,
        others=filled.values.others,
    )
