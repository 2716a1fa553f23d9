// The order of chat lists. Pure.

import type { Thread } from "../core/protocol.gen.ts";

/** When a chat last came to the top: by a message, or because the firm asked again (RM-11). */
export function turn(row: Thread): number {
  return Math.max(row.last_message_at, row.raised_at ?? 0);
}

/** The firm has asked a contact again by hand, and neither was anything written since nor are the tasks done (RM-11). */
export function isAsked(row: Thread): boolean {
  return turn(row) > row.last_message_at && !(row.tasks_total && row.tasks_done === row.tasks_total);
}

/** Something stands there that the reader hasn't read, or is asked about again. */
export function isUrgent(row: Thread): boolean {
  return (row.unread ?? 0) > 0 || isAsked(row);
}

/** When it came back from a snooze, if nothing was written since (SS-2). */
export function backAt({ staff, last_message_at }: Thread): number {
  const at = staff?.back?.at ?? 0;
  return at < last_message_at ? 0 : at;
}

/** What has come back first (SS-2), then what is unread, and what a contact is asked about again among it; of each the
 *  latest first (LS-2, RM-11). */
export function byUrgency(a: Thread, b: Thread): number {
  return (
    backAt(b) - backAt(a) ||
    Number(isUrgent(b)) - Number(isUrgent(a)) ||
    turn(b) - turn(a) ||
    (a.id < b.id ? 1 : -1)
  );
}
