// How far a thread has been read, from which of its messages have been before somebody's eyes. Pure. A position says "and
// everything before it", so it stops in front of the first message that nobody has seen, whatever stands behind that
// (RD-4). What isn't a message goes with what stands before it. Refuses to judge what has been seen: the stream does.

import type { Id, Notification, Person, Seq, StreamEvent, Thread } from "./protocol.gen.ts";
import type { OpenThread, Shown } from "./state.ts";

/** How far a thread has been read: a position in t:, and for staff one in n:. */
export interface ReadTo {
  readonly seq: Seq;
  readonly notes: Seq;
}

/** Where reading begins. */
export interface ReadFrom extends ReadTo {
  /** From here on in t:, what colleagues wrote is news too: one's own inbox tells of it. */
  readonly own?: Seq;
}

/** Where somebody who opens a thread has read to: what they share with colleagues (RD-1), but not past what their own
 *  inbox still tells of (MN-6). Notes are read but for those. */
export function readBefore(row: Thread | undefined, entry: Notification | undefined): ReadFrom {
  const shared = row?.read_seq ?? 0;
  const { unread_from: own, notes_unread_from: note } = entry ?? {};
  return {
    seq: own === undefined ? shared : Math.min(shared, own - 1),
    notes: note === undefined ? (row?.staff?.notes_head ?? 0) : note - 1,
    ...(own === undefined ? {} : { own }),
  };
}

/** How far it has been read by now. `seen`: keys of messages. */
export function readTo(
  thread: OpenThread,
  from: ReadTo,
  seen: ReadonlySet<string>,
  me: Id | undefined,
): ReadTo {
  return {
    seq: advanced(thread.items, from.seq, seen, me),
    notes: advanced(thread.notes, from.notes, seen, me),
  };
}

/** Whether it is loaded from where reading begins. */
export function reaches(thread: OpenThread, from: ReadTo): boolean {
  return (thread.items[0]?.seq ?? 1) <= from.seq + 1;
}

/** The position before the first message of others behind `from` that hasn't been seen; `from` where a hole is. */
function advanced(
  events: readonly StreamEvent[],
  from: Seq,
  seen: ReadonlySet<string>,
  me: Id | undefined,
): Seq {
  let reached = from;
  for (const { seq, event, actor } of events) {
    if (seq <= reached) continue;
    const others = event.type === "message.sent" && actor !== null && actor.id !== me;
    if (seq > reached + 1 || (others && !seen.has(event.client_message_id))) break;
    reached = seq;
  }
  return reached;
}

/** Key of the first message that is news, in the order in which they are shown: where the unread line stands. */
export function firstUnread(
  rows: readonly Shown[],
  from: ReadFrom,
  me: Person | undefined,
): string | undefined {
  for (const row of rows) {
    if (row.kind === "p" || row.event.event.type !== "message.sent" || row.event.actor?.id === me?.id)
      continue;
    const { seq, actor, event } = row.event;
    const told = row.kind === "n" ? seq > from.notes : seq >= (from.own ?? Number.POSITIVE_INFINITY);
    if (told || (row.kind === "t" && seq > from.seq && actor?.side !== me?.side))
      return event.client_message_id;
  }
  return undefined;
}

/** Key of the message at a place as an address says it (`t12`, `n3`), or of the first one behind it. */
export function keyAt(thread: OpenThread, place: string): string | undefined {
  const [, kind, digits] = /^([tn])(\d{1,15})$/.exec(place) ?? [];
  if (kind === undefined) return undefined;
  const events = kind === "n" ? thread.notes : thread.items;
  const found = events.find(({ seq, event }) => seq >= Number(digits) && event.type === "message.sent");
  return found?.event.type === "message.sent" ? found.event.client_message_id : undefined;
}
