"""The reminder policy: tables 3.8.3 and 3.8.4, the examples of 3.8.6, RM-20 and RM-21, told as stories."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfoNotFoundError

import msgspec
import pytest

from server.reminders import table
from server.reminders.table import Cycle, Due, Facts, Held, Settings, Stopped, evaluate
from tests.server.reminders.reminder_story import DAY_MS, HOUR_MS, MINUTE_MS, NEW_YORK, STOCKHOLM, Story

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


# ---------------------------------------------------------------- table 3.8.3, row by row

NOON = 1_764_579_600_000
DUE_AT = table.add_days(NOON, 3, STOCKHOLM)


def facts(
    *,
    enabled: bool = True,
    active: bool = True,
    sent: int = 0,
    tasks: tuple[int, int] = (0, 0),
    read: bool = False,
    replied: bool = False,
    firm_message: bool = True,
    somebody: bool = True,
) -> Facts:
    return Facts(
        settings=Settings(enabled=enabled, days=3, number=2),
        cycle=Cycle(number=1, anchor_at=NOON, sent=sent),
        active=active,
        tasks_total=tasks[0],
        tasks_open=tasks[1],
        all_read=read,
        contact_wrote_last=replied,
        has_firm_message=firm_message,
        somebody_to_notify=somebody,
        time_zone=STOCKHOLM,
    )


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


# ---------------------------------------------------------------- table 3.8.4, row by row

CYCLE = Cycle(
    number=4,
    anchor_at=NOON,
    sent=2,
    last_planned_at=NOON + 6 * DAY_MS,
    last_sent_at=NOON + 6 * DAY_MS,
    automatic_not_before=NOON + 7 * DAY_MS,
)
LATER = NOON + 10 * DAY_MS
ON = Settings(enabled=True, days=3, number=2)
OFF = Settings(enabled=False, days=3, number=2)


def test_creation_starts_the_first_cycle_at_the_notification() -> None:
    assert table.start(NOON) == Cycle(number=1, anchor_at=NOON)


def test_a_firm_message_starts_a_new_cycle_at_its_notification() -> None:
    assert table.on_firm_message(CYCLE, LATER) == Cycle(number=5, anchor_at=LATER)


def test_a_task_added_or_unticked_starts_a_new_cycle_now() -> None:
    assert table.on_task_added_or_reopened(CYCLE, LATER) == Cycle(number=5, anchor_at=LATER, restarted_at=LATER)


def test_switching_on_starts_over_from_the_later_of_anchor_and_now() -> None:
    on = table.on_toggled(CYCLE, was=False, becomes=True, now=LATER)
    assert (on.number, on.anchor_at, on.sent) == (5, LATER, 0)
    ahead = table.on_toggled(CYCLE, was=False, becomes=True, now=NOON - 1)
    assert (ahead.number, ahead.anchor_at, ahead.sent) == (5, NOON, 0)


@pytest.mark.parametrize(("was", "becomes"), [(True, True), (True, False), (False, False)])
def test_every_other_save_of_the_toggle_leaves_the_cycle_alone(was: bool, becomes: bool) -> None:
    assert table.on_toggled(CYCLE, was=was, becomes=becomes, now=LATER) is CYCLE


def test_saving_without_a_change_leaves_the_cycle_alone() -> None:
    assert table.on_saved(CYCLE, ON, ON, LATER) is CYCLE


def test_changed_days_move_the_next_date_and_nothing_else() -> None:
    story = Story()
    story.at("2 09:00").saves(days=5)
    assert story.mails() == ["6 10:00", "11 10:00"]


def test_days_lowered_into_the_past_send_once_at_the_next_tick() -> None:
    story = Story(days=20, number=2)
    story.at("9 15:00").saves(days=3)
    assert story.mails() == ["9 15:00", "12 15:00"]


def test_a_number_raised_after_the_count_anchors_at_the_last_reminder() -> None:
    raised = table.on_settings_changed(CYCLE, ON, msgspec.structs.replace(ON, number=3))
    assert raised == msgspec.structs.replace(CYCLE, anchor_at=NOON + 6 * DAY_MS)


def test_a_number_raised_before_the_count_changes_nothing() -> None:
    before, after = msgspec.structs.replace(ON, number=3), msgspec.structs.replace(ON, number=5)
    assert table.on_settings_changed(CYCLE, before, after) is CYCLE


def test_a_number_raised_long_after_the_count_sends_once_at_the_next_tick() -> None:
    story = Story(number=1)
    story.at("20 12:00").saves(number=3)
    assert story.mails() == ["4 10:00", "20 12:00", "23 12:00"]


def test_a_number_lowered_to_what_was_sent_stops() -> None:
    story = Story(number=5)
    story.at("5 09:00").saves(number=1)
    assert story.verdict() == Stopped("D3", "count_reached")
    assert story.mails() == ["4 10:00"]


def test_reopening_starts_over_at_the_reopening() -> None:
    assert table.on_reopened(CYCLE, LATER) == Cycle(number=5, anchor_at=LATER, restarted_at=LATER)


def test_reminders_that_were_off_before_archiving_stay_off_after_reopening() -> None:
    story = Story(enabled=False)
    story.at("3 12:00").archives()
    story.at("10 08:00").reopens()
    assert story.verdict() == Stopped("D1", "disabled")
    assert story.mails() == []


def test_unsending_the_last_firm_message_goes_back_to_the_one_before_without_a_fresh_count() -> None:
    assert table.on_last_firm_message_removed(CYCLE, NOON - DAY_MS) == msgspec.structs.replace(
        CYCLE, anchor_at=NOON - DAY_MS
    )
    story = Story()
    story.at("2 16:00").firm_writes()
    story.at("2 16:05").firm_unsends()
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_unsending_does_not_undo_a_reopening() -> None:
    """RM-9 made the older message new at the reopening; its old time would send at once."""
    story = Story()
    story.at("3 12:00").archives()
    story.at("10 08:00").reopens()
    story.at("10 09:00").firm_writes()
    story.at("10 09:05").firm_unsends()
    assert story.mails() == ["13 08:00", "16 08:00"]


def test_unsending_the_only_firm_message_holds() -> None:
    story = Story()
    story.at("2 09:00").firm_unsends()
    assert story.verdict() == Held("D5", "nothing_to_remind_of")
    assert story.mails() == []


def test_a_manual_reminder_uses_up_no_automatic_one() -> None:
    story = Story()
    story.at("2 09:00").resends()
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_an_automatic_reminder_due_within_24_hours_of_a_manual_one_is_skipped_and_not_counted() -> None:
    story = Story()
    story.at("3 10:01").resends()
    assert story.cycle.sent == 0
    assert story.mails() == ["7 10:00", "10 10:00"]


def test_an_automatic_reminder_24_hours_after_a_manual_one_goes_out() -> None:
    story = Story()
    story.at("3 10:00").resends()
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_a_daily_reminder_skips_one_day_only() -> None:
    story = Story(days=1, number=3)
    story.at("2 12:00").resends()
    assert story.mails() == ["2 10:00", "4 10:00", "5 10:00"]


def test_an_overdue_automatic_reminder_does_not_follow_a_manual_one_at_once() -> None:
    story = Story()
    story.notify = False
    story.at("15 12:00")
    story.notify = True
    story.resends()
    assert story.mails() == ["19 10:00", "22 10:00"]


def test_a_new_message_after_a_manual_reminder_has_its_own_full_clock() -> None:
    story = Story(days=1, number=1)
    story.at("1 20:00").resends()
    story.at("1 21:00").firm_writes()
    assert story.mails() == ["2 21:00"]


def test_a_downtime_over_the_due_times_sends_one_and_counts_on_from_it() -> None:
    story = Story(number=3)
    story.at("3 12:00").up = False
    story.at("12 07:30").up = True
    assert story.mails() == ["12 07:30", "15 07:30", "18 07:30"]


def test_the_client_reading_or_writing_leaves_a_task_schedule_alone() -> None:
    story = Story(tasks=1)
    story.at("2 08:00").contact_reads()
    story.at("2 09:00").contact_writes()
    assert story.mails() == ["4 10:00", "7 10:00"]


def test_an_unticked_task_wakes_a_finished_thread_with_a_full_count() -> None:
    story = Story(tasks=1)
    story.at("2 09:00").contact_reads()
    story.contact_ticks()
    assert story.mails("9 11:59") == []
    story.at("9 12:00").unticks()
    assert story.mails() == ["12 12:00", "15 12:00"]


def test_a_new_task_is_like_a_new_message() -> None:
    story = Story()
    assert story.mails("9 11:59") == ["4 10:00", "7 10:00"]
    story.at("9 12:00").adds_task()
    assert story.mails() == ["4 10:00", "7 10:00", "12 12:00", "15 12:00"]


def test_deleting_the_open_tasks_leaves_the_done_ones_to_decide() -> None:
    story = Story(tasks=2)
    story.at("2 09:00").contact_reads()
    story.contact_ticks()
    story.open_tasks = 0
    assert story.verdict() == Stopped("D8", "tasks_done_and_read")


def test_deleting_all_tasks_brings_back_the_rule_without_tasks() -> None:
    story = Story(tasks=2)
    story.at("2 09:00").contact_writes()
    story.open_tasks = 0
    assert story.verdict() == Stopped("D10", "replied")
    silent = Story(tasks=2)
    silent.at("2 09:00").contact_reads()
    silent.open_tasks = 0
    assert silent.mails() == ["4 10:00", "7 10:00"]


def test_every_row_that_changes_no_cycle_says_why() -> None:
    assert len(table.UNCHANGED) == 13
    assert all(len(why) > 20 for why in table.UNCHANGED.values())


def test_a_report_of_a_sent_reminder_counts_once_and_only_in_its_own_cycle() -> None:
    """RM-16, RM-19: the report may come twice, or after a new message has begun another cycle."""
    fresh = table.start(NOON)
    once = table.on_sent(fresh, of_cycle=1, sequence=1, planned_at=DUE_AT, sent_at=DUE_AT + 5)
    assert (once.sent, once.last_planned_at, once.last_sent_at) == (1, DUE_AT, DUE_AT + 5)
    assert table.on_sent(once, of_cycle=1, sequence=1, planned_at=DUE_AT, sent_at=DUE_AT + 9) is once
    overtaken = table.on_firm_message(fresh, LATER)
    assert table.on_sent(overtaken, of_cycle=1, sequence=1, planned_at=DUE_AT, sent_at=LATER) is overtaken


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
