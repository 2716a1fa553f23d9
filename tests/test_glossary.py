"""One word for one thing: what docs/glossary.md says has been replaced stands nowhere any more.

Read from the files that git knows. Refuses to judge whether a word that is allowed is the right one.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GLOSSARY = "docs/glossary.md"
HEADING = "## Words that were replaced"

# Other people's texts and programs, what is made of ours, and the words themselves.
NOT_OURS = re.compile(
    r"findings/|tests/foreign/|LICENSE|.*lock|requirements.*\.txt|.*\.gen\.ts|.*/emoji/data\.ts|tests/test_glossary\.py|docs/glossary\.md"
)
OURS = re.compile(r".*\.(py|tsx?|css|html|js|mjs|md|toml|json)")
LETTERS = re.compile(
    r"scheduler/(letters|mail)/.*|server/letters/.*|storage/letters\.py|web_client/src/letters/.*|scheduler/words/.*"
)
CONSOLE = re.compile(r"web_client/src/\w+/[a-z]{2}\.staff\.ts")
INTERFACE = re.compile(
    r"web_client/src/\w+/[a-z]{2}(\.staff)?\.ts|scheduler/words/[a-z]{2}\.toml|server/doors/page_words\.py"
)


def spoken(text: str) -> str:
    """What people read of a file of words: the texts of its lines, without keys, comments and the names of values."""
    lines = [
        line
        for line in text.splitlines()
        if not line.lstrip().startswith(("//", "#", "/*", "*", "import", "export", "...", "[", '"""'))
    ]
    said = "\n".join(re.sub(r'^\s*"?[\w.]+"?\s*[:=](?=\s*["{`\[]|\s*$)', "", line) for line in lines)
    return re.sub(r"\{\w+\}", "", said)


def unquoted(text: str) -> str:
    """Without what is said to be the wrong word: "delivered" in quotes."""
    return re.sub(r'"\w+"', '""', text)


PLACES: dict[str, tuple[re.Pattern[str], Callable[[str], str]]] = {
    "everywhere": (OURS, str),
    "letters": (LETTERS, unquoted),
    "interface": (INTERFACE, spoken),
    "console": (CONSOLE, spoken),
}

# What people do and have, and software doesn't: beside `client` in a name it says that a person is meant. Our programs have
# messages, tasks and accounts only by the keys that they give them.
PEOPLE = re.compile(
    r".*client(s|_users?)?_?(row|thread|list|messages?(?!_id)|composer|tasks?(?!_id)|new|entr(y|ies)|view|facts|portal|account(?!_id)"
    r"|reads?|wr[io]te|writes|writing|written|ticks?|ticked|repl(y(?!_id)|ies|ied)|sees?|saw|visible|facing|may|people|person)s?(_?[A-Z0-9]\w*|_\w+|[A-Z]\w*)?"
    r"|(.*_)?(to|now)_?clients?(_\w+)?|reason_?to_?clients?",
    re.IGNORECASE,
)
# Names on the wire, in the store and of the letters' kinds, which older builds and programs know.
KNOWN_OUTSIDE = re.compile(
    r"((en|sv)-)?client_(new_thread|messages|tasks|reminder)(_\w+)?|show_\w+_in_client_email|client_replies"
    r"|clients_may_(create_threads|not_create)|client_views"
)
NAME = re.compile(r"\w*client\w*", re.IGNORECASE)


def files() -> Iterator[tuple[str, str]]:
    """Our own files, by path from the top, with their text."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    for name in listed.split("\0"):
        path = ROOT / name
        if (
            name
            and OURS.fullmatch(name)
            and not NOT_OURS.fullmatch(name)
            and not NOT_OURS.match(name)
            and path.is_file()
        ):
            yield name, path.read_text(encoding="utf-8")


def table() -> list[tuple[str, str, str]]:
    """Each word that was replaced, what replaces it, and where."""
    text = (ROOT / GLOSSARY).read_text(encoding="utf-8").partition(HEADING)[2].partition("\n## ")[0]
    rows = [
        [cell.strip() for cell in line.strip("| ").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return [(word.strip(), but, where) for words, but, where in rows[2:] for word in words.split(",")]


def pattern(word: str) -> re.Pattern[str]:
    """The word by itself, in the plural, and as parts of a name: `read marker`, `read_markers`, `readMarker`."""
    joined = r"[\s_-]?".join(re.escape(part) for part in re.split(r"[ -]", word))
    return re.compile(rf"(?<![^\W_]){joined}(e?s|[eo]?n|e?t|[aeo]r)?(?![^\W_])|\b{joined}(?=_)", re.IGNORECASE)


def replaced(name: str, text: str) -> list[str]:
    """What stands in a file and should not."""
    found = []
    for word, but, where in table():
        place, read = PLACES[where]
        if place.fullmatch(name) and (hit := pattern(word).search(read(text))):
            found.append(f"{name}: {hit.group()!r}; the word is {but}")
    return found


def people(text: str) -> set[str]:
    """Names with `client` in them that mean people. A test's name is a sentence, and said in words."""
    return {
        name
        for name in NAME.findall(text)
        if PEOPLE.fullmatch(name) and not name.startswith("test_") and not KNOWN_OUTSIDE.fullmatch(name)
    }


def test_no_word_that_was_replaced_comes_back() -> None:
    assert [fault for name, text in files() for fault in replaced(name, text)] == []


def test_in_a_name_a_client_is_software() -> None:
    code = [(name, text) for name, text in files() if not name.endswith((".md", ".json", ".toml"))]
    assert {name: found for name, text in code if (found := people(text))} == {}


def test_the_table_is_read() -> None:
    words = {word: where for word, _, where in table()}
    assert words["practice"] == "everywhere"
    assert words["konto"] == "console"
    assert {*words.values()} == {*PLACES}
    for where, (place, _) in PLACES.items():
        assert any(place.fullmatch(name) for name, _ in files()), where


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("server/x.py", "# of the tenant", True),
        ("server/x.py", "tenants = 1", True),
        ("server/x.py", "read_marker = 1", True),
        ("server/x.py", "tenancy = 1", False),
        ("docs/x.md", "A saved-answer list", True),
        ("storage/letters.py", "# it was delivered", True),
        ("storage/letters.py", '# handed over, which isn\'t "delivered"', False),
        ("storage/marks.py", "delivered = 1", False),
        ("web_client/src/i18n/en.ts", '  "thread.gone": "The thread is gone",', True),
        ("web_client/src/i18n/en.ts", '  "thread.gone": "The chat is gone",', False),
        ("web_client/src/i18n/en.ts", '    one: "A thread",', True),
        ("web_client/src/accounts/sv.staff.ts", '  "info.follow": "Följ kontot {account}",', True),
        ("web_client/src/accounts/sv.staff.ts", '  "info.follow": "Följ {account}",', False),
        ("web_client/src/threads/en.staff.ts", '  "list.none": "No thread",', True),
        ("web_client/src/threads/en.staff.ts", "export const threads = {\n  ...accounts,", False),
        ("web_client/src/i18n/sv.ts", '  "account.title": "Ditt konto",', False),
        ("scheduler/words/en.toml", 'intro = { one = "a letter came" }', True),
        ("scheduler/words/en.toml", 'thread = "{thread} is new"', False),
    ],
)
def test_the_test_itself_sees_words(name: str, text: str, fault: bool) -> None:
    assert bool(replaced(name, text)) is fault


@pytest.mark.parametrize(
    "name",
    ["ClientRow", "clientEntries", "to_client", "client_wrote_last", "ClientTasksProps", "nowClient", "ReasonToClients",
     "clientThread", "ClientNewChat", "ClientListView", "client_reads", "ClientComposer", "ClientMessage"],
)  # fmt: skip
def test_the_test_itself_sees_people(name: str) -> None:
    assert people(f"x = {name}()") == {name}


@pytest.mark.parametrize(
    "name",
    ["client", "clients", "AsyncClient", "client_message_id", "client_task_id", "client_options", "client_at", "ClientKey",
     "wait_for_clients", "getBoundingClientRect", "clients_cut_off", "clients_may_create_threads", "client_reminder"],
)  # fmt: skip
def test_the_test_itself_lets_software_be(name: str) -> None:
    assert people(f"x = {name}()") == set()
