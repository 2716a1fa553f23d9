"""Documents and the virus scanner (`CHATTAR_CLAMD`): what isn't known to be clean is for the side alone that brought it.

Content is scanned once inside a firm, never across firms: a small file while it is saved, so that it is offered at once,
everything else by whichever scheduler takes it. A verdict and what follows from it for the first documents with that
content are one transaction; of more than SETTLED_AT_ONCE_MAX the others follow, and whoever dies between leaves them to the
next. What is infected takes all documents with it, also those that were offered before anybody looked. While the scanner is
away files are held, and go when it is back. What could not be scanned stays held, says so, and is tried again, later each
time: nothing passes as clean that nobody has looked at. Without the setting nothing is scanned and nothing held; what is
known to be infected is refused all the same. Refuses to know how a scanner is asked, and who may see what.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final, NamedTuple

import structlog
from msgspec.structs import replace

from protocol.documents import ScanState as Scanned
from protocol.errors import NotFound
from protocol.wire import Id, Ms
from server.core.context import Context, Means
from server.documents import following, notices
from server.files import clamd
from server.files.clamd import Verdict
from storage.blobs.places import FilesAway
from storage.documents import DocumentDoc
from storage.mongo.connection import Session, ours
from storage.scans import SETTLED, ScanDoc, ScanState

log = structlog.get_logger(__name__)

Clock = Callable[[], Awaitable[Ms]]

AT_ONCE_BYTES_MAX: Final = 8 * 1024 * 1024
PATIENCE_S: Final = 2.0
"""So long somebody waits who saves a document."""
SCAN_S: Final = 600.0
LEASE_MS: Final[Ms] = 900_000
"""Longer than a scan may take: whoever holds one for so long is dead."""
AGAIN_MS: Final[Ms] = 5_000
"""While the scanner is away."""
AGAIN_FAILED_MS: Final[Ms] = 60_000
AGAIN_TOO_LARGE_MS: Final[Ms] = 3_600_000
"""Somebody may have raised the scanner's limits meanwhile."""
AGAIN_MOST_MS: Final[Ms] = 86_400_000
"""What could not be scanned is put off for twice as long each time, and at most for so long."""
AGAIN_FILES_MOST_MS: Final[Ms] = 600_000
"""The same of what could not be read."""
SETTLED_AT_ONCE_MAX: Final = 50
"""Documents in one transaction, each of which writes up to three rows: the database gives it 5 s."""
_SAID: Final[dict[ScanState, Scanned | None]] = {
    "waiting": "held",
    "too_large": "too_large",
    "clean": None,
    "infected": "refused",
}
"""What a document's `scan` is, by what is known of its content."""


class Known(NamedTuple):
    """What is known of some content."""

    state: ScanState
    found: str = ""
    """How the scanner calls what it has found."""


async def at_once(means: Means, firm_id: Id, sha256: str, size: int) -> Known:
    """What the scanner says of content that is being saved; `waiting` where that would take long, and where it is away."""
    if not means.settings.clamd or size > AT_ONCE_BYTES_MAX or await means.store.scans.get(firm_id, sha256) is not None:
        return Known("waiting")
    try:
        async with asyncio.timeout(PATIENCE_S):
            verdict = await _scan(means, firm_id, sha256)
    except (clamd.Away, clamd.Failed, TimeoutError):
        return Known("waiting")
    _note(sha256, verdict)
    return Known(verdict.state, verdict.found)


async def judged(
    context: Context, documents: Sequence[DocumentDoc], state: ScanState, session: Session, found: str = ""
) -> list[DocumentDoc]:
    """New documents as they are by what is known of their content, in the transaction that makes them; `state` is what
    content is of which nothing is known, and `found` what was found in it.

    Of more than SETTLED_AT_ONCE_MAX that are refused the others are held, until a scheduler refuses them.
    """
    means, now, firm_id = context.means, context.clock.now(), context.principal.firm_id
    scans, hashes = means.store.scans, {one.sha256 for one in documents}
    if means.settings.clamd:
        new = [_new(firm_id, sha256, Known(state, found), now) for sha256 in hashes]
        says = {sha256: _SAID[known] for sha256, known in (await scans.asked(firm_id, new, now, session)).items()}
    else:
        known_already = await scans.known(firm_id, hashes, now, session)
        says = {sha256: "refused" if known_already.get(sha256) == "infected" else None for sha256 in hashes}
    made, refused = [], 0
    for one in documents:
        said = says[one.sha256]
        if said == "refused":
            refused += 1
            if refused > SETTLED_AT_ONCE_MAX:
                said = "held"
            else:
                await notices.leave_refused(means, one, now, session)
        made.append(replace(one, scan=said))
    return made


def _new(firm_id: Id, sha256: str, known: Known, now: Ms) -> ScanDoc:
    """The row of content of which nothing was known. What is clean is clean and no more; what is infected is due, since
    there may be documents of it from before anybody looked."""
    due_at: Ms | None = now
    if known.state == "clean":
        due_at = None
    elif known.state == "too_large":
        due_at = now + AGAIN_TOO_LARGE_MS
    return ScanDoc(
        id=f"{firm_id}:{sha256}",
        firm_id=firm_id,
        sha256=sha256,
        state=known.state,
        due_at=due_at,
        delay_ms=AGAIN_TOO_LARGE_MS if known.state == "too_large" else 0,
        found=known.found,
    )


async def next_one(means: Means, now: Ms) -> ScanDoc | None:
    """Something that waits for a verdict or for what follows from it, and that nobody else takes for LEASE_MS; None where
    nothing does. Without the setting only what follows is of interest."""
    return await means.store.scans.take(now, now + LEASE_MS, None if means.settings.clamd else SETTLED)


async def leave(means: Means, scan: ScanDoc, now: Ms) -> None:
    """Give back what was taken, for whoever comes next."""
    await means.store.scans.put_off(scan, now)


async def give_up(means: Means, scan: ScanDoc, now: Ms, *, fault: bool) -> None:
    """Give back what was taken and went wrong: soon, or after a fault of ours later each time."""
    if fault:
        await _put_off_longer(means, scan, now, AGAIN_FAILED_MS, AGAIN_MOST_MS)
    else:
        await means.store.scans.put_off(scan, now + AGAIN_MS)


async def work(means: Means, scan: ScanDoc, clock: Clock) -> bool:
    """Have taken content scanned, and do what follows; False where the scanner is away, and it is tried again soon.

    Times are asked for once it has been scanned, which may take minutes. Raises Unavailable where the database is away.
    """
    async with ours():
        if scan.state in SETTLED:
            await _settle(means, scan, None, clock)
            return True
        try:
            async with asyncio.timeout(SCAN_S):
                verdict = await _scan(means, scan.firm_id, scan.sha256)
        except NotFound:
            await _forget(means, scan, await clock())
        except FilesAway:
            # It may be this file alone.
            log.warning("scan.files_away", sha256=scan.sha256)
            await _put_off_longer(means, scan, await clock(), AGAIN_MS, AGAIN_FILES_MOST_MS)
        except clamd.Away as error:
            log.warning("scan.away", error=str(error) or type(error).__name__)
            await means.store.scans.put_off(scan, await clock() + AGAIN_MS)
            return False
        except (clamd.Failed, TimeoutError) as error:
            log.warning("scan.failed", sha256=scan.sha256, error=str(error) or "it took too long")
            await _put_off_longer(means, scan, await clock(), AGAIN_FAILED_MS, AGAIN_MOST_MS)
        else:
            await _settle(means, scan, verdict, clock)
    return True


async def _scan(means: Means, firm_id: Id, sha256: str) -> Verdict:
    """Raises clamd.Away, clamd.Failed, NotFound, FilesAway."""
    return await clamd.scan(means.settings.clamd, means.store.blobs.read(firm_id, sha256))


def _note(sha256: str, verdict: Verdict) -> None:
    """Say in the log what whoever runs this wants to know."""
    if verdict.state == "too_large":
        log.warning("scan.too_large", sha256=sha256, found=verdict.found)
    elif verdict.state == "infected":
        log.warning("scan.infected", sha256=sha256, found=verdict.found)


def _longer(scan: ScanDoc, first: Ms, most: Ms) -> Ms:
    return min(max(2 * scan.delay_ms, first), most)


async def _put_off_longer(means: Means, scan: ScanDoc, now: Ms, first: Ms, most: Ms) -> None:
    delay_ms = _longer(scan, first, most)
    await means.store.scans.put_off(scan, now + delay_ms, delay_ms)


async def _forget(means: Means, scan: ScanDoc, now: Ms) -> None:
    """The last document of some content has gone, unless somebody has brought it anew since we looked."""
    store = means.store

    async def write(session: Session) -> None:
        if await store.blobs.find(scan.firm_id, scan.sha256, session) is None:
            await store.scans.forget(scan, session)
        else:
            await store.scans.put_off(scan, now + AGAIN_MS, session=session)

    await store.mongo.transact(write)


async def _settle(means: Means, scan: ScanDoc, verdict: Verdict | None, clock: Clock) -> None:
    """Write a verdict, or take the one there is, with what follows from it, some documents at a time, and tell who shows
    them."""
    new, more = verdict, True
    while more:
        now = await clock()
        written = await means.store.mongo.transact(partial(_portion, means, scan, new, now))
        if written is None:
            return  # somebody else has brought a verdict, and does what follows
        documents, more = written
        if new is not None:
            _note(scan.sha256, new)
        for one in documents:
            await following.go_on_scanned(means, one)
        if new is not None:
            scan, new = replace(scan, state=new.state), None


async def _portion(
    means: Means, scan: ScanDoc, new: Verdict | None, now: Ms, session: Session
) -> tuple[list[DocumentDoc], bool] | None:
    """Some documents by a verdict, which is written first where it is new; which, and whether there may be more. None
    where there was a verdict before."""
    store, state = means.store, scan.state if new is None else new.state
    if new is not None and not await store.scans.say(scan, new.state, new.found, session):
        return None
    said = _SAID[state]
    documents, more = await store.documents.judge(scan.firm_id, scan.sha256, said, SETTLED_AT_ONCE_MAX, session)
    for one in documents:
        await following.leave_scanned(means, one, now, session)
        if said == "refused":
            await notices.leave_refused(means, one, now, session)
    if said is None:
        for account_id, last in {one.account_id: one for one in documents}.items():
            await _leave_uploaded(means, account_id, last, now, session)
    if not more:
        if state in SETTLED:
            await store.scans.finished(scan, session)
        else:
            delay_ms = _longer(scan, AGAIN_TOO_LARGE_MS, AGAIN_MOST_MS)
            await store.scans.put_off(scan, now + delay_ms, delay_ms, session)
    return documents, more


async def _leave_uploaded(means: Means, account_id: Id, document: DocumentDoc, now: Ms, session: Session) -> None:
    """Note that it is to be told of what is offered now, and no earlier than somebody has put it who brought more since."""
    left = await means.store.chores.get(document.firm_id, notices.UPLOADED, account_id, session)
    at = now if left is None else max(now, left.at - notices.TOLD_AFTER_MS)
    await notices.leave_of(means, document.firm_id, account_id, document.uploaded_by, at, session)
