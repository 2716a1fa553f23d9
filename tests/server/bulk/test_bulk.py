"""One message to many accounts (BK), over the real store. The clock is the world's; a tick is called where a scheduler
would."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from protocol.accounts import AccountFilter
from protocol.body import Body, Mention, Paragraph, paragraph, plain_text
from protocol.bulk import (
    BulkCancel,
    BulkCreate,
    BulkGet,
    BulkList,
    BulkPause,
    BulkPreview,
    BulkPreviewed,
    BulkReport,
    BulkResume,
    BulkRetry,
    BulkRun,
    BulkUpdated,
)
from protocol.errors import Conflict, Forbidden, Invalid, NotFound
from protocol.ids import new_id, thread_stream, user_stream
from protocol.inbox import Notification, NotificationList
from protocol.messages import MessageSent
from protocol.reminders import ReminderSetting
from protocol.templates import TemplateCreate, TemplateDelete, TemplateUpdate
from protocol.threads import Thread, ThreadList
from scheduler import bulk
from scheduler.turn import Turn
from server.bulk import actions, telling, working
from server.threads import actions as threads
from tests.world import Person, World

pytestmark = pytest.mark.anyio


def create(world: World, *accounts: Any, key: str | None = None, **more: Any) -> BulkCreate:
    fields: dict[str, Any] = {"body": paragraph("Dags för bokslut!"), **more}
    if "matching" not in fields and "account_ids" not in fields:
        fields["account_ids"] = [account.id for account in accounts]
    return BulkCreate(client_bulk_id=key or new_id(), **fields)


async def begin(world: World, *accounts: Any, by: Person | None = None, **more: Any) -> BulkRun:
    """By Anna, unless the test says otherwise."""
    run: BulkRun = await world.do(by or world.anna, create(world, *accounts, **more))
    return run


async def work(world: World) -> int:
    """A scheduler looks; for how many accounts it did something."""
    now = world.clock.now()
    done = await bulk.tick(world.means, now, Turn.at(now))
    await world.settled()
    return done


async def report(world: World, run: BulkRun, who: Person | None = None) -> BulkReport:
    found: BulkReport = await world.do(who or world.anna, BulkGet(bulk_id=run.id))
    return found


async def counts(world: World, run: BulkRun) -> tuple[str, int, int, int]:
    now = (await report(world, run)).bulk
    return now.state, now.created, now.skipped, now.failed


async def left_out(world: World, run: BulkRun) -> dict[str, str]:
    return {one.account.id: one.why for one in (await report(world, run)).left_out}


async def chats(world: World, who: Person, account_id: str | None = None) -> list[Thread]:
    page = await world.do(who, ThreadList(account_id=account_id))
    return list(page.threads)


async def first_message(world: World, thread: Thread) -> str:
    stored = await world.store.streams.read(thread_stream(thread.id), 0, 100)
    return next(plain_text(one.event.body) for one in stored if isinstance(one.event, MessageSent))


async def entries(world: World, who: Person) -> list[Notification]:
    page = await world.do(who, NotificationList())
    return [entry for entry in page.notifications if entry.about == "bulk"]


async def test_each_account_gets_a_chat_of_its_own_and_sees_no_other(world: World) -> None:
    """BK-1, BK-2, BK-3, TH-5: shortcodes stand for each account's own; recipients are strangers to each other."""
    run = await begin(
        world, world.holm, world.eken, subject="Bokslut [ACCOUNT_NAME]", body=paragraph("Hej [ACCOUNT_NAME]!")
    )
    assert (run.state, run.total, run.created) == ("running", 2, 0)
    assert await chats(world, world.petra) == []
    assert await work(world) == 2
    assert await counts(world, run) == ("done", 2, 0, 0)
    (petras,) = await chats(world, world.petra)
    (gunillas,) = await chats(world, world.gunilla)
    assert (petras.subject, gunillas.subject) == ("Bokslut Holm & Döttrar Bygg AB", "Bokslut Brf Eken 4")
    assert await first_message(world, petras) == "Hej Holm & Döttrar Bygg AB!"
    assert await first_message(world, gunillas) == "Hej Brf Eken 4!"
    (seen,) = await chats(world, world.anna, world.holm.id)
    assert seen.staff is not None
    assert (seen.staff.origin, seen.created_by.id) == ("bulk", world.anna.id)
    for person, other in ((world.petra, gunillas), (world.gunilla, petras)):
        assert other.id not in {thread.id for thread in await chats(world, person)}
    # It is a chat like any other: a letter tells of it, and a second look does nothing.
    assert await world.store.letters.of_thread(world.firm.id, petras.id) != []
    assert await work(world) == 0


async def test_who_cannot_receive_is_said_before_and_skipped_then(world: World) -> None:
    """BK-5: not activated, archived, no access for the sender. The rest succeed."""
    await world.store.accounts.change(world.firm.id, world.eken.id, {"$set": {"archived": True}})
    asked = [world.holm.id, world.eken.id, world.salt.id, world.wester.id, world.harbour.id]
    seen: BulkPreviewed = await world.do(world.anna, BulkPreview(account_ids=asked))
    assert (seen.total, seen.ready) == (5, 2)
    assert seen.excluded == {"account_archived": 1, "nobody_can_read": 1, "no_access": 1}
    assert {one.account.name: one.why for one in seen.left_out} == {
        "Brf Eken 4": "account_archived",
        "Café Saltå AB": "nobody_can_read",
        "": "no_access",
    }
    run = await begin(world, account_ids=asked)
    await work(world)
    assert await counts(world, run) == ("done", 2, 3, 0)
    assert await left_out(world, run) == {
        world.eken.id: "account_archived",
        world.salt.id: "nobody_can_read",
        world.harbour.id: "no_access",
    }
    assert await chats(world, world.emma) == [], "nothing of another firm is touched"


async def test_nobody_reaches_an_account_that_they_do_not_see(world: World) -> None:
    """BK-5, AC-4: neither by its id nor by what it has in common with others, and its name isn't told."""
    asked = [world.holm.id, world.wester.id]
    seen: BulkPreviewed = await world.do(world.sofia, BulkPreview(account_ids=asked))
    assert [(one.account.id, one.account.name, one.why) for one in seen.left_out] == [
        (world.wester.id, "", "no_access")
    ]
    run = await begin(world, by=world.sofia, account_ids=asked)
    await work(world)
    found = await report(world, run, world.sofia)
    assert (found.bulk.created, found.bulk.skipped) == (1, 1)
    assert [(one.account.name, one.why) for one in found.left_out] == [("", "no_access")]
    everybody: BulkPreviewed = await world.do(world.sofia, BulkPreview(matching=AccountFilter()))
    assert everybody.total == 2
    with pytest.raises(Invalid, match="at least one account"):
        await world.do(world.olle, BulkPreview(matching=AccountFilter()))


async def test_access_that_is_lost_meanwhile_holds_for_the_rest(world: World) -> None:
    """BK-5, AC-15: whether somebody may is asked when an account's turn comes."""
    run = await begin(world, world.holm, world.eken, by=world.sofia)
    await world.store.accounts.change(world.firm.id, world.eken.id, {"$set": {"staff_ids": []}})
    await work(world)
    found = await report(world, run, world.sofia)
    assert [(one.account.id, one.why) for one in found.left_out] == [(world.eken.id, "no_access")]
    another = await begin(world, world.holm, by=world.sofia)
    await world.store.people.change_staff(world.firm.id, world.sofia.id, {"active": False})
    await work(world)
    stored = await world.store.bulk_runs.get(world.firm.id, another.id)
    assert stored is not None
    assert (stored.state, stored.created, stored.failed) == ("done", 0, 1)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (AccountFilter(), {"holm", "eken", "wester", "salt"}),
        (AccountFilter(search="eken"), {"eken"}),
        (AccountFilter(activation="activated"), {"holm", "eken", "wester"}),
        (AccountFilter(activation="pending"), {"salt"}),
        (AccountFilter(kind="company", search="ab"), {"holm", "wester", "salt"}),
    ],
)
async def test_all_that_match_are_meant(world: World, wanted: AccountFilter, names: set[str]) -> None:
    """BK-1."""
    run = await begin(world, matching=wanted)
    portion = await world.store.bulk_portions.claim(await stored(world, run), 1, 2, begun=False)
    assert portion is not None
    assert set(portion.account_ids) == {getattr(world, name).id for name in names}
    assert run.total == len(names)


async def stored(world: World, run: BulkRun) -> Any:
    found = await world.store.bulk_runs.get(world.firm.id, run.id)
    assert found is not None
    return found


async def test_those_of_a_colleague_are_meant(world: World) -> None:
    """BK-1."""
    assert (await begin(world, matching=AccountFilter(staff_id=world.sofia.id))).total == 2
    with pytest.raises(Invalid, match="at least one account"):
        await begin(world, matching=AccountFilter(staff_id=world.olle.id))


async def test_a_template_gives_what_is_not_said_and_its_tasks(world: World) -> None:
    """BK-4, TP-4: it is copied when the run begins, so what becomes of it changes no run."""
    reminder = ReminderSetting(enabled=True, days=2, number=3)
    template = await world.do(
        world.anna,
        TemplateCreate(
            client_template_id=new_id(),
            name="Moms",
            subject="Moms [ACCOUNT_NAME]",
            body=paragraph("Skicka kvitton"),
            tasks=["Kvitton från [ACCOUNT_NAME]"],
            reminder=reminder,
        ),
    )
    await begin(world, world.eken, template_id=template.id, body=None)
    await begin(world, world.holm, template_id=template.id, subject="Annat", body=paragraph("Andra ord"))
    await world.do(world.anna, TemplateUpdate(template_id=template.id, subject="Senare"))
    await world.do(world.anna, TemplateDelete(template_id=template.id))
    await work(world)
    (chat,) = await chats(world, world.anna, world.eken.id)
    assert (chat.subject, await first_message(world, chat)) == ("Moms Brf Eken 4", "Skicka kvitton")
    assert chat.staff is not None
    assert chat.staff.template_id == template.id
    assert chat.staff.reminder is not None
    kept = chat.staff.reminder
    assert ReminderSetting(enabled=kept.enabled, days=kept.days, number=kept.number) == reminder
    tasks = await world.store.tasks.of_thread(world.firm.id, chat.id)
    assert [task.text for task in tasks] == ["Kvitton från Brf Eken 4"]
    (other,) = await chats(world, world.anna, world.holm.id)
    assert (other.subject, await first_message(world, other)) == ("Annat", "Andra ord")
    with pytest.raises(Conflict) as refused:
        await begin(world, world.holm, template_id=template.id)
    assert refused.value.reason == "template_gone"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Dags för bokslut!", "Dags för bokslut!"),
        ("  \nFörsta raden\nAndra raden", "Första raden"),
        ("ord " * 40, ("ord " * 20).strip()),
        ("x" * 200, "x" * 80),
        ("Hej " * 15 + "[ACCOUNT_CUSTOM_FIELD:Ett långt namn] mer", ("Hej " * 15).strip()),
        ("[ACCOUNT_CUSTOM_FIELD:" + "n" * 80 + "] mer", "[ACCOUNT_CUSTOM_FIELD:" + "n" * 80 + "]"),
    ],
)
async def test_without_a_subject_the_first_words_are_one(world: World, text: str, subject: str) -> None:
    """TH-13: in bulk the subject may be left out; no shortcode is cut in two."""
    lines = [block for line in text.split("\n") for block in paragraph(line).content]
    assert actions.first_words(Body(content=lines)) == subject


async def test_a_blank_subject_takes_the_first_words(world: World) -> None:
    """TH-13."""
    run = await begin(world, world.holm, subject="  ", body=paragraph("Hej [ACCOUNT_NAME]"))
    assert run.subject == "Hej [ACCOUNT_NAME]"
    await work(world)
    assert (await chats(world, world.petra))[0].subject == "Hej Holm & Döttrar Bygg AB"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"body": None}, "$.body"),
        ({"body": paragraph(" ")}, "$.body"),
        ({"body": Body(content=[Paragraph(content=[Mention(id="5" * 32, name="Erik")])])}, "$.body"),
        ({"account_ids": []}, "$.account_ids"),
        ({"matching": AccountFilter(), "account_ids": ["5" * 32]}, "$.account_ids"),
        ({"matching": AccountFilter(search="ingen")}, "$.matching"),
    ],
)
async def test_what_no_chat_could_begin_with_makes_no_run(world: World, fields: dict[str, Any], path: str) -> None:
    """TH-13, BK-1: refused with its place, and nothing half-made."""
    with pytest.raises(Invalid) as refused:
        await begin(
            world, *([world.holm] if "account_ids" not in fields and "matching" not in fields else []), **fields
        )
    assert refused.value.problem.path == path
    assert (await world.do(world.anna, BulkList())).entities == []


async def test_too_many_accounts_make_no_run(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.bulk.choosing.ACCOUNTS_MAX", 3)
    with pytest.raises(Invalid, match="at most 3 accounts"):
        await begin(world, matching=AccountFilter())
    assert (await begin(world, matching=AccountFilter(activation="activated"))).total == 3


async def test_the_same_key_is_one_run_and_another_meaning_is_refused(world: World) -> None:
    """BK-6, P2: also when both tries are under way at once, and once the run has come further."""
    key = new_id()
    first, second = await asyncio.gather(*(begin(world, world.holm, world.eken, key=key) for _ in range(2)))
    assert first.id == second.id
    await work(world)
    again = await begin(world, world.holm, world.eken, key=key)
    assert (again.id, again.state, again.created) == (first.id, "done", 2)
    with pytest.raises(Conflict) as refused:
        await begin(world, world.holm, key=key)
    assert refused.value.reason == "key_reused"
    assert len(await chats(world, world.anna)) == 2


async def test_a_retry_tries_those_that_were_left_out_and_nobody_else(world: World) -> None:
    """BK-6: who has a chat gets no second one, and the report says what it comes to now."""
    run = await begin(world, world.holm, world.salt)
    await work(world)
    assert await counts(world, run) == ("done", 1, 1, 0)
    await world.do(world.anna, BulkRetry(bulk_id=run.id))
    await work(world)
    assert await counts(world, run) == ("done", 1, 1, 0), "still nobody there who can read"
    await world.store.people.change_contact(world.firm.id, world.nils.id, {"activated_at": 1})
    again = await world.do(world.anna, BulkRetry(bulk_id=run.id))
    assert (again.state, again.created, again.skipped, again.attempt) == ("running", 1, 0, 3)
    await work(world)
    assert await counts(world, run) == ("done", 2, 0, 0)
    assert len(await chats(world, world.anna)) == 2
    before = (await report(world, run)).bulk
    assert await world.do(world.anna, BulkRetry(bulk_id=run.id)) == before, "nobody was left out: nothing to do"
    (entry,) = await entries(world, world.anna)
    assert entry.bulk is not None
    assert (entry.bulk.created, entry.bulk.skipped) == (2, 0)


async def test_a_portion_that_was_left_in_the_middle_makes_no_second_chat(world: World) -> None:
    """BK-6: whoever takes over counts what there is, also where it would be refused by now."""
    run = await begin(world, world.holm, world.eken)
    doc = await stored(world, run)
    portion = await world.store.bulk_portions.claim(doc, world.clock.now(), world.clock.now() + 1, begun=False)
    assert portion is not None
    assert await working._begin_all(world.means, doc, portion) == []
    await world.store.accounts.change(world.firm.id, world.eken.id, {"$set": {"archived": True}})
    assert await work(world) == 0, "somebody else may still be at it"
    assert (await report(world, run)).bulk.state == "running"
    world.clock.advance(s=1)
    assert await work(world) == 2
    assert await counts(world, run) == ("done", 2, 0, 0)
    assert len(await chats(world, world.anna)) == 2


async def test_two_that_work_on_the_same_portion_count_it_once(world: World) -> None:
    """BK-6: one stood still for longer than it had the portion for itself."""
    run = await begin(world, world.holm, world.salt)
    doc = await stored(world, run)
    portion = await world.store.bulk_portions.claim(doc, world.clock.now(), world.clock.now() + 1, begun=False)
    assert portion is not None
    both = await asyncio.gather(*(working._begin_all(world.means, doc, portion) for _ in range(2)))
    for outcome in both:
        await working._finished(world.means, doc, portion, 2 - len(outcome), outcome, world.clock.now())
    await work(world)
    assert await counts(world, run) == ("done", 1, 1, 0)
    assert len(await chats(world, world.anna)) == 1


async def test_a_run_is_paused_and_taken_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "PORTION_ACCOUNTS", 1)
    run = await begin(world, world.holm, world.eken, world.wester)
    await working.work(world.means, await stored(world, run), world.clock.now())
    paused = await world.do(world.anna, BulkPause(bulk_id=run.id))
    assert (paused.state, paused.created) == ("paused", 1)
    assert await world.do(world.anna, BulkPause(bulk_id=run.id)) == paused
    assert await work(world) == 0
    assert await counts(world, run) == ("paused", 1, 0, 0)
    assert (await world.do(world.anna, BulkResume(bulk_id=run.id))).state == "running"
    assert await work(world) == 2
    assert await counts(world, run) == ("done", 3, 0, 0)
    for command in (BulkPause(bulk_id=run.id), BulkResume(bulk_id=run.id), BulkCancel(bulk_id=run.id)):
        with pytest.raises(Conflict) as refused:
            await world.do(world.anna, command)
        assert refused.value.reason == "bulk_over"


@pytest.mark.parametrize("paused", [False, True])
async def test_a_run_is_cancelled_and_what_was_under_way_is_counted(
    world: World, monkeypatch: pytest.MonkeyPatch, paused: bool
) -> None:
    """BK-5, BK-6: the chats that there are stay, the report counts them, and no more are begun."""
    monkeypatch.setattr(actions, "PORTION_ACCOUNTS", 2)
    run = await begin(world, world.holm, world.salt, world.eken, world.wester)
    doc = await stored(world, run)
    portion = await world.store.bulk_portions.claim(doc, world.clock.now(), world.clock.now() + 1, begun=False)
    assert portion is not None
    half = replace(portion, account_ids=[world.holm.id])
    await working._begin_all(world.means, doc, half)
    if paused:
        await world.do(world.anna, BulkPause(bulk_id=run.id))
    assert (await world.do(world.anna, BulkCancel(bulk_id=run.id))).state == "cancelling"
    await work(world)
    assert (await report(world, run)).bulk.state == "cancelling", "somebody may still be at it"
    world.clock.advance(s=1)
    await work(world)
    assert await counts(world, run) == ("cancelled", 1, 0, 0)
    assert len(await chats(world, world.anna)) == 1
    (entry,) = await entries(world, world.anna)
    assert entry.bulk is not None
    assert (entry.bulk.cancelled, entry.bulk.total, entry.bulk.created) == (True, 4, 1)
    assert (await world.do(world.anna, BulkCancel(bulk_id=run.id))).state == "cancelled"
    with pytest.raises(Conflict):
        await world.do(world.anna, BulkResume(bulk_id=run.id))


async def test_the_sender_gets_one_report_and_hears_of_each_step(world: World) -> None:
    """BK-5: one entry with the counts; each portion is told in the author's own stream, and to nobody else."""
    run = await begin(world, world.holm, world.salt, by=world.sofia, subject="Bokslut")
    await work(world)
    (entry,) = await entries(world, world.sofia)
    assert (entry.kind, entry.text, entry.thread_id, entry.unread) == ("bulk_done", "Bokslut", run.id, True)
    assert entry.bulk is not None
    assert (entry.bulk.total, entry.bulk.created, entry.bulk.skipped) == (2, 1, 1)
    for other in (world.anna, world.erik, world.vera):
        assert await entries(world, other) == []
    told = await world.store.streams.read(user_stream(world.sofia.id), 0, 1_000)
    steps = [(one.event.bulk.state, one.event.bulk.created) for one in told if isinstance(one.event, BulkUpdated)]
    assert steps == [("running", 0), ("running", 1), ("done", 1)]
    page = await world.do(world.sofia, NotificationList())
    assert page.open_count == len(page.notifications)
    assert page.open_count >= 1
    # Whoever loses a client loses no report of what they have sent.
    context = await world.context(world.anna)
    await context.store.mongo.transact(
        lambda session: world.store.notifications.forget(world.firm.id, world.sofia.id, [], 1, session)
    )
    assert [one.id for one in await entries(world, world.sofia)] == [entry.id]


async def test_a_report_that_was_heard_before_a_process_died_is_one(world: World) -> None:
    """BK-5, P9."""
    run = await begin(world, world.holm)
    await working.work(world.means, await stored(world, run), world.clock.now())
    await telling.report(world.means, await stored(world, run))
    world.clock.advance(s=5)
    await work(world)
    (entry,) = await entries(world, world.anna)
    assert [line.count for line in entry.gathered] == [1]


async def test_a_run_is_its_authors_alone(world: World) -> None:
    """AC-4: it names accounts that a colleague may not see."""
    run = await begin(world, world.holm, by=world.sofia)
    for other in (world.anna, world.vera, world.grace):
        for command in (BulkGet, BulkPause, BulkResume, BulkCancel, BulkRetry):
            with pytest.raises(NotFound):
                await world.do(other, command(bulk_id=run.id))
        assert (await world.do(other, BulkList())).entities == []
    with pytest.raises(Forbidden):
        await world.do(world.petra, BulkGet(bulk_id=run.id))
    assert [one.id for one in (await world.do(world.sofia, BulkList())).entities] == [run.id]


async def test_a_text_that_does_not_fit_one_account_holds_up_no_other(world: World) -> None:
    """BK-5, SC-3: with its values a subject is too long for one of them."""
    await world.store.accounts.change(world.firm.id, world.eken.id, {"$set": {"name": "E" * 200}})
    run = await begin(world, world.holm, world.eken, subject="Till [ACCOUNT_NAME]")
    await work(world)
    assert await counts(world, run) == ("done", 1, 0, 1)
    assert await left_out(world, run) == {world.eken.id: "text"}


async def test_a_fault_with_one_account_holds_up_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """BK-5: the rest succeed, and the list says which one failed."""
    start = threads.start

    async def faulty(context: Any, new: Any) -> Any:
        if new.account.id == world.eken.id:
            raise RuntimeError("a fault of ours")
        return await start(context, new)

    monkeypatch.setattr(threads, "start", faulty)
    run = await begin(world, world.holm, world.eken, world.wester)
    await work(world)
    assert await counts(world, run) == ("done", 2, 0, 1)
    assert await left_out(world, run) == {world.eken.id: "failed"}
    monkeypatch.undo()
    await world.do(world.anna, BulkRetry(bulk_id=run.id))
    await work(world)
    assert await counts(world, run) == ("done", 3, 0, 0)


async def test_old_runs_that_are_over_make_room(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "RUNS_KEPT_MAX", 2)
    monkeypatch.setattr(actions, "UNDER_WAY_MAX", 2)
    runs = [await begin(world, world.holm), await begin(world, world.holm)]
    with pytest.raises(Conflict) as refused:
        await begin(world, world.holm)
    assert refused.value.reason == "too_many"
    await work(world)
    runs.append(await begin(world, world.holm))
    assert [one.id for one in (await world.do(world.anna, BulkList())).entities] == [run.id for run in runs[1:]]
    with pytest.raises(NotFound):
        await report(world, runs[0])
    assert len(await chats(world, world.anna)) == 2, "its chats stay"
