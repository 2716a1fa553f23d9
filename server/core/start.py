"""What has to be so before a process begins its work, and the sentence for whoever starts it when it is not.

Knows what is asked of the surroundings. Refuses to mend them.
"""

import sys

from protocol.errors import ChattarError
from server.core.settings import Settings
from storage.mongo.connection import Mongo, Unsuitable, ours
from storage.mongo.migrations import prepare


async def check(settings: Settings) -> None:
    """Make sure that the database is there and can be used by this build. Ends the process with a sentence if not."""
    try:
        mongo = Mongo(settings.mongo_url, settings.mongo_database)
    except ValueError as error:  # the driver's for what can't be an address
        sys.exit(f"CHATTAR_MONGO_URL: {error}")
    try:
        async with ours():
            await prepare(mongo)
    except Unsuitable as error:
        sys.exit(str(error))
    except ChattarError as error:
        # The driver's words tell the address and why, and never the password.
        sys.exit(f"MongoDB can't be used: {error.__cause__ or error}")
    finally:
        await mongo.close()
