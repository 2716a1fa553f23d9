// The order of chat lists. Pure.

import type { Thread } from "../protocol.gen.ts";

/** Unread first, then the latest message first (LS-2). */
export function byUrgency(a: Thread, b: Thread): number {
  const unread = Number((b.unread ?? 0) > 0) - Number((a.unread ?? 0) > 0);
  return unread || b.last_message_at - a.last_message_at || (a.id < b.id ? 1 : -1);
}
