// What the screens draw: plain, read-only views, already filtered, counted and sorted for one reader.
// Knows names and shapes. Refuses to know where they come from: the store (src/core) makes them from protocol
// entities, the gallery makes them by hand. Times are milliseconds since the epoch; texts are already in the
// reader's words only where a person wrote them, all other words are chosen by the component through i18n.

import type { Block, Body, Inline, ListItem, Text } from "../core/protocol.gen.ts";

export type Side = "staff" | "contact";

/** Somebody who is shown with an avatar. `side` decides its shape: staff squares, contacts circles. */
export interface PersonView {
  readonly id: string;
  readonly side: Side;
  readonly name: string;
  readonly online?: boolean;
}

export interface AccountView {
  readonly id: string;
  readonly name: string;
  /** The firm's own short id, "HB2"; staff only. */
  readonly shortId?: string;
}

/** The firm as its clients see it: its mark and name come first, ours never. */
export interface FirmView {
  readonly name: string;
  /** A six-digit hex colour, or none for the product's petrol. */
  readonly accent?: string;
}

// --- message bodies: the wire's own closed tree ---------------------------------------------------------------

export type BodyDoc = Body;
export type BlockNode = Block;
export type InlineNode = Inline;
export type TextNode = Text;
export type ListItemNode = ListItem;

// --- stream ---------------------------------------------------------------------------------------------------

/** A person's first name or full name, and when: "Petra 10:42". */
export interface ReachedView {
  readonly name: string;
  readonly at: number;
}

/** How far a message of the viewer's own side has come. `failed` stays until somebody decides. */
export type ReceiptView =
  | { readonly kind: "pending" }
  | { readonly kind: "sent"; readonly at: number }
  | { readonly kind: "delivered"; readonly to: readonly ReachedView[] }
  | { readonly kind: "read"; readonly by: readonly ReachedView[] }
  | {
      readonly kind: "failed";
      readonly reason: "offline" | "refused" | "too_long";
      readonly detail?: string;
    };

export interface QuoteView {
  /** The key of the quoted message in this stream, for jumping to it. */
  readonly key: string;
  readonly name: string;
  readonly text: string;
  readonly at?: number;
}

export interface MessageView {
  /** Stable over the message's life: the client_message_id, so that pending and sent are the same row. */
  readonly key: string;
  readonly author: PersonView;
  /** The client account's name, shown beside contacts in the console. */
  readonly authorNote?: string;
  readonly at: number;
  readonly body: BodyDoc;
  /** Written by the viewer's side (the whole firm for staff). */
  readonly own: boolean;
  /** Written by the viewer: adds "You". */
  readonly mine: boolean;
  readonly internal?: boolean;
  readonly deleted?: boolean;
  readonly editedAt?: number;
  readonly quote?: QuoteView;
  /** Only on own, client-visible messages. */
  readonly receipt?: ReceiptView;
  /** Position in t:; absent while pending. The thread view reports the highest one that was seen. */
  readonly seq?: number;
  /** BCP 47 tag where known. */
  readonly lang?: string;
}

/** Something that happened and nobody wrote. */
export type SystemView =
  | { readonly kind: "created"; readonly actor: string }
  | { readonly kind: "renamed"; readonly actor: string; readonly subject: string }
  | { readonly kind: "archived"; readonly actor: string }
  | { readonly kind: "reopened"; readonly actor: string }
  | { readonly kind: "assigned"; readonly actor: string; readonly assignee?: string }
  | {
      readonly kind: "reminder";
      readonly number: number;
      readonly of: number;
      readonly recipients: readonly string[];
    }
  | { readonly kind: "task_added"; readonly actor: string; readonly text: string }
  | { readonly kind: "task_edited"; readonly actor: string; readonly text: string }
  | { readonly kind: "task_completed"; readonly actor: string; readonly text: string }
  | { readonly kind: "task_reopened"; readonly actor: string; readonly text: string }
  | { readonly kind: "task_deleted"; readonly actor: string; readonly text: string }
  | { readonly kind: "tasks_completed" };

/** One entry of a thread, oldest first. Day lines, the unread line and grouping are added by `streamRows`. */
export type StreamEntry =
  | { readonly type: "message"; readonly message: MessageView }
  | { readonly type: "system"; readonly key: string; readonly at: number; readonly system: SystemView };

// --- lists ----------------------------------------------------------------------------------------------------

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
  /** An unsent draft is kept for this thread. */
  readonly draft?: boolean;
}

export type ThreadFilter = "all" | "unread" | "mine" | "open_tasks";
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

// --- thread ---------------------------------------------------------------------------------------------------

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
  readonly canDelete?: boolean;
}

export interface DraftView {
  readonly body: BodyDoc | null;
  readonly internal: boolean;
  readonly quote?: QuoteView;
}

export interface ThreadView {
  readonly header: ThreadHeaderView;
  readonly entries: readonly StreamEntry[];
  /** Key of the first unread entry at the moment the thread was opened; the line stays while it is open. */
  readonly unreadFrom?: string;
  readonly typing: readonly string[];
  readonly draft: DraftView;
  /** Names of those whom a client-visible message reaches, first names suffice. Empty: nobody can log in. */
  readonly receivers: readonly string[];
  /** Why nothing can be sent here, or absent. The sentence stands beside the disabled button. */
  readonly cannotSend?: "no_login" | "no_access" | "archived";
  readonly state: "loading" | "ready" | "failed" | "gone";
  /** Older entries exist above the first one. */
  readonly older: boolean;
  readonly olderLoading?: boolean;
}

// --- tasks ----------------------------------------------------------------------------------------------------

export interface TaskView {
  readonly id: string;
  readonly text: string;
  readonly done: boolean;
  /** Start of the due day. */
  readonly dueAt?: number;
  readonly doneBy?: string;
  readonly doneAt?: number;
  readonly pending?: boolean;
}

/** One line of "Changes" below the tasks, or of the log. */
export interface ChangeView {
  readonly key: string;
  readonly at: number;
  readonly change: SystemView;
  /** Address, browser and system, as audited. */
  readonly detail?: string;
}

export interface TasksPanelView {
  /** In the order the staff chose; the component lets done ones sink. */
  readonly tasks: readonly TaskView[];
  readonly changes: readonly ChangeView[];
  readonly canEdit: boolean;
}

export interface TaskRowView {
  readonly threadId: string;
  readonly account: AccountView;
  readonly subject: string;
  readonly task: TaskView;
  readonly createdAt: number;
  readonly assignee?: PersonView;
  readonly reminderNextAt?: number;
}

// --- reminders ------------------------------------------------------------------------------------------------

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
  readonly sent: readonly { readonly number: number; readonly at: number }[];
  readonly of: number;
  readonly ended: "new_message" | "reopened" | "tasks_changed" | "switched_on" | "unknown";
  readonly endedAt?: number;
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
  /** Automatic reminders of this round that went out. */
  readonly sent: readonly { readonly number: number; readonly at: number }[];
  /** The rest of the round, first one next. Empty when stopped. */
  readonly planned: readonly number[];
  readonly verdict: ReminderVerdict;
  /** What ends the round early (RM-7). */
  readonly stopsWhen: "client_replies" | "all_read" | "tasks_done_and_all_read";
  readonly rounds: readonly ReminderRoundView[];
  readonly recipients: readonly RecipientView[];
  readonly sending?: boolean;
}

// --- inbox ----------------------------------------------------------------------------------------------------

export type InboxKind =
  | "message_from_contact"
  | "message_from_staff"
  | "thread_created"
  | "tasks_changed"
  | "tasks_completed"
  | "mention"
  | "assignment"
  | "assignment_changed"
  | "assignment_lost"
  | "thread_reopened";

export interface InboxEntryView {
  readonly id: string;
  readonly threadId: string;
  readonly account: AccountView;
  readonly subject: string;
  readonly kind: InboxKind;
  readonly actor: PersonView;
  readonly at: number;
  /** What was written or ticked, shortened. */
  readonly text?: string;
  readonly unread: boolean;
  readonly mentioned: boolean;
  readonly internal: boolean;
  readonly assignee?: PersonView;
  /** Colleagues who got there first. */
  readonly readBy: readonly string[];
  readonly tasksDone?: number;
  readonly tasksTotal?: number;
  readonly hasDocuments?: boolean;
  /** Colleagues for the assign picker; filled in when it opens. */
  readonly archived?: boolean;
}

export type InboxFilter = "all" | "mentions" | "messages" | "tasks" | "assigned";

// --- people and settings --------------------------------------------------------------------------------------

/** A row of the assign picker or of the @-picker. Without access it is shown, but can't be chosen (MN-4, AS-2). */
export interface StaffChoice {
  readonly person: PersonView;
  readonly me?: boolean;
  readonly hasAccess: boolean;
  readonly openCount?: number;
}

export interface ContactRowView {
  readonly person: PersonView;
  readonly email: string;
  readonly login: boolean;
  readonly notify: boolean;
  readonly state: "activated" | "invited" | "none";
  readonly lastLoginAt?: number;
}

export interface InfoPanelView {
  readonly account: AccountView;
  readonly contacts: readonly ContactRowView[];
  readonly staff: readonly PersonView[];
  readonly following: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly canManage: boolean;
}

export interface MeView {
  readonly person: PersonView;
  readonly email: string;
  readonly language: string;
  readonly role?: "owner" | "admin" | "employee";
  readonly firm: FirmView;
}

export type Theme = "system" | "light" | "dark";

/** A choice in the new-chat dialog's To field. */
export interface AccountChoice {
  readonly account: AccountView;
  /** Names of those with Login on, for "Two people see the chat". */
  readonly readers: readonly string[];
  /** Of these, who gets e-mail. */
  readonly mailed: readonly string[];
  /** False: nobody can log in yet, creation is refused (AC-8, TH-9). */
  readonly canReceive: boolean;
}

export interface NewChatDraft {
  readonly accountId: string;
  readonly subject: string;
  readonly body: BodyDoc;
  readonly tasks: readonly string[];
  readonly reminder: { readonly enabled: boolean; readonly days: number; readonly number: number };
}

// --- connection and toasts ------------------------------------------------------------------------------------

export type ConnectionView =
  | { readonly state: "online" }
  | { readonly state: "offline" }
  | { readonly state: "reconnecting"; readonly attempt: number };

export interface ToastView {
  readonly key: string;
  readonly text: string;
  readonly icon?: "archive" | "check" | "bell" | "person" | "problem";
  /** A verb, "Undo". */
  readonly action?: { readonly label: string; readonly run: () => void };
}

// --- portal ---------------------------------------------------------------------------------------------------

/** A thread's open tasks on the portal's home page. */
export interface TodoGroupView {
  readonly threadId: string;
  readonly subject: string;
  readonly done: number;
  readonly total: number;
  readonly tasks: readonly TaskView[];
}

export interface PortalHomeView {
  readonly unread: readonly ThreadRowView[];
  readonly groups: readonly TodoGroupView[];
  /** The reader's other accounts in which something waits (spec 1.3). */
  readonly elsewhere: readonly { readonly account: AccountView; readonly waiting: number }[];
  readonly state: "loading" | "ready" | "failed";
}
