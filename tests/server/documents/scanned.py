"""Documents with a virus scanner beside, for tests."""

from __future__ import annotations

from protocol.documents import Document, DocumentGet, DocumentsSeen
from scheduler import scans
from scheduler.turn import Turn
from tests.world import Person, World


async def got(world: World, person: Person, *documents: Document) -> DocumentsSeen:
    """What somebody is told of some documents."""
    found: DocumentsSeen = await world.do(person, DocumentGet(document_ids=[one.id for one in documents]))
    return found


async def sees(world: World, person: Person, document: Document) -> str | None:
    """`offered`, why it isn't to the other side, or None where somebody doesn't see it."""
    seen = await got(world, person, document)
    return (seen.documents[0].scan or "offered") if seen.documents else None


async def scanned(world: World) -> int:
    """What waits is scanned, as the scheduler does it; how much that was."""
    now = world.clock.now()
    return await scans.tick(world.means, now, Turn.at(now))
