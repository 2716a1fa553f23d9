"""Each collection is said beside its document, and found by whoever makes them, without a list to edit."""

import pytest
from pymongo import IndexModel

from storage import accounts
from storage.mongo.collections import Shared, collected


def test_every_collection_that_a_module_of_storage_says_is_found_with_its_indexes() -> None:
    assert collected()["accounts"] is accounts.ACCOUNTS
    assert {"events", "facts", "firms", "staff", "contacts", "links", "sessions", "secrets"} <= set(collected())
    assert [index.document["key"] for index in Shared("x", IndexModel("a")).indexes] == [{"a": 1}]


def test_a_name_that_two_modules_say_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "AGAIN", Shared("threads"), raising=False)
    with pytest.raises(RuntimeError, match="collection threads"):
        collected.__wrapped__()
