"""The outbox over the real database: one waiting letter for each person and thread, whoever puts it in."""

import asyncio

import pytest

from protocol.ids import new_id
from storage.letters import LetterDoc, ServerWords
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
        (only,) = await letters.of_thread(FIRM, thread_id)
        assert only.last_seq == NODES


async def test_what_comes_while_a_letter_goes_out_is_a_letter_of_its_own(world: World) -> None:
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="one")
    assert going is not None
    await letters.bundle([letter(thread_id, 2)])
    await letters.bundle([letter(thread_id, 3)])
    assert [(one.state, one.last_seq) for one in await letters.of_thread(FIRM, thread_id)] == [
        ("claimed", 1),
        ("waiting", 3),
    ]


async def test_a_letter_that_waits_again_takes_up_what_comes(world: World) -> None:
    """Else every message that is written while the mail server is away would be a mail of its own."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="one")
    assert going is not None
    assert await letters.decide(going, "waiting", now=11)
    await letters.bundle([letter(thread_id, 2)])
    (only,) = await letters.of_thread(FIRM, thread_id)
    assert (only.state, only.last_seq) == ("waiting", 2)


async def test_an_internal_letter_stands_beside_the_other(world: World) -> None:
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1), letter(thread_id, 1, internal=True)])
    assert sorted(one.internal for one in await letters.of_thread(FIRM, thread_id)) == [False, True]


async def test_what_became_of_a_letter_is_untold_until_it_is_said_to_be_told(world: World) -> None:
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="one")
    assert going is not None
    said = ServerWords(text="no such mailbox", code=550, enhanced="5.1.1", whose="recipient")
    decided = await letters.decide(going, "failed", now=11, said=said)
    assert decided is not None
    assert (decided.state, decided.said, decided.decided_at) == ("failed", said, 11)
    assert await letters.untold(10, limit=9) == []
    assert await letters.untold(11, limit=9) == [decided]
    await letters.told(decided)
    assert await letters.untold(11, limit=9) == []


async def test_who_has_lost_a_claim_decides_nothing(world: World) -> None:
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    slow = await letters.claim(now=10, lease_ms=1_000, by="slow")
    quick = await letters.claim(now=1_010, lease_ms=1_000, by="quick")
    assert slow is not None
    assert quick is not None
    assert not await letters.begin(slow, until=2_000)
    assert await letters.decide(slow, "sent", now=1_011) is None
    assert await letters.begin(quick, until=2_000)
    assert await letters.decide(quick, "sent", now=1_012) is not None


async def test_a_lease_that_was_renewed_at_the_last_moment_has_not_run_out(world: World) -> None:
    """Whoever was frozen in DATA and wakes up goes on with it; nobody else may take it for dead at the same moment."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="frozen")
    assert going is not None
    assert await letters.begin(going, until=2_000)
    (stuck,) = await letters.stuck(2_000, limit=9)
    await letters.renew(["frozen"], "sending", until=3_000)
    assert await letters.decide(stuck, "waiting", now=2_000, lapsed=True) is None
    (stuck,) = await letters.stuck(3_000, limit=9)
    assert await letters.decide(stuck, "waiting", now=3_000, lapsed=True) is not None


async def test_a_claim_that_was_lost_is_not_given_back(world: World) -> None:
    """Else a third would send what the second is just sending."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    slow = await letters.claim(now=10, lease_ms=1_000, by="slow")
    quick = await letters.claim(now=1_010, lease_ms=1_000, by="quick")
    assert slow is not None
    assert quick is not None
    await letters.release(slow)
    assert await letters.claim(now=1_011, lease_ms=1_000, by="third") is None
    await letters.release(quick)
    assert await letters.claim(now=1_012, lease_ms=1_000, by="third") is not None


async def test_a_claim_that_is_renewed_does_not_shorten_the_lease_of_what_is_being_handed_over(world: World) -> None:
    """One sender has letters of both kinds, and renews each kind for as long as it holds."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    going = await letters.claim(now=10, lease_ms=1_000, by="one")
    assert going is not None
    assert await letters.begin(going, until=9_000)
    await letters.renew(["one"], "claimed", until=3_000)
    assert await letters.stuck(8_999, limit=9) == []
    assert len(await letters.stuck(9_000, limit=9)) == 1


async def test_that_a_letter_was_taken_is_not_said_of_what_has_come_into_it_since(world: World) -> None:
    """EM-8: heard too late, the mail server's word is about less than the letter tells of by now."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    slow = await letters.claim(now=10, lease_ms=1_000, by="slow")
    assert slow is not None
    assert await letters.begin(slow, until=2_000)
    (stuck,) = await letters.stuck(2_000, limit=9)
    assert await letters.decide(stuck, "waiting", now=2_000, lapsed=True) is not None
    await letters.bundle([letter(thread_id, 2)])
    assert await letters.decide(slow, "sent", now=2_001) is None
    (only,) = await letters.of_thread(FIRM, thread_id)
    assert (only.state, only.last_seq) == ("waiting", 2)


async def test_what_became_of_a_letter_since_is_still_to_be_told(world: World) -> None:
    """P9: who has told of the first fate has not told of the second, although it is the same."""
    letters, thread_id = world.store.letters, new_id()
    await letters.bundle([letter(thread_id, 1)])
    decided: list[LetterDoc] = []
    for now in (10, 20):
        going = await letters.claim(now=now, lease_ms=1_000, by="one")
        assert going is not None
        put_off = await letters.decide(going, "waiting", now=now)
        assert put_off is not None
        decided.append(put_off)
    first, second = decided
    await letters.told(first)
    assert await letters.untold(20, limit=9) == [second]
    await letters.told(second)
    assert await letters.untold(20, limit=9) == []
