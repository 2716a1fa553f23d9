"""Facts and cycles that the tests of the reminder table begin with."""

from __future__ import annotations

from server.reminders import table
from server.reminders.table import Cycle, Facts, Settings
from tests.server.reminders.reminder_story import DAY_MS, STOCKHOLM

# ---------------------------------------------------------------- table 3.8.3, row by row

NOON = 1_764_579_600_000


DUE_AT = table.add_days(NOON, 3, STOCKHOLM)


def facts(
    *,
    enabled: bool = True,
    active: bool = True,
    sent: int = 0,
    tasks: tuple[int, int] = (0, 0),
    read: bool = False,
    replied: bool = False,
    firm_message: bool = True,
    somebody: bool = True,
) -> Facts:
    return Facts(
        settings=Settings(enabled=enabled, days=3, number=2),
        cycle=Cycle(number=1, anchor_at=NOON, sent=sent),
        active=active,
        tasks_total=tasks[0],
        tasks_open=tasks[1],
        all_read=read,
        contact_wrote_last=replied,
        has_firm_message=firm_message,
        somebody_to_notify=somebody,
        time_zone=STOCKHOLM,
    )


# ---------------------------------------------------------------- table 3.8.4, row by row

CYCLE = Cycle(
    number=4,
    anchor_at=NOON,
    sent=2,
    last_planned_at=NOON + 6 * DAY_MS,
    last_sent_at=NOON + 6 * DAY_MS,
    automatic_not_before=NOON + 7 * DAY_MS,
)


LATER = NOON + 10 * DAY_MS


ON = Settings(enabled=True, days=3, number=2)
