"""What a page can be refused with has words in every language: none shows the server's own sentence, which is English.

Types hold most of it: a reason that isn't in `protocol.errors.Reason` isn't raised, and a language without its sentence
doesn't compile. This holds the rest: that what stands under "elsewhere" is met by no command of a page that needs a login.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, get_args

import pytest

import server.commands  # noqa: F401 - brings every action
from protocol.describing import shapes
from protocol.errors import ERRORS, ReasonElsewhere, ReasonToContacts, ReasonToStaff
from server.core.doing import ACTIONS

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web_client" / "src"
I18N = WEB / "i18n"
LANGUAGES = sorted(path.stem for path in I18N.glob("[a-z][a-z].ts"))
CONTACTS = {*get_args(ReasonToContacts)}
STAFF = {*get_args(ReasonToStaff)}
ELSEWHERE = {*get_args(ReasonElsewhere)}
ASKED = re.compile(r"""\bcall\(\s*"([a-z_.]+)\"""")
LOGGING_IN = {"session.create", "password.forgot"}
"""What the pages of logging in do, and pages behind them only for who is logged in already."""


OURS = ("server.", "storage.", "protocol.addresses")


def sentences(file: str) -> set[str]:
    """The refusals that a file of translations has a sentence for."""
    return set(re.findall(r'^  "problem\.(\w+)":\s+"[^"]', (I18N / file).read_text("utf-8"), re.MULTILINE))


def asked_by_pages() -> set[str]:
    """The tags of the commands whose answers pages wait for."""
    tags = {tag for path in WEB.rglob("*.ts*") for tag in ASKED.findall(path.read_text("utf-8"))}
    assert len(tags) > 30
    return tags - LOGGING_IN


def reasons_of(done: Any, seen: set[Any]) -> set[str]:
    """The reasons that a function names, and those of every function of ours that it uses, as far as names tell."""
    done = inspect.unwrap(done)
    if done in seen:
        return set()
    seen.add(done)
    named, uses = looked_into(done)
    return named.union(*(reasons_of(used, seen) for used in uses))


@cache
def looked_into(done: Any) -> tuple[set[str], list[Any]]:
    """The reasons that a function or a class names itself, and what it uses of ours."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(done)))
    reasons = {
        str(node.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "reason" and isinstance(node.value, ast.Constant)
    }
    known = done.__globals__ if isinstance(done, FunctionType) else vars(sys.modules[done.__module__])
    return reasons, list(used_by(tree, known))


def used_by(tree: ast.AST, known: dict[str, Any]) -> Iterator[Any]:
    """The functions and classes of ours that a tree names."""
    for node in ast.walk(tree):
        used = known.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used = known.get(node.value.id)
            used = getattr(used, node.attr, None) if isinstance(used, ModuleType) else used
        ours = (inspect.isfunction(used) or inspect.isclass(used)) and used.__module__.startswith(OURS)
        if ours:
            yield used


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_has_words_for_every_refusal_that_it_can_meet_in_each_language(language: str) -> None:
    assert len(LANGUAGES) >= 2
    assert sentences(f"{language}.ts") == set(ERRORS) | CONTACTS
    assert sentences(f"{language}.staff.ts") == STAFF


def test_what_no_page_has_words_for_is_met_by_no_command_of_a_page() -> None:
    actions = {shapes.tag_of(command): action for command, action in ACTIONS.items()}
    met = {tag: reasons_of(actions[tag], set()) for tag in asked_by_pages()}
    assert "account_not_activated" in met["message.send"], "what is said far below an action isn't found"
    assert "email_address" in met["contact.update"]
    assert {tag: reasons & ELSEWHERE for tag, reasons in met.items() if reasons & ELSEWHERE} == {}


def test_a_reason_stands_with_one_kind_of_reader() -> None:
    assert len(CONTACTS) + len(STAFF) + len(ELSEWHERE) == len(CONTACTS | STAFF | ELSEWHERE)
