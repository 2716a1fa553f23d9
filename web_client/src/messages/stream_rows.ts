// What stands between messages: day lines, the unread line, and which messages drop their author because the one
// before said it. Pure: entries in, rows out, oldest first.

import type { Format } from "../i18n/format.ts";
import type { MessageView, StreamEntry, SystemView } from "./models.ts";

export type StreamRow =
  | { readonly type: "day"; readonly key: string; readonly at: number }
  /** `day`: it stands at the start of a day and carries its date. */
  | { readonly type: "unread"; readonly key: string; readonly at: number; readonly day: boolean }
  | {
      readonly type: "message";
      readonly key: string;
      readonly message: MessageView;
      readonly continued: boolean;
    }
  | { readonly type: "system"; readonly key: string; readonly at: number; readonly system: SystemView };

const GROUP_MS = 5 * 60_000;

export function entryKey(entry: StreamEntry): string {
  return entry.type === "message" ? entry.message.key : entry.key;
}

export function entryAt(entry: StreamEntry): number {
  return entry.type === "message" ? entry.message.at : entry.at;
}

/** The rows of a stream. `unreadFrom` is the key of the first unread entry. */
export function streamRows(
  entries: readonly StreamEntry[],
  unreadFrom: string | undefined,
  format: Format,
): StreamRow[] {
  const rows: StreamRow[] = [];
  let day = "";
  let before: MessageView | undefined;
  for (const entry of entries) {
    const key = entryKey(entry);
    const at = entryAt(entry);
    const today = format.dayKey(at);
    if (key === unreadFrom) {
      rows.push({ type: "unread", key: `unread-${key}`, at, day: today !== day });
      before = undefined;
    } else if (today !== day) {
      rows.push({ type: "day", key: `day-${today}-${key}`, at });
      before = undefined;
    }
    day = today;
    if (entry.type === "system") {
      rows.push({ type: "system", key, at, system: entry.system });
      before = undefined;
    } else {
      const { message } = entry;
      rows.push({
        type: "message",
        key,
        message,
        continued: before !== undefined && continues(before, message),
      });
      before = message;
    }
  }
  return rows;
}

function continues(before: MessageView, message: MessageView): boolean {
  return (
    before.author.id === message.author.id &&
    before.author.side === message.author.side &&
    Boolean(before.internal) === Boolean(message.internal) &&
    !before.deleted &&
    !message.deleted &&
    message.at - before.at < GROUP_MS
  );
}
