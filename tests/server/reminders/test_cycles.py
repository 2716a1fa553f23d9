"""What begins a cycle of reminders, and what leaves it alone: table 3.8.4, row by row."""

from __future__ import annotations

import msgspec
import pytest

from server.reminders import table
from server.reminders.table import Cycle, Held, Stopped
from tests.server.reminders.reminder_story import DAY_MS, Story
from tests.server.reminders.table_facts import CYCLE, DUE_AT, LATER, NOON, ON


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
