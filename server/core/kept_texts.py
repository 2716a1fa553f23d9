"""A firm's texts that windows keep, such as templates: made once for a key, changed and deleted, told in the same
transaction (server.core.keeping). A kind says what is its own; refuses to know the kinds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec.structs import replace

from protocol import body as bodies
from protocol.asked import Asked, Done
from protocol.body import Body
from protocol.errors import Conflict, Invalid, NotFound
from protocol.events import Event
from protocol.wire import Id
from server.core import keeping, keys
from server.core.context import Context
from storage.kept import Kept, KeptDoc
from storage.log.streams import Draft
from storage.mongo.connection import Session
from storage.store import Store

D = TypeVar("D", bound=KeptDoc)
E = TypeVar("E", bound=keeping.Entity)


def _the_firms(text: KeptDoc) -> None:
    """Every text is all staff's."""


def _by_the_row(context: Context, text: KeptDoc) -> None:
    """The command's row says who may manage texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptTexts(Generic[D, E]):
    """One kind of them, with what is done to it. `D` is stored, `E` is what windows keep of it."""

    one: str
    many: str
    """What it is called in refusals."""
    most: int
    """How many there may be of those that are counted together."""
    kept_in: Callable[[Store], Kept[D]]
    seen: Callable[[D], E]
    updated: Callable[[E], Event]
    made: Callable[[Event], E | None]
    """What an event of this kind has made; None for any other event."""
    deleted: Callable[[Id], Event]
    owner_of: Callable[[D], Id | None] = _the_firms
    """To whom alone a text exists; None: to all staff."""
    must_manage: Callable[[Context, D], None] = _by_the_row
    """Raises Forbidden for whoever may not."""

    async def create(self, context: Context, command: Asked, client_key: str, text: D) -> E:
        """Store a new one; the same key from the same person makes one (P2). Raises Conflict when there are too many."""
        rows = self.kept_in(context.store)

        async def work(key: str, meant: str) -> E:
            async def write(session: Session) -> tuple[E, list[Draft]]:
                if await rows.count(text, session) >= self.most:
                    raise Conflict(f"There are {self.most} {self.many} already.", reason="too_many")
                await rows.put(text, session)
                return self.seen(text), [self._told(context, text, key, meant)]

            self.must_manage(context, text)
            return await keeping.change(context, write)

        async def made(event: Event) -> E | None:
            return self.made(event)

        return await keys.make(context, command, client_key, work, made)

    async def update(self, context: Context, text_id: Id, changes: Mapping[str, Any]) -> E:
        """Change fields of one. What changes nothing is told to nobody. Raises NotFound, Forbidden."""

        async def write(session: Session) -> tuple[E, list[Draft]]:
            before = await self._known(context, text_id, session)
            after = replace(before, **changes)
            if after == before:
                return self.seen(before), []
            after = replace(after, updated_at=context.clock.now())
            await self.kept_in(context.store).put(after, session)
            return self.seen(after), [self._told(context, after)]

        return await keeping.change(context, write)

    async def delete(self, context: Context, text_id: Id) -> Done:
        """Remove one. Raises NotFound for one that is gone or another's, Forbidden."""

        async def write(session: Session) -> tuple[Done, list[Draft]]:
            before = await self._known(context, text_id, session)
            await self.kept_in(context.store).delete(before.firm_id, before.id, session)
            personal = self.owner_of(before) is not None
            return Done(), [keeping.draft(context, self.deleted(before.id), personal=personal)]

        return await keeping.change(context, write)

    async def _known(self, context: Context, text_id: Id, session: Session) -> D:
        """One that the asker may manage."""
        principal = context.principal
        text = await self.kept_in(context.store).get(principal.firm_id, text_id, session)
        if text is None or self.owner_of(text) not in (None, principal.user_id):
            raise NotFound(f"There is no such {self.one}.")
        self.must_manage(context, text)
        return text

    def _told(self, context: Context, text: D, key: str | None = None, meant: str | None = None) -> Draft:
        personal = self.owner_of(text) is not None
        return keeping.draft(context, self.updated(self.seen(text)), personal=personal, key=key, meant=meant)


def for_anybody(body: Body) -> Body:
    """A body that can stand in any account's chats. Raises Invalid."""
    bodies.check(body)
    if bodies.mentions(body):
        # Who sees an account differs from account to account.
        raise Invalid(path="$.body", expected="no mentions", got=f"{len(bodies.mentions(body))} mentions")
    return body
