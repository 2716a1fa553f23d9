// Tasks, reminders, account and feed as they are shown. Pure.

import type {
  ContactRowView,
  InboxEntryView,
  InfoPanelView,
  RecipientView,
  ReminderRoundView,
  ReminderView,
  StaffChoice,
  TaskRowView,
  TaskView,
} from "../../ui/models.ts";
import type * as p from "../protocol.gen.ts";
import type { State } from "../state.ts";
import { personView } from "./people.ts";
import { accountView } from "./rows.ts";

export type Staff = ReadonlyMap<p.Id, p.StaffMember>;

export function taskView(task: p.Task): TaskView {
  return {
    id: task.id,
    text: task.text,
    done: task.done ?? false,
    ...(task.done_by ? { doneBy: task.done_by.name } : {}),
    ...(task.done_at ? { doneAt: task.done_at } : {}),
  };
}

export function taskRowView(row: p.TaskRow, state: State, staff: Staff): TaskRowView {
  const assignee = memberView(row.assignee_id, state, staff);
  return {
    threadId: row.thread_id,
    account: accountView(row.account),
    subject: row.subject,
    task: taskView(row.task),
    createdAt: row.task.created_at,
    ...(assignee ? { assignee } : {}),
    ...(row.reminder_next_at ? { reminderNextAt: row.reminder_next_at } : {}),
  };
}

export function memberView(
  id: p.Id | undefined | null,
  state: State,
  staff: Staff,
): ReturnType<typeof personView> | undefined {
  const member = id ? staff.get(id) : undefined;
  return member && personView({ id: member.id, side: "staff", name: member.name }, state);
}

export function reminderView(
  view: p.ReminderView,
  live: p.Reminder | undefined,
  sending: boolean,
): ReminderView {
  // The setting itself comes with events; rows and recipients only with `reminder.read`.
  const reminder = live && (live.cycle ?? 1) >= (view.reminder.cycle ?? 1) ? live : view.reminder;
  const cycle = reminder.cycle ?? 1;
  const ofCycle = (wanted: number) =>
    view.rows
      .filter((row) => row.cycle === wanted)
      .map((row) => ({ number: row.number, at: row.at }))
      .sort((a, b) => a.at - b.at);
  const earlier = [...new Set(view.rows.map((row) => row.cycle))]
    .filter((one) => one < cycle)
    .sort((a, b) => b - a);
  const planned = reminder.planned ?? [];
  const stopsWhen = reminder.stops_when ?? "client_replies";
  return {
    enabled: reminder.enabled,
    days: reminder.days,
    number: reminder.number,
    ...(reminder.anchor_at ? { anchorAt: reminder.anchor_at } : {}),
    ...anchorOf(view.anchor_by),
    sent: ofCycle(cycle).filter((row) => row.number > 0),
    planned: planned.length > 0 ? planned : reminder.next_due_at ? [reminder.next_due_at] : [],
    verdict: reminder.verdict ?? "disabled",
    stopsWhen,
    rounds: earlier.map(
      (one): ReminderRoundView => ({
        key: String(one),
        sent: ofCycle(one),
        of: reminder.number,
        ended: "unknown",
      }),
    ),
    recipients: view.recipients.map(recipientView),
    ...(sending ? { sending } : {}),
  };
}

function anchorOf(by: string | undefined): Pick<ReminderView, "anchorBy" | "anchorName"> {
  if (!by) return {};
  return by === "you" ? { anchorBy: "you" } : { anchorBy: "other", anchorName: by };
}

function recipientView({ contact_id, name, email, notify }: p.Recipient): RecipientView {
  return { person: { id: contact_id, side: "contact", name }, email, notify };
}

export function inboxEntryView(entry: p.Notification, state: State, staff: Staff): InboxEntryView {
  const row = state.rows[entry.thread_id];
  // The row is live; the entry says what was so when it was made.
  const assignee = memberView(row?.staff ? row.staff.assignee_id : entry.assignee_id, state, staff);
  return {
    id: entry.id,
    threadId: entry.thread_id,
    account: accountView(entry.account),
    subject: row?.subject ?? entry.subject,
    kind: entry.kind,
    actor: personView(entry.actor, state),
    at: entry.at,
    unread: entry.unread ?? true,
    mentioned: entry.mentioned ?? false,
    internal: entry.internal ?? false,
    readBy: entry.read_by ?? [],
    archived: entry.archived ?? false,
    ...(entry.text ? { text: entry.text } : {}),
    ...(assignee ? { assignee } : {}),
    ...(row ? { tasksDone: row.tasks_done ?? 0, tasksTotal: row.tasks_total ?? 0 } : {}),
  };
}

/** Colleagues for a picker: those with access first, oneself on top (MN-4, AS-2). */
export function staffChoices(
  staff: Staff,
  withAccess: ReadonlySet<p.Id> | null,
  state: State,
): StaffChoice[] {
  const meId = state.me?.person.id;
  const rank = (choice: StaffChoice): number => Number(!choice.hasAccess) * 2 + Number(!choice.me);
  return [...staff.values()]
    .filter((member) => member.active ?? true)
    .map(
      (member): StaffChoice => ({
        person: personView({ id: member.id, side: "staff", name: member.name }, state),
        me: member.id === meId,
        hasAccess: withAccess?.has(member.id) ?? true,
      }),
    )
    .sort((a, b) => rank(a) - rank(b) || a.person.name.localeCompare(b.person.name));
}

export function contactRow(link: p.Link, state: State): ContactRowView {
  return {
    person: personView({ id: link.contact_id, side: "contact", name: link.name }, state),
    email: link.email,
    login: link.login,
    notify: link.notify,
    state: link.activated ? "activated" : link.invited_at ? "invited" : "none",
    ...(link.last_login_at ? { lastLoginAt: link.last_login_at } : {}),
  };
}

export function infoView(account: p.Account, thread: p.Thread, state: State, staff: Staff): InfoPanelView {
  const me = state.me;
  const leads = me?.role === "owner" || me?.role === "admin";
  return {
    account: { id: account.id, name: account.name, shortId: account.short_id },
    contacts: account.links.map((link) => contactRow(link, state)),
    staff: account.staff_ids.flatMap((id) => memberView(id, state, staff) ?? []),
    following: account.following,
    createdAt: thread.created_at,
    createdBy: thread.created_by.name,
    canManage: leads || (me?.rights?.includes("manage_accounts") ?? false),
  };
}
