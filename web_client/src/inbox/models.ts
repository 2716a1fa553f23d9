// What is drawn of the inbox. See kit/models.ts.

import type { BulkCounts, NotificationKind } from "../core/protocol.gen.ts";
import type { AccountView, PersonView } from "../kit/models.ts";
import type { LetterState } from "../letters/models.ts";

/** One of the things that an entry tells: what somebody did, the latest of it and how often. */
export interface GatheredView {
  readonly kind: NotificationKind;
  /** The event, such as `task.completed`; empty where it isn't known. */
  readonly event: string;
  readonly actor: PersonView;
  /** When, of the latest. */
  readonly at: number;
  readonly count: number;
  /** How many documents came with it, or were uploaded, if any. */
  readonly documents?: number;
  /** There may be more of it. */
  readonly more: boolean;
  /** Of a mail that failed and was about no thread: its address. */
  readonly email?: string;
  /** Of mails that failed: the letters that can be tried again. */
  readonly letterIds: readonly string[];
  /** Of mails that failed: what has become of them since, or that nothing has. */
  readonly became: LetterState;
  /** What was written, shortened, or a name. */
  readonly text: string;
  readonly internal: boolean;
}

export interface InboxEntryView {
  readonly id: string;
  readonly threadId: string;
  readonly account: AccountView;
  readonly subject: string;
  /** What it tells, the weightiest first. */
  readonly gathered: readonly [GatheredView, ...GatheredView[]];
  readonly at: number;
  readonly unread: boolean;
  readonly mentioned: boolean;
  readonly assignee?: PersonView;
  /** Colleagues who got there first. */
  readonly readBy: readonly string[];
  readonly tasksDone?: number;
  readonly tasksTotal?: number;
  readonly hasDocuments?: boolean;
  /** Colleagues for the assign picker; filled in when it opens. */
  readonly archived?: boolean;
  /** Of one about the firm's blind copies: some can be sent again. */
  readonly copies?: boolean;
  /** Of one about no thread: the contact or the page to which it leads, or neither where it leads nowhere. */
  readonly about?: { readonly contactId?: string; readonly href?: string };
  /** Of one about a bulk run: what it came to. */
  readonly bulk?: BulkCounts;
}

export type InboxFilter = "all" | "mentions" | "messages" | "tasks" | "assigned";
