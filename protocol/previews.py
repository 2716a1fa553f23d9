"""What a document is shown as besides its name: a picture, a number of pages, a card. Refuses to know how that is made."""

from typing import Any

import msgspec

from protocol.cards import Card
from protocol.wire import Wire


class Preview(Wire):
    """What a document is shown as, as far as it could be looked into."""

    width: int = 0
    height: int = 0
    """Of its thumbnail (`/api/v1/documents/{id}/thumbnail`), in pixels; 0 of one that has none."""
    pages: int = 0
    """Of a document that has pages."""
    card: Card | None = None


def shown(stored: dict[str, Any] | None) -> Preview | None:
    """A preview as it was stored; None if it says nothing, or what this build doesn't know."""
    if stored is None:
        return None
    try:
        found = msgspec.convert(stored, Preview)
    except msgspec.ValidationError:
        return None
    return found if found != Preview() else None
