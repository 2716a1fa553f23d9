"""The outbox over the real database: one waiting letter for each person and thread, whoever puts it in."""

import asyncio

import pytest

from protocol.ids import new_id
from storage.letters import LetterDoc
from tests.world import World

pytestmark = pytest.mark.anyio

ROUNDS = 30
NODES = 4
FIRM, PETRA = new_id(), new_id()


def letter(thread_id: str, seq: int, *, internal: bool = False) -> LetterDoc:
    return LetterDoc(
        id=new_id(),
        key=f"{'n' if internal else 't'}:{thread_id}:{seq}:{PETRA}",
        firm_id=FIRM,
        kind="client_messages",
        side="contact",
        person_id=PETRA,
        email="petra@holmbygg.example",
        created_at=0,
        due_at=10,
        state="waiting",
        thread_id=thread_id,
        first_seq=seq,
        last_seq=seq,
        internal=internal,
    )


async def test_nodes_that_hear_of_a_thread_at_once_put_in_one_letter(world: World) -> None:
    """EM-8: each settles another stretch of the same thread, and the person gets one mail."""
    letters = world.store.letters
    for _ in range(ROUNDS):
        thread_id = new_id()
        await asyncio.gather(*(letters.bundle([letter(thread_id, seq)]) for seq in range(1, NODES + 1)))
        (only,) = await letters.of_thread(thread_id)
        assert only.last_seq == NODES


async def test_what_comes_while_a_letter_goes_out_is_a_letter_of_its_own(world: World) -> None:
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="one")
    assert going is not None
    await letters.bundle([letter(thread_id, 2)])
    await letters.bundle([letter(thread_id, 3)])
    assert [(one.state, one.last_seq) for one in await letters.of_thread(thread_id)] == [("claimed", 1), ("waiting", 3)]


async def test_a_letter_that_waits_again_takes_up_what_comes(world: World) -> None:
    """Else every message that is written while the mail server is away would be a mail of its own."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="one")
    assert going is not None
    assert await letters.move(going, "one", "waiting")
    await letters.bundle([letter(thread_id, 2)])
    (only,) = await letters.of_thread(thread_id)
    assert (only.state, only.last_seq) == ("waiting", 2)


async def test_an_internal_letter_stands_beside_the_other(world: World) -> None:
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1), letter(thread_id, 1, internal=True)])
    assert sorted(one.internal for one in await letters.of_thread(thread_id)) == [False, True]
