"""A Python client: calls that are safe to repeat, an outbox, and a person's state as the reducer keeps it.

Knows time and who waits for what. Refuses to know the socket (protocol.client.link), and what frames mean: that is
protocol.client.reducer, which says what to ask for. Written for asyncio; a Client belongs to one event loop.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec

from protocol import frames as f
from protocol.asked import ROWS, Asked
from protocol.body import Body, paragraph
from protocol.client import reducer
from protocol.client import state as s
from protocol.client.http import call_over_http, log_in
from protocol.client.link import BACK_OFF_FIRST_S, Link, back_off_s, other_person
from protocol.client.state import State
from protocol.errors import (
    ChattarError,
    Forbidden,
    InternalError,
    Invalid,
    NotFound,
    RateLimited,
    Unavailable,
    error_from,
)
from protocol.ids import new_id, thread_stream
from protocol.inbox import NotificationList
from protocol.kept import KeptList
from protocol.messages import MessageAccepted, MessageSend
from protocol.streams import StreamEvent, StreamPage, StreamRead, ThreadOpen, ThreadOpened
from protocol.threads import ThreadCreate, ThreadList, ThreadRead
from protocol.wire import Codec, Id

__all__ = ["Client", "FellBehind", "call_over_http", "log_in"]

CALL_TIMEOUT_S: Final = 10.0
PATIENCE_S: Final = 30.0
EVENTS_WAITING_MAX: Final = 10_000
TEMPORARY: Final = (Unavailable, RateLimited, InternalError)


class FellBehind(Exception):
    """Too many events wait to be looked at: look at the state, and begin anew."""


@dataclass(frozen=True, slots=True)
class _Call:
    command: Asked
    asker: asyncio.Future[Any] | None
    """Absent where the reducer asked."""
    late: asyncio.TimerHandle
    size: int
    """Bytes of its frame."""
    tries: int
    """How often it was refused before, for the moment only."""


class Client:
    """A person's connection. `async with Client(url, token=…) as client:` connects, and stays so until the end.

    `urls`: where the server's nodes are, `http://host:port`; after each failure the next one is tried. `state` resumes
    what an earlier Client of the same person knew; with another person's login the connection ends (Conflict
    `other_person`), and what is unsent stays in `state`. `identity` makes a widget identity for each connection. Everything
    that has been received is in `state`; a message given to `post` is sent until it is answered, over any number of
    connections.
    """

    def __init__(
        self,
        urls: str | Sequence[str],
        *,
        token: str | None = None,
        identity: Callable[[], str] | None = None,
        codec: Codec = "msgpack",
        state: State | None = None,
        back_off_first_s: float = BACK_OFF_FIRST_S,
        call_timeout_s: float = CALL_TIMEOUT_S,
    ) -> None:
        self.state = state or State()
        self._token, self._identity = token, identity
        self._back_off_first_s, self._call_timeout_s = back_off_first_s, call_timeout_s
        nodes = [urls] if isinstance(urls, str) else list(urls)
        self._link = Link(nodes, codec, self._hello, self._frame, self._down, back_off_first_s)
        self._closed = False
        self._calls: dict[int, _Call] = {}
        self._again: list[Asked] = []
        """Questions of the reducer's that are soon asked again."""
        self._ids = itertools.count(1)
        self._run: asyncio.Task[None] | None = None
        self._due: asyncio.TimerHandle | None = None
        self._changed: list[asyncio.Future[None]] = []
        self._queues: list[asyncio.Queue[reducer.Applied]] = []

    @property
    def ended(self) -> ChattarError | None:
        """Why the connection doesn't come back, once it doesn't."""
        return self._link.ended or (Unavailable("The client was closed.") if self._closed else None)

    @property
    def connections(self) -> int:
        """How many have become live."""
        return self._link.connections

    # lives

    async def __aenter__(self) -> "Client":
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def start(self) -> None:
        """Begin to connect."""
        self._happened(s.Disconnected())
        self._run = asyncio.create_task(self._link.run(), name="chattar connection")
        self._run.add_done_callback(lambda _: self._tell())

    async def close(self) -> None:
        """End the connection for good. What was not answered stays in `state.pending`.

        Raises what broke the connection's task, if something did: that is a fault of this program.
        """
        self._closed = True
        if self._run is not None:
            self._run.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._run
        self._down()
        if self._due is not None:
            self._due.cancel()

    def cut(self) -> None:
        """Break the connection without a farewell, as a network would; it is made anew."""
        self._link.cut()

    async def live(self, timeout_s: float = PATIENCE_S) -> None:
        """Wait until everything missed has been received. Raises what ended the connection, or Unavailable."""
        await self.until(lambda state: state.phase == "live", timeout_s)

    async def until(self, fact: Callable[[State], bool], timeout_s: float = PATIENCE_S) -> State:
        """Wait until something is true of the state. Raises what ended the connection, or Unavailable after a while."""
        try:
            async with asyncio.timeout(timeout_s):
                while not fact(self.state):
                    self._raise_if_over()
                    changed = asyncio.get_running_loop().create_future()
                    self._changed.append(changed)
                    await changed
        except TimeoutError:
            raise Unavailable(f"Not within {timeout_s} s.") from None
        return self.state

    # asking

    async def call(self, command: Asked, *, patience_s: float = PATIENCE_S) -> Any:
        """Ask for something, and return its result as a struct of `command.Result`.

        Temporary refusals, broken connections and missing answers are answered by asking again, with the same key, for
        as long as `patience_s`. Raises ChattarError. After Unavailable the outcome is unknown.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience_s
        attempt = 0
        while True:
            await self.live(max(0.0, deadline - loop.time()))
            asker: asyncio.Future[Any] = loop.create_future()
            self._begin(command, asker)
            try:
                return await asyncio.wait_for(asker, max(0.0, deadline - loop.time()))
            except TimeoutError:
                raise Unavailable("No answer in time; try again with the same key.") from None
            except TEMPORARY as error:
                wait_s = (error.problem.retry_after_ms or 0) / 1000 + back_off_s(attempt, self._back_off_first_s)
                if loop.time() + wait_s >= deadline:
                    raise
                await asyncio.sleep(wait_s)
                attempt += 1

    async def open(self, thread_id: Id, limit: int = 50) -> ThreadOpened:
        """Follow a thread in full from now on: `state.opened` holds it."""
        opened: ThreadOpened = await self.call(ThreadOpen(thread_id=thread_id, limit=limit))
        return opened

    async def back(self, thread_id: Id, limit: int = 100) -> bool:
        """Load older events of a thread that is open; whether there are more."""
        items = self.state.opened[thread_id].items
        if not items or items[0].seq == 1:
            return False
        asked = StreamRead(stream=thread_stream(thread_id), before=items[0].seq, limit=limit)
        page: StreamPage = await self.call(asked)
        return page.more

    async def keep(self, kind: str, timeout_s: float = PATIENCE_S) -> dict[Id, Any]:
        """Keep all of a kind from now on (protocol.kept); what there is of it now, by id. It stands in `state.kept`."""
        if kind not in self.state.kept or not self.state.kept[kind].asked:
            self._happened(s.Wanted(kind=kind))
        state = await self.until(lambda state: state.kept[kind].loaded, timeout_s)
        return state.kept[kind].entities

    def leave(self, thread_id: Id) -> None:
        """Follow the thread no longer; its row stays."""
        self._happened(s.Left(thread_id=thread_id))

    def post(self, thread_id: Id, body: Body | str, *, internal: bool = False, key: str | None = None) -> str:
        """Put a message into the outbox: it is sent, in order, until it is answered. Its key, by which `state.pending`
        knows it until its event has come."""
        key = key or new_id()
        text = paragraph(body) if isinstance(body, str) else body
        self._happened(s.Written(client_message_id=key, thread_id=thread_id, body=text, internal=internal))
        return key

    async def sent(self, key: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until a posted message is in the log and, if its thread is followed, in the state too. Raises the
        refusal that made it fail."""
        state = await self.until(lambda state: _is_settled(state, key), timeout_s)
        failed = state.pending.get(key)
        if failed is not None and failed.problem is not None:
            raise error_from(failed.problem)

    async def send(
        self, thread_id: Id, body: Body | str, *, internal: bool = False, key: str | None = None,
        patience_s: float = PATIENCE_S,
    ) -> MessageAccepted:  # fmt: skip
        """Send a message beside the outbox and wait for its place in the log. The same key is the same message."""
        text = paragraph(body) if isinstance(body, str) else body
        asked = MessageSend(thread_id=thread_id, client_message_id=key or new_id(), body=text, internal=internal)
        accepted: MessageAccepted = await self.call(asked, patience_s=patience_s)
        return accepted

    async def events(self) -> AsyncIterator[tuple[str, StreamEvent]]:
        """Events as they come into the state, from now on: stream and event. Raises FellBehind when too many wait, or
        what ended the connection."""
        queue: asyncio.Queue[reducer.Applied] = asyncio.Queue(EVENTS_WAITING_MAX)
        self._queues.append(queue)
        try:
            while True:
                while not queue.empty():
                    yield queue.get_nowait()
                if queue not in self._queues:
                    raise FellBehind
                self._raise_if_over()
                changed = asyncio.get_running_loop().create_future()
                self._changed.append(changed)
                await changed
        finally:
            if queue in self._queues:
                self._queues.remove(queue)

    def _raise_if_over(self) -> None:
        if self._run is not None and self._run.done() and not self._run.cancelled():
            self._run.result()
        if self.ended is not None:
            raise self.ended

    # what happens

    def _happened(self, happening: s.Happening) -> None:
        """Take something into the state, and ask for what it makes necessary."""
        self.state, commands, applied = reducer.advance(self.state, happening, self._now())
        for queue in list(self._queues):
            for event in applied:
                if queue.full():
                    self._queues.remove(queue)
                    break
                queue.put_nowait(event)
        for command in commands:
            self._begin(command)
        self._arm()
        self._tell()

    def _now(self) -> int:
        return int(asyncio.get_running_loop().time() * 1000)

    def _arm(self) -> None:
        """Have the reducer told of the time when it wants to be."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        due_at = reducer.due_at(self.state)
        if due_at is not None and not self._closed:
            wait_s = max(0, due_at - self._now()) / 1000
            self._due = asyncio.get_running_loop().call_later(wait_s, self._happened, s.Ticked())

    def _tell(self) -> None:
        waiting, self._changed = self._changed, []
        for changed in waiting:
            if not changed.done():
                changed.set_result(None)

    def _absorb(self, command: Asked, result: Any) -> None:
        """Take an answer into the state, whoever asked."""
        match command:
            case ThreadOpen():
                self._happened(s.Opened(result=result))
            case StreamRead():
                self._happened(s.Paged(page=result))
            case ThreadList():
                more = command.since is not None and result.next is not None
                if not more:
                    self._had(command)
                self._happened(s.Listed(threads=result.threads))
                if more:
                    self._begin(msgspec.structs.replace(command, after=result.next))
            case ThreadRead() | ThreadCreate():
                self._happened(s.Listed(threads=[result.thread]))
            case NotificationList(archived=False):
                self._had(command)  # first: the page may say that it is owed anew
                self._happened(s.Notified(page=result))
            case KeptList(after=after):
                kind = ROWS[type(command)].tag.removesuffix(".list")
                self._happened(s.Brought(kind=kind, page=result, after=after))
            case MessageSend(client_message_id=key):
                self._happened(s.Accepted(client_message_id=key, result=result))

    def _had(self, command: s.Owed) -> None:
        """Nothing more comes of a list, of whose pages this is the last."""
        owed = msgspec.structs.replace(command, after=None) if isinstance(command, ThreadList) else command
        if owed in self.state.owed:
            self._happened(s.Had(command=owed))

    def _refuse(self, command: Asked, error: ChattarError) -> None:
        """Take a refusal into the state, whoever asked."""
        gone = isinstance(error, NotFound | Forbidden)
        match command:
            case MessageSend(client_message_id=key):
                self._happened(s.Refused(client_message_id=key, problem=error.problem))
            case ThreadOpen(thread_id=thread_id) | ThreadRead(thread_id=thread_id) if gone:
                self._happened(s.Framed(frame=f.Dropped(stream=thread_stream(thread_id))))
            case StreamRead(stream=stream) if gone:
                self._happened(s.Framed(frame=f.Dropped(stream=stream)))
            case ThreadList() | NotificationList() if not isinstance(error, TEMPORARY):
                self._had(command)

    # calls

    def _begin(self, command: Asked, asker: asyncio.Future[Any] | None = None, tries: int = 0) -> None:
        """Send a command now. Its answer goes into the state first, and then to the asker."""
        if not self._link.up:
            self._end_call(command, asker, Unavailable("There is no connection."))
            return
        number = next(self._ids)
        try:
            size = self._link.send(f.Call(id=number, command=command))
        except Invalid as error:
            self._end_call(command, asker, error)  # it would never be taken, and hold up what is behind it
            return
        late = asyncio.get_running_loop().call_later(
            self._call_timeout_s, self._refused, number, Unavailable("There was no answer in time.")
        )
        self._calls[number] = _Call(command, asker, late, size, tries)

    def _answered(self, number: int, raw: Any) -> None:
        call = self._calls.pop(number, None)
        if call is None:
            return  # it came too late, and was asked for again
        call.late.cancel()
        try:
            result = f.from_server(raw, call.command.Result)
        except Invalid as error:
            self._end_call(call.command, call.asker, error)
            return
        self._absorb(call.command, result)
        if call.asker is not None and not call.asker.done():
            call.asker.set_result(result)

    def _refused(self, number: int, error: ChattarError) -> None:
        call = self._calls.pop(number, None)
        if call is not None:
            call.late.cancel()
            self._end_call(call.command, call.asker, error)
            if call.asker is None and isinstance(error, TEMPORARY) and not isinstance(call.command, MessageSend):
                self._ask_again(call.command, call.tries, (error.problem.retry_after_ms or 0) / 1000)

    def _ask_again(self, command: Asked, tries: int, at_least_s: float) -> None:
        """Nobody else would on this connection; of a new one the reducer knows what to ask."""
        if not self._link.up or command in self._again:
            return
        connection = self._link.connections

        def ask() -> None:
            self._again.remove(command)
            if self._link.connections == connection:
                self._begin(command, tries=tries + 1)

        self._again.append(command)
        wait_s = at_least_s + back_off_s(tries, self._back_off_first_s)
        asyncio.get_running_loop().call_later(wait_s, ask)

    def _end_call(self, command: Asked, asker: asyncio.Future[Any] | None, error: ChattarError) -> None:
        self._refuse(command, error)
        if asker is not None and not asker.done():
            asker.set_exception(error)

    # the link

    def _hello(self) -> f.Hello:
        identity = self._identity() if self._identity else None
        offset = datetime.now().astimezone().utcoffset()
        return f.Hello(
            token=self._token,
            identity=identity,
            epoch=self.state.epoch,
            positions=s.positions(self.state),
            utc_offset_minutes=round(offset.total_seconds() / 60) if offset is not None else None,
            firm=True,
            person=self.state.me.person.id if self.state.me is not None else None,
        )

    def _frame(self, frame: f.ServerFrame) -> None:
        if self.ended is not None:
            return  # what had come before the connection was broken
        match frame:
            case f.Reply(id=number, result=result):
                self._answered(number, result)
            case f.ErrorFrame(id=number, error=problem):
                if number is not None:
                    self._refused(number, error_from(problem))
            case f.Welcome(me=me) if self.state.me is not None and self.state.me.person.id != me.person.id:
                self._link.end(other_person())  # an older server, which doesn't look at `hello.person`
            case _:
                self._happened(s.Framed(frame=frame))

    def _down(self) -> None:
        self._happened(s.Disconnected())
        if self._link.closed_with == f.CloseCode.TOO_LONG and self._calls:
            # A server with lower limits than we know: the longest is what it could not take.
            longest = max(self._calls, key=lambda number: self._calls[number].size)
            self._refused(longest, Invalid("The message is too long for this server.", reason="too_long"))
        for number in list(self._calls):
            self._refused(number, Unavailable("The connection ended before the answer; try again with the same key."))


def _is_settled(state: State, key: str) -> bool:
    pending = state.pending.get(key)
    return pending is None or pending.state == "failed"
