"""The processes: no fault of their surroundings ends one that was ready, or is taken for a fault of its own."""

from __future__ import annotations

from collections.abc import Iterator

from tests.disasters.storm.evidence import Evidence, Violation


def judge(evidence: Evidence) -> Iterator[Violation]:
    """Deaths and errors. One that ends before it is ready is started again: the database may have been away."""
    for death in evidence.deaths:
        if death.was_ready:
            yield Violation("died", death.name, f"code {death.code}", death.last_words, death.at_ms)
    for error in evidence.errors:
        yield Violation("error", error.process, error.event, error.text, error.at_ms)
