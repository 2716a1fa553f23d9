"""When which fault strikes whom: a pure function of the seed, so that a run can be made again.

Knows kinds, targets and seconds. Refuses to know how a fault is made (house).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["kill", "stop", "term", "freeze", "cut", "reset"]

KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "node": ("kill", "stop", "term"),
    "scheduler": ("kill", "stop", "term"),
    "redis": ("kill", "stop", "freeze", "cut", "reset"),
    "mongo": ("kill", "stop", "freeze", "cut", "reset"),
    "smtp": ("kill", "freeze", "cut", "reset"),
    "links": ("freeze", "cut", "reset"),
    "redislink": ("freeze", "cut", "reset"),
    "mongolink": ("freeze", "cut", "reset"),
}
"""kill: SIGKILL, and started again when the fault ends; stop: SIGSTOP and SIGCONT; term: SIGTERM, and started again.
freeze: nothing passes; cut: connections end and new ones are refused; reset: connections end by RST, new ones may come."""
WEIGHTS: Final = {
    "node": 4,
    "scheduler": 2,
    "redis": 4,
    "mongo": 2,
    "smtp": 2,
    "links": 3,
    "redislink": 2,
    "mongolink": 1,
}
LASTS_S: Final[dict[Kind, tuple[float, float]]] = {
    "kill": (0.0, 4.0),
    "stop": (0.5, 6.0),
    "term": (0.0, 3.0),
    "freeze": (0.5, 6.0),
    "cut": (0.2, 4.0),
    "reset": (0.0, 0.0),
}
PAUSE_MEAN_S: Final = 2.0
WARM_S: Final = 3.0
QUIET_S: Final = 8.0
REST_S: Final = 1.5
"""A target is left alone for so long after a fault: what has just been started is to get to work first."""


@dataclass(frozen=True)
class Fault:
    """One fault, in seconds from the start of the run."""

    kind: Kind
    target: str
    """A place of the house: `node-0`; `redis`, for everybody; `links-1`, the clients of a node; `redislink-0`, the way
    to Redis of that node alone."""
    at_s: float
    lasts_s: float

    @property
    def ends_s(self) -> float:
        return self.at_s + self.lasts_s


@dataclass(frozen=True)
class Plan:
    """All faults of a run, in the order of their beginnings. They overlap, but never on one target."""

    seed: int
    faults: tuple[Fault, ...]
    lasts_s: float
    """When the last fault has ended."""


def make(seed: int, lasts_s: float, targets: Sequence[str]) -> Plan:
    """The plan for a run in which faults strike for so long; in its middle it is quiet for a while."""
    chance = random.Random(f"plan:{seed}")
    quiet_from = lasts_s * chance.uniform(0.4, 0.6)
    quiet_s = min(QUIET_S, lasts_s / 5)
    free_at = dict.fromkeys(targets, 0.0)
    faults = []
    at = WARM_S
    while at < lasts_s:
        fault = _draw(chance, at, targets)
        quiet = fault.at_s < quiet_from + quiet_s and fault.ends_s > quiet_from
        if free_at[fault.target] <= at and not quiet and fault.ends_s <= lasts_s:
            faults.append(fault)
            free_at[fault.target] = fault.ends_s + REST_S
        at += chance.expovariate(1 / PAUSE_MEAN_S)
    return Plan(seed, tuple(faults), max((fault.ends_s for fault in faults), default=0.0))


def _draw(chance: random.Random, at: float, targets: Sequence[str]) -> Fault:
    groups = sorted({target.partition("-")[0] for target in targets})
    group = chance.choices(groups, [WEIGHTS[name] for name in groups])[0]
    target = chance.choice([target for target in targets if target.partition("-")[0] == group])
    kind = chance.choice(KINDS[group])
    return Fault(kind, target, at, chance.uniform(*LASTS_S[kind]))
