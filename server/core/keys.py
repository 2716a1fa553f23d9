"""What a client's key stands for: one command with all that it says, once and for ever (P2).

What was made under a key keeps a short hash of what the command meant. The same key with the same meaning gets the first
result; with another one it is refused, rather than answered as if it had been done. And nothing is refused while an
earlier try with the same key may still succeed: on this node it is waited for, and what another node has stored is looked
up. Refuses to know what is made.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import msgspec

from protocol.asked import Asked
from protocol.errors import ChattarError, Conflict, Unavailable
from protocol.events import Event
from server.core.context import Context
from storage.log.drafts import KeyTaken
from storage.log.tries import Tries

T = TypeVar("T")

MEANING_BYTES: Final = 8
"""Against mistakes, not against malice: who reuses their own key on purpose deceives nobody else."""

_encoder: Final = msgspec.json.Encoder(order="sorted")


def meaning(command: Asked) -> str:
    """A hash of everything that a command says, whatever the codec and the order it came in.

    What is as by default is left out, so that a build which knows more fields finds the same.
    """
    return hashlib.blake2b(_encoder.encode(command), digest_size=MEANING_BYTES).hexdigest()


def check_meaning(first: str | None, again: str | None) -> None:
    """Raise Conflict when a key was used for something else. What was stored without a meaning, by an older build or
    without a command, counts as the same."""
    if first is not None and again is not None and first != again:
        raise reused()


def reused() -> Conflict:
    """The refusal of a key that stands for something else."""
    return Conflict("This key was used for something else.", reason="key_reused")


async def make(
    context: Context,
    command: Asked,
    client_key: str,
    work: Callable[[str, str], Awaitable[T]],
    made: Callable[[Event], Awaitable[T | None]],
) -> T:
    """Make something for a person's key, or answer with what that has made (P2).

    `work` gets the key and the meaning that its draft is to bear; `made` says what an event has made, None for an event of
    another kind. Raises Conflict `key_reused` where the key stands for something else, and what `work` and `made` raise.
    """
    streams = context.store.streams
    key, meant = f"{context.principal.user_id}:{client_key}", meaning(command)

    async def first() -> T | None:
        stored = await streams.first_with(key)
        if stored is None:
            return None
        check_meaning(stored.meant, meant)
        found = await made(stored.event)
        if found is None:
            raise reused()
        return found

    return await once(streams.tries, key, lambda: work(key, meant), first)


async def once(tries: Tries, key: str, work: Callable[[], Awaitable[T]], first: Callable[[], Awaitable[T | None]]) -> T:
    """Do what a key stands for, or find what an earlier try has made.

    A refusal of `work` is told only when no other try with this key is under way and `first` finds nothing: perhaps it
    was right at the time, and only its answer was lost. Lets Unavailable out: the outcome is unknown.
    """
    tries.begin(key)
    try:
        try:
            return await work()
        finally:
            tries.end(key)
    except Unavailable:
        raise
    except (ChattarError, KeyTaken):
        await tries.ended(key)
        found = await first()
        if found is None:
            raise
        return found
