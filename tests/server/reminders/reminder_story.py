"""A thread, its people and a scheduler in miniature, on a clock that the test moves.

Times are written as the firm's wall clock, "4 10:00" being the fourth of the story's month.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from server.reminders import table
from server.reminders.table import Due, Facts, Settings, evaluate

STOCKHOLM = "Europe/Stockholm"
NEW_YORK = "America/New_York"
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS


class Story:
    """One thread from its first message on the 1st at 10:00 (spec 3.8.6: d = 3, N = 2)."""

    def __init__(
        self,
        *,
        days: int = 3,
        number: int = 2,
        tasks: int = 0,
        enabled: bool = True,
        zone: str = STOCKHOLM,
        month: tuple[int, int] = (2025, 12),
        starts: str = "1 10:00",
        tick_ms: int = MINUTE_MS,
    ) -> None:
        self.zone, self.month, self.tick_ms = zone, month, tick_ms
        self.now = self.moment(starts)
        self.settings = Settings(enabled=enabled, days=days, number=number)
        self.cycle = table.start(self.now)
        self.firm_messages = [self.now]
        self.contact_read_until = 0
        self.contact_wrote_at = 0
        self.open_tasks, self.done_tasks = tasks, 0
        self.active = self.notify = self.up = True
        self.sent: list[int] = []

    # -- time

    def moment(self, wall: str) -> int:
        """Either "4 10:00" or "2026-01-04 10:00" for other months; the first of two in an overlap."""
        day, _, clock = wall.partition(" ")
        year, month, number = (int(x) for x in day.split("-")) if "-" in day else (*self.month, int(day))
        hour, minute = (int(x) for x in clock.split(":"))
        there = datetime(year, month, number, hour, minute, tzinfo=ZoneInfo(self.zone))
        return int(there.timestamp()) * 1000

    def wall(self, at: int) -> str:
        there = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(self.zone))
        if (there.year, there.month) == self.month:
            return f"{there.day} {there:%H:%M}"
        return f"{there:%Y-%m}-{there.day:02} {there:%H:%M}"

    def at(self, wall: str) -> Story:
        """Let the scheduler tick until then."""
        until = self.moment(wall)
        while self.up and isinstance(verdict := evaluate(self.facts()), Due):
            tick = math.ceil(max(verdict.at, self.now) / self.tick_ms) * self.tick_ms
            if tick > until:
                break
            self.now = tick
            self.sent.append(tick)
            self.cycle = table.on_sent(
                self.cycle,
                of_cycle=self.cycle.number,
                sequence=self.cycle.sent + 1,
                planned_at=verdict.at,
                sent_at=tick,
            )
        self.now = until
        return self

    # -- what people do

    def firm_writes(self) -> None:
        self.firm_messages.append(self.now)
        self.cycle = table.on_firm_message(self.cycle, self.now)

    def firm_unsends(self) -> None:
        self.firm_messages.pop()
        previous = self.firm_messages[-1] if self.firm_messages else None
        self.cycle = table.on_last_firm_message_removed(self.cycle, previous)

    def contact_reads(self) -> None:
        self.contact_read_until = self.now

    def contact_writes(self) -> None:
        self.contact_wrote_at = self.contact_read_until = self.now  # RD-7

    def contact_ticks(self, tasks: int = 1) -> None:
        self.open_tasks, self.done_tasks = self.open_tasks - tasks, self.done_tasks + tasks

    def unticks(self) -> None:
        self.contact_ticks(-1)
        self.cycle = table.on_task_added_or_reopened(self.cycle, self.now)

    def adds_task(self) -> None:
        self.open_tasks += 1
        self.cycle = table.on_task_added_or_reopened(self.cycle, self.now)

    def archives(self) -> None:
        self.active = False

    def reopens(self) -> None:
        self.active = True
        self.cycle = table.on_reopened(self.cycle, self.now)

    def saves(self, *, enabled: bool | None = None, days: int | None = None, number: int | None = None) -> None:
        before = self.settings
        self.settings = Settings(
            enabled=before.enabled if enabled is None else enabled,
            days=before.days if days is None else days,
            number=before.number if number is None else number,
        )
        self.cycle = table.on_saved(self.cycle, before, self.settings, self.now)

    def resends(self) -> None:
        self.cycle = table.on_manual_resend(self.cycle, self.now)

    # -- what is to be seen

    def facts(self) -> Facts:
        last_firm = max(self.firm_messages, default=0)
        return Facts(
            settings=self.settings,
            cycle=self.cycle,
            active=self.active,
            tasks_total=self.open_tasks + self.done_tasks,
            tasks_open=self.open_tasks,
            all_read=self.contact_read_until >= last_firm,
            contact_wrote_last=self.contact_wrote_at > last_firm,
            has_firm_message=bool(self.firm_messages),
            somebody_to_notify=self.notify,
            time_zone=self.zone,
        )

    def mails(self, until: str = "28 23:59") -> list[str]:
        self.at(until)
        return [self.wall(at) for at in self.sent]

    def verdict(self) -> table.Verdict:
        return evaluate(self.facts())
