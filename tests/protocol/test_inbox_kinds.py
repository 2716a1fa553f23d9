"""Each kind of news has its row, from which entries, letters and documents are made."""

from typing import Any, get_args

from protocol import inbox
from protocol.describing import tables
from protocol.people import Person
from scheduler.letters import staff_lead
from storage.heard import Heard, parted
from storage.notifications import NotificationDoc


def test_each_kind_has_a_row_and_each_row_is_a_kind() -> None:
    assert tuple(inbox.KINDS) == get_args(inbox.NotificationKind)


def test_what_letters_tell_of_comes_first_and_is_what_the_letters_know() -> None:
    told = [row.letter is not None for row in inbox.KINDS.values()]
    assert told == sorted(told, reverse=True)
    activities = {row.activity for row in inbox.KINDS.values() if row.letter}
    assert activities | {"taken_over"} == set(get_args(inbox.Activity))
    assert {row.letter for row in inbox.KINDS.values()} == {*get_args(inbox.StaffLetter), None}
    assert {kind for kind, row in inbox.KINDS.items() if row.letter} == staff_lead.TOLD


def test_an_entry_has_a_field_for_each_thing_that_news_are_kept_with_also_for_those_of_a_newer_build() -> None:
    assert set(get_args(inbox.Kept)) <= set(NotificationDoc.__struct_fields__)
    somebody = Person(id="p", side="staff", name="Anna")
    kinds: list[Any] = [*inbox.KINDS, "of_a_newer_build"]
    news = [Heard(stream="t", seq=at, at=at, kind=kind, actor=somebody) for at, kind in enumerate(kinds)]
    parts = parted(news)
    assert sorted(item.seq for items in parts.values() for item in items) == list(range(len(kinds)))
    assert [item.kind for item in parts["lost"]] == ["mail_failed"]
    assert parts["done"][-1].seq == len(kinds) - 1


def test_the_documents_say_each_kind() -> None:
    rows = tables.TABLES["notification_kinds"]()
    assert all(f"| `{kind}` |" in rows and row.doc in rows for kind, row in inbox.KINDS.items())
