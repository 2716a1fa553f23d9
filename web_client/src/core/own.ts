// What the own streams carry, the person's and the firm's: the inbox, what is kept, and what the person may see.
// The twin of protocol/client/own.py. Knows which answer or event about them is newer. Refuses to know threads, and how a stream is
// followed (reducer.ts, stream.ts).

import { forgetAccount, forgetThread } from "./forgetting.ts";
import * as keeping from "./keeping.ts";
import type { Command, Id, NotificationPage, Seq, StreamEvent } from "./protocol.gen.ts";
import { type HappeningOf, ownStreams } from "./state.ts";
import { FRESH } from "./stream.ts";
import { withoutKeys as without } from "./tables.ts";
import type { Work } from "./work.ts";

/** An own stream that wasn't followed is followed from here: pages of what is kept must know as much. */
export function begin(work: Work, name: string, head: Seq): void {
  if (work.streams.get(name) !== undefined) return;
  work.put(name, { ...FRESH, position: head, head });
  for (const [kind, kept] of Object.entries(work.state.kept)) {
    if (kept.asked) keep(work, kind, { ...kept, loaded: false, at: { ...kept.at, [name]: head } });
    else work.set({ kept: without(work.state.kept, kind) });
  }
}

/** Load all of a kind; what is here of it is shown until then. */
export function want(work: Work, kind: string): void {
  const kept = work.state.kept[kind] ?? keeping.NOTHING;
  const at = { ...kept.at };
  for (const name of work.state.me ? ownStreams(work.state.me) : []) {
    const { position } = work.followed(name);
    if (position !== null) at[name] = position;
  }
  keep(work, kind, { ...kept, asked: true, loaded: false, at });
  askFor(work, kind);
}

/** Load every kind that is wanted and not all here. */
export function wantUnloaded(work: Work): void {
  for (const [kind, kept] of Object.entries(work.state.kept)) {
    if (kept.asked && !kept.loaded) want(work, kind);
  }
}

/** A page of a kind, which begins its streams where they weren't followed yet. */
export function brought(work: Work, { kind, page, after }: HappeningOf<"kept">): void {
  for (const [name, head] of Object.entries(page.heads ?? {})) begin(work, name, head);
  const kept = keeping.brought(work.state.kept[kind] ?? keeping.NOTHING, page, after === undefined);
  if (kept === undefined) {
    askFor(work, kind, after);
    return;
  }
  keep(work, kind, kept);
  if (page.next !== undefined) askFor(work, kind, page.next);
}

/** A page of the inbox. One that was read before what has been applied of u: since knows no entry better, nor the badge;
 *  and one from before a change of access may hold what is lost. */
export function notified(work: Work, { notifications, open_count, head }: NotificationPage): void {
  const { access_at, me } = work.state;
  const at = head ?? Number.POSITIVE_INFINITY;
  const newest = at >= (work.followed(`u:${me?.person.id}`).position ?? 0);
  if (!newest && at < access_at) {
    work.owe({ type: "notification.list" });
    return;
  }
  for (const entry of notifications)
    if (newest || work.notifications.get(entry.id) === undefined) work.notifications.put(entry.id, entry);
  if (newest) work.set({ open_count });
}

/** The next event of an own stream. */
export function apply(work: Work, name: string, said: StreamEvent): void {
  const { event, seq } = said;
  work.set({ kept: keeping.told(work.state.kept, name, said) });
  if (event.type === "notification.updated") {
    work.notifications.put(event.notification.id, event.notification);
    work.set({ open_count: event.open_count });
  } else if (event.type === "access.changed") {
    for (const id of event.lost ?? []) forgetAccount(work, id);
    work.set({ access_at: seq, open_count: event.open_count ?? work.state.open_count });
    for (const id of event.gained ?? []) work.owe({ type: "thread.list", account_id: id });
  }
}

/** Events of an own stream up to `head` were lost. What was said about access may have been among them, so the lists are
 *  made anew; what is shown stays. */
export function beginAnew(work: Work, name: string, head: Seq): void {
  for (const [kind, kept] of Object.entries(work.state.kept)) {
    if (kept.asked) want(work, kind);
    else work.set({ kept: without(work.state.kept, kind) });
  }
  if (name !== `u:${work.state.me?.person.id}`) return;
  for (const { id } of work.rows.values()) if (work.state.opened[id] === undefined) forgetThread(work, id);
  for (const { id } of work.notifications.values()) work.notifications.delete(id);
  work.set({ access_at: head });
  work.owe({ type: "notification.list" });
  work.owe({ type: "thread.list" });
}

function keep(work: Work, kind: string, kept: keeping.Kept): void {
  work.set({ kept: { ...work.state.kept, [kind]: kept } });
}

function askFor(work: Work, kind: string, after?: Id): void {
  work.commands.push({ type: `${kind}.list`, ...(after ? { after } : {}) } as Command);
}
