"""How uvicorn serves the application: the protocols, pings and queues, the same in production and in tests."""

from typing import Any, Final

import uvicorn
from starlette.applications import Starlette

from server.app import House
from server.network.http_wire import request_protocol

PING_INTERVAL_S: Final = 20.0
PING_TIMEOUT_S: Final = 20.0
GRACE_S: Final = 10
BACKLOG: Final = 2048


def configured(app: Starlette, **otherwise: Any) -> uvicorn.Config:
    """uvicorn's configuration for an application that `server.app.create_app` made."""
    house: House = app.state.house
    chosen: dict[str, Any] = {
        "host": house.settings.host,
        "port": house.settings.port,
        "http": request_protocol(house.strangers, house.settings.trusted_proxies),
        "ws": "server.network.wire:WireProtocol",
        "ws_ping_interval": PING_INTERVAL_S,
        "ws_ping_timeout": PING_TIMEOUT_S,
        "lifespan": "on",
        "log_config": None,
        "access_log": False,
        "proxy_headers": False,
        "server_header": False,
        "backlog": BACKLOG,
        "timeout_graceful_shutdown": GRACE_S,
    }
    return uvicorn.Config(app, **{**chosen, **otherwise})
