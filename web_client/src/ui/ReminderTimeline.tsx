// When reminders go out: from the message that the clock counts from, over those sent and the next one, to the
// sentence that says what stops them (RM-20). Every date is written out.

import type { ComponentChildren, JSX } from "preact";
import { now } from "../i18n/clock.ts";
import { format, parts, t } from "../i18n/index.ts";
import type { ReminderRoundView, ReminderView } from "./models.ts";
import { Rich } from "./Rich.tsx";

export interface ReminderTimelineProps {
  readonly reminder: ReminderView;
}

export function ReminderTimeline({ reminder }: ReminderTimelineProps): JSX.Element {
  const { sent, planned, anchorAt } = reminder;
  const full = (at: number): string => format.value.full(at, now.value);
  return (
    <ol class="timeline">
      {anchorAt !== undefined && <Step kind="past" what={anchorText(reminder)} when={full(anchorAt)} />}
      {sent.map((one) => (
        <Step
          key={one.number}
          kind="past"
          what={t("reminder.one", { number: one.number })}
          when={full(one.at)}
        />
      ))}
      {planned.map((at, index) => (
        <Step
          key={at}
          kind={index === 0 ? "next" : "later"}
          what={index === 0 ? t("reminder.next") : String(sent.length + index + 1)}
          when={full(at)}
          below={index === 0 ? format.value.until(at, now.value) : undefined}
        />
      ))}
      <Step
        kind="stop"
        what={planned.length > 0 ? <Rich of={parts(until[reminder.stopsWhen])} /> : stopText(reminder)}
      />
    </ol>
  );
}

const until = {
  client_replies: "reminder.untilReply",
  all_read: "reminder.untilRead",
  tasks_done_and_all_read: "reminder.untilTasks",
} as const;

/** Why nothing more goes out, in a sentence. */
export function stopText(reminder: ReminderView): string {
  switch (reminder.verdict) {
    case "tasks_done_and_read":
      return t("reminder.stoppedTasks");
    case "replied":
      return t("reminder.stoppedReply");
    case "count_reached":
      return t("reminder.stoppedCount", { n: reminder.number });
    case "closed":
      return t("reminder.stoppedArchived");
    case "nobody_to_notify":
      return t("reminder.nobody");
    case "nothing_to_remind_of":
      return t("reminder.nothing");
    case "disabled":
      return t("reminder.off");
    case "due":
      return t("reminder.due");
  }
}

/** The round before this one: what went out, and why it ended. */
export function EarlierRound({ round }: { readonly round: ReminderRoundView }): JSX.Element {
  return (
    <ol class="timeline">
      {round.sent.map((one) => (
        <Step
          key={one.number}
          kind="past"
          what={one.number === 0 ? t("reminder.byHand") : t("reminder.one", { number: one.number })}
          when={format.value.full(one.at, now.value)}
        />
      ))}
      <Step kind="stop" what={endText(round)} />
    </ol>
  );
}

function endText(round: ReminderRoundView): string {
  const sent = round.sent.filter((one) => one.number > 0).length;
  const base = {
    sent,
    of: round.of,
    day: round.endedAt === undefined ? "" : format.value.day(round.endedAt, now.value),
  };
  switch (round.ended) {
    case "new_message":
      return t("reminder.endedMessage", base);
    case "reopened":
      return t("reminder.endedReopened", base);
    case "tasks_changed":
      return t("reminder.endedTasks", base);
    case "switched_on":
      return t("reminder.endedSwitched", base);
    case "unknown":
      return t("reminder.ended", { sent, of: round.of });
  }
}

function anchorText({ anchorBy, anchorName }: ReminderView): string {
  if (anchorBy === "you") return t("reminder.yourMessage");
  if (anchorBy === "other") return t("reminder.messageOf", { name: anchorName ?? "" });
  return t("reminder.start");
}

interface StepProps {
  readonly kind: "past" | "next" | "later" | "stop";
  readonly what: ComponentChildren;
  readonly when?: string;
  readonly below?: string | undefined;
}

function Step({ kind, what, when, below }: StepProps): JSX.Element {
  return (
    <li class={`timeline__step timeline__step--${kind}`}>
      <span class="timeline__what">{what}</span>
      {when !== undefined && <span class="timeline__when">{when}</span>}
      {below !== undefined && <span class="timeline__below">{below}</span>}
    </li>
  );
}
