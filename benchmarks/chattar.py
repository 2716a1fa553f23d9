"""Chattar itself as a contestant, with everything it really does: access, streams, durable writes.

How a node is started: `python -m server` with its settings in the environment. How a connection logs in: the first
frame is `hello` with a token of a session; it counts as live with the frame `live`. What a send is: a `call` frame with
`message.send`; the marker stands in the body's text. What a delivery is: an `event` frame with `message.sent`.
"""

import contextlib
import http.client
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import world
from benchmarks.contestants import Crowd, Stage
from benchmarks.machine import other_core, running, running_bus, running_database, server_core, wait_for
from deploy.dev.embedded import HOST, Process, ReplicaSet, Valkey, free_port

DATABASE = "benchmark"
HELLO = 'send:{"type":"hello","token":"{line}"}'
RESUME = 'send:{"type":"hello","token":"{line}","epoch":"{epoch}","positions":{"t:{room}":{seen}}}'
LIVE = 'expect:"type":"live"'
MESSAGE = (
    '{"type":"call","id":{n},"command":{"type":"message.send","thread_id":"{room}","client_message_id":"message-{seq}",'
    '"body":{"content":[{"type":"paragraph","content":[{"type":"text","text":"{text}"}]}]}}}'
)
DELIVERY = '"message.sent"'
ACKNOWLEDGEMENT = '"type":"reply"'
POSITION = '"seq":'


@dataclass
class Surroundings:
    """The servers a node needs, and the nodes that run."""

    bus: Valkey
    database: ReplicaSet
    start_node: Callable[[str, int], tuple[Process, str]]
    """By name and core: the process, and the address of its socket."""

    @property
    def accounts(self) -> dict[str, list[int]]:
        return {"bus": [self.bus.pid], "mongod": [member.pid for member in self.database.members]}


@contextlib.contextmanager
def surroundings(crowd: Crowd, folder: Path) -> Iterator[Surroundings]:
    """A database with the crowd's world in it, a bus, and the means to start nodes."""
    with contextlib.ExitStack() as stack:
        bus = stack.enter_context(running_bus(folder))
        database = stack.enter_context(running_database(folder))
        world.seed(crowd, database.url, DATABASE, folder)

        def start_node(name: str, core: int) -> tuple[Process, str]:
            port = free_port()
            command = [sys.executable, "-m", "server"]
            env = settings(port, bus, database, folder)
            process = stack.enter_context(running(name, command, folder, core=core, port=port, env=env))
            wait_for(name, process, lambda: ready(port))
            return process, f"ws://{HOST}:{port}/ws"

        yield Surroundings(bus, database, start_node)


def settings(port: int, bus: Valkey, database: ReplicaSet, folder: Path) -> dict[str, str]:
    """As in production, but for the rate limits: one person says what a whole firm would."""
    return {
        "CHATTAR_PORT": str(port),
        "CHATTAR_MONGO_URL": database.url,
        "CHATTAR_MONGO_DATABASE": DATABASE,
        "CHATTAR_REDIS_URL": bus.url,
        "CHATTAR_DATA": str(folder),
        "CHATTAR_LOG_LEVEL": "warning",
        "CHATTAR_COMMANDS_PER_S": "1000000",
        "CHATTAR_COMMANDS_BURST": "1000000",
    }


def ready(port: int) -> bool:
    """Whether the node says that it serves."""
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def listening(url: str, folder: Path) -> list[str]:
    """The generator's options for a crowd's listeners at a node."""
    return [
        *("--url", url, "--subprotocol", "chattar.v1.json", "--message", MESSAGE, "--count-in", DELIVERY),
        *("--lines", str(folder / "listeners"), "--rooms", str(folder / "rooms"), "--step", HELLO, "--step", LIVE),
    ]


def sending(url: str, crowd: Crowd, folder: Path) -> list[str]:
    """The generator's options for one sender a room at another node."""
    return [
        *("--sender-url", url, "--senders", str(crowd.rooms), "--sender-lines", str(folder / "senders")),
        *("--sender-step", HELLO, "--sender-step", LIVE),
    ]


@contextlib.contextmanager
def speaking(bus: Valkey, folder: Path) -> Iterator[tuple[Process, str]]:
    """The stand-in for the senders' node, on the other core, and the address of its socket."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.speaker", str(port), bus.url, str(folder / "speaking")]
    with running("speaker", command, folder, core=other_core(), port=port, env={}) as process:
        yield process, f"ws://{HOST}:{port}/"


@dataclass(frozen=True)
class Chattar:
    """The server of this repository."""

    name: str = "chattar"

    def obstacle(self) -> str | None:
        return None

    @contextlib.contextmanager
    def stage(self, crowd: Crowd, folder: Path) -> Iterator[Stage]:
        with contextlib.ExitStack() as stack:
            around = stack.enter_context(surroundings(crowd, folder))
            process, url = around.start_node("server", server_core())
            accounts = {"server": [process.pid], **around.accounts}
            options = listening(url, folder)
            if crowd.senders_elsewhere:
                sender, sender_url = stack.enter_context(speaking(around.bus, folder))
                accounts["sender"] = [sender.pid]
                options += sending(sender_url, crowd, folder)
            else:
                options += ["--senders", str(crowd.senders)]
            yield Stage(options, accounts)
