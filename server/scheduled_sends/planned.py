"""What holds of anything that waits for its time (SS-1), a message or a new chat: how far ahead that may be, and who may do
what with it. It goes in its author's name, so nobody else changes it or says when; owner and admins can keep anybody's from
going. Refuses to know what it is."""

from typing import Final

from protocol.errors import Forbidden, Invalid
from protocol.wire import Ms
from server.core.context import Context
from storage.planned import PlannedDoc

DAYS_MAX: Final = 366
_DAY_MS: Final = 86_400_000


def later(context: Context, due_at: Ms) -> Ms:
    """A time at which something may go later. Raises Invalid for one that has been or is too far away."""
    now = context.clock.now()
    if not now < due_at <= now + DAYS_MAX * _DAY_MS:
        raise Invalid(path="$.due_at", expected=f"a time from now on, at most {DAYS_MAX} days away", got=str(due_at))
    return due_at


def must_be_own(context: Context, planned: PlannedDoc, why: str) -> None:
    """Raises Forbidden, with `why`, for whoever didn't write it."""
    if planned.by.id != context.principal.user_id:
        raise Forbidden(why)


def may_cancel(context: Context, planned: PlannedDoc) -> None:
    """Raises Forbidden for whoever neither wrote it nor leads the firm."""
    if not context.principal.leads:
        must_be_own(context, planned, "Only its author, the owner or an admin may cancel it.")
