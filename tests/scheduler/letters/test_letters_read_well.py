"""Whatever comes together in a letter, it reads well and contradicts nothing: no sentence stands twice, counts agree with
lists and with the forms of words, of what can't be so at once one is said, and each link leads where its reader can come
(RM-18, NS-9, NC-5). Random facts, both languages."""

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from protocol.body import paragraph
from protocol.ids import new_id
from protocol.inbox import NotificationKind
from protocol.people import Person
from scheduler.letters import staff_lead
from scheduler.letters.facts import Letter, Said, Task
from scheduler.letters.layout import Page, lay_out
from scheduler.letters.matter import first_name
from storage.heard import Heard
from tests.scheduler.letters.letter_gallery import IN_ENGLISH, LETTER, STAFF, mail_of, parts

ACTIVATION = "https://klient.lindbergfalk.se/invitation#Zm9vYmFyYmF6cXV4"
WRONG_FORM = re.compile(
    r"\b1 (nya|uppgifter|meddelanden|new|tasks|messages)\b"
    r"|\b(?!1\b)\d+ (nytt|ny|uppgift|meddelande|task|message)\b"
    r"|\b(en|ett|one|a) (nya )?(new )?(uppgifter|meddelanden|tasks|messages)\b"
)
LANGUAGES = st.sampled_from((LETTER, IN_ENGLISH))
PEOPLE = [Person(id=new_id(), side="staff", name=name) for name in ("Sofia Falk", "Erik Lindberg")]


@st.composite
def to_contacts(draw: st.DrawFn) -> Letter:
    """A letter to a contact, of facts that can come together."""
    kind = draw(st.sampled_from(("client_new_thread", "client_messages", "client_tasks", "client_reminder")))
    waiting = draw(st.sampled_from(("nothing", "message", "reply"))) if kind == "client_reminder" else "nothing"
    about_tasks = kind == "client_tasks" or (kind == "client_reminder" and waiting == "nothing")
    left = 0 if waiting == "reply" else draw(st.integers(int(about_tasks), 24))
    done = 0 if waiting == "reply" else draw(st.integers(0, 3))
    count = draw(st.integers(1, max(1, left) if kind == "client_tasks" else 24))
    shown = draw(st.booleans()) and not about_tasks
    said = tuple(Said(who="Anna Lindberg", body=paragraph(f"Ord {number}")) for number in range(min(count, 10)))
    return replace(
        draw(LANGUAGES),
        kind=kind,
        waiting=waiting,
        count=count,
        tasks_open=tuple(Task(text=f"Underlag {number}") for number in range(left)),
        tasks_total=left + done,
        show_tasks=draw(st.booleans()),
        show_text=shown,
        messages=said if shown else (),
        messages_earlier=count - len(said) if shown else 0,
        thread_subject=draw(st.sampled_from(("Årsbokslut", ""))),
        activate_url=draw(st.sampled_from((ACTIVATION, ""))),
    )


@st.composite
def to_staff(draw: st.DrawFn) -> tuple[Letter, staff_lead.Standing]:
    """A letter to staff of random news, and how its thread stands when it goes."""
    assigned = draw(st.booleans())
    standing = staff_lead.Standing(
        mine=assigned and draw(st.booleans()),
        assigned=assigned,
        all_done=draw(st.booleans()),
        active=draw(st.booleans()),
    )
    kinds = [kind for kind in get_args(NotificationKind) if kind in staff_lead.TOLD]
    heard = [
        Heard(
            stream="t",
            seq=seq,
            at=seq,
            kind=kind,
            actor=draw(st.sampled_from(PEOPLE)),
            text=draw(st.sampled_from(("", "Vera Berg"))),
        )
        for seq, kind in enumerate(draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=8)), 1)
    ]
    written = sum(item.kind in {"mention", "message_from_contact", "message_from_staff"} for item in heard)
    lead = staff_lead.lead(staff_lead.still_so(heard, standing), written)
    told = replace(draw(LANGUAGES), **STAFF, thread_subject=draw(st.sampled_from(("Årsbokslut", ""))))
    if lead is None:
        return replace(told, kind="staff_activity"), standing
    return (
        replace(
            told,
            kind=lead.kind,
            who=lead.who,
            activity=lead.activity,
            also=lead.also,
            others=lead.others,
            count=max(1, written),
        ),
        standing,
    )


def sentences(page: Page) -> list[str]:
    """All that is said, sentence by sentence, as a reader compares them."""
    said = [
        *(page.activation or ()),
        page.heading,
        page.intro.text,
        page.after,
        page.messages_earlier,
        page.tasks_title,
    ]
    said += [page.tasks_more, page.lasts, page.no_button, page.hint, page.footer_why]
    return [one.strip(" .").casefold() for part in said for one in re.split(r"(?<=[.?!])\s", part) if one]


def is_read_well(page: Page) -> None:
    said = sentences(page)
    assert len(said) == len(set(said)), said
    assert not WRONG_FORM.search(". ".join([page.subject, *said]))
    urls = [button.url for button in page.buttons]
    assert len(urls) == len(set(urls))


@given(to_contacts())
def test_a_letter_to_a_contact_says_nothing_twice_and_counts_what_it_lists(letter: Letter) -> None:
    """RM-18, EM-2, EM-8."""
    page = lay_out(letter)
    is_read_well(page)
    left = len(letter.tasks_open)
    if page.tasks:
        assert len(page.tasks) + number_in(page.tasks_more) == left
        assert page.tasks_done.startswith(f"{letter.tasks_total - left} ")
    if page.messages:
        assert len(page.messages) + number_in(page.messages_earlier) == letter.count
    counted = {"client_tasks": letter.count, "client_new_thread": 0, "client_messages": 0}.get(letter.kind, left)
    told = re.search(r"(\d+|en|a|one) (ny |nya |new )?(uppgift|task)", page.heading)
    assert (0 if told is None else number_in(told[1]) or 1) == counted


def number_in(text: str) -> int:
    found = re.search(r"\d+", text)
    return int(found[0]) if found else 0


@given(to_contacts().filter(lambda letter: bool(letter.activate_url)))
def test_who_never_activated_is_led_nowhere_but_to_their_activation(letter: Letter) -> None:
    """NC-5, AC-8: elsewhere they would be asked for a password that they don't have."""
    page = lay_out(letter)
    assert [button.url for button in page.buttons] == [ACTIVATION]
    assert page.buttons[0].label in {"Aktivera kontot", "Activate your account"}
    text, html = parts(mail_of(letter))
    assert set(re.findall(r'href="([^"]+)"', html)) == set(re.findall(r"https://\S+", text)) == {ACTIVATION}
    assert not re.search("[Ll]ogga in|[Ll]og in|inloggning|logging in", text + html)


@given(to_staff())
def test_a_letter_to_staff_says_nothing_twice_and_nothing_that_is_not_so(
    told: tuple[Letter, staff_lead.Standing],
) -> None:
    """NS-9, TK-6, AS-5."""
    letter, now = told
    is_read_well(lay_out(letter))
    said = {letter.activity, *letter.also} - {"assigned" if letter.kind == "staff_mention" else ""}
    assert len(said & {"assigned", "reassigned", "taken_over", "unassigned"}) <= 1
    assert not {"tasks", "tasks_done"} <= said
    untrue = {
        "tasks_done": not now.all_done,
        "reopened": not now.active,
        "assigned": not now.mine,
        "reassigned": now.mine or not now.assigned,
        "taken_over": now.mine or not now.assigned,
        "unassigned": now.assigned,
    }
    assert not [activity for activity, wrong in untrue.items() if wrong and activity in said]


@pytest.mark.parametrize(
    ("to", "heading"),
    [("", "Sofia Falk har tagit över en chatt"), ("Vera Berg", "Sofia Falk har ändrat tilldelningen av en chatt")],
)
def test_who_took_a_chat_over_is_not_said_to_have_assigned_it_to_a_colleague(to: str, heading: str) -> None:
    """AS-4: an inbox keeps no name beside the actor's there."""
    heard = [
        Heard(stream="t", seq=1, at=1, kind="assignment_changed", actor=PEOPLE[1], text="Anna Lindberg"),
        Heard(stream="t", seq=2, at=2, kind="assignment_changed", actor=PEOPLE[0], text=to),
    ]
    told = staff_lead.lead(heard, 0)
    assert told is not None
    assert told.also == ()
    letter = replace(LETTER, kind=told.kind, who=told.who, activity=told.activity, **STAFF)
    assert lay_out(letter).heading == heading


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("Petra Holm", "Petra"),
        ("Holm, Petra", "Petra"),
        ("Holm, ", "Holm"),
        ("Petra", "Petra"),
        ("Petra Holm, CPA", "Petra"),
        ("Petra Holm, Ph.D.", "Petra"),
        ("Petra Holm, Jr", "Petra"),
        ("Petra Holm, auktoriserad revisor", "Petra"),
        ("ANDERSSON HOLM, PETRA", "PETRA"),
        ("Andersson Holm, Petra", "Petra"),
        ("Holm, JP", "JP"),
        (" ", ""),
        ("petra@holm.example", ""),
    ],
)
def test_people_are_greeted_by_their_first_name_however_it_was_typed(name: str, first: str) -> None:
    assert first_name(name) == first
