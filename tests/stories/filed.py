"""Folders and documents of stories: made as a program would, sent along with messages, and opened by people."""

from __future__ import annotations

import base64
import itertools
import urllib.request
from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins
from playwright.async_api import Locator

from protocol.body import paragraph
from tests.product import Product
from tests.stories.browser import NARROW, WIDE, Scheme, Visitor
from tests.stories.test_chat import ANNA, HOLM, PETRA, account_of

PDF = b"%PDF-1.7\n" + b"x" * 12_000
_numbers = itertools.count(1)

LOOKS: tuple[tuple[str, str, tuple[int, int], Scheme], ...] = (
    (ANNA, "/console/threads/", WIDE, "light"),
    (ANNA, "/console/threads/", NARROW, "dark"),
    (PETRA, "/portal/threads/", WIDE, "dark"),
    (PETRA, "/portal/threads/", NARROW, "light"),
)
"""Who looks, at which side's threads, and how: at a desk and on a telephone, in the light and in the dark."""


def document(product: Product, folder_id: str, name: str, email: str = ANNA, content: bytes = PDF) -> dict[str, Any]:
    """A document that somebody has brought into a folder, as a program would."""
    number = next(_numbers)
    request = urllib.request.Request(  # noqa: S310 - our own address
        f"{product.url}/api/v1/uploads",
        content,
        {
            "authorization": f"Bearer {product.token_of(email)}",
            "tus-resumable": "1.0.0",
            "upload-length": str(len(content)),
            "upload-metadata": f"filename {base64.b64encode(name.encode()).decode()}",
            "content-type": "application/offset+octet-stream",
        },
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        upload_id = answer.headers["location"].rpartition("/")[2]
    key = f"dokument-{number:06d}"
    return product.call(
        email, "document.save", folder_id=folder_id, upload_id=upload_id, client_document_id=key, name=name
    )


def folder(product: Product, access: str, name: str = "Bokslut") -> dict[str, Any]:
    """A top-level folder of Holm's with this access."""
    return product.call(
        ANNA,
        "folder.create",
        account_id=account_of(product, HOLM)["id"],
        client_folder_id=f"mapp-{next(_numbers):06d}",
        name=name,
        access=access,
    )


def send(
    product: Product,
    thread_id: str,
    documents: Sequence[str],
    text: str = "",
    *,
    email: str = ANNA,
    internal: bool = False,
) -> None:
    """Somebody sends documents, with a text or none."""
    product.call(
        email,
        "message.send",
        thread_id=thread_id,
        client_message_id=f"bilaga-{next(_numbers):06d}",
        body=to_builtins(paragraph(text)),
        attachments=list(documents),
        internal=internal,
    )


def window(visitor: Visitor) -> Locator:
    """The window over the page in which a document is looked at."""
    return visitor.page.get_by_role("dialog")
