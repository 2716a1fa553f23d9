"""Fixtures of the stories."""

from tests.product import product
from tests.stories.browser import browser, lobby

__all__ = ["browser", "lobby", "product"]
