"""The outbox against mail servers that refuse, cut and are slow: none lost, doubled, or given up for others' faults."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.contacts import ContactCreate
from protocol.ids import new_id
from scheduler.letters.correspondence import facts_of
from scheduler.letters.writing import render
from scheduler.mail import outbox as mail
from scheduler.mail.outcomes import TRIES_OF_OURS_MAX
from server.core.context import Means
from storage.letters import LetterKind
from tests.scheduler.mail.queueing import everybody, now, queued, run, states
from tests.scheduler.mail.scripted import DROP, Scripted
from tests.world import World

pytestmark = pytest.mark.anyio


REFUSES_ALL = [
    ("greeting", "554 5.7.1 your address is on a list"),
    ("EHLO", "550 not you"),
    ("MAIL", "530 5.7.0 log in first"),
    ("MAIL", "550 5.1.8 this sender's domain can't be found"),
    ("MAIL", "553 5.7.1 not your sender"),
    ("MAIL", "452 4.3.1 disk full"),
    ("RCPT", "554 5.7.1 relay access denied"),
    ("RCPT", "550 5.1.8 this sender's domain can't be found"),
    ("RCPT", "550 relay not permitted"),
    ("RCPT", "421 4.3.2 going down"),
    ("DATA", DROP),
    ("end", "451 4.3.0 queue file write error"),
    ("end", "554 5.7.1 the signature could not be made"),
    ("end", "552 5.3.4 too large"),
    ("end", "554 5.6.0 not such a letter"),
    ("end", "550 no"),
]


@pytest.mark.parametrize(("step", "answer"), REFUSES_ALL)
async def test_a_mail_server_that_refuses_all_costs_no_letter_and_is_left_alone_for_a_while(
    world: World, outbox: Means, script: Scripted, step: str, answer: str
) -> None:
    """RM-17: it is at fault, and not the letters: invitations keep their secret, and go when it has been mended."""
    letters = [await queued(world, person) for person in everybody(world)]
    script.answer = lambda at, _: answer if at == step else None
    await run(world)
    assert set((await states(world)).values()) == {"waiting"}
    first, heard = script.connections, len(script.heard)
    await run(world)
    assert (script.connections, len(script.heard)) == (first, heard), "it is asked again at once"
    assert (await world.store.relay.get()).away
    for _ in range(4):
        await run(world, timedelta(hours=3))
    assert set((await states(world)).values()) == {"waiting"}
    assert all([(await now(world, letter)).secret for letter in letters])

    script.answer = lambda at, _: None
    for _ in range(3):
        await run(world, timedelta(hours=1))
    assert Counter(script.recipients) == Counter(letter.email for letter in letters)
    assert not (await world.store.relay.get()).away


@pytest.mark.parametrize(
    "reply", ["550 5.1.1 no such user", "550 Unrouteable address", "554 5.7.1 relay access denied"]
)
async def test_a_row_of_addresses_that_nobody_has_keeps_no_good_letter_waiting_for_long(
    world: World, outbox: Means, script: Scripted, reply: str
) -> None:
    """They were due first, so each try was one of them, with ten minutes in between: a new password for somebody at another
    firm came after three hours, when its link had run out."""
    script.answer = lambda at, said: reply if at == "RCPT" and "nobody" in said else None
    for number in range(25):
        made = ContactCreate(
            account_id=world.holm.id,
            name=f"Nobody {number}",
            email=f"nobody{number}@holm.example",
            login=True,
            invite=True,
        )
        await world.do(world.anna, made)
    await world.settled()
    world.clock.advance(s=1)
    await queued(world, world.emma, "password_reset", side="contact")
    for _ in range(8):
        await run(world, timedelta(seconds=15))
    assert (await states(world))[world.emma.email] == "sent"

    for person in everybody(world):
        await queued(world, person)
    for _ in range(40):
        await run(world, timedelta(seconds=15))
    found = await states(world)
    assert [found[person.email] for person in everybody(world)] == ["sent"] * len(everybody(world))


async def test_one_letter_tries_whether_it_is_back(world: World, outbox: Means, script: Scripted) -> None:
    """However many schedulers there are."""
    for person in everybody(world):
        await queued(world, person)
    script.answer = lambda at, _: "421 not now" if at == "greeting" else None
    await run(world)
    before = script.connections
    world.clock.advance(s=3600)
    await asyncio.gather(*(mail.send_due(outbox, world.clock.now()) for _ in range(3)))
    assert script.connections == before + 1


async def test_an_outage_of_two_days_costs_nothing(world: World, outbox: Means, script: Scripted) -> None:
    letters = [await queued(world, person, "invitation") for person in everybody(world)]
    script.answer = lambda at, _: DROP if at == "greeting" else None
    for _ in range(12):
        await run(world, timedelta(hours=4))
    script.answer = lambda at, _: None
    await run(world, timedelta(hours=4))
    assert Counter(script.recipients) == Counter(letter.email for letter in letters)
    assert set((await states(world)).values()) == {"sent"}


@pytest.mark.parametrize("answer", ["550 5.1.1 no such mailbox", "552 5.2.2 mailbox full"])
async def test_a_recipient_that_is_refused_fails_and_the_others_get_theirs(
    world: World, outbox: Means, script: Scripted, answer: str
) -> None:
    """RM-17."""
    letters = [await queued(world, person) for person in everybody(world)]
    script.answer = lambda at, who: answer if at == "RCPT" and world.petra.email in who else None
    await run(world)
    await run(world, timedelta(minutes=1))
    assert Counter((await states(world)).values()) == {"failed": 1, "sent": len(letters) - 1}
    (refused,) = [letter for letter in letters if letter.email == world.petra.email]
    kept = await now(world, refused)
    assert kept.said is not None
    assert (kept.state, kept.said.enhanced, kept.said.whose, kept.secret) == ("failed", answer[4:9], "recipient", None)


DOT = ["554 5.7.1 spam", "552 5.3.4 too large", "554 5.6.0 not such a letter"]


@pytest.mark.parametrize("answer", DOT)
async def test_a_letter_that_is_refused_fails_once_another_was_taken(
    world: World, outbox: Means, script: Scripted, answer: str
) -> None:
    """RM-17: until then what is said of it may be said to everybody, and nobody else's waits for it."""
    letter = await queued(world, world.petra)
    script.answer = lambda at, who: answer if at == "end" and who == world.petra.email else None
    for _ in range(3):
        await run(world, timedelta(minutes=20))
    kept = await now(world, letter)
    assert kept.said is not None
    assert (kept.state, kept.said.enhanced, kept.said.whose, kept.secret) == (
        "waiting", answer[4:9], "letter", letter.secret,
    )  # fmt: skip
    await queued(world, world.anna)
    await run(world)
    assert script.recipients == [world.anna.email]
    await run(world, timedelta(hours=1))
    kept = await now(world, letter)
    assert (kept.state, kept.secret) == ("failed", None)


@pytest.mark.parametrize("answer", DOT)
async def test_a_letter_that_is_refused_while_no_other_goes_is_given_up_after_a_day(
    world: World, outbox: Means, script: Scripted, answer: str
) -> None:
    """RM-17: its people are told within a known time, also where nothing else is sent."""
    letter = await queued(world, world.petra)
    script.answer = lambda at, _: answer if at == "end" else None
    for _ in range(24):
        await run(world, timedelta(minutes=59))
        assert (await now(world, letter)).state == "waiting"
    for _ in range(3):
        await run(world, timedelta(hours=1))
    assert (await now(world, letter)).state == "failed"


async def test_a_row_of_letters_that_are_refused_keeps_no_other_waiting_for_long(
    world: World, outbox: Means, script: Scripted
) -> None:
    """A new password comes while its link works."""
    bad = [person for person in everybody(world) if person is not world.anna]
    for person in bad:
        await queued(world, person)
    script.answer = lambda at, who: "554 5.7.1 spam" if at == "end" and who != world.anna.email else None
    for _ in range(8):
        await run(world, timedelta(minutes=10))
    await queued(world, world.anna, "password_reset", side="staff")
    for _ in range(8):
        await run(world, timedelta(seconds=15))
    found = await states(world)
    assert found[world.anna.email] == "sent"
    for _ in range(27):
        await run(world, timedelta(hours=1))
    found = await states(world)
    assert {found[person.email] for person in bad} == {"failed"}


async def test_a_server_that_takes_one_letter_and_refuses_all_again_costs_no_more_than_two(
    world: World, outbox: Means, script: Scripted
) -> None:
    """RM-17: three people in a row, once more, and what was said of them before proves nothing."""
    letters = [await queued(world, person) for person in everybody(world)]
    taken: list[str] = []

    def one(at: str, who: str) -> str | None:
        if at != "end" or (opens and not taken):
            taken.extend([who] if at == "end" else [])
            return None
        return "554 5.7.1 quota"

    opens = False
    script.answer = one
    await run(world)
    assert set((await states(world)).values()) == {"waiting"}
    opens = True
    for _ in range(6):
        await run(world, timedelta(hours=1))
    found = Counter((await states(world)).values())
    assert found["sent"] == 1
    assert found["failed"] <= 2
    assert found["waiting"] == len(letters) - found["failed"] - 1


async def test_unknown_recipients_of_a_server_that_does_not_say_so_fail_and_the_others_get_theirs(
    world: World, outbox: Means, script: Scripted
) -> None:
    """Exim says `550 Unrouteable address`, which could be its own fault too: until others' letters were taken."""
    good = [await queued(world, person) for person in (world.anna, world.petra, world.nils)]
    bad = [await queued(world, person) for person in (world.erik, world.sofia, world.olle, world.vera, world.linn)]
    unknown = {letter.email for letter in bad}
    script.answer = lambda at, who: "550 Unrouteable address" if at == "RCPT" and who[4:-1] in unknown else None
    for _ in range(12):
        await run(world, timedelta(minutes=20))
    assert Counter(script.recipients) == Counter(letter.email for letter in good)
    found = await states(world)
    assert {found[email] for email in unknown} == {"failed"}
    assert {found[letter.email] for letter in good} == {"sent"}


async def test_a_server_that_knows_nobody_any_more_is_at_fault_itself(
    world: World, outbox: Means, script: Scripted
) -> None:
    """Three different recipients in a row."""
    letters = [await queued(world, person) for person in everybody(world)]
    script.answer = lambda at, _: "550 5.1.1 no such mailbox" if at == "RCPT" else None
    for _ in range(5):
        await run(world, timedelta(hours=1))
    found = Counter((await states(world)).values())
    assert found["failed"] <= 5, "four senders at once, and what was under way"
    assert found["waiting"] == len(letters) - found["failed"]


async def test_a_letter_that_the_server_chokes_on_holds_up_no_other(
    world: World, outbox: Means, script: Scripted
) -> None:
    """It cuts the connection at this one, each time, and takes the others."""
    letters = [await queued(world, person) for person in everybody(world)]
    script.answer = lambda at, who: DROP if at == "RCPT" and world.anna.email in who else None
    for _ in range(4):
        await run(world, timedelta(minutes=20))
    assert Counter(script.recipients) == Counter(letter.email for letter in letters if letter.email != world.anna.email)


@pytest.mark.parametrize("error", [IndexError("pop from empty list"), UnicodeError("label too long"), ValueError("no")])
async def test_a_letter_that_cannot_be_made_fails_alone_after_its_tries(
    world: World, outbox: Means, script: Scripted, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """Whatever it raises, and wherever: it ends neither the run nor itself at once."""
    first = await queued(world, world.petra)
    others = [await queued(world, person) for person in (world.anna, world.erik)]
    as_it_is = render

    def raising(facts: Any, **how: Any) -> Any:
        if facts.to_email == first.email:
            raise error
        return as_it_is(facts, **how)

    monkeypatch.setattr("scheduler.mail.outbox.render", raising)
    await run(world)
    assert Counter(script.recipients) == Counter(letter.email for letter in others)
    kept = await now(world, first)
    assert (kept.state, kept.tries) == ("waiting", 1)
    # As if it had been tried that often: the last one is its last.
    last = {"$set": {"tries": TRIES_OF_OURS_MAX - 1}}
    await world.store.mongo.database["letters"].update_one({"_id": first.id}, last)
    await run(world, timedelta(hours=1))
    kept = await now(world, first)
    assert (kept.state, kept.tries) == ("failed", TRIES_OF_OURS_MAX)


@pytest.mark.parametrize(
    ("kind", "life"),
    [
        ("password_reset", timedelta(hours=1)),
        ("invitation", timedelta(days=14)),
        ("client_reminder", timedelta(days=5)),
    ],
)
async def test_a_letter_is_given_up_by_its_age_and_never_by_attempts(
    world: World, outbox: Means, script: Scripted, kind: LetterKind, life: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five days; a link as long as it works."""
    letter = await queued(world, world.petra, "password_reset" if kind == "password_reset" else "invitation")
    await world.store.mongo.database["letters"].update_one({"_id": letter.id}, {"$set": {"kind": kind}})
    if kind == "client_reminder":  # it is made as an invitation, which needs no thread
        monkeypatch.setattr(
            "scheduler.mail.outbox.facts_of", lambda means, letter: facts_of(means, replace(letter, kind="invitation"))
        )
    script.answer = lambda at, _: "450 4.2.0 greylisted" if at == "RCPT" else None
    steps = 12
    for _ in range(steps - 1):
        await run(world, life / steps)
        assert (await now(world, letter)).state == "waiting"
    for _ in range(3):
        await run(world, life / steps)
    assert (await now(world, letter)).state == "failed"
    script.answer = lambda at, _: None
    await run(world, timedelta(days=1))
    assert script.recipients == []


async def test_letters_are_given_up_too_while_the_server_is_away_for_longer_than_they_live(
    world: World, outbox: Means, script: Scripted
) -> None:
    letters = [await queued(world, person) for person in everybody(world)]
    for letter in letters:
        about_thread = {"kind": "client_messages", "thread_id": new_id()}
        await world.store.mongo.database["letters"].update_one({"_id": letter.id}, {"$set": about_thread})
    monday = await queued(world, world.petra, "password_reset")
    script.answer = lambda at, _: DROP if at == "greeting" else None
    for _ in range(11):
        await run(world, timedelta(hours=12))
    await run(world)
    assert {(await now(world, letter)).state for letter in [*letters, monday]} == {"dropped", "failed"}


async def test_an_invitation_outlives_an_outage_that_is_shorter_than_its_link(
    world: World, outbox: Means, script: Scripted
) -> None:
    """Outbox rule 10: while the mail server is away too, however many other letters are given up meanwhile."""
    other = await queued(world, world.petra, "password_reset")
    letter = await queued(world, world.nils)
    script.answer = lambda at, _: DROP if at == "greeting" else None
    for _ in range(18):
        await run(world, timedelta(hours=12))
    assert [(await now(world, one)).state for one in (other, letter)] == ["failed", "waiting"]
    script.answer = lambda at, _: None
    await run(world, timedelta(hours=12))
    assert script.recipients == [world.nils.email]


async def test_an_invitation_is_given_up_when_its_link_ends_while_the_server_is_away(
    world: World, outbox: Means, script: Scripted
) -> None:
    letter = await queued(world, world.nils)
    script.answer = lambda at, _: DROP if at == "greeting" else None
    for _ in range(29):
        await run(world, timedelta(hours=12))
    assert (await now(world, letter)).state == "failed"
