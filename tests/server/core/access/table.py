"""The whole of the policy."""

from protocol.asked import Asked
from tests.server.core.access import accounts, chats, documents, later, people, tasks, texts
from tests.server.core.access.targets import Cases, Target
from tests.world import World

NOUNS = (people, accounts, chats, tasks, documents, texts, later)
TABLE: Cases = {command: case for noun in NOUNS for command, case in noun.CASES.items()}


async def built(world: World, command: type[Asked], target: Target) -> Asked:
    """A command as the table asks it about a target."""
    asked = TABLE[command].build(world, target)
    return asked if isinstance(asked, Asked) else await asked
