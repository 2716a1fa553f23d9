"""The automated checks of the Email Markup Consortium's accessibility report, over every letter in every language.

Each test bears the name of the check (emailmarkup.org/en/reports/accessibility, 2025; the report runs Parcel's checker).
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import msgspec
import pytest

from scheduler.letters.colours import CONTRAST_MIN, contrast
from scheduler.letters.writing import Letter
from tests.scheduler.letters.letter_gallery import LETTERS, SAID, mail_of, parts

VOID = {"meta", "br", "img", "link", "hr", "input"}
GENERIC = {
    "click here",
    "here",
    "link",
    "more",
    "read more",
    "learn more",
    "klicka här",
    "här",
    "läs mer",
    "mer",
    "länk",
}
CONDITIONAL = re.compile(r"<!--\[if mso\]>(.*?)<!\[endif\]-->", re.DOTALL)


class Element(msgspec.Struct):
    """An element as a reader meets it: what it is, and all its text."""

    tag: str
    attributes: dict[str, str]
    parent: Element | None
    text: str = ""

    @property
    def style(self) -> dict[str, str]:
        pairs = (one.partition(":") for one in self.attributes.get("style", "").split(";") if one.strip())
        return {name.strip(): value.strip() for name, _, value in pairs}


class Tree(HTMLParser):
    """The elements of a letter in their order; what stands in Outlook's conditional comments is among them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[Element] = []
        self._open: Element | None = None
        self.feed(CONDITIONAL.sub(lambda found: found[1] if "<style" not in found[1] else "", html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs}, self._open)
        self.elements.append(element)
        if tag not in VOID:
            self._open = element

    def handle_endtag(self, tag: str) -> None:
        assert self._open is not None
        assert self._open.tag == tag, f"<{self._open.tag}> closed by </{tag}>"
        self._open = self._open.parent

    def handle_data(self, data: str) -> None:
        above = self._open
        while above is not None:
            above.text += data
            above = above.parent

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        (element,) = self.all(tag)
        return element


def tree_of(letter: Letter) -> Tree:
    return Tree(parts(mail_of(letter))[1])


def languages_of(letter: Letter) -> str:
    return letter.language or letter.firm.language


every_kind = pytest.mark.parametrize("letter", LETTERS.values(), ids=LETTERS)


@every_kind
def test_content_inside_the_body_is_wrapped_in_a_dir_attribute(letter: Letter) -> None:
    wrapped = [element for element in tree_of(letter).elements if element.parent and element.parent.tag == "body"]
    assert wrapped
    assert all(element.attributes.get("dir") == "ltr" for element in wrapped)


@every_kind
def test_content_inside_the_body_is_wrapped_in_a_lang_attribute(letter: Letter) -> None:
    wrapped = [element for element in tree_of(letter).elements if element.parent and element.parent.tag == "body"]
    assert wrapped
    assert all(element.attributes.get("lang") == languages_of(letter) for element in wrapped)


@every_kind
def test_the_html_element_has_a_lang_attribute(letter: Letter) -> None:
    html = tree_of(letter).one("html")
    assert (html.attributes["lang"], html.attributes["dir"]) == (languages_of(letter), "ltr")


@every_kind
def test_tables_used_for_formatting_have_the_role_presentation(letter: Letter) -> None:
    # One that somebody wrote into a message holds data.
    tables = [table for table in tree_of(letter).all("table") if table.attributes.get("class") != "said-table"]
    assert tables
    assert all(table.attributes.get("role") == "presentation" for table in tables)
    assert tree_of(letter).all("th", "caption", "thead", "tfoot") == []


@every_kind
def test_the_page_contains_one_level_one_heading_and_no_level_is_left_out(letter: Letter) -> None:
    headings = tree_of(letter).all("h1", "h2", "h3", "h4", "h5", "h6")
    assert [heading.tag for heading in headings].count("h1") == 1
    assert all(heading.text.strip() for heading in headings)
    levels = [int(heading.tag[1]) for heading in headings]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_kind
def test_links_have_discernible_and_descriptive_text(letter: Letter) -> None:
    links = tree_of(letter).all("a")
    assert links
    for link in links:
        assert link.attributes["href"].startswith("http")
        words = " ".join(link.text.split())
        assert len(words) > 2
        assert words.lower() not in GENERIC
    by_words = {" ".join(link.text.split()): link.attributes["href"] for link in links}
    assert all(by_words[" ".join(link.text.split())] == link.attributes["href"] for link in links)


@every_kind
def test_links_are_distinguishable_without_relying_on_colour(letter: Letter) -> None:
    """Underlined, or a button with an outline."""
    for link in tree_of(letter).all("a"):
        assert link.style.get("text-decoration") == "underline" or "border" in link.style, link


@every_kind
def test_elements_have_sufficient_colour_contrast(letter: Letter) -> None:
    """Every element that sets a colour, on the ground that it stands on. The preview line too: some programs show it."""
    for element in tree_of(letter).elements:
        colour = element.style.get("color")
        if colour is None:
            continue
        ground: Element | None = element
        while ground is not None and "background-color" not in ground.style:
            ground = ground.parent
        assert ground is not None, element
        assert contrast(colour, ground.style["background-color"]) >= CONTRAST_MIN, element


@every_kind
def test_images_have_alternate_text(letter: Letter) -> None:
    """The one there may be is the logo, called what stands there without it; nothing else would need one, and there is no
    VML, whose text and links nobody can reach."""
    images = tree_of(letter).all("img")
    assert [image.attributes["alt"] for image in images] == ([letter.firm.mark] if letter.firm.logo else [])
    assert tree_of(letter).all("svg", "area", "object", "video", "v:rect", "v:roundrect", "v:image") == []


@every_kind
def test_the_document_has_a_title(letter: Letter) -> None:
    mail = mail_of(letter)
    title = Tree(parts(mail)[1]).one("title").text
    assert title == str(mail["Subject"]) != ""


@every_kind
def test_zooming_is_not_disabled(letter: Letter) -> None:
    (viewport,) = (m for m in tree_of(letter).all("meta") if m.attributes.get("name") == "viewport")
    assert not re.search(r"user-scalable|maximum-scale|minimum-scale", viewport.attributes["content"])


@every_kind
def test_text_is_large_enough_and_neither_justified_nor_centred(letter: Letter) -> None:
    tree = tree_of(letter)
    for element in tree.elements:
        if size := element.style.get("font-size"):
            assert float(size.removesuffix("px")) >= 13, element
            assert float(element.style["line-height"].removesuffix("px")) >= float(size.removesuffix("px")), element
        assert element.style.get("text-align") != "justify"
        if element.tag in {"p", "h1", "h2"}:
            assert element.style.get("text-align", "left") == "left"
    assert tree.all("center", "marquee", "blink", "font") == []


@every_kind
def test_ids_are_unique_and_aria_is_only_what_html_knows(letter: Letter) -> None:
    tree = tree_of(letter)
    ids = [element.attributes["id"] for element in tree.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    used = {name for element in tree.elements for name in element.attributes if name.startswith("aria-")}
    assert used <= {"aria-hidden"}
    hidden = [element for element in tree.elements if element.attributes.get("aria-hidden")]
    for element in tree.all("a", "h1", "h2"):
        above: Element | None = element
        while above is not None:
            assert above not in hidden, "what people can reach is not hidden"
            above = above.parent


def test_a_letter_with_text_and_everything_else_passes_too() -> None:
    """The largest there is: banner, tasks with and without dates, messages, several accounts."""
    letter = msgspec.structs.replace(
        LETTERS["en-client_messages_to_activate"], count=2, messages=SAID, show_text=True, activate_url=""
    )
    for check in (
        test_the_page_contains_one_level_one_heading_and_no_level_is_left_out,
        test_links_have_discernible_and_descriptive_text,
        test_elements_have_sufficient_colour_contrast,
        test_tables_used_for_formatting_have_the_role_presentation,
    ):
        check(letter)
