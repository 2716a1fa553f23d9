"""Who may log in, see and change people, the firm and its trails."""

from collections.abc import Callable
from typing import Any

from protocol.asked import Asked
from protocol.audit import AuditList, SecurityList
from protocol.development import ClockSet
from protocol.firms import FirmRead, FirmUpdate
from protocol.ids import new_id
from protocol.sessions import (
    InvitationAccept,
    InvitationRead,
    MeRead,
    MeUpdate,
    PasswordForgot,
    PasswordReset,
    SessionCreate,
    SessionEnd,
    SessionRenew,
)
from protocol.staff import StaffList, StaffUpdate
from storage.people import SecretDoc, digest
from tests.server.core.access.roles import ANYONE, LEADS, LEADS_OVER, LOGGED_IN, STAFF, STAFF_SEEN
from tests.server.core.access.targets import Build, Case, Cases, Target
from tests.world import PASSWORD, World


async def secret(world: World, purpose: Any) -> str:
    """A fresh one-time secret of a contact, who for an invitation has no password again."""
    text = new_id()
    person = world.nils if purpose == "invitation" else world.linn
    if purpose == "invitation":
        await world.store.people.change_contact(
            person.firm_id, person.id, {"activated_at": None, "password_hash": None}
        )
    await world.store.people.replace_secret(
        SecretDoc(
            id=digest(text),
            purpose=purpose,
            firm_id=person.firm_id,
            user_id=person.id,
            side="contact",
            expires_at=world.clock.now() + 60_000,
        )
    )
    return text


def with_secret(purpose: Any, build: Callable[[str], Asked]) -> Build:
    """A command that proves who one is with a secret from a letter."""

    async def built(world: World, target: Target) -> Asked:
        return build(await secret(world, purpose))

    return built


CASES: Cases = {
    SessionCreate: Case(ANYONE, lambda w, t: SessionCreate(email=w.petra.email, password=PASSWORD)),
    SessionRenew: Case(LOGGED_IN, lambda w, t: SessionRenew()),
    SessionEnd: Case(LOGGED_IN, lambda w, t: SessionEnd()),
    PasswordForgot: Case(ANYONE, lambda w, t: PasswordForgot(email=w.petra.email)),
    PasswordReset: Case(
        ANYONE, with_secret("password_reset", lambda text: PasswordReset(secret=text, password="helt nytt lösen"))
    ),
    InvitationRead: Case(ANYONE, with_secret("invitation", lambda text: InvitationRead(secret=text))),
    InvitationAccept: Case(
        ANYONE, with_secret("invitation", lambda text: InvitationAccept(secret=text, password="helt nytt lösen"))
    ),
    MeRead: Case(LOGGED_IN, lambda w, t: MeRead()),
    MeUpdate: Case(LOGGED_IN, lambda w, t: MeUpdate(language="sv")),
    FirmRead: Case(LEADS, lambda w, t: FirmRead()),
    FirmUpdate: Case(LEADS, lambda w, t: FirmUpdate(reminder_days=5)),
    StaffList: Case(STAFF_SEEN, lambda w, t: StaffList(account_id=t.account.id)),
    StaffUpdate: Case(LEADS_OVER, lambda w, t: StaffUpdate(staff_id=t.colleague.id, rights=["manage_documents"])),
    AuditList: Case(STAFF_SEEN, lambda w, t: AuditList(thread_id=t.thread_id)),
    SecurityList: Case(LEADS, lambda w, t: SecurityList()),
    ClockSet: Case(STAFF, lambda w, t: ClockSet(offset_ms=0)),
}
