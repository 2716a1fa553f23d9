// What is drawn of a thread's reminders. See kit/models.ts.

import type { NoReader } from "../accounts/models.ts";
import type { AfterLast } from "../core/protocol.gen.ts";
import type { PersonView } from "../kit/models.ts";
import type { FateView } from "../letters/models.ts";

/** A reminder that was put into the outbox. `counted`: it was sent, as far as anybody knows. */
export interface ReminderRowView {
  readonly number: number;
  readonly at: number;
  readonly counted: boolean;
  /** Of one by hand: whose. */
  readonly by?: string;
  readonly fates: readonly FateView[];
}

/** Reminder.verdict of the protocol. `due` is the only one under which something goes out. */
export type ReminderVerdict =
  | "due"
  | "disabled"
  | "closed"
  | "count_reached"
  | "nobody_to_notify"
  | "nothing_to_remind_of"
  | "tasks_done_and_read"
  | "replied";

export interface ReminderRoundView {
  readonly key: string;
  readonly sent: readonly ReminderRowView[];
}

export interface RecipientView {
  readonly person: PersonView;
  readonly email: string;
  /** False: has switched e-mail off and gets no reminders. */
  readonly notify: boolean;
}

export interface ReminderView {
  readonly enabled: boolean;
  readonly days: number;
  readonly number: number;
  /** What the clock counts from and whose message it was. */
  readonly anchorAt?: number;
  readonly anchorBy?: "you" | "other" | "event";
  readonly anchorName?: string;
  /** The reminders of this round that went out, those by hand among them. */
  readonly sent: readonly ReminderRowView[];
  /** The rest of the round, first one next. Empty when stopped. */
  readonly planned: readonly number[];
  readonly verdict: ReminderVerdict;
  /** What ends the round early (RM-7). */
  readonly stopsWhen: "client_replies" | "all_read" | "tasks_done_and_all_read";
  /** By a setting of the firm it doesn't matter what is read: the tasks alone end the round. */
  readonly ignoresReadState?: boolean;
  /** What follows the last one; when, if nothing else happens; when it was done. */
  readonly afterLast: AfterLast;
  readonly afterAt?: number;
  readonly afterDoneAt?: number;
  readonly rounds: readonly ReminderRoundView[];
  readonly recipients: readonly RecipientView[];
  /** Of the account, once it is known: its name, how many contacts it has, why none of them reads, and the names of those
   *  who may log in and can't yet. */
  readonly account?: {
    readonly name: string;
    readonly contacts: number;
    readonly noReader: NoReader | undefined;
    readonly outside: readonly string[];
  };
  readonly sending?: boolean;
}
