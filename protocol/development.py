"""What only a development server does."""

from typing import Annotated

import msgspec

from protocol.asked import Asked


class ClockSet(Asked, tag="clock.set", may="developer", cost=2):
    """Development only: move the scheduler's clock ahead of the real one by so much."""

    offset_ms: Annotated[int, msgspec.Meta(ge=0, le=10 * 365 * 86_400_000)]
