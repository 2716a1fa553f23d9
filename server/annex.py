"""What stands beside the product: nothing, unless the development setting is on; then what server.development has.

Knows what an annex offers, and the only way to one: by its name, and only in development. No module that a firm runs
imports it, and tests/test_layers.py holds them to it.
"""

import importlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from types import ModuleType
from typing import Protocol

from starlette.routing import BaseRoute

from protocol.errors import Forbidden
from server.core.context import Means
from server.core.settings import Settings


class Annex(Protocol):
    """Further doors of a web process, and what runs beside it."""

    def routes(self, means: Means) -> Sequence[BaseRoute]:
        """Its doors. They come before the product's own, and one with the same path takes its place."""

    def open(self, means: Means) -> AbstractAsyncContextManager[None]:
        """What runs while the product serves; begun after it, ended before it."""


def developers(settings: Settings, name: str) -> ModuleType:
    """A module of server.development. Raises Forbidden without the development setting."""
    if not settings.development:
        raise Forbidden("Only with the development setting on.")
    package = "server.development"
    return importlib.import_module(f"{package}.{name}")


def annex_of(settings: Settings) -> Annex | None:
    """What this process has beside the product."""
    if not settings.development:
        return None
    annex: Annex = developers(settings, "annex").DevelopmentAnnex(settings)
    return annex
