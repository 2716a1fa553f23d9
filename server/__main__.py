"""`python -m server`: serve. With a word after it: what `server.cli` knows by that word."""

import gc
import importlib
import os
import socket
import sys
from typing import Final

import uvicorn
import uvloop

from server.annex import Annex, annex_of
from server.app import House, create_app
from server.core import logs, start
from server.core.settings import Settings, SettingsError, from_environ
from server.network.serving import configured

EXIT_NOT_STARTED: Final = 3
EXIT_FAILED: Final = 70
"""EX_SOFTWARE: a part of the process has died, and whoever looks after it should start it anew."""
GC_ALLOCATIONS: Final = 50_000
"""The default makes the collector walk all connections again and again; nothing on a message's way is cyclic."""


class Server(uvicorn.Server):
    """uvicorn's server, which drains before it closes."""

    def __init__(self, config: uvicorn.Config, house: House) -> None:
        super().__init__(config)
        self._house = house
        house.stop = self._stop

    def _stop(self) -> None:
        # Not by a signal: uvicorn would hand it on in the end, and the process would seem to have been told to stop.
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Send everybody elsewhere in parts; uvicorn would close all of them at once."""
        await self._house.doorway.drain()
        await super().shutdown(sockets)


def serve(settings: Settings, annex: Annex | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Ends the process with EXIT_FAILED when a part of it has died."""
    logs.configure(settings)
    uvloop.run(start.check(settings))
    app = create_app(settings, annex)
    config = configured(app)
    gc.set_threshold(GC_ALLOCATIONS, 20, 50)
    gc.freeze()
    server = Server(config, app.state.house)
    uvloop.run(server.serve())
    if not server.started:
        sys.exit(EXIT_NOT_STARTED)
    if app.state.house.failed:
        sys.exit(EXIT_FAILED)


def main() -> None:
    """Serve, or do what the first word says."""
    if len(sys.argv) > 1:
        importlib.import_module("server.cli").main()
        return
    try:
        settings = from_environ(os.environ)
    except SettingsError as error:
        sys.exit(str(error))
    serve(settings, annex_of(settings))


if __name__ == "__main__":
    main()
