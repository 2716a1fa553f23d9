"""Documents and the virus scanner (`CHATTAR_CLAMD`): what isn't known to be clean is for the side alone that brought it.

Content is scanned once inside a firm, never across firms: a small file while it is saved, so that it is offered at once,
everything else by whichever scheduler takes it. A verdict and what follows from it for each document with that content are
one transaction. While the scanner is away files are held, and go when it is back. What is longer than the scanner's limits
let it look at stays held, says so, and is tried again each hour: nothing passes as clean that nobody has looked at.
Without the setting nothing here does anything. Refuses to know how a scanner is asked, and who may see what.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

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
from storage.scans import ScanDoc, ScanState

log = structlog.get_logger(__name__)

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
_SAID: Final[dict[ScanState, Scanned | None]] = {
    "waiting": "held",
    "too_large": "too_large",
    "clean": None,
    "infected": "refused",
}
"""What a document's `scan` is, by what is known of its content."""


async def at_once(means: Means, firm_id: Id, sha256: str, size: int) -> ScanState:
    """What the scanner says of content that is being saved; `waiting` where that would take long, and where it is away."""
    if not means.settings.clamd or size > AT_ONCE_BYTES_MAX or await means.store.scans.get(firm_id, sha256) is not None:
        return "waiting"
    try:
        async with asyncio.timeout(PATIENCE_S):
            return (await _scan(means, firm_id, sha256)).state
    except (clamd.Away, clamd.Failed, TimeoutError):
        return "waiting"


async def judged(
    context: Context, documents: Sequence[DocumentDoc], state: ScanState, session: Session
) -> list[DocumentDoc]:
    """New documents as they are by what is known of their content, in the transaction that makes them; `state` is what
    content is of which nothing is known."""
    means, now = context.means, context.clock.now()
    if not means.settings.clamd:
        return list(documents)
    firm_id = context.principal.firm_id
    known = await means.store.scans.asked(firm_id, {one.sha256: state for one in documents}, now, session)
    made = [replace(one, scan=_SAID[known[one.sha256]]) for one in documents]
    for one in made:
        if one.scan == "refused":
            await notices.leave_refused(means, one, now, session)
    return made


async def next_one(means: Means, now: Ms) -> ScanDoc | None:
    """Something that waits for a verdict, and that nobody else takes for LEASE_MS; None where nothing does."""
    return await means.store.scans.take(now, now + LEASE_MS)


async def leave(means: Means, scan: ScanDoc, now: Ms) -> None:
    """Give back what was taken, for whoever comes next."""
    await means.store.scans.put_off(scan, now)


async def work(means: Means, scan: ScanDoc, now: Ms) -> bool:
    """Have taken content scanned, and do what follows; False where the scanner is away, and it is tried again soon."""
    scans = means.store.scans
    try:
        async with asyncio.timeout(SCAN_S):
            verdict = await _scan(means, scan.firm_id, scan.sha256)
    except NotFound:
        await scans.forget(scan)  # its last document has gone
        return True
    except (clamd.Away, FilesAway) as error:
        log.warning("scan.away", error=str(error) or type(error).__name__)
        await scans.put_off(scan, now + AGAIN_MS)
        return False
    except (clamd.Failed, TimeoutError) as error:
        log.warning("scan.failed", sha256=scan.sha256, error=str(error) or "it took too long")
        await scans.put_off(scan, now + AGAIN_FAILED_MS)
        return True
    async with ours():
        await _settle(means, scan, verdict, now)
    return True


async def _scan(means: Means, firm_id: Id, sha256: str) -> Verdict:
    """Raises clamd.Away, clamd.Failed, NotFound, FilesAway."""
    return await clamd.scan(means.settings.clamd, means.store.blobs.read(firm_id, sha256))


async def _settle(means: Means, scan: ScanDoc, verdict: Verdict, now: Ms) -> None:
    """Write a verdict with what follows from it, and tell who shows the documents."""
    store, firm_id, said = means.store, scan.firm_id, _SAID[verdict.state]
    if verdict.state == "too_large":
        log.warning("scan.too_large", sha256=scan.sha256, found=verdict.found)
    elif verdict.state == "infected":
        log.warning("scan.infected", sha256=scan.sha256, found=verdict.found)

    async def write(session: Session) -> list[DocumentDoc]:
        if verdict.state == "too_large":
            written = await store.scans.too_large(scan, now + AGAIN_TOO_LARGE_MS, session)
        else:
            written = await store.scans.settle(scan, verdict.state, verdict.found, session)
        if not written:
            return []
        documents = [one for one in await store.documents.unoffered(firm_id, scan.sha256, session) if one.scan != said]
        await store.documents.scanned(firm_id, [one.id for one in documents], said, session)
        for one in documents:
            await following.leave_scanned(means, one, now, session)
            if said == "refused":
                await notices.leave_refused(means, one, now, session)
        if said is None:
            for account_id, by in {one.account_id: one.uploaded_by for one in documents}.items():
                await notices.leave_of(means, firm_id, account_id, by, now, session)
        return documents

    for one in await store.mongo.transact(write):
        await following.go_on_scanned(means, one)
