"""What may happen to letters at a real mail server, and what must have become of each of them in the end.

Each case is a firm that writes to its client's people, the scheduler's own functions that send, a real server, and a look
into its mailbox. Knows what is to be expected (RM-16, RM-17, EM-8). Refuses to know the servers' configuration.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from protocol.body import paragraph
from protocol.firms import FirmUpdate
from protocol.ids import new_id
from protocol.messages import MessageSend
from protocol.threads import Thread, ThreadRename
from scheduler.mail import outbox as mail
from storage.letters import LetterDoc
from storage.people import ContactDoc, LinkDoc, link_id
from tests.mail_servers.roots import DOMAIN, LATE_USER, REFUSED_SENDER, REFUSED_WORD, Server
from tests.mail_servers.servers import lenient
from tests.mail_servers.wire import Step, Wire
from tests.world import World

GOOD, UNKNOWN = 10, 25
SENDER: Final = f"chattar@{DOMAIN}"
MINUTE_MS = 60_000
DAY_MS = 86_400_000
REAL_S_MAX: Final = 180.0
"""How long a case may wait for the server to put what it took into the mailbox."""


@dataclass
class Try:
    """One case at one server."""

    world: World
    wire: Wire
    server: Server
    told: dict[str, object] = field(default_factory=dict)

    async def contacts(self, names: Sequence[str]) -> None:
        """People of the client, by the local part of their address, who get every message by mail."""
        people, account, at = self.world.store.people, self.world.salt, self.world.clock.now()
        for name in names:
            contact = ContactDoc(
                id=new_id(), firm_id=account.firm_id, name=f"{name.capitalize()} Åberg", email=f"{name}@{DOMAIN}",
                language="sv", password_hash="x", activated_at=at,
            )  # fmt: skip
            link = LinkDoc(
                id=link_id(account.id, contact.id), firm_id=account.firm_id, account_id=account.id,
                contact_id=contact.id, login=True, notify=True, invited_at=at,
            )  # fmt: skip
            await people.add_contact(contact)
            await people.add_link(link)

    async def move_in(self) -> None:
        """The client has nobody but whom the case brings."""
        await self.world.store.mongo.database["links"].delete_many({"account_id": self.world.salt.id})

    async def thread(self, subject: str = "Bokslut") -> Thread:
        """A new thread that everybody is told of."""
        thread = await self.world.thread(self.world.salt, subject=subject)
        await self.world.settled()
        return thread

    async def write(self, thread: Thread) -> None:
        said = MessageSend(thread_id=thread.id, client_message_id=new_id(), body=paragraph("Har ni hunnit?"))
        await self.world.do(self.world.anna, said)
        await self.world.settled()

    async def send(self) -> None:
        """One tick of the scheduler's mail, and then the wait that a letter begins with."""
        await mail.send_due(self.world.means, self.world.clock.now())

    async def send_for(self, ms: int, step_ms: int = MINUTE_MS) -> None:
        """A tick in each of these minutes."""
        until = self.world.clock.now() + ms
        while self.world.clock.now() < until and await self.open_letters():
            self.world.clock.advance(s=step_ms // 1000)
            await self.send()

    async def letters(self) -> list[LetterDoc]:
        rows = self.world.store.mongo.database["letters"].find({"side": "contact"}, {"firm_id": 1})
        found = [await self.world.store.letters.get(row["firm_id"], row["_id"]) async for row in rows]
        return [letter for letter in found if letter is not None]

    async def open_letters(self) -> int:
        return sum(letter.state in ("waiting", "claimed", "sending") for letter in await self.letters())

    async def states(self) -> Counter[str]:
        return Counter(letter.state for letter in await self.letters())

    async def arrived(self) -> Counter[str]:
        """Message-IDs in the mailbox with their number, once the server has nothing left to put there, or at the limit: one
        too many would be among them, too."""
        until = time.monotonic() + REAL_S_MAX
        while self.server.busy() and time.monotonic() < until:  # noqa: ASYNC110 - a program is asked
            await asyncio.sleep(0.25)  # its queue tells only who asks
        mails = self.server.received()
        self.told["arrived"] = len(mails)
        return Counter(str(one["Message-ID"]) for one in mails)

    async def nothing_amiss(self, good: int, **states: int) -> None:
        """So many letters in the mailbox, each once, each one that was handed over; and so many in each other state."""
        arrived, found = await self.arrived(), await self.states()
        self.told |= {
            "states": dict(found),
            "said": sorted({str(one.said.code if one.said else None) for one in await self.letters()}),
        }
        sent = {f"<{one.id}@{DOMAIN}>" for one in await self.letters() if one.state == "sent"}
        assert dict(found) == {name: number for name, number in {"sent": good, **states}.items() if number}, found
        assert set(arrived) == sent, f"{len(set(arrived) - sent)} strange, {len(sent - set(arrived))} lost"
        assert set(arrived.values()) <= {1}, f"doubled: {arrived.most_common(3)}"


def good_names() -> list[str]:
    return [f"good{number}" for number in range(GOOD)]


async def everybody_known(case: Try) -> None:
    """The server as packaged, which offers STARTTLS with a certificate of its own making."""
    await case.contacts(good_names())
    await case.thread()
    await case.send_for(30 * MINUTE_MS)
    await case.nothing_amiss(GOOD)


async def unknown_among_good(case: Try) -> None:
    """25 addresses that nobody has: theirs fail with the server's words, the others arrive. Whoever stands at the end of a
    long row of them waits until the server has shown that it takes others: a row may be the server's own fault."""
    await case.contacts(
        [name for pair in zip(good_names(), range(GOOD), strict=True) for name in (pair[0], f"x{pair[1]}")]
    )
    await case.contacts([f"x{number}" for number in range(GOOD, UNKNOWN)])
    thread = await case.thread()
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    case.told["at first"] = dict(await case.states())
    await case.write(thread)
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    arrived, letters = await case.arrived(), await case.letters()
    good = {f"<{letter.id}@{DOMAIN}>" for letter in letters if letter.email.startswith("good")}
    case.told["states"] = dict(await case.states())
    assert arrived == Counter(dict.fromkeys(good, 1)), arrived.most_common(3)
    assert len(good) == 2 * GOOD
    assert len({letter.person_id for letter in letters if letter.state == "failed"}) == UNKNOWN


async def refused_at_mail(case: Try) -> None:
    """The server doesn't want our sender: no letter is given up, and all arrive once it does."""
    case.world.set(mail_from=REFUSED_SENDER)
    await case.contacts(good_names())
    await case.thread()
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    assert dict(await case.states()) == {"waiting": GOOD}, await case.states()
    case.world.set(mail_from=SENDER)
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    await case.nothing_amiss(GOOD)


async def refused_at_the_dot(case: Try) -> None:
    """A letter whose content the server doesn't like fails alone."""
    await case.world.do(case.world.anna, FirmUpdate(show_message_text_in_client_email=True))
    await case.contacts(["good0"])
    await case.thread(REFUSED_WORD)
    await case.thread("Lön i juni")
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    await case.nothing_amiss(1, failed=1)


async def all_refused_at_the_dot(case: Try) -> None:
    """A server that refuses every letter for what stands in it may be at fault itself: none is given up for that, and all
    arrive once it takes them."""
    await case.world.do(case.world.anna, FirmUpdate(show_message_text_in_client_email=True))
    await case.contacts(good_names())
    thread = await case.thread(REFUSED_WORD)
    await case.send_for(DAY_MS // 2, 10 * MINUTE_MS)
    assert dict(await case.states()) == {"waiting": GOOD}, await case.states()
    await case.world.do(case.world.anna, ThreadRename(thread_id=thread.id, subject="Bokslut"))
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    await case.nothing_amiss(GOOD)


async def late_at_rcpt(case: Try) -> None:
    """One of them is put off (4xx) for hours: theirs comes later, and holds up no other."""
    await case.contacts([*good_names(), LATE_USER])
    await case.thread()
    await case.send_for(2 * 60 * MINUTE_MS, 5 * MINUTE_MS)
    assert dict(await case.states()) == {"sent": GOOD, "waiting": 1}, await case.states()
    lenient(case.server, late=True)
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    await case.nothing_amiss(GOOD + 1)


def cut_after(step: Step) -> Callable[[Try], Awaitable[None]]:
    async def case_of(case: Try) -> None:
        await case.contacts(good_names())
        case.wire.cut_at, case.wire.cuts_left = step, 3
        await case.thread()
        await case.send_for(DAY_MS, 10 * MINUTE_MS)
        case.told["cut"] = case.wire.cut
        assert case.wire.cut == 3
        await case.nothing_amiss(GOOD)

    case_of.__doc__ = f"The line is cut after {step}, three times: the letters go out with the next connections."
    return case_of


async def answer_lost(case: Try) -> None:
    """RFC 1047: the server has the letter, and its answer is lost. A letter that may come twice bears one Message-ID."""
    await case.contacts(good_names())
    case.wire.cut_at, case.wire.cuts_left = "dot", 2
    await case.thread()
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    arrived, states = await case.arrived(), await case.states()
    case.told |= {"states": dict(states), "copies": sorted(arrived.values())}
    assert states == {"sent": GOOD}
    assert len(arrived) == GOOD
    assert sum(arrived.values()) <= GOOD + 2


async def slow_dots(case: Try) -> None:
    """A scanner behind the server takes 25 s for each letter; another scheduler looks into the outbox all the while."""
    case.wire.dot_s = 25.0
    await case.contacts(good_names()[:4])
    await case.thread()
    case.world.clock.advance(s=600)
    sending = asyncio.create_task(case.send())
    while not sending.done():
        case.world.clock.advance(s=20)
        await mail.send_due(case.world.means, case.world.clock.now())
        await asyncio.wait([sending], timeout=2.0)
    await sending
    await case.nothing_amiss(4)


async def away_for_two_days(case: Try) -> None:
    """Nobody answers for two days; then everybody gets what waited, once."""
    case.wire.away = True
    await case.contacts(good_names())
    await case.thread()
    await case.send_for(2 * DAY_MS, 10 * MINUTE_MS)
    assert dict(await case.states()) == {"waiting": GOOD}, await case.states()
    case.wire.away = False
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    await case.nothing_amiss(GOOD)


async def blind_copy_refused(case: Try) -> None:
    """The firm's own address for copies doesn't exist: the clients' letters arrive all the same."""
    await case.world.store.firms.change(case.world.firm.id, {"settings.bcc": f"x99@{DOMAIN}"})
    await case.contacts(good_names())
    await case.thread()
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    arrived = await case.arrived()
    case.told |= {"states": dict(await case.states())}
    assert len(arrived) == GOOD
    assert set(arrived.values()) == {1}


async def starttls_as_packaged(case: Try) -> None:
    """Whoever asks for a verified connection gets none with the package's certificate, and loses no letter by it."""
    case.world.set(smtp_url=f"smtp+starttls://{case.wire.url.removeprefix('smtp://')}")
    await case.contacts(good_names())
    await case.thread()
    await case.send_for(60 * MINUTE_MS, 10 * MINUTE_MS)
    assert dict(await case.states()) == {"waiting": GOOD}, await case.states()
    assert case.server.received() == []
    case.world.set(smtp_url=case.wire.url)
    await case.send_for(DAY_MS, 10 * MINUTE_MS)
    await case.nothing_amiss(GOOD)


CASES: Final[dict[str, Callable[[Try], Awaitable[None]]]] = {
    "everybody-known": everybody_known,
    "unknown-among-good": unknown_among_good,
    "refused-at-mail": refused_at_mail,
    "refused-at-the-dot": refused_at_the_dot,
    "all-refused-at-the-dot": all_refused_at_the_dot,
    "late-at-rcpt": late_at_rcpt,
    "cut-after-mail": cut_after("MAIL"),
    "cut-after-rcpt": cut_after("RCPT"),
    "cut-after-data": cut_after("DATA"),
    "cut-in-the-letter": cut_after("body"),
    "answer-lost": answer_lost,
    "slow-dots": slow_dots,
    "away-for-two-days": away_for_two_days,
    "blind-copy-refused": blind_copy_refused,
    "starttls-as-packaged": starttls_as_packaged,
}
