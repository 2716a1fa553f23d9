"""The world with something to ask about in three accounts: one's own, another one, and one of another firm."""

import asyncio
from typing import Any

from msgspec.structs import replace

from protocol.asked import Asked
from protocol.documents import DocumentSave, DocumentsSeen, DocumentUnpack
from protocol.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from protocol.firms import FirmUpdate
from protocol.ids import new_id
from protocol.inbox import NotificationList
from protocol.tasks import TaskPage
from server.commands import dispatch
from server.core.context import Context
from storage.accounts import AccountDoc
from storage.people import ContactDoc, StaffDoc
from tests.cabinet import brought
from tests.server.core.access import accounts, chats, documents, later, texts
from tests.server.core.access.roles import STRANGERS
from tests.server.core.access.targets import Target
from tests.world import Person, World


class Stage:
    """The world with a thread, a task, an inbox entry and a pending contact in three accounts."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.people: dict[str, Person | None] = {
            "owner": world.anna,
            "admin": world.erik,
            "view_all": world.vera,
            "assigned": world.sofia,
            "unassigned": world.olle,
            "contact": world.petra,
            "nobody": None,
            "pending": world.nils,
            "other_owner": world.grace,
            "other_contact": world.emma,
        }
        self.targets: dict[str, Target] = {}

    async def set(self) -> "Stage":
        world = self.world
        self.people["manager"] = await self._colleague(
            "Mira Ek",
            "mira@lindbergfalk.example",
            ["manage_accounts", "manage_contacts", "manage_documents", "assign_teammates"],
        )
        await world.do(world.anna, FirmUpdate(bcc="arkiv@lindbergfalk.example"))
        self.people["left"] = await self._colleague("Leo Ask", "leo@lindbergfalk.example", [], active=False)
        spare = await self._colleague("Sam Spare", "sam@lindbergfalk.example", ["view_all_accounts"])
        own, another, foreign = await asyncio.gather(
            self._target(world.holm, world.anna, world.petra, spare),
            self._target(world.wester, world.anna, world.gunilla, spare),
            self._target(world.harbour, world.grace, world.emma, world.tom),
        )
        self.targets = {"own": own, "another": another, "foreign": foreign}
        return self

    async def _target(self, account: AccountDoc, starter: StaffDoc, contact: ContactDoc, colleague: StaffDoc) -> Target:
        world = self.world
        thread = await world.thread(account, by=starter, tasks=["Kvitton"])
        await world.do(contact, chats.said(thread.id))
        await world.settled()
        (task,) = await world.store.tasks.of_thread(account.firm_id, thread.id)
        inbox = (await world.do(starter, NotificationList())).notifications
        return Target(
            account=account,
            thread_id=thread.id,
            task_id=task.id,
            entry_id=next(entry.id for entry in inbox if entry.thread_id == thread.id),
            letter_id=(await world.store.letters.of_thread(account.firm_id, thread.id))[0].id,
            colleague=colleague,
            contact=contact,
            pending=await accounts.pending_contact(world, account),
            replies=await texts.replies(world, account.firm_id),
            **await documents.cabinet(world, account),
            templates=await texts.templates(world, account.firm_id),
            fields=await texts.fields(world, account.firm_id),
            sends=await later.sends(world, account, thread.id, starter),
            run_id=await later.run(world, account, starter),
            chats=await later.chats(world, account, starter),
        )

    async def _colleague(self, name: str, email: str, rights: list[Any], *, active: bool = True) -> StaffDoc:
        world = self.world
        member = replace(world.olle, id=new_id(), name=name, email=email, rights=rights, active=active)
        await world.store.people.add_staff(member)
        await world.log_in(member)
        if active:
            await world.store.accounts.change(world.firm.id, world.holm.id, {"$addToSet": {"staff_ids": member.id}})
        return member

    def target(self, role: str, place: str) -> Target:
        """For people of the other firm, what is foreign is ours."""
        return self.targets["own" if role in STRANGERS else place]

    async def outcome(self, role: str, command: Asked) -> str:
        """What comes of a command by somebody in this role, as a letter."""
        person = self.people[role]
        try:
            asker = None if person is None else await self.world.principal(person)
        except Unauthenticated:
            asker = None  # a browser that still has a cookie
        if isinstance(command, DocumentSave | DocumentUnpack) and person is not None and asker is not None:
            command = replace(command, upload_id=await brought(self.world, person))
        try:
            result = await dispatch(Context(self.world.means, asker), command)
        except Forbidden:
            return "F"
        except NotFound:
            return "N"
        except Unauthenticated:
            return "U"
        except (Conflict, Invalid) as error:
            raise AssertionError(f"{role}: {command} got past the rule and failed: {error.problem}") from error
        empty = (isinstance(result, TaskPage) and not result.rows) or (
            isinstance(result, DocumentsSeen) and not result.documents
        )
        return "E" if empty else "A"
