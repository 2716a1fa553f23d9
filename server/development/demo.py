"""The demo world: two firms in the middle of their work, made by the real commands on a clock that is set for each step.

Doing it again finds the last thread and changes nothing; a run that was cut off goes on where it was, because every step
carries a key. Development only: everybody's password is on the start page.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from protocol.accounts import AccountAssign, AccountCreate, AccountDescribe
from protocol.asked import Asked
from protocol.body import Body, Mention, Paragraph, Text, paragraph
from protocol.contacts import ContactCreate, ContactDescribe
from protocol.custom_fields import CustomFieldCreate
from protocol.errors import Forbidden
from protocol.ids import new_id
from protocol.marks import MarkRead
from protocol.messages import MessageSend
from protocol.people import Side
from protocol.reminders import ReminderSetting
from protocol.sessions import InvitationAccept
from protocol.streams import ThreadOpen
from protocol.tasks import TaskSet, TaskToAdd
from protocol.threads import ThreadArchive, ThreadAssign, ThreadCreate
from protocol.wire import Id, Ms
from server.commands import dispatch
from server.core import auth
from server.core.announce import Announcer
from server.core.clock import Clock
from server.core.context import Context, Means, Origin
from server.core.settings import Settings
from server.development.demo_cast import LINDBERG, LOGINS, MARLOWE, PASSWORD, DemoLogin
from server.development.demo_story import ACCOUNTS, FIELDS, FIRMS, TEMPLATES, THREADS, Account, Step, Story
from server.development.widget_demo import demo_origins
from server.firms import actions as firms
from server.means import assemble
from storage.mongo.connection import Mongo
from storage.mongo.migrations import migrate
from storage.people import ContactDoc, SecretDoc, StaffDoc, digest, new_token
from storage.store import Store

FIRST_OF_ALL_DAYS = 30
OFFICE = Origin(ip="192.0.2.10", browser="Firefox 150", os="Linux", utc_offset_minutes=60)
AT_HOME = Origin(ip="198.51.100.23", browser="Safari 18", os="iOS", utc_offset_minutes=60)


class SetClock(Clock):
    """A clock that is set by hand, never beyond the real one."""

    def __init__(self) -> None:
        super().__init__()
        self.at: Ms = super().now()

    def now(self) -> Ms:
        """See Clock."""
        return min(self.at, super().now())


class _Nobody:
    """Nobody is connected yet to whom anything could be told."""

    def publish(self, channel: str, payload: bytes) -> None:
        """See server.core.announce.Publisher."""


async def make(settings: Settings) -> bool:
    """Make the demo world, or what is missing of it; False when it was all there."""
    if not settings.development:
        raise Forbidden("The demo world is for development only.")
    mongo = Mongo(settings.mongo_url, settings.mongo_database)
    try:
        await migrate(mongo)
        clock = SetClock()
        means = assemble(settings, Store(mongo), Announcer(_Nobody()), clock)
        return await World(means, clock).make()
    finally:
        await mongo.close()


class World:
    """The demo world while it is being made."""

    def __init__(self, means: Means, clock: SetClock) -> None:
        self._means = means
        self._store = means.store
        self._clock = clock
        self._now = clock.now()
        self._zone = ZoneInfo("UTC")
        self._people: dict[str, tuple[Id, Side, Id]] = {}
        """By name: id, side and firm."""
        self._accounts: dict[str, Id] = {}

    async def make(self) -> bool:
        """See `make`."""
        known = {firm.firm.name: firm.id for firm in await self._store.firms.all()}
        if LINDBERG in known and MARLOWE in known:
            await self._allow_widget(known[LINDBERG])
            await self._know_people()
            last = THREADS[-1]
            user_id, _, firm_id = self._people[last.by]
            if await self._store.threads.by_key(firm_id, f"{user_id}:{last.key}") is not None:
                return False
        self._to(FIRST_OF_ALL_DAYS, "08:00")
        for name, (language, shown) in FIRMS.items():
            if name not in known:
                known[name] = (await firms.create(self._store, name, language, **shown)).id
        await self._allow_widget(known[LINDBERG])
        for login in LOGINS:
            if login.side == "staff":
                await self._hire(known[login.firm], login)
        for account in ACCOUNTS:
            await self._open_account(account)
        for name, template in TEMPLATES:
            await self._do(name, template)
        for name, about, field, texts in FIELDS:
            await self._say(name, about, field, texts)
        for story in THREADS:
            await self._tell(story)
        return True

    async def _allow_widget(self, firm_id: Id) -> None:
        """Let the demo's foreign page show the widget; its port may differ from run to run."""
        firm = await self._store.firms.get(firm_id)
        origins = demo_origins(self._means.settings)
        if firm is not None and firm.settings.widget_origins != origins:
            await self._store.firms.change(firm_id, {"settings.widget_origins": origins})

    async def _know_people(self) -> None:
        for login in LOGINS:
            staff, contacts = await self._store.people.by_email(login.email)
            there: list[StaffDoc | ContactDoc] = [*staff, *contacts]
            for known in there:
                self._people[login.name] = (known.id, login.side, known.firm_id)

    # people

    async def _hire(self, firm_id: Id, login: DemoLogin) -> None:
        staff, _ = await self._store.people.by_email(login.email)
        member = staff[0] if staff else None
        if member is None:
            firm = await self._store.firms.get(firm_id)
            assert firm is not None
            assert login.role is not None
            member = StaffDoc(
                id=new_id(),
                firm_id=firm_id,
                name=login.name,
                email=login.email,
                role=login.role,
                rights=login.rights,
                language=firm.firm.language,
            )
            await self._store.people.add_staff(member)
        self._people[login.name] = (member.id, "staff", firm_id)
        if member.password_hash is None:
            await self._accept(firm_id, member.id, "staff")

    async def _accept(self, firm_id: Id, user_id: Id, side: Side) -> None:
        """Accept an invitation of which no mail is sent: nobody is surprised by a dozen of them."""
        secret = new_token()
        await self._store.people.replace_secret(
            SecretDoc(
                id=digest(secret),
                purpose="invitation",
                firm_id=firm_id,
                user_id=user_id,
                side=side,
                expires_at=self._now + 3_600_000,
            )
        )
        await dispatch(Context(self._means, None), InvitationAccept(secret=secret, password=PASSWORD))
        await self._store.people.end_sessions(firm_id, user_id)

    async def _open_account(self, account: Account) -> None:
        owner = next(login for login in LOGINS if login.firm == account.firm and login.role == "owner")
        made: AccountCreate = AccountCreate(name=account.name, client_account_id=account.key, kind=account.kind)
        shown = await self._do(owner.name, made)
        self._accounts[account.name] = shown.id
        for name in account.staff:
            assign = AccountAssign(account_id=shown.id, staff_id=self._people[name][0], assigned=True)
            await self._do(owner.name, assign)
        for name in account.contacts:
            await self._add_contact(owner.name, account, next(login for login in LOGINS if login.name == name))

    async def _add_contact(self, owner: str, account: Account, login: DemoLogin) -> None:
        account_id = self._accounts[account.name]
        # An open invitation is a fresh one, or its link would be too old.
        self._to(FIRST_OF_ALL_DAYS if login.can_log_in else 1, "08:00")
        firm_id = self._people[owner][2]
        link = await self._do(
            owner,
            ContactCreate(
                account_id=account_id,
                name=login.name,
                email=login.email,
                login=True,
                notify=login.name not in account.notify_off,
                invite=not login.can_log_in,
            ),
        )
        self._people[login.name] = (link.contact_id, "contact", firm_id)
        if login.can_log_in and not link.activated:
            await self._accept(firm_id, link.contact_id, "contact")

    # threads

    async def _tell(self, story: Story) -> None:
        account = next(account for account in ACCOUNTS if account.name == story.account)
        _, shown = FIRMS[account.firm]
        self._zone = ZoneInfo(shown["time_zone"])
        self._to(story.days_ago, story.time)
        view = await self._do(
            story.by,
            ThreadCreate(
                account_id=self._accounts[story.account],
                client_message_id=story.key,
                subject=story.subject,
                body=paragraph(story.text),
                tasks=[
                    TaskToAdd(text=text, client_task_id=f"{story.key}-task-{number}")
                    for number, text in enumerate(story.tasks)
                ],
                reminder=ReminderSetting(enabled=True, days=3, number=story.reminders) if story.reminders else None,
            ),
        )
        for number, step in enumerate(story.steps):
            self._to(step.days_ago, step.time)
            await self._step(view.thread.id, f"{story.key}-step-{number}", step)

    async def _step(self, thread_id: Id, key: str, step: Step) -> None:
        if step.text:
            command = MessageSend(
                thread_id=thread_id,
                client_message_id=key,
                body=self._body(step),
                internal=step.internal,
            )
            await self._do(step.by, command)
        for number in step.ticks:
            tasks = (await self._do(step.by, ThreadOpen(thread_id=thread_id, limit=1))).tasks
            await self._do(step.by, TaskSet(thread_id=thread_id, task_id=tasks[number].id, done=True))
        if step.reads:
            opened = await self._do(step.by, ThreadOpen(thread_id=thread_id, limit=1))
            notes_seq = opened.notes.head if opened.notes is not None else None
            await self._do(step.by, MarkRead(thread_id=thread_id, seq=opened.page.head, notes_seq=notes_seq))
        if step.assigns:
            await self._do(step.by, ThreadAssign(thread_id=thread_id, staff_id=self._people[step.assigns][0]))
        if step.archives:
            await self._do(step.by, ThreadArchive(thread_id=thread_id))

    def _body(self, step: Step) -> Body:
        if not step.mentions:
            return paragraph(step.text)
        mention = Mention(id=self._people[step.mentions][0], name=step.mentions)
        return Body(content=[Paragraph(content=[mention, Text(text=f" {step.text}")])])

    # doing

    async def _say(self, name: str, about: str, field: CustomFieldCreate, texts: list[str]) -> None:
        """Define a custom field, and fill it in of an account or a contact of the demo's."""
        custom = {(await self._do(name, field)).id: texts}
        if field.of == "account":
            await self._do(name, AccountDescribe(account_id=self._accounts[about], custom=custom))
            return
        place = next(account.name for account in ACCOUNTS if about in account.contacts)
        person = {"account_id": self._accounts[place], "contact_id": self._people[about][0]}
        await self._do(name, ContactDescribe(**person, custom=custom))

    async def _do(self, name: str, command: Asked) -> Any:
        """Do a command as somebody, and draw its consequences while the clock stands there."""
        user_id, side, firm_id = self._people[name]
        principal = await auth.principal_of(self._store, firm_id, user_id, side, new_id())
        context = Context(self._means, principal, OFFICE if side == "staff" else AT_HOME)
        result = await dispatch(context, command)
        await self._means.settler.drained()
        return result

    def _to(self, days_ago: int, time: str) -> None:
        """Set the clock to a time of day, so many days ago; of today, to some minutes ago."""
        if days_ago == 0:
            self._clock.at = self._now - int(time) * 60_000
            return
        today = dt.datetime.fromtimestamp(self._now / 1000, self._zone).date()
        moment = dt.datetime.combine(
            today - dt.timedelta(days=days_ago), dt.time.fromisoformat(time), tzinfo=self._zone
        )
        self._clock.at = int(moment.timestamp() * 1000)
