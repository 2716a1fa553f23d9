"""A thread's reminder between how it is stored and how the rules see it. Pure: reads and writes nothing.

`server.reminder_rules` decides; this turns documents into its facts, and its answers into what is stored and shown.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from protocol import events as e
from protocol.entities import Reminder, ReminderSetting
from protocol.wire import Ms
from server import reminder_rules as rules
from storage.firms import FirmDoc
from storage.people import ContactDoc
from storage.streams import Head, Stored
from storage.threads import ReminderDoc, ThreadDoc


class Around:
    """What the rules need to know besides the cycle: see `rules.Facts`."""

    def __init__(self, thread: ThreadDoc | None, head: Head, recipients: Sequence[ContactDoc], time_zone: str) -> None:
        self.active = thread is None or thread.state == "active"
        self.tasks_total = thread.tasks_total if thread else 0
        self.tasks_open = thread.tasks_total - thread.tasks_done if thread else 0
        self.head = head
        # A contact who wrote last has read everything older (RD-7), whether or not that has been projected yet.
        read = thread.contact_read.messages if thread else 0
        self.all_read = head.last_side == "contact" or read >= head.staff_messages
        self.recipients = recipients
        self.time_zone = time_zone

    def facts(self, settings: rules.Settings, cycle: rules.Cycle) -> rules.Facts:
        """The facts with a cycle."""
        return rules.Facts(
            settings=settings,
            cycle=cycle,
            active=self.active,
            tasks_total=self.tasks_total,
            tasks_open=self.tasks_open,
            all_read=self.all_read,
            client_wrote_last=self.head.last_side == "contact",
            has_firm_message=self.head.staff_messages > 0,
            somebody_to_notify=bool(self.recipients),
            time_zone=self.time_zone,
        )


def settings_of(reminder: ReminderDoc) -> rules.Settings:
    return rules.Settings(enabled=reminder.enabled, days=reminder.days, number=reminder.number)


def cycle_of(reminder: ReminderDoc) -> rules.Cycle:
    return rules.Cycle(
        number=reminder.cycle,
        anchor_at=reminder.anchor_at,
        restarted_at=reminder.restarted_at,
        sent=reminder.sent,
        last_planned_at=reminder.last_planned_at,
        last_sent_at=reminder.last_sent_at,
        automatic_not_before=reminder.automatic_not_before,
    )


def decided(settings: rules.Settings, cycle: rules.Cycle, heard_seq: int, revision: int, around: Around) -> ReminderDoc:
    """The state as stored, with the verdict and the time at which the scheduler has to look again."""
    verdict = rules.evaluate(around.facts(settings, cycle))
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
        heard_seq=heard_seq,
        verdict="due" if isinstance(verdict, rules.Due) else verdict.reason,
        next_due_at=verdict.at if isinstance(verdict, rules.Due) else None,
        revision=revision,
    )


def initial(setting: ReminderSetting, at: Ms, heard_seq: int, facts: Around) -> ReminderDoc:
    """The reminder state of a thread that begins now with its first message (3.8.4, first row)."""
    settings = rules.Settings(enabled=setting.enabled, days=setting.days, number=setting.number)
    return decided(settings, rules.start(at), heard_seq, 0, facts)


def seen(reminder: ReminderDoc | None, firm: FirmDoc, around: Around | None, now: Ms) -> Reminder:
    """The state as staff see it; with `around`, also the dates to come."""
    if reminder is None:
        return Reminder(enabled=False, days=firm.settings.reminder_days, number=firm.settings.reminder_number)
    shown = Reminder(
        enabled=reminder.enabled,
        days=reminder.days,
        number=reminder.number,
        cycle=reminder.cycle,
        anchor_at=reminder.anchor_at,
        sent=reminder.sent,
        next_due_at=reminder.next_due_at,
        verdict=reminder.verdict,
    )
    if around is None:
        return shown
    timeline = rules.plan(around.facts(settings_of(reminder), cycle_of(reminder)), now)
    return replace(shown, planned=list(timeline.dates), stops_when=timeline.stops_when)


def _heard(cycle: rules.Cycle, stored: Stored) -> rules.Cycle:
    """The cycle after an event of t: (3.8.4). Events that aren't named change facts, not the cycle."""
    match stored.event:
        case e.MessageSent() if stored.actor is not None and stored.actor.side == "staff":
            return rules.on_firm_message(cycle, stored.at)
        case e.TaskAdded() | e.TaskReopened():
            return rules.on_task_added_or_reopened(cycle, stored.at)
        case e.ThreadReopened():
            return rules.on_reopened(cycle, stored.at)
        case _:
            return cycle


def after(before: ReminderDoc, events: Sequence[Stored], around: Around) -> ReminderDoc:
    """The state once events of t: have been heard, given in their order; each is heard once."""
    cycle, heard_seq = cycle_of(before), before.heard_seq
    for stored in events:
        if stored.seq > heard_seq:
            cycle, heard_seq = _heard(cycle, stored), stored.seq
    return decided(settings_of(before), cycle, heard_seq, before.revision, around)
