// What stands between messages: day lines, the unread line; and which messages are one block, whose author is said once, each minute
// once, and how far it has come once. Pure: entries in, rows out, oldest first.

import type { Format } from "../i18n/format.ts";
import type { MessageView, ReceiptView, StreamEntry, SystemView } from "./models.ts";

/** A message's place in its block: what one author wrote, without more than five minutes or anything else in between. */
export interface InBlock {
  /** The one before is of the same block. */
  readonly continued: boolean;
  /** The one behind is. */
  readonly followed: boolean;
  /** The one before says the time. */
  readonly sameMinute: boolean;
  /** The one behind has come just as far, and says so for both. */
  readonly saidBelow: boolean;
}

export type StreamRow =
  | { readonly type: "day"; readonly key: string; readonly at: number }
  /** `day`: it stands at the start of a day and carries its date. */
  | { readonly type: "unread"; readonly key: string; readonly at: number; readonly day: boolean }
  | {
      readonly type: "message";
      readonly key: string;
      readonly message: MessageView;
      readonly place: InBlock;
    }
  | { readonly type: "system"; readonly key: string; readonly at: number; readonly system: SystemView };

const GROUP_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

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
      const above = rows.at(-1);
      const continued = before !== undefined && continues(before, message);
      if (continued && above?.type === "message")
        rows[rows.length - 1] = {
          ...above,
          place: {
            ...above.place,
            followed: true,
            saidBelow: saysTheSame(above.message.receipt, message.receipt),
          },
        };
      const sameMinute = continued && minuteOf(before?.at) === minuteOf(message.at);
      rows.push({
        type: "message",
        key,
        message,
        place: { continued, sameMinute, followed: false, saidBelow: false },
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

function minuteOf(at = 0): number {
  return Math.floor(at / MINUTE_MS);
}

/** Whether two messages have come as far, and to the same people; when isn't asked. What failed waits for a decision of its own. */
function saysTheSame(one: ReceiptView | undefined, other: ReceiptView | undefined): boolean {
  return one?.kind !== "failed" && reachedBy(one) === reachedBy(other);
}

function reachedBy(receipt: ReceiptView | undefined): string {
  const names = receipt && "people" in receipt ? receipt.people.map(({ name }) => name).sort() : [];
  return [receipt?.kind, ...names].join("\n");
}
