"""What every measured server has to say about itself, so that the same load fits all of them.

Knows no server. `peers` and `chattar` hold the servers.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

TEXT_BYTES = 117
"""What a person says in one message: with it, the peers' JSON message is 200 bytes."""


@dataclass(frozen=True)
class Crowd:
    """Who connects: `listeners` in rooms of `room_size` on the measured node.

    `senders_elsewhere`: one more person of each room sits on a second node and does all the sending, so that
    the measured node only delivers. Else the first `senders` of each room send.
    """

    listeners: int
    room_size: int
    senders: int = 1
    senders_elsewhere: bool = False

    @property
    def rooms(self) -> int:
        return self.listeners // self.room_size


@dataclass(frozen=True)
class Stage:
    """A running server: the generator's options to load it, and whose CPU time to count under which name.

    The account `server` is the measured node.
    """

    options: list[str]
    accounts: dict[str, list[int]] = field(default_factory=dict)

    def arguments(self) -> list[str]:
        """The generator's options, the accounts among them; the measured server's first."""
        names = sorted(self.accounts, key=lambda name: name != "server")
        told = [f"{name}={','.join(map(str, self.accounts[name]))}" for name in names]
        return [*self.options, *(part for account in told for part in ("--account", account))]


class Contestant(Protocol):
    """A server that can be measured."""

    @property
    def name(self) -> str: ...

    def obstacle(self) -> str | None:
        """Why it can't be measured on this machine, or None."""
        ...

    def stage(self, crowd: Crowd, folder: Path) -> AbstractContextManager[Stage]:
        """Start it for that crowd; stop it at the end of the block."""
        ...
