"""Letters about no chat that failed, as entries in the inboxes of those who can do something about it: an invitation, whose
sender would go on waiting for the client, and the firm's blind copy, which nobody misses.

An invitation is told to who sent it while they may see it, and to whoever follows the account, or owns the firm, where they
may not; a colleague's invitation and the copy to those who may change how the firm's mail goes. A copy's address fails with
each letter, and is told once a day; the copies are sent again together, and the entry is over once none is left. Refuses to
tell of a new password: who has forgotten theirs is nobody's business but their own, and nobody but them can put the address
right there.
"""

from collections.abc import Sequence
from typing import Final

from protocol import addresses
from protocol.inbox import NotificationAbout
from protocol.people import Person
from protocol.wire import Email, Id, Ms
from server.core.context import Means
from server.core.sight import leads, may_see
from server.inbox import bringing, entries, telling
from server.letters import since
from server.reminders.fates import delivery
from storage.accounts import AccountDoc
from storage.heard import OVER, Heard
from storage.letters import LetterDoc, Outcome
from storage.notifications import NotificationDoc
from storage.people import ContactDoc, StaffDoc, digest

DAY_MS: Final = 86_400_000
REPLACED: Final = "replaced"
"""Why an invitation isn't sent: a newer one has ended its link, and is what entries tell of."""


async def decided(means: Means, letter: LetterDoc, state: Outcome, contact: ContactDoc | None) -> None:
    """Something has become of an invitation, or of a blind copy. `contact`: whom an invitation was to. May be called again
    with the same."""
    place_id = _place_id(letter)
    if letter.kind == "invitation" and not (state == "dropped" and letter.error == REPLACED):
        await since.invitation_stands(means, place_id, letter)
    if state == "failed":
        account = (
            await means.store.accounts.get(letter.firm_id, letter.account_id) if contact and letter.account_id else None
        )
        hearers = await _leaders(means, letter) if account is None else await _around(means, letter, account)
        name = contact.name if contact else letter.email
        await _tell(means, letter, place_id, hearers, name, "contact" if account else "mail")
    if letter.kind == "copy" and letter.once_failed:
        if state == "failed":
            await means.store.copies.let_go(letter.firm_id, means.clock.now())
        await copies_stand(means, letter.firm_id, letter.email)


async def sent_again(means: Means, letter: LetterDoc) -> None:
    """An invitation waits in the outbox: entries that tell of earlier ones that failed say so. May be called again."""
    await since.invitation_stands(means, _place_id(letter), letter)


async def copies_stand(means: Means, firm_id: Id, email: Email) -> None:
    """Have the entries about a firm's copies say how those stand that failed, by now at `email`. May be called again by
    anybody."""
    await since.copies_stand(means, _place_of_copies(firm_id), firm_id, email)


def _place_id(letter: LetterDoc) -> Id:
    """What there is one entry of: a contact's place in an account, a colleague, or the firm's copies."""
    if letter.kind == "copy":
        return _place_of_copies(letter.firm_id)
    return digest(f"invitation {letter.account_id or letter.firm_id} {letter.person_id}")[:32]


def _place_of_copies(firm_id: Id) -> Id:
    return digest(f"copies {firm_id}")[:32]


async def _leaders(means: Means, letter: LetterDoc) -> list[StaffDoc]:
    return [member for member in await means.store.people.firm_staff(letter.firm_id) if member.active and leads(member)]


async def _around(means: Means, letter: LetterDoc, account: AccountDoc) -> list[StaffDoc]:
    """Who sent it; if they are gone, the account's followers; if there are none, the owner (NS-1)."""
    wanted = [*account.follower_ids, *([letter.by] if letter.by else [])]
    seeing = [
        member
        for member in await means.store.people.staff_or_owners(letter.firm_id, wanted)
        if may_see(member, account)
    ]
    sender = [member for member in seeing if member.id == letter.by]
    followers = [member for member in seeing if member.id in account.follower_ids]
    return sender or followers or [member for member in seeing if member.role == "owner"]


async def _tell(
    means: Means,
    letter: LetterDoc,
    place_id: Id,
    hearers: Sequence[StaffDoc],
    name: str,
    about: NotificationAbout,
) -> None:
    seen = delivery(letter, name)
    text = (seen.said or seen.reason)[: since.TEXT_CHARACTERS_MAX]
    actor = Person(id=letter.person_id, side=letter.side, name=name)
    tellings = []
    for member in hearers:
        known = await means.store.notifications.of_thread(letter.firm_id, member.id, place_id)
        # Positions are times.
        at = _day_of(letter, seen.at, known) if letter.kind == "copy" else seen.at
        heard = Heard(stream="n", seq=at, at=seen.at, kind="mail_failed", actor=actor, event="letter.failed", text=text)
        if known is not None and known.heard.get("n", 0) >= at:
            continue
        account_id = letter.account_id if about == "contact" else None
        tellings.append(
            entries.beside_threads(
                letter.firm_id,
                member.id,
                place_id,
                heard,
                seen.at,
                about=about,
                account_id=account_id,
                email=letter.email,
            )
        )
    await bringing.hear(means, tellings)
    await telling.tell(means, [one.entry.place for one in tellings])


def _day_of(letter: LetterDoc, at: Ms, known: NotificationDoc | None) -> Ms:
    """Days, so that a day's failures are one piece of news; but another address is news, or one that had been put right."""
    another = known is not None and addresses.folded(known.email) != addresses.folded(letter.email)
    over = known is not None and known.lost and known.lost[0].became in OVER
    return at if another or over else at // DAY_MS * DAY_MS
