"""The rows of the audit trail that matter for security: who came in, who tried to, and who may do what since when.

Each is written by the action that did it, in its own transaction where it has one, with whom it is about and from where
it came. Owner and admins read them; to nobody else do they exist (P7). Knows names and bounds; refuses to know what leads
to an act.
"""

from dataclasses import dataclass
from typing import Final, Literal

from protocol import explain
from protocol.audit import AuditPage, SecurityList
from protocol.errors import Invalid
from protocol.ids import new_id
from protocol.people import Person
from protocol.wire import Id
from server.core.auth import real_now
from server.core.context import Context, Principal
from server.core.doing import does
from server.core.limits import address_key
from storage.audit import AuditDoc
from storage.mongo.connection import Session, ours
from storage.people import ContactDoc, StaffDoc, digest

Event = Literal[
    "session.opened",
    "session.ended",
    "login.failed",
    "password.asked",
    "password.reset",
    "invitation.sent",
    "invitation.accepted",
    "staff.changed",
    "account.assigned",
    "account.unassigned",
    "account.changed",
    "contact.changed",
    "custom_field.created",
    "custom_field.changed",
    "custom_field.deleted",
    "link.added",
    "link.changed",
    "firm.changed",
    "widget.renewed",
]
"""Every act that there is a row of: one name for each, in the past tense."""

ROUTINE: Final[frozenset[Event]] = frozenset({"session.opened", "session.ended", "login.failed", "password.asked"})
ROUTINE_KEPT_DAYS: Final = 400
"""So long rows of ROUTINE are kept, of which there are many; the others, which say who may do what, stay."""
COUNTED_TOGETHER_MS: Final = 15 * 60 * 1000
"""What happens again to the same person from the same network in one such stretch of time is counted in one row."""


@dataclass(frozen=True, slots=True)
class Act:
    """What happened. `about` is whom it happened to, `by` who did it: nobody, if nobody has proved to be anybody."""

    event: Event
    firm_id: Id
    about: Person | None = None
    by: Principal | None = None
    account_id: Id | None = None
    text: str = ""


def person_of(somebody: StaffDoc | ContactDoc) -> Person:
    """Somebody as shown beside what they did, or what was done to them."""
    side: Literal["staff", "contact"] = "staff" if isinstance(somebody, StaffDoc) else "contact"
    return Person(id=somebody.id, side=side, name=somebody.name)


async def note(context: Context, act: Act, session: Session | None = None) -> None:
    """Add a row."""
    await context.store.audit.add(_row(context, act, new_id()), session)


def count_later(context: Context, act: Act) -> None:
    """Add a row after the answer, or count in the one that there is: how long an answer takes must tell nobody whether
    there was anybody to write about, and whoever guesses fills nothing."""
    context.settler.later(_count(context, act), f"count {act.event}")


def came_by_identity(context: Context) -> None:
    """Note who has been let in by a firm's own server. Their widget comes back often with one and the same proof."""
    principal = context.principal
    count_later(context, Act("session.opened", principal.firm_id, principal.person, principal, text="widget"))


async def _count(context: Context, act: Act) -> None:
    window = context.clock.now() // COUNTED_TOGETHER_MS
    about = act.about.id if act.about else act.firm_id
    key = digest(f"{act.event} {about} {address_key(context.origin.ip)} {window}")[:32]
    async with ours():
        await context.store.audit.count(_row(context, act, key))


def _row(context: Context, act: Act, row_id: Id) -> AuditDoc:
    origin, kept_ms = context.origin, ROUTINE_KEPT_DAYS * 86_400_000
    return AuditDoc(
        id=row_id,
        firm_id=act.firm_id,
        event=act.event,
        at=context.clock.now(),
        account_id=act.account_id,
        person=act.by.person if act.by else None,
        email=act.by.email if act.by else "",
        about=act.about,
        text=act.text,
        security=True,
        expires_at=real_now(context.clock) + kept_ms if act.event in ROUTINE else None,
        utc_offset_minutes=origin.utc_offset_minutes,
        ip=origin.ip,
        browser=origin.browser,
        os=origin.os,
    )


def difference(before: StaffDoc, after: StaffDoc) -> str:
    """What has changed of what a colleague may do, for a row."""
    said = []
    if before.role != after.role:
        said.append(f"role: {before.role} → {after.role}")
    signs = [(sign, right) for sign, one, other in (("+", after, before), ("-", before, after)) for right in one.rights
             if right not in other.rights]  # fmt: skip
    said += [f"{sign}{right}" for sign, right in signs]
    if before.active != after.active:
        said.append("activated" if after.active else "deactivated")
    return ", ".join(said)


def switches(*, login: bool, notify: bool) -> str:
    """How Login and Notify stand, for a row."""
    return f"Login {'on' if login else 'off'}, Notify {'on' if notify else 'off'}"


@does(SecurityList)
async def page(context: Context, command: SecurityList, scope: None) -> AuditPage:
    """The firm's rows, newest first. Raises Invalid for a cursor that no page has given."""
    store, firm_id = context.store, context.principal.firm_id
    at, _, row_id = (command.after or "").partition(":")
    if command.after and not (at.isdecimal() and len(at) < 17 and len(row_id) == 32):
        raise Invalid(path="$.after", expected="`next` of an earlier page", got=explain.quoted(command.after))
    rows = await store.audit.of_firm(firm_id, (int(at), row_id) if command.after else None, command.limit + 1)
    shown = rows[: command.limit]
    accounts = await store.accounts.many(firm_id, {row.account_id for row in shown if row.account_id})
    names = {account.id: account.name for account in accounts.values()}
    return AuditPage(
        rows=[row.seen(names.get(row.account_id or "", "")) for row in shown],
        next=f"{shown[-1].at}:{shown[-1].id}" if len(rows) > command.limit else None,
    )
