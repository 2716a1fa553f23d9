"""Logs never carry what people wrote, not even where something of ours breaks while it is at hand."""

import subprocess
import sys

import pytest

BREAKS = """
import structlog
from server.core import logs
from server.core.settings import Settings

def handle(text):
    raise ValueError("broken")

logs.configure(Settings(log_format={log_format!r}))
try:
    handle("hemligt meddelande")
except ValueError:
    structlog.get_logger("a").exception("handling.failed", thread_id="0" * 32)
"""


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_a_traceback_tells_where_and_not_what(log_format: str) -> None:
    program = BREAKS.format(log_format=log_format)
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert "handling.failed" in said
    assert "in handle" in said
    assert "hemligt" not in said.replace('handle("hemligt meddelande")', "")
