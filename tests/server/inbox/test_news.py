"""Who hears of what is found for each event by itself: the same in any batches, of any history (NS-1, NS-7, NS-8)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as some

from protocol.body import Body, Mention, Paragraph
from protocol.events import Event
from protocol.ids import new_id, notes_stream, thread_stream
from protocol.messages import MessageSent
from protocol.people import Person
from protocol.tasks import Task, TaskAdded, TaskCompleted
from protocol.threads import ThreadAssigned, ThreadCreated, ThreadRenamed
from protocol.wire import Id
from server.core.moment import Matter
from server.inbox import news
from server.inbox.news import Hearing
from storage.accounts import AccountDoc
from storage.log.drafts import Draft, Head, Stored, stored_at
from storage.people import StaffDoc
from storage.threads import Position, ThreadDoc

FIRM, ACCOUNT, THREAD, TASK = new_id(), new_id(), new_id(), new_id()
STAFF = [
    StaffDoc(
        id=new_id(),
        firm_id=FIRM,
        name=name,
        email=f"{name.lower()}@lindbergfalk.example",
        role="owner" if name == "Anna" else "employee",
        rights=["view_all_accounts"] if name == "Vera" else [],
        language="sv",
    )
    for name in ("Anna", "Sofia", "Vera", "Olle")
]
PEOPLE = [Person(id=member.id, side="staff", name=member.name) for member in STAFF]
PETRA = Person(id=new_id(), side="contact", name="Petra")
STARTER = PEOPLE[1]
HOLM = AccountDoc(
    id=ACCOUNT,
    firm_id=FIRM,
    name="Holm",
    name_key="holm",
    short_id="HB1",
    kind="company",
    created_at=1,
    staff_ids=[STAFF[1].id],
    follower_ids=[STAFF[1].id],
)

Act = tuple[bool, Person, Event, int]
"""Whether it is internal, whose it is, what it is, and how long after the one before."""
staff = some.sampled_from(PEOPLE)
everybody = some.sampled_from([*PEOPLE, PETRA])
written = some.builds(
    lambda whom: MessageSent(
        message_id=new_id(),
        client_message_id=new_id(),
        body=Body(content=[Paragraph(content=[Mention(id=one.id, name=one.name) for one in whom])]),
    ),
    some.lists(staff, max_size=2),
)
task = some.just(TaskAdded(task=Task(id=TASK, text="kvitton", created_by=STARTER, created_at=1)))
ticked = some.just(TaskCompleted(task_id=TASK))
renamed = some.just(ThreadRenamed(subject="nytt"))
assigned = some.builds(ThreadAssigned, assignee=some.none() | staff, lost_by=some.none() | staff)
acts: some.SearchStrategy[list[Act]] = some.lists(
    some.tuples(some.just(False), everybody, written | task | ticked | renamed, some.integers(0, 2))
    | some.tuples(some.just(True), staff, written | assigned, some.integers(0, 2)),
    min_size=1,
    max_size=9,
)


def history(acted: Sequence[Act]) -> list[Stored]:
    """The events of a thread with these acts in it, each some time after the one before."""
    at, heads, found = 1, {True: Head(), False: Head()}, []
    begun = ThreadCreated(account_id=ACCOUNT, subject="Bokslut")
    words = MessageSent(message_id=new_id(), client_message_id=new_id(), body=Body(content=[Paragraph(content=[])]))
    beginning: list[Act] = [(False, STARTER, begun, 0), (False, STARTER, words, 0)]
    for internal, actor, event, later in [*beginning, *acted]:
        at += later
        stream = notes_stream(THREAD) if internal else thread_stream(THREAD)
        draft = Draft(stream=stream, firm_id=FIRM, account_id=ACCOUNT, at=at, actor=actor, event=event)
        heads[internal] = heads[internal].after(draft)
        found.append(stored_at(draft, heads[internal]))
    return found


def heard(events: Sequence[Stored]) -> list[Hearing]:
    thread = ThreadDoc(
        id=THREAD,
        firm_id=FIRM,
        account_id=ACCOUNT,
        subject="Bokslut",
        state="active",
        origin="manual",
        created_at=1,
        created_by=STARTER,
        last_message_at=1,
        updated_at=1,
        visible_at=1,
        firm_unread=0,
        has_unread=False,
        head=Head(),
        firm_read=Position(),
        contact_read=Position(),
        tasks_done=0,
        tasks_total=0,
        assignee_id=STAFF[2].id,
    )
    matter = Matter(thread, HOLM, events)
    return news.hearings([matter], {FIRM: STAFF})


Told = dict[tuple[Id, str, int], tuple[str, str, bool]]


def each(hearings: Sequence[Hearing]) -> Told:
    """To whom each event is told, and how."""
    return {
        (hearing.member.id, item.stream, item.seq): (
            item.kind_for(hearing.member.id),
            item.text,
            item.called(hearing.member.id),
        )
        for hearing in hearings
        for item in hearing.news
    }


@given(acts, some.randoms(use_true_random=False))
def test_who_hears_of_what_is_the_same_in_any_batches(acted: list[Act], chance: random.Random) -> None:
    """Some of them twice, and out of order."""
    events = history(acted)
    shuffled = [*events, *chance.sample(events, len(events) // 2)]
    chance.shuffle(shuffled)
    told: Told = {}
    while shuffled:
        size = chance.randrange(1, len(shuffled) + 1)
        batch, shuffled = shuffled[:size], shuffled[size:]
        told |= each(heard(batch))
    assert told == each(heard(events))


@given(acts)
def test_nobody_hears_of_their_own_acts_and_everybody_of_the_others_who_follows(
    acted: list[Act],
) -> None:
    events = history(acted)
    told = each(heard(events))
    for stored in events:
        assert stored.actor is not None
        assert (stored.actor.id, stored.stream, stored.seq) not in told
        if isinstance(stored.event, MessageSent) and stored.actor != STARTER:
            assert (STARTER.id, stored.stream, stored.seq) in told


@given(acts)
def test_the_latest_is_shown_and_it_stands_for_all(acted: list[Act]) -> None:
    for hearing in heard(history(acted)):
        assert list(hearing.news) == sorted(hearing.news, key=lambda item: item.order)
        assert hearing.heard == hearing.news[-1].seq
        mentioned = [item.seq for item in hearing.news if hearing.member.id in item.mentioned]
        assert hearing.called == max(mentioned, default=0)
