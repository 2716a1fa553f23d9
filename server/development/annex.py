"""What a development server has beside the product: the start page, the inbox, and the foreign page with the widget.

Knows which there are. What each of them does stands in its own module.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.routing import BaseRoute

from server.core.context import Means
from server.core.settings import Settings
from server.development import inbox, start_page, widget_demo


class DevelopmentAnnex:
    """See server.annex.Annex."""

    def __init__(self, settings: Settings) -> None:
        self._inbox = inbox.Inbox(settings.data / "dev_inbox")

    def routes(self, means: Means) -> Sequence[BaseRoute]:
        """See server.annex.Annex."""
        return [*start_page.routes(means.settings), *inbox.routes(self._inbox)]

    @asynccontextmanager
    async def open(self, means: Means) -> AsyncIterator[None]:
        """See server.annex.Annex."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(inbox.listening(self._inbox, means.settings.smtp_url))
            await stack.enter_async_context(widget_demo.listening(means))
            yield
