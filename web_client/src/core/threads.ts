// What an event of a thread does to its row: by what it says of itself (folds.ts), and here what takes more than that, which
// is what a message leaves unread and how far it is read. The twin of protocol/client/threads.py. Pure.
// Each function takes events in the order of their stream; a row says by its own `head` which of them it already knows.

import { folded } from "./folds.ts";
import type {
  Block,
  Body,
  Inline,
  Mark,
  MarkMoved,
  Seq,
  Side,
  Step,
  StreamEvent,
  Task,
  Thread,
} from "./protocol.gen.ts";
import type { Table } from "./state.ts";

export const EXCERPT_CHARACTERS_MAX = 140;
export const STEPS_MAX = 200;

/** The body without marks, one line for each paragraph, items with a dash. */
export function plainText(body: Body): string {
  return lines(body.content, 1).join("\n");
}

function lines(blocks: readonly Block[], depth: number): string[] {
  return blocks.flatMap((block) => {
    if (block.type !== "paragraph") return block.items.flatMap((item) => lines(item.content, depth + 1));
    const indent = depth > 1 ? `${"  ".repeat(depth - 2)}- ` : "";
    return [indent + (block.content ?? []).map(inlineText).join("")];
  });
}

function inlineText(node: Inline): string {
  if (node.type === "text") return node.text;
  return node.type === "mention" ? `@${node.name}` : "\n";
}

/** The first words of a body, on one line. */
export function excerpt(body: Body): string {
  const text = plainText(body).split(/\s+/).filter(Boolean).join(" ");
  // By characters, not by halves of them.
  return Array.from(text).slice(0, EXCERPT_CHARACTERS_MAX).join("");
}

/** A row after the next event of its t: as a reader of this side sees it; unchanged by an event that it knows. */
export function rowAfter(known: Thread, said: StreamEvent, side: Side): Thread {
  if (said.seq <= known.head) return known;
  const row: Thread = { ...known, head: said.seq, updated_at: Math.max(known.updated_at, said.at) };
  const { event, actor, at } = said;
  if (event.type !== "message.sent") return folded(row, "row", said, side);
  if (actor === null) return row;
  const carried = event.attachments?.length;
  const last = { person: actor, text: excerpt(event.body), at, ...(carried && { documents: carried }) };
  const after = { ...row, last, last_message_at: at, ...(carried && { has_documents: true }) };
  return actor.side === side ? after : oneMore(after);
}

/** A row after the next event of its n:. */
export function rowAfterNote(row: Thread, said: StreamEvent): Thread {
  const { seq, event } = said;
  const part = row.staff ?? {};
  if (seq <= (part.notes_head ?? 0)) return row;
  const after = { ...row, staff: folded({ ...part, notes_head: seq }, "staff", said) };
  if (event.type === "message.sent" && event.attachments?.length) return { ...after, has_documents: true };
  if (event.type !== "thread.unread") return after;
  return counts(row, event) ? readTo(after, event) : readUncounted(after, event.read_seq, event.unread);
}

/** What is known and a row that was loaded, each part from whichever has got further: an answer may be older than an
 * event of n: or a mark that came meanwhile. `head`: what t: says is taken from what was loaded. */
export function together(known: Thread, loaded: Thread, head: boolean): Thread {
  const [row, { staff }] = head ? [loaded, known] : [known, loaded];
  const later = row.staff && staff && (staff.notes_head ?? 0) > (row.staff.notes_head ?? 0);
  return readTo(later ? { ...row, staff } : row, readTo(known, loaded));
}

type Reading = Pick<Thread, "turns_back" | "read_seq" | "read_messages">;

/** Whether both say how many messages were read; older servers don't. */
export function counts(row: Thread, to: Reading): boolean {
  return row.read_messages !== undefined && to.read_messages !== undefined;
}

/** A row whose reader has got to a position; unchanged by an earlier one, and by one that says no `read_messages`. */
export function readTo(row: Thread, { turns_back = 0, read_seq = 0, read_messages }: Reading): Thread {
  const ahead = turns_back - (row.turns_back ?? 0) || read_seq - (row.read_seq ?? 0);
  if (row.read_messages === undefined || read_messages === undefined || ahead < 0) return row;
  return left({ ...row, turns_back, read_seq, read_messages });
}

/** A row whose reader is at a position behind which so much is left, as far as `head`. */
export function readUncounted(row: Thread, read_seq: Seq, unread: number): Thread {
  const { their_messages } = row;
  const counted = their_messages === undefined ? {} : { read_messages: their_messages - unread };
  return { ...row, read_seq, unread, ...counted };
}

/** A row after another message of the other side. */
function oneMore(row: Thread): Thread {
  const { their_messages, unread = 0 } = row;
  return their_messages === undefined
    ? { ...row, unread: unread + 1 }
    : left({ ...row, their_messages: their_messages + 1 });
}

function left(row: Thread): Thread {
  return { ...row, unread: Math.max(0, (row.their_messages ?? 0) - (row.read_messages ?? 0)) };
}

/** The row with its counter made from the tasks themselves. */
export function counted(row: Thread, tasks: readonly Task[]): Thread {
  return { ...row, tasks_total: tasks.length, tasks_done: tasks.filter((task) => task.done).length };
}

/** Somebody's marks after a `mark` frame; positions never go back. */
export function markAfter(known: Mark | undefined, moved: MarkMoved): Mark {
  const mark: Mark = known ?? { person: moved.person };
  const read = longer(mark.read ?? [], moved.read_seq, moved.read_at);
  const delivered = longer(mark.delivered ?? [], moved.delivered_seq, moved.delivered_at);
  return { ...mark, read, delivered, mailed: longer(mark.mailed ?? [], moved.mailed_seq, moved.mailed_at) };
}

/** Marks as loaded, except where what is known has got further meanwhile. */
export function marksTogether(known: Table<Mark>, loaded: readonly Mark[]): Table<Mark> {
  const together: Record<string, Mark> = { ...known };
  for (const mark of loaded) {
    const mine = together[mark.person.id] ?? mark;
    together[mark.person.id] = {
      person: mark.person,
      read: further(mark.read ?? [], mine.read ?? []),
      delivered: further(mark.delivered ?? [], mine.delivered ?? []),
      mailed: further(mark.mailed ?? [], mine.mailed ?? []),
    };
  }
  return together;
}

function further(loaded: readonly Step[], known: readonly Step[]): readonly Step[] {
  return (known.at(-1)?.seq ?? 0) > (loaded.at(-1)?.seq ?? 0) ? known : loaded;
}

/** Marks as loaded, and behind them what moved since. */
export function marksContinued(loaded: Table<Mark>, early: Table<Mark> = {}): Table<Mark> {
  const together: Record<string, Mark> = { ...loaded };
  for (const [id, later] of Object.entries(early)) {
    const mark: Mark = together[id] ?? { person: later.person };
    together[id] = {
      person: mark.person,
      read: continued(mark.read, later.read),
      delivered: continued(mark.delivered, later.delivered),
      mailed: continued(mark.mailed, later.mailed),
    };
  }
  return together;
}

function continued(steps: readonly Step[] = [], later: readonly Step[] = []): readonly Step[] {
  const reached = steps.at(-1)?.seq ?? 0;
  return [...steps, ...later.filter((step) => step.seq > reached)].slice(-STEPS_MAX);
}

function longer(steps: readonly Step[], seq: Seq | undefined, at: number | undefined): readonly Step[] {
  if (seq === undefined || (steps.at(-1)?.seq ?? -1) >= seq) return steps;
  return [...steps, { seq, at: at ?? 0 }].slice(-STEPS_MAX);
}

/** Messages of the other side behind a position. */
export function unreadAfter(items: readonly StreamEvent[], readSeq: Seq, side: Side): number {
  return items.filter(
    ({ event, seq, actor }) => event.type === "message.sent" && seq > readSeq && actor && actor.side !== side,
  ).length;
}
