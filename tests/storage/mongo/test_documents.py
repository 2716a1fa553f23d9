"""What an older build let in is still read: a document never costs its thread."""

import pytest

from protocol.body import Body, paragraph
from protocol.wire import ClientKey, Id, Subject
from storage.mongo.documents import Document, Unreadable, from_document, to_document

ID = "0123456789abcdef" * 2


class Kept(Document):
    id: Id
    key: ClientKey
    subject: Subject
    body: Body


def test_text_from_before_it_was_held_to_one_line_is_read_on_one() -> None:
    kept = Kept(id=ID, key="my-key-0001", subject="Kvitton mars", body=paragraph("Hej"))
    document = to_document(kept)
    assert from_document(document, Kept) == kept
    text = {"type": "text", "text": "Hej\n"}
    old = document | {
        "key": "my-key-0001\n",
        "subject": "Kvitton\x00mars",
        "body": {"content": [{"type": "paragraph", "content": [text]}]},
    }
    assert from_document(old, Kept) == kept
    text["text"] = "\n"
    assert from_document(old, Kept).body == paragraph(" ")


def test_what_is_none_of_it_is_still_refused() -> None:
    with pytest.raises(Unreadable):
        from_document({"_id": ID, "key": "x", "subject": "a", "body": {"content": []}}, Kept)
