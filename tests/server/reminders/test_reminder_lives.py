"""What holds for reminders whatever happens to a thread, in any order, at any time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.reminders import table
from server.reminders.table import Cycle, Due, Facts, Held, Settings, evaluate
from tests.server.reminders.reminder_story import DAY_MS, HOUR_MS, MINUTE_MS, NEW_YORK, STOCKHOLM, Story

EVENTS = st.sampled_from(
    [
        "firm_writes", "contact_reads", "contact_writes", "contact_ticks", "unticks", "adds_task", "archives",
        "reopens", "resends", "notify_off", "notify_on", "switch_off", "switch_on", "nothing",
    ]
)  # fmt: skip


def happens(story: Story, event: str) -> None:
    match event:
        case "notify_off" | "notify_on":
            story.notify = event == "notify_on"
        case "switch_off" | "switch_on":
            story.saves(enabled=event == "switch_on")
        case "contact_ticks":
            story.contact_ticks(min(1, story.open_tasks))
        case "unticks":
            if story.done_tasks:
                story.unticks()
        case "archives" | "reopens":
            if story.active == (event == "archives"):
                getattr(story, event)()
        case "nothing":
            pass
        case _:
            getattr(story, event)()


LIVES = st.lists(st.tuples(EVENTS, st.integers(1, 5 * 24 * 60)), max_size=25)


@given(LIVES, st.integers(1, 9), st.integers(1, 4), st.sampled_from([STOCKHOLM, NEW_YORK]), st.integers(1, 12))
def test_no_life_of_a_thread_breaks_the_count_or_the_gap(
    life: list[tuple[str, int]], days: int, number: int, zone: str, month: int
) -> None:
    """Never more than N in a cycle, never before anchor + d days, never two closer than about d days."""
    story = Story(days=days, number=number, zone=zone, month=(2026, month))
    by_cycle: dict[int, list[int]] = {}
    for event, minutes in life:
        happens(story, event)
        cycle, before = story.cycle, len(story.sent)
        until = datetime.fromtimestamp((story.now + minutes * MINUTE_MS) / 1000, ZoneInfo(zone))
        story.at(f"{until:%Y-%m-%d %H:%M}")
        for at in story.sent[before:]:
            assert at >= table.add_days(cycle.anchor_at, days, zone)
            by_cycle.setdefault(cycle.number, []).append(at)
    for mails in by_cycle.values():
        assert len(mails) <= number
        # A planned time up to an hour before the real one, and a day that summer time shortened.
        assert all(b - a >= days * DAY_MS - 2 * HOUR_MS for a, b in pairwise(mails))


FACTS = st.builds(
    lambda settings, cycle, active, total, done, flags: Facts(
        settings=settings, cycle=cycle, active=active, tasks_total=total, tasks_open=max(0, total - done),
        all_read=flags[0], contact_wrote_last=flags[1], has_firm_message=flags[2], somebody_to_notify=flags[3],
        time_zone=STOCKHOLM,
    ),
    st.builds(Settings, enabled=st.booleans(), days=st.integers(1, 365), number=st.integers(1, 30)),
    st.builds(
        lambda number, anchor, sent, gap, late, quiet: Cycle(
            number=number, anchor_at=anchor, sent=sent,
            last_planned_at=anchor + gap if sent else None,
            last_sent_at=anchor + gap + late if sent else None,
            automatic_not_before=None if quiet is None else anchor + quiet,
        ),
        st.integers(1, 9), st.integers(0, 4_000_000_000_000), st.integers(0, 31),
        st.integers(0, 400 * DAY_MS), st.integers(0, 3 * HOUR_MS), st.none() | st.integers(0, 2000 * DAY_MS),
    ),
    st.booleans(), st.integers(0, 9), st.integers(0, 9), st.tuples(*[st.booleans()] * 4),
)  # fmt: skip


@given(st.lists(st.integers(0, 20 * 24 * 60), max_size=30), st.integers(1, 5), st.integers(1, 4))
def test_ticking_more_often_sends_the_same_mails(ticks: list[int], days: int, number: int) -> None:
    """However many schedulers look, and whenever: the mails of a thread are those of one that looks once."""
    seldom, often = Story(days=days, number=number), Story(days=days, number=number)
    for minutes in sorted(ticks):
        wall = datetime(2025, 12, 1, 10, 0, tzinfo=UTC) + timedelta(minutes=minutes)
        often.at(f"{wall:%d %H:%M}").at(f"{wall:%d %H:%M}")
    assert often.mails() == seldom.mails()


@given(LIVES, st.integers(1, 9), st.integers(1, 4))
def test_a_stop_is_stable_until_somebody_does_something(life: list[tuple[str, int]], days: int, number: int) -> None:
    story = Story(days=days, number=number)
    for event, minutes in life:
        happens(story, event)
        until = datetime.fromtimestamp((story.now + minutes * MINUTE_MS) / 1000, ZoneInfo(STOCKHOLM))
        story.at(f"{until:%Y-%m-%d %H:%M}")
    verdict, sent = story.verdict(), len(story.sent)
    if not isinstance(verdict, Due):
        story.at("2031-01-01 00:00")
        assert (story.verdict(), len(story.sent)) == (verdict, sent)


@given(FACTS)
def test_a_due_date_respects_the_gap_and_the_quiet_after_a_manual_reminder(seen: Facts) -> None:
    verdict = evaluate(seen)
    if isinstance(verdict, Due):
        assert verdict.at >= table.add_days(table.base_of(seen.cycle), seen.settings.days, STOCKHOLM)
        quiet = seen.cycle.automatic_not_before or 0
        assert verdict.at >= quiet
        skipped_to = table.add_days(quiet, seen.settings.days, STOCKHOLM) + HOUR_MS
        natural = table.add_days(table.base_of(seen.cycle), seen.settings.days, STOCKHOLM)
        assert verdict.at <= max(natural, skipped_to)  # skips no more than it must


@given(FACTS, st.integers(0, 4_000_000_000_000))
def test_the_timeline_promises_exactly_what_remains(seen: Facts, now: int) -> None:
    timeline = table.plan(seen, now)
    if isinstance(timeline.verdict, Due):
        assert len(timeline.dates) == seen.settings.number - seen.cycle.sent
        assert timeline.dates[0] == max(timeline.verdict.at, now)
    else:
        assert timeline.dates == ()
    assert list(timeline.dates) == sorted(set(timeline.dates))
    assert all(at >= now for at in timeline.dates)


@given(FACTS)
def test_each_row_says_one_thing(seen: Facts) -> None:
    verdict = evaluate(seen)
    assert verdict.row in get_args(table.Row)
    assert isinstance(verdict, Due) == (verdict.row in {"D6", "D7", "D9"})
    assert isinstance(verdict, Held) == (verdict.row in {"D4", "D5"})
