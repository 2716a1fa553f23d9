// What people do that no log holds: who is here, who is writing, how far each has read.
// The twin of protocol/client/people.py. Knows the frames that tell it and how long they hold. Refuses to know events, and how marks
// come back after a reconnect (reducer.ts).

import type { Id, MarkMoved, Presence, Typing } from "./protocol.gen.ts";
import type { State, Writer } from "./state.ts";
import { withoutKeys as without } from "./tables.ts";
import { counts, markAfter, readTo, readUncounted, unreadAfter } from "./threads.ts";
import type { Work } from "./work.ts";

/** How long somebody is shown as writing after their last `typing`. */
export const TYPING_MS = 6_000;
/** Of how many threads that are not shown marks are kept. */
const EARLY_THREADS_MAX = 100;

/** Somebody came or went; without a person, the team as a contact sees it. */
export function cameOrWent(work: Work, { person, online }: Presence): void {
  if (!person) {
    work.set({ team_online: online });
    return;
  }
  const others = work.state.online.filter((id) => id !== person.id);
  work.set({ online: online ? [...others, person.id] : others });
}

/** The connection is gone: nothing is known of who is here or writes. */
export function allGone(work: Work): void {
  work.set({ typing: {}, online: [], team_online: false });
}

/** Somebody else writes in a thread, or has stopped. */
export function typing(work: Work, { thread_id, person, typing, internal }: Typing): void {
  if (person.id === work.state.me?.person.id) return;
  const writers: Record<string, Writer> = { ...without(work.state.typing[thread_id] ?? {}, person.id) };
  if (typing ?? true) {
    writers[person.id] = { until: work.now + TYPING_MS, internal: internal ?? false, name: person.name };
  }
  work.putWriters(thread_id, writers);
}

/** Their message is here: they write no more. */
export function wrote(work: Work, threadId: Id, personId: Id): void {
  const writers = work.state.typing[threadId];
  if (writers?.[personId] !== undefined) work.putWriters(threadId, without(writers, personId));
}

/** Time has passed: who has said nothing for TYPING_MS writes no more. */
export function stopSilent(work: Work): void {
  for (const [id, writers] of Object.entries(work.state.typing)) {
    const gone = Object.keys(writers).filter((person) => (writers[person]?.until ?? 0) <= work.now);
    if (gone.length > 0) work.putWriters(id, without(writers, ...gone));
  }
}

/** When each of those who write stops to, unless they go on. */
export function dueTimes(state: State): number[] {
  return Object.values(state.typing).flatMap((writers) => Object.values(writers).map(({ until }) => until));
}

/** Somebody's mark moved: in the thread that is shown and, where it counts for the reader, in the thread's row. Staff read as one. */
export function mark(work: Work, frame: MarkMoved): void {
  const { opened, me } = work.state;
  const thread = opened[frame.thread_id];
  const row = work.rows.get(frame.thread_id);
  if (thread !== undefined) {
    const marks = { ...thread.marks, [frame.person.id]: markAfter(thread.marks[frame.person.id], frame) };
    work.putOpened(frame.thread_id, { ...thread, marks });
  } else early(work, frame);
  if (row === undefined || me === null || frame.read_seq === undefined) return;
  const bothStaff = frame.person.side === "staff" && me.person.side === "staff";
  if (frame.person.id !== me.person.id && !bothStaff) return;
  if (counts(row, frame)) {
    work.putRow(readTo(row, frame));
    return;
  }
  if (frame.read_seq <= (row.read_seq ?? 0)) return;
  const first = thread?.items[0];
  const loaded = thread !== undefined && first !== undefined && first.seq <= frame.read_seq + 1;
  const unread = loaded
    ? unreadAfter(thread.items, frame.read_seq, work.side)
    : (frame.unread ?? row.unread ?? 0);
  work.putRow(readUncounted(row, frame.read_seq, unread));
}

/** Keep a mark of a thread that isn't shown, and of the threads with such marks the latest. */
function early(work: Work, frame: MarkMoved): void {
  const { early_marks } = work.state;
  const known = early_marks[frame.thread_id] ?? {};
  const marks = { ...known, [frame.person.id]: markAfter(known[frame.person.id], frame) };
  const all = Object.entries({ ...without(early_marks, frame.thread_id), [frame.thread_id]: marks });
  work.set({ early_marks: Object.fromEntries(all.slice(-EARLY_THREADS_MAX)) });
}
