// One stream as a reader follows it: the rule by which events are applied, dropped, held and asked for.
// The twin of protocol/client/stream.py, held to it by protocol/client/vectors.json. Pure: no I/O and no clock; `now` is any steady
// count of milliseconds. Refuses to know what the events mean.

import type { Seq, StreamEvent } from "./protocol.gen.ts";

/** How long a hole may last before its events are asked for: they may only have been overtaken. */
export const HOLD_MS = 200;
/** How long an answer is waited for. */
export const ASK_AGAIN_MS = 5_000;
/** Events asked for at once. */
export const ASK_EVENTS_MAX = 200;
/** Events held behind a hole; later ones are dropped and asked for in their turn. */
export const HELD_EVENTS_MAX = 500;

/** How far a stream has got here. There is a hole while `position` is behind `head`, or unknown. */
export interface Followed {
  /** The last event applied; null: the stream must be loaded first. */
  readonly position: Seq | null;
  /** The highest seq known to exist. */
  readonly head: Seq;
  readonly held: Readonly<Record<Seq, StreamEvent>>;
  /** Since when there has been a hole right after `position`. */
  readonly since: number | null;
  readonly asked_at: number | null;
}

/** A stream afterwards, and the events that are now to be applied, in order. */
export type Step = readonly [Followed, readonly StreamEvent[]];

export const FRESH: Followed = { position: null, head: 0, held: {}, since: null, asked_at: null };

/** Something is known to be missing. */
export function incomplete(followed: Followed): boolean {
  return followed.position === null || followed.position < followed.head;
}

/** When the hole is to be asked for, for the first time or again. */
export function dueAt(followed: Followed): number | null {
  if (!incomplete(followed) || followed.since === null) return null;
  return followed.asked_at === null ? followed.since + HOLD_MS : followed.asked_at + ASK_AGAIN_MS;
}

/** How many events the hole after the position lacks, at most ASK_EVENTS_MAX. */
export function missing(followed: Followed): number {
  const held = Object.keys(followed.held).map(Number);
  const end = held.length > 0 ? Math.min(...held) : followed.head + 1;
  return Math.min(end - (followed.position ?? 0) - 1, ASK_EVENTS_MAX);
}

/** Events came, in any order, known or not. */
export function receive(followed: Followed, events: readonly StreamEvent[], now: number): Step {
  const held: Record<Seq, StreamEvent> = { ...followed.held };
  let head = followed.head;
  for (const event of events) {
    head = Math.max(head, event.seq);
    if (followed.position === null || event.seq > followed.position) held[event.seq] ??= event;
  }
  return advance(followed, followed.position, head, held, now);
}

/** The stream is said to reach to `head`. */
export function heardOf(followed: Followed, head: Seq, now: number): Followed {
  if (head <= followed.head && !incomplete(followed)) return followed;
  return advance(followed, followed.position, Math.max(head, followed.head), { ...followed.held }, now)[0];
}

/** Everything up to `position` has been loaded some other way. */
export function placed(followed: Followed, position: Seq, now: number): Step {
  return advance(followed, position, Math.max(position, followed.head), { ...followed.held }, now);
}

/** The stream must be loaded anew, at once; what comes meanwhile is held. */
export function lost(followed: Followed, head: Seq, now: number): Followed {
  const held: Record<Seq, StreamEvent> = {};
  for (const event of Object.values(followed.held)) if (event.seq > head) held[event.seq] = event;
  return {
    position: null,
    head: Math.max(head, ...Object.keys(held).map(Number)),
    held,
    since: now - HOLD_MS,
    asked_at: null,
  };
}

/** The hole has been asked for. */
export function asked(followed: Followed, now: number): Followed {
  return { ...followed, asked_at: now };
}

/** An answer came: whatever it left open may be asked for at once. */
export function answered(followed: Followed, now: number): Followed {
  return incomplete(followed) ? { ...followed, asked_at: null, since: now - HOLD_MS } : followed;
}

/** The connection is live: a hole counts from now, and earlier questions died with their connection. */
export function begun(followed: Followed, now: number): Followed {
  if (!incomplete(followed)) return followed;
  return { ...followed, asked_at: null, since: followed.position === null ? followed.since : now };
}

function advance(
  followed: Followed,
  from: Seq | null,
  head: Seq,
  waiting: Record<Seq, StreamEvent>,
  now: number,
): Step {
  const applied: StreamEvent[] = [];
  let position = from;
  let events = Object.values(waiting).sort((a, b) => a.seq - b.seq);
  if (position !== null) {
    for (const event of events) {
      if (event.seq !== position + 1) continue;
      applied.push(event);
      position = event.seq;
    }
    const reached = position;
    events = events.filter((event) => event.seq > reached);
  }
  const held = Object.fromEntries(events.slice(0, HELD_EVENTS_MAX).map((event) => [event.seq, event]));
  let { since, asked_at } = followed;
  if (position !== null && position >= head) {
    since = null;
    asked_at = null;
  } else if (since === null || position !== followed.position) {
    since = now;
    asked_at = null;
  }
  return [{ position, head, held, since, asked_at }, applied];
}
