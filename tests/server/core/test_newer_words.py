"""A newer build has added a word to a list of words: whoever doesn't know it bears it, shows what it can, and writes over
nothing (rolling upgrade, rollback)."""

from typing import Any, cast

import pytest

from protocol.accounts import AccountList
from protocol.body import paragraph
from protocol.ids import new_id
from protocol.inbox import Notification, NotificationList
from protocol.messages import MessageSend
from protocol.reminders import ReminderSetting
from protocol.threads import ThreadList
from scheduler.housekeeping import CHORES_PER_SWEEP_MAX
from tests.world import World

pytestmark = pytest.mark.anyio


async def newer(world: World, collection: str, name: str, **fields: Any) -> dict[str, Any]:
    """The document once a newer build has written these fields."""
    rows = world.store.mongo.database[collection]
    answer = await rows.update_one({"_id": name}, {"$set": fields})
    assert answer.matched_count == 1
    return await stored(world, collection, name)


async def stored(world: World, collection: str, name: str) -> dict[str, Any]:
    found = await world.store.mongo.database[collection].find_one({"_id": name})
    assert found is not None
    return found


async def says(world: World, thread_id: str, text: str) -> None:
    said = MessageSend(thread_id=thread_id, client_message_id=new_id(), body=paragraph(text))
    await world.do(world.petra, said)
    await world.settled()


async def inbox(world: World) -> list[Notification]:
    page = await world.do(world.sofia, NotificationList())
    return list(page.notifications)


async def test_who_has_a_right_or_a_role_of_a_newer_build_has_the_others_still_and_no_more(world: World) -> None:
    kept = await newer(world, "staff", world.sofia.id, rights=["manage_robots", "manage_accounts"], language="de")
    member = await world.store.people.staff(world.firm.id, world.sofia.id)
    assert member is not None
    assert (member.rights, member.language) == (["manage_accounts"], "en")
    await newer(world, "staff", world.anna.id, role="auditor")
    member = await world.store.people.staff(world.firm.id, world.anna.id)
    assert member is not None
    assert member.role == "employee"
    assert await stored(world, "staff", world.sofia.id) == kept


async def test_accounts_and_their_people_stay_in_the_list(world: World) -> None:
    link = f"{world.holm.id}:{world.petra.id}"
    mail = {"letter_id": new_id(), "state": "bounced", "at": 1, "person_id": world.petra.id, "name": "Petra"}
    kept = await newer(world, "links", link, mail=mail)
    await newer(world, "accounts", world.holm.id, kind="trust")
    found = {one.id: one for one in (await world.do(world.anna, AccountList())).accounts}
    (petra,) = [one for one in found[world.holm.id].links if one.contact_id == world.petra.id]
    assert petra.mail is not None
    assert (found[world.holm.id].kind, petra.mail.state) == ("other", "unknown")
    assert await stored(world, "links", link) == kept


async def test_a_thread_whose_reminder_rests_for_a_reason_of_a_newer_build_stays_in_the_list(world: World) -> None:
    thread = await world.thread(reminder=ReminderSetting(enabled=True, days=3, number=2))
    await world.settled()
    kept = await newer(world, "threads", thread.id, **{"reminder.verdict": "snoozed"})
    (row,) = (await world.do(world.anna, ThreadList())).threads
    assert row.staff is not None
    assert row.staff.reminder is not None
    assert cast("str", row.staff.reminder.verdict) == "snoozed"  # as it stands, since its reader may be newer
    assert await stored(world, "threads", thread.id) == kept


async def test_an_inbox_entry_with_newer_news_is_shown_goes_on_and_keeps_them(world: World) -> None:
    thread = await world.thread()
    await world.settled()
    await says(world, thread.id, "Hej")
    (entry,) = await inbox(world)
    await newer(world, "notifications", entry.id, kind="poll_opened", **{"said.0.kind": "poll_opened"})
    (seen,) = await inbox(world)
    assert cast("str", seen.kind) == "poll_opened"
    await says(world, thread.id, "Och så")
    (seen,) = await inbox(world)
    assert seen.text == "Och så"
    row = await stored(world, "notifications", entry.id)
    assert "poll_opened" in {heard["kind"] for heard in row["said"]}


async def test_a_reminder_whose_letter_came_to_something_newer_may_have_reached_somebody(world: World) -> None:
    """RM-16: it isn't sent again for that."""
    thread = await world.thread()
    await world.settled()
    letter = (await world.store.letters.of_thread(world.firm.id, thread.id))[0]
    kept = await newer(world, "letters", letter.id, state="bounced")
    found = {one.id: one.state for one in await world.store.letters.of_thread(world.firm.id, thread.id)}
    assert found[letter.id] == "unknown"
    assert await stored(world, "letters", letter.id) == kept


async def test_work_that_only_a_newer_build_knows_holds_up_no_other(world: World) -> None:
    chore = {"subject": new_id(), "firm_id": world.firm.id, "by": {"id": new_id(), "side": "staff", "name": "A"}}
    rows = [
        {"_id": f"reindex:{place}", "kind": "reindex", "token": new_id(), "at": 1, **chore}
        for place in range(CHORES_PER_SWEEP_MAX)
    ]
    await world.store.mongo.database["chores"].insert_many(
        [*rows, {"_id": "decide:x", "kind": "decide", "token": new_id(), "at": 2, **chore}]
    )
    assert [one.id for one in await world.store.chores.left(["decide"], 10, CHORES_PER_SWEEP_MAX)] == ["decide:x"]
