"""Who refers to blobs: the collections whose documents say the SHA-256 of one, each with the field that says it.

A blob goes only when no document of its firm in any of these refers to it. Whoever makes a further kind of document that
does adds a row, and keeps three rules: a reference is made in a transaction, either from another reference that ends or
stays in the same transaction, or with `Blobs.hold`; when one ends, `Blobs.let_go` is called in that transaction; the
field has an index behind the firm.
"""

from typing import Final

from storage.documents import DOCUMENTS
from storage.mongo.collections import OfFirms
from storage.uploads_doc import UPLOADS

REFERRING: Final[tuple[tuple[OfFirms, str], ...]] = ((UPLOADS, "sha256"), (DOCUMENTS, "sha256"))
"""Collection and field."""
