// The messages that this client writes, until each is in its stream or given up: sent, accepted, tried again.
// The twin of protocol/client/pending.py. Knows when a message is sent, again with the same key (P2), and when it is pending no more.
// Refuses to know how the answer came, and what an event does to the thread that it is in (reducer.ts).

import { isTemporary } from "./problems.ts";
import type { Problem, StreamEvent } from "./protocol.gen.ts";
import type { HappeningOf, Pending, State } from "./state.ts";
import { withoutKeys as without } from "./tables.ts";
import type { Work } from "./work.ts";

export const RETRY_FIRST_MS = 1_000;
export const RETRY_MOST_MS = 30_000;

/** Something happened to a message of one's own. */
export function take(
  work: Work,
  happening: HappeningOf<"send" | "accepted" | "refused" | "retry" | "discard">,
): void {
  const key = happening.client_message_id;
  if (happening.type === "send") {
    const { type: _, ...written } = happening;
    const message: Pending = { ...written, state: "sending", attempts: 0 };
    work.putPending(message);
    sendIfLive(work, message);
    return;
  }
  if (happening.type === "discard") {
    work.set({ pending: without(work.state.pending, key) });
    return;
  }
  const message = work.state.pending[key];
  if (message === undefined) return; // an answer about a message that is not pending any more
  if (happening.type === "accepted") {
    const { retry_at: _at, problem: _problem, ...rest } = message;
    work.putPending({ ...rest, state: "accepted", seq: happening.result.seq });
  } else if (happening.type === "refused") {
    work.putPending(refused(message, happening.problem, work.now));
  } else if (message.state === "failed") {
    const { problem: _, ...rest } = message;
    const again: Pending = { ...rest, state: "sending", attempts: 0 };
    work.putPending(again);
    sendIfLive(work, again);
  }
}

/** The connection is live again: whatever had no answer is sent, in the order in which it was written. */
export function sendAll(work: Work): void {
  for (const message of Object.values(work.state.pending)) {
    if (message.state === "sending") send(work, message);
  }
}

/** Time has passed: messages whose wait is over are sent again, if anything can be sent. */
export function sendDue(work: Work): void {
  if (work.state.phase !== "live") return;
  for (const message of Object.values(work.state.pending)) {
    if (message.retry_at !== undefined && message.retry_at <= work.now) send(work, message);
  }
}

/** When each message that waits is to be sent again. */
export function dueTimes(state: State): number[] {
  return Object.values(state.pending).flatMap(({ retry_at }) => retry_at ?? []);
}

/** The message is in its stream: it isn't pending any more. Keys belong to their author. */
export function confirm(work: Work, { event, actor }: StreamEvent): void {
  if (event.type === "message.sent" && actor && actor.id === work.state.me?.person.id) {
    work.set({ pending: without(work.state.pending, event.client_message_id) });
  }
}

/**
 * Accepted messages whose stream has passed their place, or isn't followed, are not pending any more. Whatever it was
 * that moved the stream: an answer may place it behind an event without applying it.
 */
export function confirmAccepted(work: Work): void {
  for (const message of Object.values(work.state.pending)) {
    if (message.state !== "accepted" || message.seq === undefined) continue;
    const followed = work.streams.get(`${message.internal ? "n" : "t"}:${message.thread_id}`);
    if (followed === undefined || (followed.position !== null && followed.position >= message.seq)) {
      work.set({ pending: without(work.state.pending, message.client_message_id) });
    }
  }
}

function sendIfLive(work: Work, message: Pending): void {
  if (work.state.phase === "live") send(work, message);
}

function send(work: Work, message: Pending): void {
  const { retry_at: _, ...now } = message;
  work.putPending(now);
  const { thread_id, client_message_id, body, internal, quoted_message_id, attachments } = message;
  work.commands.push({
    type: "message.send",
    thread_id,
    client_message_id,
    body,
    ...(internal ? { internal } : {}),
    ...(quoted_message_id ? { quoted_message_id } : {}),
    ...(attachments?.length ? { attachments: [...attachments] } : {}),
  });
}

function refused(message: Pending, problem: Problem, now: number): Pending {
  const { retry_at: _, ...rest } = message;
  if (!isTemporary(problem)) return { ...rest, state: "failed", problem };
  const wait = Math.min(RETRY_FIRST_MS * 2 ** message.attempts, RETRY_MOST_MS);
  const retry_at = now + (problem.retry_after_ms || wait);
  return { ...rest, attempts: message.attempts + 1, retry_at, problem };
}
