"""Fixtures of the stories."""

from tests.product import clock, product
from tests.stories.browser import browser, lobby

__all__ = ["browser", "clock", "lobby", "product"]
