// What an event of a thread does to its row and to what is loaded of it. The twin of protocol/threads.py. Pure.
// Each function takes events in the order of their stream; a row says by its own `head` which of them it already knows.

import type {
  Block,
  Body,
  Inline,
  Mark,
  MarkMoved,
  Person,
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
  const done = row.tasks_done ?? 0;
  switch (event.type) {
    case "message.sent": {
      if (actor === null) return row;
      const after = { ...row, last: { person: actor, text: excerpt(event.body), at }, last_message_at: at };
      return actor.side === side ? after : oneMore(after);
    }
    case "thread.renamed":
      return { ...row, subject: event.subject };
    case "thread.archived":
      return { ...row, state: "archived" };
    case "thread.reopened":
      return { ...row, state: "active" };
    case "thread.raised":
      return side === "contact" ? { ...row, raised_at: at } : row;
    case "task.added":
      return { ...row, tasks_total: (row.tasks_total ?? 0) + 1 };
    case "task.completed":
      return { ...row, tasks_done: done + 1 };
    case "task.reopened":
      return { ...row, tasks_done: done - 1 };
    default:
      return row;
  }
}

/** A row after the next event of its n:. */
export function rowAfterNote(row: Thread, { seq, event }: StreamEvent): Thread {
  const part = row.staff ?? {};
  if (seq <= (part.notes_head ?? 0)) return row;
  if (event.type === "thread.assigned") {
    const { assignee_id: _, ...rest } = part;
    const assigned = event.assignee ? { assignee_id: event.assignee.id } : {};
    return { ...row, staff: { ...rest, notes_head: seq, ...assigned } };
  }
  const reminder = event.type === "reminder.changed" ? { reminder: event.reminder } : {};
  const after = { ...row, staff: { ...part, notes_head: seq, ...reminder } };
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

/** The tasks, in the order in which they are shown, after an event of t:. */
export function tasksAfter(tasks: readonly Task[], { event, actor, at }: StreamEvent): readonly Task[] {
  const change = (id: string, how: (task: Task) => Task): Task[] =>
    tasks.map((task) => (task.id === id ? how(task) : task));
  switch (event.type) {
    case "task.added":
      return [...tasks.filter((known) => known.id !== event.task.id), event.task];
    case "task.edited":
      return change(event.task_id, (task) => ({ ...task, text: event.text }));
    case "task.completed":
      return change(event.task_id, (task) => ({
        ...task,
        done: true,
        done_at: at,
        ...(actor ? { done_by: actor } : {}),
      }));
    case "task.reopened":
      return change(event.task_id, ({ done_by: _by, done_at: _at, ...task }) => ({ ...task, done: false }));
    case "task.deleted":
      return tasks.filter((task) => task.id !== event.task_id);
    case "tasks.reordered": {
      const places = new Map(event.task_ids.map((id, place) => [id, place]));
      const place = (task: Task): number => places.get(task.id) ?? places.size;
      return [...tasks].sort((a, b) => place(a) - place(b));
    }
    default:
      return tasks;
  }
}

/** The row with its counter made from the tasks themselves. */
export function counted(row: Thread, tasks: readonly Task[]): Thread {
  return { ...row, tasks_total: tasks.length, tasks_done: tasks.filter((task) => task.done).length };
}

/** Somebody's marks after a `mark` frame; positions never go back. */
export function markAfter(known: Mark | undefined, moved: MarkMoved): Mark {
  const mark: Mark = known ?? { person: moved.person };
  const read = longer(mark.read ?? [], moved.read_seq, moved.read_at);
  return { ...mark, read, delivered: longer(mark.delivered ?? [], moved.delivered_seq, moved.delivered_at) };
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
    };
  }
  return together;
}

function further(loaded: readonly Step[], known: readonly Step[]): readonly Step[] {
  return (known.at(-1)?.seq ?? 0) > (loaded.at(-1)?.seq ?? 0) ? known : loaded;
}

function longer(steps: readonly Step[], seq: Seq | undefined, at: number | undefined): readonly Step[] {
  if (seq === undefined || (steps.at(-1)?.seq ?? -1) >= seq) return steps;
  return [...steps, { seq, at: at ?? 0 }].slice(-STEPS_MAX);
}

/** Messages of the other side behind a position. */
export function unreadAfter(items: readonly StreamEvent[], readSeq: Seq, side: Side): number {
  return items.filter(
    (item) => item.event.type === "message.sent" && item.seq > readSeq && isOther(item.actor, side),
  ).length;
}

function isOther(actor: Person | null, side: Side): boolean {
  return actor !== null && actor.side !== side;
}
