"""Fixtures of the stories, and what a story that failed is told with."""

from collections.abc import Generator

import pytest

from tests.product import clock, product
from tests.stories.browser import FAILED, browser, lobby

__all__ = ["browser", "clock", "lobby", "product"]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note that a story failed: its pages are still open when its fixtures end."""
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report
