"""Subjects, names and ids of letters, read back by parsers that aren't Python's."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from tests.foreign.letters import HOW_MANY, SYSTEM_ADDRESS
from tests.foreign.programs import HERE, said_by

pytestmark = pytest.mark.anyio

SUPPORTED_FROM = (3, 11)


def pythons() -> dict[str, Path]:
    """Every Python here that is supported, one of each minor version, the one that runs the tests first."""
    found = {f"{sys.version_info.major}.{sys.version_info.minor}": Path(sys.executable)}
    kept = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    folders = [*kept.glob("*/bin"), *(Path(place) for place in os.get_exec_path() if "shims" not in place)]
    for path in sorted(path for folder in folders for path in folder.glob("python3.*")):
        version = re.fullmatch(r"python(3)\.(\d+)", path.name)
        if version and (int(version[1]), int(version[2])) >= SUPPORTED_FROM:
            found.setdefault(f"{version[1]}.{version[2]}", path)
    return found


@pytest.mark.parametrize("python", pythons().values(), ids=pythons())
async def test_5000_subjects_and_names_are_read_as_they_were_meant(python: Path, tmp_path: Path) -> None:
    """mailparser and postal-mime; for each Python that is here and supported."""
    path = tmp_path / "letters.json"
    await said_by(python, HERE / "letters.py", path)
    letters = json.loads(path.read_text())
    assert len(letters) == HOW_MANY
    read = json.loads(await said_by("node", HERE / "letters.mjs", path))
    assert set(read) == {"mailparser", "postal-mime"}
    for parser, mails in read.items():
        wrong = [
            (parser, letter["subject"], letter["firm"], letter["name"], mail)
            for letter, mail in zip(letters, mails, strict=True)
            if (letter["subject"], letter["id"], letter["references"])
            != (mail["subject"], mail["id"], mail["references"])
            or mailboxes(mail["firm"]) != [(letter["firm"], SYSTEM_ADDRESS)]
            or mailboxes(mail["reply"]) != [(letter["firm"], SYSTEM_ADDRESS)]
            or mailboxes(mail["name"]) != [(letter["name"], letter["to"])]
        ]
        assert wrong[:3] == []
    for letter in letters:
        lines = letter["raw"].split("\r\n")
        assert max(map(len, lines)) <= 998
        assert not [line for line in lines if line.startswith(("Message-ID", "References")) and "=?" in line]


def mailboxes(read: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(one["name"], one["address"]) for one in read]
