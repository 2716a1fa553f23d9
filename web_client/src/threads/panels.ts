// The panels beside a thread: reminders and account as they are shown. Pure.

import type { ContactRowView, InfoPanelView } from "../accounts/models.ts";
import { noReader } from "../accounts/reachable.ts";
import { personView } from "../core/people.ts";
import type * as p from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import type { FateView } from "../letters/models.ts";
import type { RecipientView, ReminderRoundView, ReminderView } from "../reminders/models.ts";
import { memberView, type Staff } from "../staff/members.ts";

export function reminderView(
  view: p.ReminderView,
  live: p.Reminder | undefined,
  sending: boolean,
  account?: p.Account,
): ReminderView {
  // The setting itself comes with events; rows and recipients only with `reminder.read`.
  const reminder = live && (live.cycle ?? 1) >= (view.reminder.cycle ?? 1) ? live : view.reminder;
  const cycle = reminder.cycle ?? 1;
  const ofCycle = (wanted: number) =>
    view.rows
      .filter((row) => row.cycle === wanted)
      .map((row) => ({
        number: row.number,
        at: row.at,
        counted: row.counted ?? true,
        ...(row.by ? { by: row.by.name } : {}),
        fates: (row.deliveries ?? []).map(fateView),
      }))
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
    sent: ofCycle(cycle),
    planned: planned.length > 0 ? planned : reminder.next_due_at ? [reminder.next_due_at] : [],
    verdict: reminder.verdict ?? "disabled",
    stopsWhen,
    ...(reminder.ignores_read_state ? { ignoresReadState: true } : {}),
    afterLast: reminder.after_last ?? "nothing",
    ...(reminder.after_at ? { afterAt: reminder.after_at } : {}),
    ...(reminder.after_done_at ? { afterDoneAt: reminder.after_done_at } : {}),
    rounds: earlier.map(
      (one): ReminderRoundView => ({
        key: String(one),
        sent: ofCycle(one),
      }),
    ),
    recipients: view.recipients.map(recipientView),
    ...(account ? { account: accountOf(account) } : {}),
    ...(sending ? { sending } : {}),
  };
}

function fateView({ name, state, said, reason, invitation, letter_id }: p.Delivery): FateView {
  const again = state === "failed" && !invitation;
  return {
    name,
    state,
    said: said || (state === "failed" ? (reason ?? "") : ""),
    ...(again ? { retry: [letter_id] } : {}),
  };
}

function accountOf(account: p.Account): NonNullable<ReminderView["account"]> {
  const outside = account.links.filter((link) => link.login && !link.activated).map(({ name }) => name);
  return { name: account.name, contacts: account.links.length, noReader: noReader(account), outside };
}

function anchorOf(by: string | undefined): Pick<ReminderView, "anchorBy" | "anchorName"> {
  if (!by) return {};
  return by === "you" ? { anchorBy: "you" } : { anchorBy: "other", anchorName: by };
}

function recipientView({ contact_id, name, email, notify }: p.Recipient): RecipientView {
  return { person: { id: contact_id, side: "contact", name }, email, notify };
}

export function contactRow(link: p.Link, state: State): ContactRowView {
  return {
    person: personView({ id: link.contact_id, side: "contact", name: link.name }, state),
    email: link.email,
    login: link.login,
    notify: link.notify,
    state: link.activated ? "activated" : link.invited_at ? "invited" : "none",
    ...(link.mail ? { mail: mailOf(link, link.mail) } : {}),
    ...(link.last_login_at ? { lastLoginAt: link.last_login_at } : {}),
  };
}

/** The last letter to a contact; where that failed, also others that did can be tried again with it. */
function mailOf({ failed_letters = [] }: p.Link, mail: p.Delivery): FateView {
  const last = fateView(mail);
  const retry = [...new Set([...failed_letters, ...(last.retry ?? [])])];
  return mail.state === "failed" && retry.length > 0 ? { ...last, retry } : last;
}

/** Whether somebody may decide who logs in, and put addresses right. */
export function managesAccounts(me: State["me"]): boolean {
  return me?.may?.includes("manage_accounts") ?? false;
}

export function infoView(account: p.Account, thread: p.Thread, state: State, staff: Staff): InfoPanelView {
  return {
    account: { id: account.id, name: account.name, shortId: account.short_id },
    contacts: account.links.map((link) => contactRow(link, state)),
    staff: account.staff_ids.flatMap((id) => memberView(id, state, staff) ?? []),
    following: account.following,
    createdAt: thread.created_at,
    createdBy: thread.created_by.name,
    canManage: managesAccounts(state.me),
    canDescribe: state.me?.may?.includes("manage_contacts") ?? false,
  };
}
