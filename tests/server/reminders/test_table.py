"""When a thread reminds: table 3.8.3 and the examples of 3.8.6, told as stories."""

from __future__ import annotations

from zoneinfo import ZoneInfoNotFoundError

import pytest

from server.reminders import table
from server.reminders.table import Cycle, Due, Facts, Held, Stopped, evaluate
from tests.server.reminders.reminder_story import DAY_MS, HOUR_MS, MINUTE_MS, NEW_YORK, STOCKHOLM, Story
from tests.server.reminders.table_facts import DUE_AT, facts

# ---------------------------------------------------------------- 3.8.6, the worked examples


def test_example_1_two_reminders_then_the_count_is_reached() -> None:
    story = Story()
    assert story.mails() == ["4 10:00", "7 10:00"]
    assert story.verdict() == Stopped("D3", "count_reached")


def test_example_2_reading_without_answering_stops_nothing() -> None:
    story = Story()
    story.at("2 09:00").contact_reads()
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_example_3_an_answer_stops_and_the_next_message_starts_over() -> None:
    story = Story()
    story.at("3 12:00").contact_writes()
    assert story.mails("5 08:59") == []
    assert story.verdict() == Stopped("D10", "replied")
    story.at("5 09:00").firm_writes()
    assert story.mails() == ["8 09:00", "11 09:00"]


def test_example_4_tasks_done_but_the_message_unread_still_reminds() -> None:
    story = Story(tasks=2)
    story.at("2 09:00").contact_ticks(2)
    assert story.mails("5 08:00") == ["4 10:00"]
    assert story.verdict() == Due("D7", story.moment("7 10:00"))
    story.contact_reads()
    assert story.verdict() == Stopped("D8", "tasks_done_and_read")
    assert story.mails() == ["4 10:00"]


def test_example_5_an_answer_does_not_stop_reminders_of_open_tasks() -> None:
    story = Story(tasks=2)
    story.at("2 09:00").contact_ticks()
    story.contact_writes()
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_example_6_the_last_tick_a_minute_early_wins() -> None:
    story = Story(tasks=2)
    story.at("2 09:00").contact_reads()
    story.contact_ticks()
    story.at("4 09:59").contact_ticks()
    assert story.mails() == []
    assert story.verdict() == Stopped("D8", "tasks_done_and_read")


def test_example_7_archiving_and_reopening_is_as_if_the_message_were_new() -> None:
    story = Story()
    story.at("3 12:00").archives()
    assert story.mails("10 07:59") == []
    assert story.verdict() == Stopped("D2", "closed")
    story.at("10 08:00").reopens()
    assert story.mails() == ["13 08:00", "16 08:00"]


def test_example_8_raising_the_number_resumes_from_the_last_reminder() -> None:
    story = Story(number=1)
    story.at("6 15:00").saves(number=2)
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_example_9_an_internal_note_changes_nothing() -> None:
    story = Story()
    story.at("3 12:00")  # a note is no client-visible message: neither facts nor cycle hear of it (MS-6)
    assert "internal message" in table.UNCHANGED
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_example_10_switching_on_late_never_sends_at_once() -> None:
    story = Story(enabled=False)
    assert story.mails("20 14:30") == []
    story.saves(enabled=True)
    assert story.mails("25 00:00") == ["23 14:30"]


def test_example_11_nobody_to_notify_holds_without_counting() -> None:
    story = Story()
    story.notify = False
    assert story.mails("5 09:17") == []
    assert story.verdict() == Held("D4", "nobody_to_notify")
    assert story.cycle.sent == 0
    story.notify = True
    assert story.mails() == ["5 09:17", "8 09:17"]


def test_example_12_archiving_the_linked_job_changes_nothing() -> None:
    story = Story()
    assert not any("job" in name for name in Facts.__struct_fields__)  # RM-10
    assert "linked job archived" in table.UNCHANGED
    assert story.mails() == ["4 10:00", "7 10:00"]


# ---------------------------------------------------------------- the wall clock


@pytest.mark.parametrize(
    ("zone", "month", "starts", "expected", "hours"),
    [
        # Sweden puts the clock forward on 29 March 2026: 71 hours are three days.
        (STOCKHOLM, (2026, 3), "27 10:00", ["30 10:00", "2026-04-02 10:00"], [71, 72]),
        # ... and back on 25 October 2026: 73 hours are.
        (STOCKHOLM, (2026, 10), "23 10:00", ["26 10:00", "29 10:00"], [73, 72]),
        (NEW_YORK, (2026, 3), "6 09:00", ["9 09:00", "12 09:00"], [71, 72]),
        (NEW_YORK, (2026, 10), "30 16:45", ["2026-11-02 16:45", "2026-11-05 16:45"], [73, 72]),
    ],
)
def test_the_gap_is_calendar_days_at_the_same_wall_clock_across_summer_time(
    zone: str, month: tuple[int, int], starts: str, expected: list[str], hours: list[int]
) -> None:
    story = Story(zone=zone, month=month, starts=starts)
    first = story.now
    assert story.mails("2026-12-31 00:00") == expected
    gaps = [(b - a) // HOUR_MS for a, b in zip([first, *story.sent], story.sent, strict=False)]
    assert gaps == hours


def test_a_wall_clock_that_does_not_exist_moves_forward_by_the_gap() -> None:
    story = Story(zone=STOCKHOLM, month=(2026, 3), starts="26 02:30", number=1)
    assert story.mails("31 00:00") == ["29 03:30"]
    story = Story(zone=NEW_YORK, month=(2026, 3), starts="5 02:30", number=1)
    assert story.mails("31 00:00") == ["8 03:30"]


def test_a_wall_clock_that_comes_twice_is_taken_the_first_time() -> None:
    story = Story(zone=STOCKHOLM, month=(2026, 10), starts="22 02:30", number=1)
    assert story.mails("31 00:00") == ["25 02:30"]
    assert story.sent[0] - story.moment("24 02:30") == DAY_MS  # the second 02:30 is 25 hours away
    story = Story(zone=NEW_YORK, month=(2026, 10), starts="29 01:30", number=1)
    assert story.mails("2026-11-30 00:00") == ["2026-11-01 01:30"]
    assert story.sent[0] - story.moment("31 01:30") == DAY_MS


def test_a_leap_day_and_a_new_year_are_days_like_others() -> None:
    assert Story(month=(2028, 2), starts="26 08:00").mails("2028-03-31 00:00") == [
        "29 08:00",
        "2028-03-03 08:00",
    ]
    assert Story(starts="30 08:00", number=1).mails("2026-01-31 00:00") == ["2026-01-02 08:00"]


def test_milliseconds_survive_the_calendar() -> None:
    assert table.add_days(1_764_579_600_123, 3, STOCKHOLM) == 1_764_579_600_123 + 3 * DAY_MS


def test_an_unknown_time_zone_is_an_error_and_not_utc() -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        table.add_days(0, 1, "Europe/Atlantis")


def test_a_slow_worker_does_not_drift_the_schedule() -> None:
    """3.8.2: within an hour the planned time is the base."""
    story = Story(number=4, tick_ms=47 * MINUTE_MS)
    planned = [story.moment(f"{day} 10:00") for day in (4, 7, 10, 13)]
    story.mails()
    assert all(0 <= real - plan < 47 * MINUTE_MS for real, plan in zip(story.sent, planned, strict=True))


@pytest.mark.parametrize(
    ("late_ms", "base"), [(0, "planned"), (HOUR_MS, "planned"), (HOUR_MS + 1, "real"), (9 * DAY_MS, "real")]
)
def test_the_base_is_the_planned_time_within_an_hour_and_the_real_one_after(late_ms: int, base: str) -> None:
    cycle = Cycle(number=1, anchor_at=0, sent=1, last_planned_at=DAY_MS, last_sent_at=DAY_MS + late_ms)
    assert table.base_of(cycle) == (DAY_MS if base == "planned" else DAY_MS + late_ms)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        # D1 outranks everything, D2 everything below it, and so on down the table.
        (facts(enabled=False), Stopped("D1", "disabled")),
        (facts(enabled=False, active=False, sent=2, somebody=False), Stopped("D1", "disabled")),
        (facts(active=False), Stopped("D2", "closed")),
        (facts(active=False, sent=2, somebody=False, replied=True), Stopped("D2", "closed")),
        (facts(sent=2), Stopped("D3", "count_reached")),
        (facts(sent=3), Stopped("D3", "count_reached")),
        (facts(sent=2, somebody=False, tasks=(2, 1)), Stopped("D3", "count_reached")),
        (facts(somebody=False), Held("D4", "nobody_to_notify")),
        (facts(somebody=False, tasks=(2, 2)), Held("D4", "nobody_to_notify")),
        (facts(somebody=False, firm_message=False, replied=True), Held("D4", "nobody_to_notify")),
        (facts(firm_message=False, replied=True), Held("D5", "nothing_to_remind_of")),
        (facts(firm_message=False, read=True), Held("D5", "nothing_to_remind_of")),
        (facts(firm_message=False, tasks=(2, 0), read=True), Held("D5", "nothing_to_remind_of")),
        (facts(tasks=(2, 1)), Due("D6", DUE_AT)),
        (facts(tasks=(2, 2), read=True), Due("D6", DUE_AT)),
        (facts(tasks=(2, 1), read=True, replied=True), Due("D6", DUE_AT)),
        (facts(tasks=(1, 1), firm_message=False, read=True, replied=True), Due("D6", DUE_AT)),
        (facts(tasks=(2, 0)), Due("D7", DUE_AT)),
        (facts(tasks=(2, 0), read=True), Stopped("D8", "tasks_done_and_read")),
        (facts(tasks=(2, 0), read=True, replied=True), Stopped("D8", "tasks_done_and_read")),
        (facts(), Due("D9", DUE_AT)),
        (facts(read=True), Due("D9", DUE_AT)),
        (facts(read=True, replied=True), Stopped("D10", "replied")),
    ],
    ids=lambda value: value.row if isinstance(value, Due | Held | Stopped) else "",
)
def test_decision_table(seen: Facts, verdict: table.Verdict) -> None:
    """RM-7, RM-8: 3.8.3, D1 to D10."""
    assert evaluate(seen) == verdict


def test_more_open_tasks_than_tasks_is_refused() -> None:
    with pytest.raises(ValueError, match="tasks_open: expected 0 to 1, got 2"):
        facts(tasks=(1, 2))


@pytest.mark.parametrize(
    ("seen", "speaks_of"),
    [
        # RM-18: with the client as last writer the mail speaks of the open tasks, not of a waiting message.
        (facts(tasks=(2, 1), read=True, replied=True), "nothing"),
        (facts(tasks=(2, 1), replied=True), "nothing"),
        (facts(tasks=(2, 1), read=True), "nothing"),
        (facts(tasks=(2, 1)), "message"),
        (facts(tasks=(1, 1), firm_message=False), "nothing"),
        (facts(tasks=(2, 0)), "message"),
        (facts(), "reply"),
        (facts(read=True), "reply"),
    ],
)
def test_what_a_reminder_speaks_of_besides_the_tasks(seen: Facts, speaks_of: str) -> None:
    assert isinstance(evaluate(seen), Due)
    assert table.waiting(seen) == speaks_of
