"""What becomes of a letter: kept, told to whom it concerns, and decided from what the mail server said.

Knows the outbox, the verdicts and how long a letter is tried. Refuses to know SMTP and connections.
"""

from typing import Final, get_args

import structlog
from msgspec.structs import replace
from pymongo.errors import PyMongoError

from protocol.errors import Unavailable
from protocol.wire import Ms
from scheduler.mail import verdict
from scheduler.mail.back_off import BackOff
from scheduler.mail.relay import Fault
from server.core.context import Means
from server.core.settings import Settings
from server.letters import fates
from storage.letters import LetterDoc, LetterKind, Outcome, ServerWords
from storage.relay import PAUSE_MAX_MS, PAUSE_SPEAKING_MAX_MS, RelayDoc

log = structlog.get_logger(__name__)

DAY_MS: Final = 86_400_000
GIVEN_UP_AFTER_MS: Final = 5 * DAY_MS
"""RFC 5321, 4.5.4.1: four to five days."""
DOUBT_MS: Final = DAY_MS
"""So long a letter that is refused at the dot waits at most for another to be taken, which shows whose fault it is."""
BACK_OFF_FIRST_MS: Final = 15_000
BACK_OFF_MAX_MS: Final = 3_600_000
TRIES_OF_OURS_MAX: Final = 12
"""A letter that can't be made is tried so often: what it tells of may be put right, or read by another build."""
UNTOLD_AFTER_MS: Final = 60_000
"""Whoever lives has told by then what became of a letter."""
UNTOLD_PER_TICK_MAX: Final = 200
UNTELLABLE: Final = BackOff()


def back_off_ms(tries: int) -> Ms:
    """How long a letter waits after it was put off for its own sake: doubling, at most an hour."""
    doubled: int = BACK_OFF_FIRST_MS * 2 ** max(0, min(tries, 20) - 1)
    return min(doubled, BACK_OFF_MAX_MS)


def life_ms(settings: Settings, letter: LetterDoc) -> Ms:
    """How long a letter is tried: as long as its link works, if it is about that."""
    return _life_ms(settings, letter.kind)


def lives_ms(settings: Settings) -> dict[Ms, list[LetterKind]]:
    """Which kinds of letters are tried for how long."""
    kinds: dict[Ms, list[LetterKind]] = {}
    for kind in get_args(LetterKind):
        kinds.setdefault(_life_ms(settings, kind), []).append(kind)
    return kinds


def _life_ms(settings: Settings, kind: LetterKind) -> Ms:
    match kind:
        case "invitation":
            return settings.invitation_s * 1000
        case "password_reset":
            return settings.password_reset_s * 1000
        case _:
            return GIVEN_UP_AFTER_MS


async def decide(
    means: Means,
    letter: LetterDoc,
    state: Outcome,
    now: Ms,
    *,
    said: ServerWords | None = None,
    error: str | None = None,
    due_at: Ms | None = None,
    tries: int = 0,
    copy: LetterDoc | None = None,
    lapsed: bool = False,
    refused_at: Ms | None = None,
) -> bool:
    """Keep what became of a letter, and tell those whom it concerns; False when the claim was lost meanwhile.

    Every outcome comes by here. One that can't be told stays marked, and is told by the next tick (P9).
    """
    decided = await means.store.letters.decide(
        letter,
        state,
        now,
        said=said,
        error=error,
        due_at=due_at,
        tries=tries,
        copy=copy,
        lapsed=lapsed,
        refused_at=refused_at,
    )
    if decided is None:
        log.warning("mail.claim_lost", letter_id=letter.id, outcome=state)
        return False
    await _tell(means, decided, now)
    return True


async def tell_left(means: Means, now: Ms) -> None:
    """Tell what became of letters whose sender died before it had told."""
    for letter in await means.store.letters.untold(now - UNTOLD_AFTER_MS, UNTOLD_PER_TICK_MAX, UNTELLABLE.held(now)):
        await _tell(means, letter, now)


async def _tell(means: Means, letter: LetterDoc, now: Ms) -> None:
    # One that was taken up again meanwhile had been told to wait.
    state: Outcome = "waiting" if letter.state == "claimed" or letter.state == "sending" else letter.state
    try:
        await fates.decided(means, letter, state, letter.said)
    except (Unavailable, PyMongoError) as error:
        log.warning("mail.untold", letter_id=letter.id, error=type(error).__name__)
    except Exception:
        # A fault of ours, or something that this build can't read: no reason to hold up letters.
        UNTELLABLE.failed(letter.id, now)
        log.exception("mail.untold", letter_id=letter.id)
    else:
        await means.store.letters.told(letter)


async def not_made(means: Means, letter: LetterDoc, now: Ms, error: Exception) -> None:
    """A letter couldn't be made, whatever the reason: that costs the others nothing, and itself a try."""
    why = f"{type(error).__name__}: {error}"
    if letter.tries + 1 >= TRIES_OF_OURS_MAX:
        await decide(means, letter, "failed", now, error=why, tries=1)
        return
    await decide(means, letter, "waiting", now, error=why, tries=1, due_at=now + back_off_ms(letter.tries + 1))


async def not_taken(means: Means, letter: LetterDoc, now: Ms, fault: Fault, seen: RelayDoc) -> None:
    """The mail server hasn't taken a letter. `seen` is what was known of it when the letter was claimed."""
    relay = means.store.relay
    code = fault.said.code
    in_a_row = await relay.refused(letter.person_id) if code >= 500 and fault.step != "connect" else 0
    refused_at = letter.refused_at
    if fault.step == "end" and code >= 500 and refused_at is None:
        refused_at = now
    evidence = verdict.Evidence(
        in_a_row,
        again=_again(letter, fault, await relay.get()),
        for_long=refused_at is not None and now - refused_at >= DOUBT_MS,
    )
    found = verdict.judge(fault.step, fault.said, evidence)
    said = replace(fault.said, whose=found.whose)
    end = letter.created_at + life_ms(means.settings, letter)
    due_at, tries = min(now + back_off_ms(letter.tries + 1), max(end, now)), 1
    if found.pauses:
        # Behind those that have waited for less: else one letter that the server chokes on would be every probe.
        most_ms = PAUSE_SPEAKING_MAX_MS if fault.step in ("RCPT", "end") and code >= 500 else PAUSE_MAX_MS
        due_at, tries = max(now, (await relay.failed(seen, now, said, most_ms)).until), 0
        log.warning("mail.server_away", letter_id=letter.id, step=fault.step, code=code, error=said.text)
    elif seen.away:
        await relay.back()
    if found.ends or now >= end:
        log.warning("mail.failed", letter_id=letter.id, step=fault.step, code=code, whose=found.whose)
        await decide(means, letter, "failed", now, said=said)
    else:
        log.info("mail.put_off", letter_id=letter.id, step=fault.step, code=code, whose=found.whose)
        await decide(means, letter, "waiting", now, said=said, due_at=due_at, tries=tries, refused_at=refused_at)


def _again(letter: LetterDoc, fault: Fault, known: RelayDoc) -> bool:
    """Whether the letter met the same before, and the mail server has taken another one since."""
    if letter.said is None or letter.decided_at is None:
        return False
    if fault.step == "end" and fault.said.code >= 500 and letter.refused_at is not None:
        return known.good_at >= letter.refused_at  # it stays so, however often it is refused after that
    return (letter.said.code >= 500) == (fault.said.code >= 500) and known.good_at >= letter.decided_at


async def too_late(means: Means, letter: LetterDoc, now: Ms, said: ServerWords | None = None) -> None:
    """Give up a letter that is too old."""
    log.warning("mail.failed", letter_id=letter.id, why="too late")
    await decide(means, letter, "failed", now, error="too_late", said=said)
