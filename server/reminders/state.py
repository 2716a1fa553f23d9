"""A thread's reminder between how it is stored and how the rules see it. Pure: reads and writes nothing.

`server.reminders.table` decides; this turns documents into its facts, and its answers into what is stored and shown.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from protocol.messages import MessageSent
from protocol.reminders import Reminder, ReminderSetting
from protocol.tasks import TaskAdded, TaskReopened
from protocol.threads import ThreadReopened
from protocol.wire import Ms
from server.reminders import after_last, table
from storage.firms import FirmDoc
from storage.log.streams import Head, Stored
from storage.people import ContactDoc
from storage.reminders import ReminderRowDoc
from storage.threads import ReminderDoc, ThreadDoc


class Around:
    """What the rules need to know besides the cycle: see `table.Facts`."""

    def __init__(self, thread: ThreadDoc | None, head: Head, recipients: Sequence[ContactDoc], firm: FirmDoc) -> None:
        self.active = thread is None or thread.state == "active"
        self.tasks_total = thread.tasks_total if thread else 0
        self.tasks_open = thread.tasks_total - thread.tasks_done if thread else 0
        self.head = head
        # A contact who wrote last has read everything older (RD-7), whether or not that has been projected yet.
        read = thread.contact_read.messages if thread else 0
        self.all_read = head.last_side == "contact" or read >= head.staff_messages
        # Who never activated is told of what is new, with a way in (NC-5), but not reminded of what they can't read: that
        # starts once they can (AC-8, decision 1).
        self.recipients = [contact for contact in recipients if contact.activated_at is not None]
        self.time_zone = firm.firm.time_zone
        self.ignore_read_state = firm.settings.tasks_ignore_read_state
        self.put_off = thread is not None and thread.snooze is not None
        self.stirred_at = _stirred_at(thread, head) if thread else None

    def facts(self, settings: table.Settings, cycle: table.Cycle) -> table.Facts:
        """The facts with a cycle."""
        return table.Facts(
            settings=settings,
            cycle=cycle,
            active=self.active,
            tasks_total=self.tasks_total,
            tasks_open=self.tasks_open,
            all_read=self.all_read,
            contact_wrote_last=self.head.last_side == "contact",
            has_firm_message=self.head.staff_messages > 0,
            somebody_to_notify=bool(self.recipients),
            time_zone=self.time_zone,
            ignore_read_state=self.ignore_read_state,
            put_off=self.put_off,
            stirred_at=self.stirred_at,
        )


def _stirred_at(thread: ThreadDoc, head: Head) -> Ms | None:
    """See `table.Facts`."""
    # Of a row that an earlier build has woken.
    back = thread.back.at if thread.back is not None else None
    last = thread.last if head.last_side == "contact" else None
    said = last.at if last is not None and last.person.side == "contact" else None
    return max((at for at in (thread.woken_at, back, said) if at is not None), default=None)


def settings_of(reminder: ReminderDoc) -> table.Settings:
    return table.Settings(
        enabled=reminder.enabled, days=reminder.days, number=reminder.number, after_last=reminder.after_last
    )


def cycle_of(reminder: ReminderDoc) -> table.Cycle:
    return table.Cycle(
        number=reminder.cycle,
        anchor_at=reminder.anchor_at,
        restarted_at=reminder.restarted_at,
        sent=reminder.sent,
        last_planned_at=reminder.last_planned_at,
        last_sent_at=reminder.last_sent_at,
        automatic_not_before=reminder.automatic_not_before,
        unreached=reminder.unreached,
        after_from=reminder.after_from,
        after_done_at=reminder.after_done_at,
    )


def decided(settings: table.Settings, cycle: table.Cycle, heard_seq: int, revision: int, around: Around) -> ReminderDoc:
    """The state as stored, with the verdict and the times at which the scheduler has to look again."""
    facts = around.facts(settings, cycle)
    verdict = table.evaluate(facts)
    return ReminderDoc(
        enabled=settings.enabled,
        days=settings.days,
        number=settings.number,
        cycle=cycle.number,
        anchor_at=cycle.anchor_at,
        restarted_at=cycle.restarted_at,
        sent=cycle.sent,
        last_planned_at=cycle.last_planned_at,
        last_sent_at=cycle.last_sent_at,
        automatic_not_before=cycle.automatic_not_before,
        unreached=cycle.unreached,
        after_last=settings.after_last,
        after_from=cycle.after_from,
        after_done_at=cycle.after_done_at,
        after_at=after_last.when(facts),
        heard_seq=heard_seq,
        verdict="due" if isinstance(verdict, table.Due) else verdict.reason,
        next_due_at=verdict.at if isinstance(verdict, table.Due) else None,
        revision=revision,
    )


def initial(setting: ReminderSetting, at: Ms, heard_seq: int, facts: Around) -> ReminderDoc:
    """The reminder state of a thread that begins now with its first message (3.8.4, first row)."""
    settings = table.Settings(
        enabled=setting.enabled,
        days=setting.days,
        number=setting.number,
        after_last=setting.after_last or after_last.NEVER,
    )
    return decided(settings, table.start(at), heard_seq, 0, facts)


def seen(reminder: ReminderDoc | None, firm: FirmDoc, around: Around | None, now: Ms) -> Reminder:
    """The state as staff see it; with `around`, also the dates to come."""
    if reminder is None:
        chosen = firm.settings
        return Reminder(
            enabled=False,
            days=chosen.reminder_days,
            number=chosen.reminder_number,
            after_last=chosen.reminder_after_last,
        )
    shown = Reminder(
        enabled=reminder.enabled,
        days=reminder.days,
        number=reminder.number,
        cycle=reminder.cycle,
        anchor_at=reminder.anchor_at,
        sent=reminder.sent,
        next_due_at=reminder.next_due_at,
        verdict=reminder.verdict,
        after_last=reminder.after_last,
        after_at=reminder.after_at,
        after_done_at=reminder.after_done_at,
    )
    if around is None:
        return shown
    facts = around.facts(settings_of(reminder), cycle_of(reminder))
    timeline = table.plan(facts, now)
    return replace(
        shown,
        planned=list(timeline.dates),
        after_at=after_last.foreseen(facts, timeline.dates),
        stops_when=timeline.stops_when,
        ignores_read_state=around.ignore_read_state and around.tasks_total > 0,
    )


def in_their_cycles(rows: Sequence[ReminderRowDoc], reminder: ReminderDoc | None) -> list[ReminderRowDoc]:
    """A thread's reminders, oldest first, each with the cycle that it went out in. An older build kept those sent by hand
    without theirs: it is the running one if they came after what that counts from, else that of the one before."""
    running, since = (reminder.cycle, reminder.anchor_at) if reminder is not None else (table.FIRST_CYCLE, 0)
    placed: list[ReminderRowDoc] = []
    for row in rows:
        before = placed[-1].cycle if placed else table.FIRST_CYCLE
        earlier = max(table.FIRST_CYCLE, min(before, running - 1))
        cycle = row.cycle or (running if row.at >= since else earlier)
        placed.append(replace(row, cycle=cycle))
    return placed


def _heard(cycle: table.Cycle, stored: Stored) -> table.Cycle:
    """The cycle after an event of t: (3.8.4). Events that aren't named change facts, not the cycle."""
    match stored.event:
        case MessageSent() if stored.actor is not None and stored.actor.side == "staff":
            return table.on_firm_message(cycle, stored.at)
        case TaskAdded() | TaskReopened():
            return table.on_task_added_or_reopened(cycle, stored.at)
        case ThreadReopened():
            return table.on_reopened(cycle, stored.at)
        case _:
            return cycle


def after(before: ReminderDoc, events: Sequence[Stored], around: Around) -> ReminderDoc:
    """The state once events of t: have been heard, given in their order; each is heard once."""
    cycle, heard_seq = cycle_of(before), before.heard_seq
    for stored in events:
        if stored.seq > heard_seq:
            cycle, heard_seq = _heard(cycle, stored), stored.seq
    return decided(settings_of(before), cycle, heard_seq, before.revision, around)
