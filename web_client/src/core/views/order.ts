// The order of chat lists. Pure.

import type { Thread } from "../protocol.gen.ts";

/** When a chat last came to the top: by a message, or because the firm asked again (RM-11). */
export function turn(row: Thread): number {
  return Math.max(row.last_message_at, row.raised_at ?? 0);
}

/** Unread first, then the latest first (LS-2). */
export function byUrgency(a: Thread, b: Thread): number {
  const unread = Number((b.unread ?? 0) > 0) - Number((a.unread ?? 0) > 0);
  return unread || turn(b) - turn(a) || (a.id < b.id ? 1 : -1);
}
