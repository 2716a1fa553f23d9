"""A chat is found by any words of its subject, its client and the client's people together, with accents or without."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import expect

from protocol.ids import new_id
from tests.product import Product
from tests.stories.browser import NARROW, Lobby, Visitor
from tests.stories.test_at_the_desk import new_chat
from tests.stories.test_chat import ANNA, HOLM, PETRA, new_thread

pytestmark = pytest.mark.anyio


async def finds(visitor: Visitor, words: str, subject: str) -> None:
    """Of all chats the list shows this one alone, before and after a reload."""
    await visitor.page.get_by_role("searchbox").fill(words)
    rows = visitor.page.get_by_role("tabpanel").locator("a[data-row]")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text(subject)
    await visitor.page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == [words])
    await visitor.page.reload()
    await expect(rows).to_have_count(1)
    await expect(visitor.page.get_by_role("searchbox")).to_have_value(words)


async def test_staff_find_a_chat_by_subject_client_and_people_together(lobby: Lobby, product: Product) -> None:
    _, subject = new_thread(product)
    number = subject.split()[-1]
    anna = await lobby.staff(ANNA)
    for words in (f"arende {number} holm", f"{number} dottrar ÄREN", f"petra {number} hb1"):
        await finds(anna, words, subject)
    assert await anna.axe() == []
    await anna.page.get_by_role("searchbox").fill(f"petra {number} finnsinte")
    await expect(anna.page.get_by_text("Inga chattar matchar")).to_be_visible()


async def test_a_client_is_chosen_by_the_name_of_one_of_its_people(lobby: Lobby, product: Product) -> None:
    anna = await lobby.staff(ANNA)
    dialog = await new_chat(anna)
    await dialog.get_by_role("combobox", name="Till").fill("petra dottrar")
    found = anna.page.get_by_role("listbox", name="Till").get_by_role("option")
    await expect(found).to_have_count(1)
    await expect(found).to_have_accessible_name(re.compile(re.escape(HOLM)))


async def test_a_contact_with_many_chats_finds_one_in_the_portal(lobby: Lobby, product: Product) -> None:
    subjects = [new_thread(product)[1] for _ in range(7)]
    word = new_id()[:12]
    thread_id, _ = new_thread(product)
    product.call(ANNA, "thread.rename", thread_id=thread_id, subject=f"Årsmöte {word}")
    petra = await lobby.contact(PETRA, "/portal/threads", size=NARROW)
    await expect(petra.page.get_by_role("link", name=re.compile(re.escape(subjects[0]) + r"\b"))).to_be_visible()
    await finds(petra, f"{word} arsmote holm", f"Årsmöte {word}")
    assert await petra.axe() == []
    assert await petra.cramped() == []
    await petra.page.get_by_role("searchbox").fill("finnsinte")
    await petra.page.get_by_role("button", name="Visa alla").click()
    await expect(petra.page.get_by_role("link", name=re.compile(re.escape(subjects[0]) + r"\b"))).to_be_visible()
