"""Bulk runs: begun, shown, paused, taken up, cancelled, and tried again with those that were left out (BK-1 to BK-6).

All staff may; what an account's chat needs is asked for each account. A run is its author's alone, since it names accounts
that another colleague may not see. How it is worked off is in server.bulk.working. Refuses to know how fast.
"""

import re
from functools import partial
from typing import Final

from msgspec.structs import replace

from protocol import body as bodies
from protocol.bulk import (
    BulkCancel,
    BulkCreate,
    BulkDeleted,
    BulkGet,
    BulkList,
    BulkPage,
    BulkPause,
    BulkReport,
    BulkResume,
    BulkRetry,
    BulkRun,
    BulkState,
    BulkUpdated,
    LeftOut,
)
from protocol.errors import Conflict, Invalid, NotFound
from protocol.events import Event
from protocol.ids import new_id
from protocol.wire import Id
from server.bulk import choosing, telling
from server.core import keeping, keys
from server.core.context import Context
from server.core.doing import does
from server.core.kept_texts import for_anybody
from server.core.said import said
from storage.accounts import brief_of
from storage.bulk import BulkPortionDoc, BulkRunDoc, portion_of
from storage.log.streams import Draft
from storage.mongo.connection import Row, Session
from storage.templates import TemplateDoc

PORTION_ACCOUNTS: Final = 25
RUNS_KEPT_MAX: Final = 100
"""Of one person: the oldest that are over are forgotten for a new one."""
UNDER_WAY_MAX: Final = 20
"""Of one person at a time."""
PORTIONS_SHOWN_MAX: Final = 8
FIRST_WORDS_CHARACTERS_MAX: Final = 80
_OVER: Final[frozenset[BulkState]] = frozenset({"cancelled", "done"})


@does(BulkList)
async def page(context: Context, command: BulkList, scope: None) -> BulkPage:
    """The asker's runs."""
    principal = context.principal
    find = partial(context.store.bulk_runs.page, principal.firm_id, principal.user_id)
    return await keeping.page(context, command, BulkPage, find, BulkRunDoc.seen)


@does(BulkGet)
async def get(context: Context, command: BulkGet, scope: None) -> BulkReport:
    """One of the asker's runs, and whom it left out. Raises NotFound."""
    run = await _own(context, command.bulk_id)
    found = await context.store.bulk_portions.with_left_out(run, command.after, PORTIONS_SHOWN_MAX + 1)
    shown = found[:PORTIONS_SHOWN_MAX]
    left_out = [one for portion in shown for one in portion.left_out]
    accounts = await context.store.accounts.many(run.firm_id, [one.account_id for one in left_out])
    seen = {account_id: account for account_id, account in accounts.items() if context.principal.sees(account_id)}
    return BulkReport(
        bulk=run.seen(),
        body=run.body,
        tasks=run.tasks,
        reminder=run.reminder,
        left_out=[LeftOut(account=brief_of(one.account_id, seen.get(one.account_id)), why=one.why) for one in left_out],
        next=shown[-1].number if len(found) > len(shown) else None,
    )


@does(BulkCreate)
async def create(context: Context, command: BulkCreate, scope: None) -> BulkRun:
    """Begin a run; the same key from the same person begins one (P2).

    Raises Invalid for what no chat could begin with and where no account is chosen, or too many; Conflict `template_gone`,
    `too_many` where so many of theirs are under way.
    """

    async def work(key: str, meant: str) -> BulkRun:
        run = await _written(context, command)
        account_ids = [one.id async for some in choosing.chosen(context, command) for one in some]
        portions = _portions(run, account_ids, 0)
        run = replace(run, total=len(account_ids), portions=len(portions))

        async def write(session: Session) -> tuple[BulkRun, list[Draft]]:
            forgotten = await _make_room(context, session)
            await context.store.bulk_runs.add(run, session)
            await context.store.bulk_portions.add(portions, session)
            return run.seen(), [*forgotten, telling.updated(run, context.clock.now(), key=key, meant=meant)]

        return await keeping.change(context, write)

    async def made(event: Event) -> BulkRun | None:
        return (await _own(context, event.bulk.id)).seen() if isinstance(event, BulkUpdated) else None

    return await keys.make(context, command, command.client_bulk_id, work, made)


@does(BulkPause)
async def pause(context: Context, command: BulkPause, scope: None) -> BulkRun:
    """Begin no more chats for now. Raises NotFound, Conflict `bulk_over`."""
    return await _turn(context, command.bulk_id, {"running": "paused"}, stays={"paused"})


@does(BulkResume)
async def resume(context: Context, command: BulkResume, scope: None) -> BulkRun:
    """Go on. Raises NotFound, Conflict `bulk_over`."""
    return await _turn(context, command.bulk_id, {"paused": "running"}, stays={"running"})


@does(BulkCancel)
async def cancel(context: Context, command: BulkCancel, scope: None) -> BulkRun:
    """Begin no more, for good. Raises NotFound, Conflict `bulk_over` for one that is done."""
    turns: dict[BulkState, BulkState] = {"running": "cancelling", "paused": "cancelling"}
    return await _turn(context, command.bulk_id, turns, stays={"cancelling", "cancelled"})


@does(BulkRetry)
async def retry(context: Context, command: BulkRetry, scope: None) -> BulkRun:
    """Try again with those that were left out; a run without any stays as it is. Raises NotFound, Conflict `bulk_over` for
    one that is being cancelled."""
    run, now = await _own(context, command.bulk_id), context.clock.now()

    async def write(session: Session) -> tuple[BulkRun, list[Draft]]:
        before = await _held(context, run.id, session)
        if before.state == "cancelling":
            raise _over()
        account_ids = await context.store.bulk_portions.take_left_out(before, session)
        if not account_ids:
            return before.seen(), []
        portions = _portions(before, account_ids, before.portions)
        await context.store.bulk_portions.add(portions, session)
        fields: Row = {"skipped": 0, "failed": 0, "portions": before.portions + len(portions), "updated_at": now}
        fields["attempt"] = before.attempt + 1
        update: Row = {"$set": fields}
        if before.state in _OVER:
            fields |= {"state": "running", "due_at": now}
            update["$unset"] = {"finished_at": ""}
        return await _changed(context, before, update, session)

    return await keeping.change(context, write)


# inside


async def _written(context: Context, command: BulkCreate) -> BulkRunDoc:
    """What each chat is to begin with, as it was written. Raises Invalid, Conflict `template_gone`."""
    principal, now = context.principal, context.clock.now()
    template: TemplateDoc | None = None
    if command.template_id is not None:
        template = await context.store.templates.get(principal.firm_id, command.template_id)
        if template is None:
            raise Conflict("This template has been deleted. Choose another one, or none.", reason="template_gone")
    body = command.body or (template.body if template is not None else None)
    if body is None:
        raise Invalid(path="$.body", expected="a text, or a template", got="neither")
    body = for_anybody(body)
    subject = command.subject.strip() or (template.subject if template is not None else "") or first_words(body)
    return BulkRunDoc(
        id=new_id(),
        firm_id=principal.firm_id,
        by=principal.person,
        state="running",
        subject=said("$.subject", subject),
        body=body,
        created_at=now,
        updated_at=now,
        total=0,
        portions=0,
        tasks=template.tasks if template is not None else [],
        reminder=command.reminder or (template.reminder if template is not None else None),
        template_id=command.template_id,
        due_at=now,
    )


def first_words(body: bodies.Body) -> str:
    """What a chat is called whose writer gave it no subject: the text's first words, with no shortcode cut in two."""
    line = next((line for line in bodies.plain_text(body).splitlines() if line.strip()), "")
    words = " ".join(line.split())
    if len(words) <= FIRST_WORDS_CHARACTERS_MAX:
        return words
    end = FIRST_WORDS_CHARACTERS_MAX
    for code in re.finditer(r"\[[^\[\]]*\]", words):
        if code.start() < end < code.end():
            end = code.start() or code.end()
    cut = words[:end]
    if end < len(words) and " " in cut and words[end] != " " and not cut.endswith("]"):
        cut = cut.rsplit(" ", 1)[0]
    return cut.strip() or words[:FIRST_WORDS_CHARACTERS_MAX]


def _portions(run: BulkRunDoc, account_ids: list[Id], number: int) -> list[BulkPortionDoc]:
    """The accounts in portions, numbered on from one."""
    return [
        portion_of(run, number + place + 1, account_ids[begin : begin + PORTION_ACCOUNTS])
        for place, begin in enumerate(range(0, len(account_ids), PORTION_ACCOUNTS))
    ]


async def _make_room(context: Context, session: Session) -> list[Draft]:
    """Forget the oldest that are over, where there are as many as are kept. Raises Conflict `too_many`."""
    principal, store = context.principal, context.store
    known = await store.bulk_runs.of_author(principal.firm_id, principal.user_id, session)
    over = [run_id for run_id, state in known if state in _OVER]
    if len(known) - len(over) >= UNDER_WAY_MAX:
        raise Conflict(f"{UNDER_WAY_MAX} runs of yours are under way already.", reason="too_many")
    drafts = []
    for run_id in over[: max(0, len(known) - RUNS_KEPT_MAX + 1)]:
        await store.bulk_runs.delete(principal.firm_id, run_id, session)
        await store.bulk_portions.delete(principal.firm_id, run_id, session)
        drafts.append(keeping.draft(context, BulkDeleted(bulk_id=run_id), personal=True))
    return drafts


async def _own(context: Context, run_id: Id) -> BulkRunDoc:
    run = await context.store.bulk_runs.get(context.principal.firm_id, run_id)
    if run is None or run.by.id != context.principal.user_id:
        raise NotFound("You have no such run.")
    return run


async def _held(context: Context, run_id: Id, session: Session) -> BulkRunDoc:
    run = await context.store.bulk_runs.get(context.principal.firm_id, run_id, session)
    if run is None:
        raise NotFound("You have no such run.")
    return run


def _over() -> Conflict:
    return Conflict("This run is over.", reason="bulk_over")


async def _turn(context: Context, run_id: Id, turns: dict[BulkState, BulkState], stays: set[BulkState]) -> BulkRun:
    """Have a run be in another state; one that is in it stays as it is."""
    run, now = await _own(context, run_id), context.clock.now()

    async def write(session: Session) -> tuple[BulkRun, list[Draft]]:
        before = await _held(context, run.id, session)
        if before.state in stays:
            return before.seen(), []
        if before.state not in turns:
            raise _over()
        state = turns[before.state]
        update: Row = {"$set": {"state": state, "updated_at": now}}
        if state == "paused":
            update["$unset"] = {"due_at": ""}
        else:
            update["$set"]["due_at"] = now
        return await _changed(context, before, update, session)

    return await keeping.change(context, write)


async def _changed(context: Context, run: BulkRunDoc, update: Row, session: Session) -> tuple[BulkRun, list[Draft]]:
    after = await context.store.bulk_runs.change(run, update, session) or run
    return after.seen(), [telling.updated(after, context.clock.now())]
