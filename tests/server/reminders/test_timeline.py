"""What a thread's reminders tab shows, and which settings it takes: RM-20, RM-21."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from server.reminders import table
from server.reminders.table import Cycle, Facts, Settings
from tests.server.reminders.reminder_story import DAY_MS, Story
from tests.server.reminders.table_facts import CYCLE, LATER, NOON, ON, facts

# ---------------------------------------------------------------- RM-20, RM-21


def test_the_timeline_shows_the_dates_that_will_come() -> None:
    story = Story(number=3)
    timeline = table.plan(story.facts(), story.now)
    assert [story.wall(at) for at in timeline.dates] == ["4 10:00", "7 10:00", "10 10:00"]
    assert (timeline.stops_when, timeline.sent, timeline.number) == ("client_replies", 0, 3)
    story.at("5 12:00")
    timeline = table.plan(story.facts(), story.now)
    assert ([story.wall(at) for at in timeline.dates], timeline.sent) == (["7 10:00", "10 10:00"], 1)


def test_the_timeline_shows_an_overdue_reminder_as_going_out_now() -> None:
    story = Story()
    story.up = False
    story.at("9 12:00")
    timeline = table.plan(story.facts(), story.now)
    assert [story.wall(at) for at in timeline.dates] == ["9 12:00", "12 12:00"]


@pytest.mark.parametrize(
    "seen",
    [
        facts(enabled=False),
        facts(active=False),
        facts(sent=2),
        facts(firm_message=False),
        facts(somebody=False),
        facts(replied=True),
    ],
)
def test_a_thread_that_will_not_remind_has_no_dates(seen: Facts) -> None:
    assert table.plan(seen, NOON).dates == ()


@pytest.mark.parametrize(
    ("tasks", "condition"),
    [((0, 0), "client_replies"), ((2, 1), "tasks_done_and_all_read"), ((2, 0), "all_read")],
)
def test_the_stop_condition_follows_the_tasks(tasks: tuple[int, int], condition: str) -> None:
    """RM-7 a, b, c."""
    assert table.stops_when(facts(tasks=tasks)) == condition


@pytest.mark.parametrize(("days", "number"), [(1, 1), (365, 30), (3, 1)])
def test_settings_within_the_limits_are_taken(days: int, number: int) -> None:
    """RM-21."""
    table.check_settings(Settings(enabled=True, days=days, number=number))


@pytest.mark.parametrize(
    ("days", "number", "path"),
    [
        (0, 1, "days"),
        (-1, 1, "days"),
        (366, 1, "days"),
        (3, 0, "number"),
        (3, 31, "number"),
        (True, 1, "days"),
    ],
)
def test_settings_outside_the_limits_are_refused_by_name(days: int, number: int, path: str) -> None:
    """RM-21."""
    with pytest.raises(table.SettingsRefused) as refusal:
        table.on_saved(CYCLE, ON, Settings(enabled=True, days=days, number=number), LATER)
    assert refusal.value.path == path


def test_a_number_that_is_no_integer_is_refused() -> None:
    """RM-21."""
    with pytest.raises(table.SettingsRefused, match=r"^days: expected an integer from 1 to 365, got 2\.5$"):
        table.check_settings(msgspec.structs.replace(ON, days=2.5))


def test_more_than_five_reminders_deserve_a_warning() -> None:
    """RM-21."""
    assert not table.deserves_warning(msgspec.structs.replace(ON, number=5))
    assert table.deserves_warning(msgspec.structs.replace(ON, number=6))


def test_defaults_are_three_days_and_one_reminder() -> None:
    """RM-3, RM-4."""
    assert Settings() == Settings(enabled=False, days=3, number=1)


def test_a_long_shut_gate_is_answered_without_walking_every_day() -> None:
    years = Cycle(number=1, anchor_at=NOON, automatic_not_before=NOON + 3650 * DAY_MS)
    seen = msgspec.structs.replace(facts(), cycle=years, settings=Settings(enabled=True, days=1, number=1))
    at = table.next_due(seen)
    assert timedelta(0) <= timedelta(milliseconds=at - (NOON + 3650 * DAY_MS)) <= timedelta(days=1)
