"""The movable clock of a development server (see `access.developer`): how tests and demonstrations let days pass.

Reminders, letters and what is shown follow it. Sessions, secrets and limits go by the real time all the same.
"""

from protocol.asked import Done
from protocol.development import ClockSet
from server.core.context import Context
from server.core.doing import does


@does(ClockSet)
async def move(context: Context, command: ClockSet, scope: None) -> Done:
    """Move the clock of every scheduler and node ahead of the real one by so much, or back to it with 0."""
    await context.store.facts.set_clock_offset_ms(command.offset_ms)
    # Here at once, so that whoever asked finds it done; elsewhere as soon as the bell or the next tick says so.
    context.clock.offset_ms = command.offset_ms
    context.announcer.clock_moved(command.offset_ms)
    return Done()
