"""Fixtures of these tests."""

from tests.protocol.nodes import two_nodes

__all__ = ["two_nodes"]
