// When reminders go out: from the message that the clock counts from, over those sent and the next one, to the
// sentence that says what stops them (RM-20). One sent by hand stands among them and uses up none (RM-11). Every date is
// written out.

import type { ComponentChildren, JSX } from "preact";
import { now } from "../i18n/clock.ts";
import { format, parts, t } from "../i18n/index.ts";
import { Rich } from "../i18n/Rich.tsx";
import { Button } from "../kit/Button.tsx";
import { fateTexts } from "../letters/fates.ts";
import type { ReminderRoundView, ReminderRowView, ReminderView } from "./models.ts";

export interface ReminderTimelineProps {
  readonly reminder: ReminderView;
  /** Try a letter again that was given up. */
  readonly onRetry: (letterIds: readonly string[]) => void;
}

export function ReminderTimeline({ reminder, onRetry }: ReminderTimelineProps): JSX.Element {
  const { sent, planned, anchorAt, enabled, verdict } = reminder;
  const counted = countedOf(sent);
  const full = (at: number): string => format.value.full(at, now.value);
  const then = <Then reminder={reminder} />;
  // What has been done by archiving stands before the end that it made.
  const before = planned.length > 0 || verdict === "closed";
  return (
    <ol class="timeline">
      {anchorAt !== undefined && enabled && (
        <Step kind="past" what={anchorText(reminder)} when={full(anchorAt)} />
      )}
      {sent.map((one) => (
        <Went key={one.at} row={one} onRetry={onRetry} />
      ))}
      {planned.map((at, index) => (
        <Step
          key={at}
          kind={index === 0 ? "next" : "later"}
          what={index === 0 ? t("reminder.next") : String(counted + index + 1)}
          when={full(at)}
          below={index === 0 ? format.value.until(at, now.value) : undefined}
        />
      ))}
      {before && then}
      {!(enabled && verdict === "nobody_to_notify") && (
        <Step
          kind="stop"
          what={
            planned.length > 0 ? (
              <Rich
                of={parts(reminder.ignoresReadState ? "reminder.untilTasksAlone" : until[reminder.stopsWhen])}
              />
            ) : (
              stopText(reminder)
            )
          }
        />
      )}
      {!before && then}
    </ol>
  );
}

/** What follows the last one, or has followed it (SS-6). */
function Then({ reminder }: Pick<ReminderTimelineProps, "reminder">): JSX.Element | null {
  const { afterLast, afterAt, afterDoneAt, verdict } = reminder;
  const full = (at: number): string => format.value.full(at, now.value);
  if (afterDoneAt !== undefined) {
    // Where a contact had the last word somebody was told instead, and may have archived the chat since: the stream says which.
    const unsure = afterLast === "archive" && verdict === "closed";
    return <Step kind="past" what={t(unsure ? "reminder.done" : "reminder.told")} when={full(afterDoneAt)} />;
  }
  if (afterAt === undefined || afterLast === "nothing") return null;
  return <Step kind="later" what={t(`then.${afterLast}`)} when={full(afterAt)} />;
}

const until = {
  client_replies: "reminder.untilReply",
  all_read: "reminder.untilRead",
  tasks_done_and_all_read: "reminder.untilTasks",
} as const;

/** Why no reminder reaches anybody: who is missing, by name where there are some, and what would change that. */
export function nobodyText({ recipients, account }: Pick<ReminderView, "recipients" | "account">): string {
  if (account?.contacts === 0) return t("reminder.noContacts");
  if (recipients.length === 0 && account?.noReader) return t(account.noReader, { account: account.name });
  const off = recipients.filter(({ notify }) => !notify).map(({ person }) => person.name);
  const who = [
    ...(off.length > 0 ? [t("reminder.isOff", { names: format.value.list(off) })] : []),
    ...(account?.outside.length ? [t("reminder.notIn", { names: format.value.list(account.outside) })] : []),
  ];
  return t("reminder.nobody", { who: who.length > 0 ? `: ${who.join("; ")}` : "" });
}

/** Why nothing more goes out, in a sentence. */
export function stopText(reminder: ReminderView): string {
  switch (reminder.verdict) {
    case "tasks_done_and_read":
      return t(reminder.ignoresReadState ? "reminder.stoppedTasksAlone" : "reminder.stoppedTasks");
    case "replied":
      return t("reminder.stoppedReply");
    case "count_reached":
      return t("reminder.stoppedCount", { n: reminder.number });
    case "closed":
      return t("reminder.stoppedArchived");
    case "nobody_to_notify":
      return nobodyText(reminder);
    case "nothing_to_remind_of":
      return t("reminder.nothing");
    case "disabled":
      return t("reminder.off");
    case "due":
      return t("reminder.due");
  }
}

/** How many of the round's number are used up. */
export function countedOf(sent: readonly ReminderRowView[]): number {
  return sent.filter((one) => one.number > 0 && one.counted).length;
}

/** A round before this one: what went out in it. How many were meant to isn't known any more. */
export function EarlierRound({ round }: { readonly round: ReminderRoundView }): JSX.Element {
  return (
    <ol class="timeline">
      {round.sent.map((one) => (
        <Went key={one.at} row={one} />
      ))}
      <Step kind="stop" what={endText(round.sent)} />
    </ol>
  );
}

/** How a round ended that another has followed. */
export function endText(sent: readonly ReminderRowView[]): string {
  const n = countedOf(sent);
  return n > 0 ? t("reminder.ended", { n }) : t("reminder.endedNone");
}

/** A reminder, and what became of its letters. */
function Went({ row: { number, at, by = "", counted, fates }, onRetry }: WentProps): JSX.Element {
  const what = number === 0 ? t("reminder.byHand", { name: by }) : t("reminder.one", { number });
  return (
    <Step
      kind={counted ? "past" : "lost"}
      what={counted ? what : t("reminder.notSent", { what })}
      when={format.value.full(at, now.value)}
      below={fates.length > 0 ? fateTexts(fates).join(". ") : undefined}
    >
      {onRetry &&
        fates.map(
          ({ retry, name }) =>
            retry !== undefined && (
              <Button key={retry[0]} small onClick={() => onRetry(retry)}>
                {t("retry")}
                <span class="hidden">, {name}</span>
              </Button>
            ),
        )}
    </Step>
  );
}

interface WentProps extends Partial<Pick<ReminderTimelineProps, "onRetry">> {
  readonly row: ReminderRowView;
}

function anchorText({ anchorBy, anchorName }: ReminderView): string {
  if (anchorBy === "you") return t("reminder.yourMessage");
  if (anchorBy === "other") return t("reminder.messageOf", { name: anchorName ?? "" });
  return t("reminder.start");
}

interface StepProps {
  readonly kind: "past" | "lost" | "next" | "later" | "stop";
  readonly what: ComponentChildren;
  readonly when?: string;
  readonly below?: string | undefined;
  readonly children?: ComponentChildren;
}

function Step({ kind, what, when, below, children }: StepProps): JSX.Element {
  return (
    <li class={`timeline__step timeline__step--${kind}`}>
      <span class="timeline__what">{what}</span>
      {when !== undefined && <span class="timeline__when">{when}</span>}
      {below !== undefined && <span class="timeline__below">{below}</span>}
      {children}
    </li>
  );
}
