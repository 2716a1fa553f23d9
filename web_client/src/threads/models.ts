// What is drawn of threads: rows, lists, one that is open, one that is begun. See kit/models.ts.

import type { NoReader } from "../accounts/models.ts";
import type { AccountView, PersonView } from "../kit/models.ts";
import type { BodyDoc, DraftView, StreamEntry } from "../messages/models.ts";
import type { ReminderSetting } from "../reminders/RemindersPanel.tsx";
import type { ThreadFilter } from "./filters.ts";

export interface ThreadRowView {
  readonly id: string;
  readonly account: AccountView;
  readonly subject: string;
  readonly at: number;
  readonly unread: number;
  /** Absent when nothing that this reader may see was written yet. `mine` puts "You" before the excerpt. */
  readonly last?: { readonly author: PersonView; readonly text: string; readonly mine: boolean };
  /** The firm's person in it, whose face a client sees on the row: their own would be the same on every row. */
  readonly counterpart?: PersonView;
  readonly tasksDone: number;
  readonly tasksTotal: number;
  readonly hasDocuments?: boolean;
  /** Staff only. */
  readonly assignee?: PersonView;
  /** Why it is out of sight, or on top: it is put off, or has come back. */
  readonly why?: string | undefined;
  /** An unsent draft is kept for this thread. */
  readonly draft?: boolean;
}

export type ThreadTab = "active" | "archived";

export interface ThreadListView {
  readonly tab: ThreadTab;
  readonly filter: ThreadFilter;
  readonly search: string;
  readonly activeCount: number;
  readonly unreadCount: number;
  readonly rows: readonly ThreadRowView[];
  readonly selectedId?: string;
  /** `loading` shows skeletons (after 300 ms, the component sees to that). */
  readonly state: "loading" | "ready" | "failed";
  readonly more?: boolean;
}

/** A contact's list: nothing narrows it. */
export type ContactListView = Omit<ThreadListView, "filter" | "unreadCount">;

export interface ThreadHeaderView {
  readonly id: string;
  readonly account: AccountView;
  readonly subject: string;
  readonly archived: boolean;
  /** The other side's people who can read here. For clients: the firm's people in this thread. */
  readonly people: readonly PersonView[];
  readonly assignee?: PersonView;
  /** When the next reminder goes out, for the button in the header. */
  readonly reminderNextAt?: number;
  readonly reminderOn?: boolean;
  /** Why it is out of sight, or on top: it is put off, or has come back. */
  readonly why?: string | undefined;
  readonly canDelete?: boolean;
}

export interface ThreadView {
  readonly header: ThreadHeaderView;
  readonly entries: readonly StreamEntry[];
  /** Key of the first unread entry at the moment the thread was opened; the line stays while it is open. */
  readonly unreadFrom?: string;
  /** Key of the message at which it opens, where that isn't the unread line or the end. */
  readonly startAt?: string;
  readonly typing: readonly string[];
  readonly draft: DraftView;
  /** Names of those whom a client-visible message reaches, first names suffice. Empty: nobody can log in. */
  readonly receivers: readonly string[];
  /** Why nothing can be sent here, or absent. The sentence stands beside the disabled button. */
  readonly cannotSend?: NoReader | "no_access" | "archived";
  /** `gone`: the reader had it, and doesn't any more. `unknown`: there is none for them under this address. */
  readonly state: "loading" | "ready" | "failed" | "gone" | "unknown";
  /** Older entries exist above the first one. */
  readonly older: boolean;
  readonly olderLoading?: boolean;
}

export interface NewChatDraft {
  readonly accountId: string;
  readonly subject: string;
  readonly body: BodyDoc;
  readonly tasks: readonly string[];
  /** The documents that the message carries. */
  readonly attachments: readonly string[];
  /** What it began with. */
  readonly templateId?: string;
  readonly reminder: ReminderSetting;
}
