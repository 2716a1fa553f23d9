"""What follows the last reminder, as a table: whether, when and what (SS-6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from protocol.reminders import AfterLast
from server.reminders import after_last, table
from server.reminders.table import Cycle, Facts, Settings
from tests.server.reminders.reminder_story import DAY_MS, STOCKHOLM
from tests.server.reminders.table_facts import NOON, facts

LAST = NOON + 6 * DAY_MS
GAP_LATER = LAST + 3 * DAY_MS
HOUR_MS = 3_600_000


def over(choice: AfterLast = "tell", cycle: dict[str, Any] | None = None, **seen: Any) -> Facts:
    """All of a round's two reminders have gone out, three days apart, and nobody has answered."""
    said: dict[str, Any] = {name: seen.pop(name) for name in ("put_off", "stirred_at") if name in seen}
    found = facts(sent=2, **seen)
    then = replace(found.cycle, **{"last_planned_at": LAST, "last_sent_at": LAST, **(cycle or {})})
    return replace(found, settings=replace(found.settings, after_last=choice), cycle=then, **said)


@pytest.mark.parametrize(
    ("seen", "owed"),
    [
        # D9: no tasks, no answer; read or not, and whether or not any mail reaches them now.
        (over(), "reply"),
        (over(read=True), "reply"),
        (over(somebody=False), "reply"),
        # D6: open tasks, whatever was said or read.
        (over(tasks=(2, 1)), "tasks"),
        (over(tasks=(2, 1), read=True, replied=True), "tasks"),
        # D7: all ticked, and something unread.
        (over(tasks=(2, 0)), "reading"),
        # D10, D8: the client has answered, or done and read all.
        (over(replied=True), None),
        (over(tasks=(2, 0), read=True), None),
        # D1, D2, D5.
        (over(enabled=False), None),
        (over(active=False), None),
        (over(firm_message=False), None),
    ],
)
def test_what_the_client_owes_once_all_have_gone_out(seen: Facts, owed: str | None) -> None:
    """SS-6: what would have been reminded of once more (3.8.3)."""
    assert after_last.unanswered(seen) == owed
    assert after_last.when(seen) == (GAP_LATER if owed else None)


def test_nothing_follows_while_a_reminder_is_to_come() -> None:
    some = facts(sent=1)
    assert after_last.unanswered(some) is None
    assert after_last.when(replace(some, settings=replace(some.settings, after_last="archive"))) is None


def test_a_firm_that_ignores_reading_has_nothing_to_wait_for_once_the_tasks_are_done() -> None:
    """RM-7 with the option of decision 2."""
    assert after_last.unanswered(replace(over(tasks=(2, 0)), ignore_read_state=True)) is None


@pytest.mark.parametrize(("choice", "follows"), [("nothing", False), ("tell", True), ("archive", True)])
def test_what_was_chosen_follows_and_a_word_of_a_newer_build_is_left_to_it(choice: AfterLast, follows: bool) -> None:
    assert (after_last.when(over(choice)) is not None) is follows
    newer: Any = "call_them"
    assert after_last.when(over(newer)) is None
    assert after_last.foreseen(over(newer), (LAST,)) is None


@pytest.mark.parametrize(
    ("cycle", "said", "at"),
    [
        # As late as it really went out, where that was more than an hour after its time (3.8.2).
        ({"last_sent_at": LAST + 2 * HOUR_MS}, {}, GAP_LATER + 2 * HOUR_MS),
        ({"last_sent_at": LAST + HOUR_MS // 2}, {}, GAP_LATER),
        # A gap after the choice, after what a contact said, after it came back; whichever is last.
        ({"after_from": LAST + 10 * DAY_MS}, {}, LAST + 13 * DAY_MS),
        ({"after_from": LAST - DAY_MS}, {}, GAP_LATER),
        ({}, {"stirred_at": LAST + DAY_MS}, LAST + 4 * DAY_MS),
        ({"after_from": LAST + DAY_MS}, {"stirred_at": LAST + 2 * DAY_MS}, LAST + 5 * DAY_MS),
        # Not within a day of one by hand; one that was sent long before changes nothing.
        ({"automatic_not_before": GAP_LATER + HOUR_MS}, {}, GAP_LATER + HOUR_MS),
        ({"automatic_not_before": LAST}, {}, GAP_LATER),
        # Done, or put off.
        ({"after_done_at": GAP_LATER}, {}, None),
        ({}, {"put_off": True}, None),
    ],
)
def test_when_it_follows(cycle: dict[str, Any], said: dict[str, Any], at: int | None) -> None:
    assert after_last.when(over(cycle=cycle, **said)) == at


@pytest.mark.parametrize(
    ("last", "days", "at"),
    [
        # Same time of day over both changes of the clock; a time that isn't there, and one that is there twice.
        ("2026-03-27 10:00", 3, "2026-03-30 10:00"),
        ("2026-10-23 10:00", 3, "2026-10-26 10:00"),
        ("2026-03-26 02:30", 3, "2026-03-29 03:30"),
        ("2026-10-22 02:30", 3, "2026-10-25 02:30"),
    ],
)
def test_the_gap_is_of_the_firms_days(last: str, days: int, at: str) -> None:
    """SS-6, spec 3.8.2."""
    zone = ZoneInfo(STOCKHOLM)
    sent = int(datetime.fromisoformat(last).replace(tzinfo=zone).timestamp() * 1000)
    seen = over(cycle={"last_planned_at": sent, "last_sent_at": sent})
    found = after_last.when(replace(seen, settings=replace(seen.settings, days=days)))
    assert found is not None
    assert datetime.fromtimestamp(found / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M") == at


@pytest.mark.parametrize(
    ("choice", "seen", "deed"),
    [
        ("tell", {}, "tell"),
        ("archive", {}, "archive"),
        ("archive", {"tasks": (2, 0)}, "archive"),
        ("archive", {"tasks": (2, 1)}, "archive"),
        # Their words would be put away with it, unread as they may be.
        ("archive", {"tasks": (2, 1), "replied": True}, "tell"),
    ],
)
def test_what_is_done(choice: AfterLast, seen: dict[str, Any], deed: str) -> None:
    assert after_last.deed(over(choice, **seen)) == deed


def test_what_is_to_follow_is_foreseen_behind_the_last_date() -> None:
    """RM-20, SS-6."""
    begun = facts()
    some = replace(begun, settings=replace(begun.settings, after_last="archive"))
    dates = table.plan(some, NOON).dates
    assert after_last.foreseen(some, dates) == NOON + 9 * DAY_MS
    assert after_last.foreseen(begun, dates) is None
    assert after_last.foreseen(over(), ()) == GAP_LATER


TELL = Settings(enabled=True, days=3, number=2, after_last="tell")
DONE = Cycle(number=1, anchor_at=NOON, sent=2, last_planned_at=LAST, last_sent_at=LAST, after_done_at=GAP_LATER)
NOW = GAP_LATER + DAY_MS


@pytest.mark.parametrize(
    ("cycle", "after", "then"),
    [
        # Without a change it stays as it is.
        (DONE, TELL, DONE),
        # Chosen anew: counted from now, and done though something else has been.
        (DONE, replace(TELL, after_last="archive"), replace(DONE, after_from=NOW, after_done_at=None)),
        # Another rhythm undoes nothing that was done, and brings nothing about at once.
        (DONE, replace(TELL, days=1), replace(DONE, after_from=NOW)),
        (replace(DONE, after_done_at=None), replace(TELL, days=1), replace(DONE, after_from=NOW, after_done_at=None)),
        # More reminders are to come: what follows them is still to be done.
        (replace(DONE, after_from=NOON), replace(TELL, number=3), replace(DONE, after_done_at=None)),
        # Fewer than have gone out.
        (replace(DONE, after_done_at=None), replace(TELL, number=1), replace(DONE, after_from=NOW, after_done_at=None)),
    ],
)
def test_saving_brings_nothing_about_at_once(cycle: Cycle, after: Settings, then: Cycle) -> None:
    """SS-6, in the manner of table 3.8.4."""
    assert after_last.on_saved(cycle, TELL, after, NOW) == then


def test_it_is_done_once_for_a_round_and_again_for_the_next() -> None:
    done = after_last.on_done(replace(DONE, after_done_at=None), GAP_LATER)
    assert done == DONE
    for anew in (
        table.on_firm_message(done, NOW),
        table.on_task_added_or_reopened(done, NOW),
        table.on_reopened(done, NOW),
        table.on_toggled(done, was=False, becomes=True, now=NOW),
    ):
        assert (anew.sent, anew.after_done_at, anew.after_from) == (0, None, None)
    sent = table.on_sent(replace(done, after_from=NOON), of_cycle=1, sequence=3, planned_at=NOW, sent_at=NOW)
    assert (sent.after_done_at, sent.after_from) == (None, None)


def test_who_has_it_in_hand_has_another_gap() -> None:
    waiting = over(cycle={"after_from": GAP_LATER})
    later = after_last.on_put_off(waiting.cycle, NOW)
    assert after_last.when(replace(waiting, cycle=later)) == NOW + 3 * DAY_MS
