"""What a thread's reminders may be set to, by command, and what its tab shows."""

from datetime import datetime

import msgspec
import pytest

from protocol.body import paragraph
from protocol.errors import Conflict, Invalid
from protocol.firms import FirmUpdate
from protocol.frames import decode_client_frame
from protocol.ids import new_id
from protocol.reminders import ReminderSend
from protocol.threads import ThreadArchive
from tests.scheduler.story import ZONE, Story

pytestmark = pytest.mark.anyio


NO_DAYS, NO_NUMBER = (0, -1, 366, 2.5, "3", True), (0, -1, 31, 2.5, "3", True)


@pytest.mark.parametrize(
    ("field", "value"), [*(("days", value) for value in NO_DAYS), *(("number", value) for value in NO_NUMBER)]
)
async def test_a_setting_that_no_reminder_can_have_is_refused_by_name(
    story: Story, field: str, value: float | str
) -> None:
    """RM-21, from the bytes of a call: integers, days from 1 to 365, number from 1 to 30; with a new thread, too."""
    await story.begins()
    wanted = {"enabled": True, "days": 3, "number": 2} | {field: value}
    begun = {
        "type": "thread.create", "account_id": story.world.holm.id, "client_message_id": new_id(), "subject": "x",
        "body": msgspec.to_builtins(paragraph("hej")), "reminder": wanted,
    }  # fmt: skip
    saved = {"type": "reminder.set", "thread_id": story.thread.id} | wanted
    for command, path in ((saved, f"$.command.{field}"), (begun, f"$.command.reminder.{field}")):
        with pytest.raises(Invalid) as refused:
            decode_client_frame(msgspec.json.encode({"type": "call", "id": 1, "command": command}), "json")
        assert refused.value.problem.path == path
    assert (await story.view()).reminder.number == 2


async def test_what_is_left_out_is_three_days_and_one_reminder(story: Story) -> None:
    """RM-3, RM-4: from the bytes of a call; and of a thread that has no reminders yet, by what the firm has set."""
    world = story.world
    begun = {
        "type": "thread.create", "account_id": world.holm.id, "client_message_id": new_id(), "subject": "x",
        "body": msgspec.to_builtins(paragraph("hej")), "reminder": {"enabled": True},
    }  # fmt: skip
    frame = decode_client_frame(msgspec.json.encode({"type": "call", "id": 1, "command": begun}), "json")
    story.thread = (await world.do(world.anna, frame.command)).thread  # type: ignore[union-attr]

    async def shown() -> tuple[bool, int, int]:
        reminder = (await story.view()).reminder
        return reminder.enabled, reminder.days, reminder.number

    assert await shown() == (True, 3, 1)
    story.thread = await world.thread()
    assert await shown() == (False, 3, 1)
    await world.do(world.erik, FirmUpdate(reminder_days=5, reminder_number=2))
    assert await shown() == (False, 5, 2)


@pytest.mark.parametrize(("days", "number"), [(1, 1), (365, 30)])
async def test_the_furthest_settings_are_saved(story: Story, days: int, number: int) -> None:
    """RM-21."""
    await story.begins()
    view = await story.sets(days=days, number=number)
    assert (view.reminder.days, view.reminder.number) == (days, number)


async def test_nobody_can_be_reminded_by_hand_in_an_archived_thread(story: Story) -> None:
    await story.begins()
    await story.world.do(story.world.anna, ThreadArchive(thread_id=story.thread.id))
    with pytest.raises(Conflict):
        await story.world.do(story.world.anna, ReminderSend(thread_id=story.thread.id, client_message_id=new_id()))


async def test_the_tab_shows_the_dates_and_the_reason(story: Story) -> None:
    """RM-20, RM-8."""
    await story.begins(number=3)
    view = await story.view()
    shown = [datetime.fromtimestamp(at / 1000, ZONE).strftime("%-d %H:%M") for at in view.reminder.planned]
    assert shown == ["4 10:00", "7 10:00", "10 10:00"]
    assert (view.reminder.verdict, view.reminder.stops_when) == ("due", "client_replies")
    assert [(person.name, person.notify) for person in view.recipients] == [("Petra Holm", True), ("Linn Holm", False)]
    off = await story.sets(enabled=False)
    assert (off.reminder.verdict, off.reminder.planned) == ("disabled", [])
