"""Handing letters to the mail server: claim, ask whether it is still true, DATA, note the answer (architecture 4).

Everything is sent at least once with a stable Message-ID, except reminders, which are sent at most once in the one gap
that can't be closed: between 354 and the answer (RFC 1047). There they are marked `unknown`, and shown.

Any number of senders, here and elsewhere, share the outbox by claims, and what they know of the mail server by one
document: when it is of no use nobody hands it anything for a while, and then one sender tries.
"""

import asyncio
import time
from contextlib import suppress
from typing import Final

import structlog
from pymongo.errors import PyMongoError

from protocol import addresses
from protocol.errors import Unavailable
from protocol.ids import new_id
from protocol.wire import Ms
from scheduler.letters.correspondence import Dropped, facts_of
from scheduler.letters.facts import Letter, LetterRefused, address
from scheduler.letters.writing import render
from scheduler.mail.outcomes import decide, life_ms, lives_ms, not_made, not_taken, tell_left, too_late
from scheduler.mail.relay import Conversation, Fault, Lost
from scheduler.turn import Ending, Turn
from server.core.context import Means
from server.marks import actions as marks
from storage.letters import LetterDoc, LetterKind, Outcome
from storage.mongo.documents import Unreadable
from storage.relay import RelayDoc

__all__ = ["decide", "send_due"]

log = structlog.get_logger(__name__)

CLAIM_MS: Final = 120_000
"""How long a letter waits when its sender has died before it handed it over."""
HANDING_OVER_MS: Final = 900_000
"""The same for one that was being handed over: longer than any mail server may take for its answer (mail.relay)."""
RENEW_S: Final = 30.0
PROBE_MS: Final = 120_000
"""So long one sender has to find out whether the mail server is back, before another one tries too."""
FRESH_S: Final = 5.0
"""A letter that was made longer ago is made anew before it is handed over."""
SENDERS: Final = 4
LOOK_S: Final = 2.0
"""While some senders wait for the mail server, the others look so often whether something has come due."""
STUCK_PER_TICK_MAX: Final = 200
HOUR_MS: Final = 3_600_000
COUNTED: Final[frozenset[LetterKind]] = frozenset(
    {"client_new_thread", "client_messages", "client_tasks", "staff_activity", "staff_documents"}
)
"""Of these, so many an hour go to one person about one thread."""


async def send_due(means: Means, now: Ms, turn: Turn | None = None) -> int:
    """Send what is due, and what comes due meanwhile; how many letters were taken. Without a turn, the clock stands."""
    await _decide_stuck(means, now)
    await tell_left(means, now)
    return await _Crew(means, turn or Turn.at(now)).work()


async def _decide_stuck(means: Means, now: Ms) -> None:
    """A sender died in the gap: a reminder may have gone out and stays `unknown`, everything else is sent again."""
    for letter in await means.store.letters.stuck(now, STUCK_PER_TICK_MAX):
        state: Outcome = "unknown" if letter.kind == "client_reminder" else "waiting"
        if await decide(means, letter, state, now, error="sender_died", lapsed=True):
            log.warning("mail.stuck", letter_id=letter.id, becomes=state)


class _Crew:
    """The senders of one run."""

    def __init__(self, means: Means, turn: Turn) -> None:
        self._means = means
        self._turn = turn
        self._at_work: set[str] = set()
        self._changed = asyncio.Event()

    async def work(self) -> int:
        """How many letters were taken. A fault of one sender lets the others finish first."""
        keeping = asyncio.create_task(self._keep_claims(), name="mail claims")
        try:
            outcomes = await asyncio.gather(*(self._send() for _ in range(SENDERS)), return_exceptions=True)
        finally:
            keeping.cancel()
        sent = 0
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            sent += outcome
        return sent

    async def _keep_claims(self) -> None:
        """Keep what is being worked at from being taken by others, while this process lives."""
        while True:
            await asyncio.sleep(RENEW_S)  # the clock itself is what is waited for
            try:
                now, by = await self._turn.now(), list(self._at_work)
                await self._means.store.letters.renew(by, "claimed", now + CLAIM_MS)
                await self._means.store.letters.renew(by, "sending", now + HANDING_OVER_MS)
            except (Unavailable, PyMongoError) as error:
                log.warning("mail.claims_not_renewed", error=type(error).__name__)

    async def _send(self) -> int:
        """Send letters, until none is due and no other sender is at work, or the process is to end."""
        by, sent = new_id(), 0
        settings = self._means.settings
        async with Conversation(settings.mail_server, settings.own_url) as talk:
            while not self._turn.ending:
                seen = await self._means.store.relay.get()
                letter = await self._claim(by, seen)
                if letter is not None:
                    self._at_work.add(by)
                    handing = _Handing(self._means, self._turn, talk, letter, seen)
                    try:
                        sent += await handing.done()
                        if seen.away and not handing.asked:
                            # It was not for this letter to show whether the mail server is back. The next one is, and now.
                            await self._means.store.relay.leave(await self._turn.now())
                    finally:
                        self._at_work.discard(by)
                        self._changed.set()
                    continue
                await talk.goodbye()
                if not self._at_work:
                    break
                await self._wait_for_others()
        return sent

    async def _wait_for_others(self) -> None:
        self._changed.clear()
        with suppress(TimeoutError, Ending):
            async with asyncio.timeout(LOOK_S):
                await self._turn.unless_ending(self._changed.wait())

    async def _claim(self, by: str, seen: RelayDoc) -> LetterDoc | None:
        """A letter to send now, if there is one and the mail server isn't to be left alone."""
        store, now = self._means.store, await self._turn.now()
        if not seen.away:
            return await store.letters.claim(now, CLAIM_MS, by)
        if seen.since is not None:
            await self._give_up(by, seen, now, now - seen.since)
        if not await store.relay.try_again(now, PROBE_MS):
            return None
        letter = await store.letters.claim_to_try(now, CLAIM_MS, by)
        if letter is None:
            await store.relay.leave(now)
        return letter

    async def _give_up(self, by: str, seen: RelayDoc, now: Ms, away_ms: Ms) -> None:
        """The mail server is away for so long that letters get too old without having been tried."""
        letters = self._means.store.letters
        for life, kinds in lives_ms(self._means.settings).items():
            while away_ms >= life and (
                old := await letters.claim(now, CLAIM_MS, by, kinds=kinds, created_before=now - life)
            ):
                await too_late(self._means, old, now, seen.said)


class _Handing:
    """One claimed letter, on its way."""

    def __init__(self, means: Means, turn: Turn, talk: Conversation, letter: LetterDoc, seen: RelayDoc) -> None:
        self._means = means
        self._turn = turn
        self._talk = talk
        self._letter = letter
        self._seen = seen
        self._to = self._copy_to = ""
        self._made_at = 0.0
        """By our own clock, which goes on while the process is frozen."""
        self.asked = False
        """Whether the mail server has been asked to take it, and what follows from its answer been noted."""

    async def done(self) -> int:
        """1 if the mail server took it."""
        letter = self._letter
        made = await self._made()
        if made is None:
            return 0
        try:
            await self._turn.unless_ending(self._talk.address(self._means.settings.mail_from, made[1]))
            made = await self._still_so(made)
            if made is None:
                return 0
            await self._turn.unless_ending(self._talk.announce())
        except Ending:
            self._talk.hang_up()
            await self._means.store.letters.release(letter)
            return 0
        except Fault as fault:
            await self._not_taken(fault)
            return 0
        made = await self._still_so(made)  # this answer too may have taken its time
        return await self._hand_over(made[0]) if made is not None else 0

    async def _still_so(self, made: tuple[bytes, str]) -> tuple[bytes, str] | None:
        """The letter as it was made, or anew where the mail server has taken its time. None if it isn't to go any more, or
        not to whom it was announced for: then it waits for the next sender."""
        if time.monotonic() - self._made_at <= FRESH_S:
            return made
        again = await self._made()
        if again is not None and again[1] == made[1]:
            return again
        self._talk.hang_up()
        if again is not None:
            await self._means.store.letters.release(self._letter)
        return None

    async def _not_taken(self, fault: Fault) -> None:
        self.asked = True
        await not_taken(self._means, self._letter, await self._turn.now(), fault, self._seen)

    async def _hand_over(self, mail: bytes) -> int:
        """From here until the answer nobody can know whether it went out: note that before the first byte of it."""
        means, letter = self._means, self._letter
        before = time.monotonic()
        begun = await means.store.letters.begin(letter, await self._turn.now() + HANDING_OVER_MS)
        if not begun or time.monotonic() - before > HANDING_OVER_MS / 2000:
            # This process was frozen, or the database away, for so long that another one has it, or may get it.
            log.warning("mail.claim_lost", letter_id=letter.id)
            self._talk.hang_up()
            return 0
        try:
            said = await self._talk.hand_over(mail)
        except Lost as lost:
            if letter.kind != "client_reminder":
                await self._not_taken(lost)
                return 0
            log.warning("mail.unknown", letter_id=letter.id, error=lost.said.text)
            self.asked, now = True, await self._turn.now()
            await decide(means, letter, "unknown", now, said=lost.said)
            # Or one reminder after the other would be handed to a server that loses its answers.
            await means.store.relay.failed(self._seen, now, lost.said)
            return 0
        except Fault as fault:
            await self._not_taken(fault)
            return 0
        self.asked = True
        now = await self._turn.now()
        await decide(means, letter, "sent", now, said=said, copy=self._copy(mail, now))
        await means.store.relay.good(now)
        # After that, since a fault here must not send the letter again. A mark may be lost; the next one makes up for it.
        if letter.side == "contact" and letter.thread_id is not None:
            with suppress(Unreadable):
                await marks.mailed(means, letter.firm_id, letter.thread_id, letter.person_id, letter.last_seq)
        return 1

    async def _made(self) -> tuple[bytes, str] | None:
        """The letter's bytes and for whom they are, if it is to go out now; otherwise it is put aside here."""
        means, letter, now = self._means, self._letter, await self._turn.now()
        self._made_at = time.monotonic()
        if letter.secret is not None and now - letter.created_at >= life_ms(means.settings, letter):
            await too_late(means, letter, now)
            return None
        if await self._too_many(now):
            return None
        try:
            if letter.kind == "copy":
                return (letter.mail or "").encode("ascii"), address("bcc", letter.email)
            facts = await facts_of(means, letter)
            if isinstance(facts, Dropped):
                await decide(means, letter, "dropped", now, error=facts.reason)
                return None
            self._to, self._copy_to = facts.to_email, facts.bcc
            return self._rendered(facts, now), address("to_email", facts.to_email)
        except (Unavailable, PyMongoError):
            raise
        except LetterRefused as error:
            log.error("mail.refused", letter_id=letter.id, path=error.path)
            await decide(means, letter, "failed", now, error=str(error))
        except Exception as error:
            # Something that it tells of can't be read, or a fault of ours: the others go on.
            log.exception("mail.not_made", letter_id=letter.id)
            await not_made(means, letter, now, error)
        return None

    def _copy(self, mail: bytes, now: Ms) -> LetterDoc | None:
        """The firm's blind copy of a letter that has just gone, with the same bytes; none where its reader is the firm.

        A letter of its own, so that whatever becomes of it never touches this one (RM-17); about no thread, so that it is
        neither bundled nor counted with its person's letters, and the firm's rather than any person's.
        """
        letter = self._letter
        if not self._copy_to or addresses.folded(self._copy_to) == addresses.folded(self._to):
            return None
        return LetterDoc(
            id=new_id(),
            key=f"copy:{letter.id}",
            firm_id=letter.firm_id,
            kind="copy",
            side="staff",
            person_id=letter.firm_id,
            email=self._copy_to,
            created_at=now,
            due_at=now,
            state="waiting",
            account_id=letter.account_id,
            mail=mail.decode("ascii"),
        )

    def _rendered(self, facts: Letter, now: Ms) -> bytes:
        sender = self._means.settings.mail_from
        message_id = f"<{self._letter.id}@{sender.rpartition('@')[2]}>"
        return bytes(render(facts, message_id=message_id, at=now, system_address=sender))

    async def _too_many(self, now: Ms) -> bool:
        """Whether its person has had enough letters about its thread in this hour; then it is put off (EM-8). One that
        calls on a colleague by name goes all the same."""
        letter, settings = self._letter, self._means.settings
        if letter.kind not in COUNTED or not letter.thread_id:
            return False
        sent = await self._means.store.letters.sent_since(
            letter.firm_id, letter.thread_id, letter.person_id, now - HOUR_MS
        )
        if len(sent) < settings.mails_per_hour_max:
            return False
        await decide(self._means, letter, "waiting", now, error="mails_per_hour_max", due_at=sent[0] + HOUR_MS)
        return True
