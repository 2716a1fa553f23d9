"""Which function does a command, and which carries on with work that was left: each says so itself, where it stands; the
dispatch and the sweep ask here.

Knows functions by command and by kind of work. Refuses to know what they do, and who may ask (the command's row,
protocol.asked).
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar

from protocol.asked import Asked
from protocol.wire import Wire
from server.core.context import Context, Means
from storage.chores import ChoreDoc

Action = Callable[[Context, Any, Any], Awaitable[Wire]]
"""Does what was asked, in the scope that the rule has found."""
Again = Callable[[Context, Any], Awaitable[Wire | None]]
More = Callable[[Any], int]
CarriesOn = Callable[[Means, ChoreDoc], Awaitable[None]]
"""Does what is left of a piece of work, and takes its row away once nothing is. May be called twice, side by side."""

ACTIONS: Final[dict[type[Asked], Action]] = {}
FIRST_ANSWERS: Final[dict[type[Asked], Again]] = {}
SURCHARGES: Final[dict[type[Asked], More]] = {}
CARRYING_ON: Final[dict[str, CarriesOn]] = {}
"""By kind of work."""

A = TypeVar("A", bound=Action)
F = TypeVar("F", bound=Again)
M = TypeVar("M", bound=More)
G = TypeVar("G", bound=CarriesOn)


def does(command: type[Asked]) -> Callable[[A], A]:
    """The function does this command. Raises RuntimeError if another one does."""

    def say(action: A) -> A:
        if command in ACTIONS:
            raise RuntimeError(f"{command.__name__} is done by two functions")
        ACTIONS[command] = action
        return action

    return say


def answers_again(command: type[Asked]) -> Callable[[F], F]:
    """The function finds the answer to a first try of a command with a key, if that went through before the asker lost
    access; None otherwise."""

    def say(again: F) -> F:
        FIRST_ANSWERS[command] = again
        return again

    return say


def costs_more(command: type[Asked]) -> Callable[[M], M]:
    """The function says what a command takes from the asker's allowance besides its cost, by how much it asks for."""

    def say(more: M) -> M:
        SURCHARGES[command] = more
        return more

    return say


def carries_on(kind: str) -> Callable[[G], G]:
    """The function carries on with work of this kind. Raises RuntimeError if another one does."""

    def say(going: G) -> G:
        if kind in CARRYING_ON:
            raise RuntimeError(f"two functions carry on with {kind}")
        CARRYING_ON[kind] = going
        return going

    return say
