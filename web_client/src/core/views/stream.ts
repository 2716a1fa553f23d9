// A thread's messages as they are shown: what was said, by whom, how far it has come; and what merely happened. Pure.

import type {
  MessageView,
  QuoteView,
  ReachedView,
  ReceiptView,
  StreamEntry,
  SystemView,
} from "../../ui/models.ts";
import type { Id, Mark, Seq, Step, StreamEvent, Task } from "../protocol.gen.ts";
import { type OpenThread, type Pending, type State, shown } from "../state.ts";
import { plainText } from "../threads.ts";
import { personView, shortName } from "./people.ts";

/** So many attempts in vain, and the message is shown as failed, though it is still tried. */
export const ATTEMPTS_SHOWN = 3;
const QUOTE_CHARACTERS = 140;

export interface StreamSource {
  readonly state: State;
  readonly threadId: Id;
  /** When a pending message was written. */
  readonly writtenAt: (key: string) => number;
}

/** The entries of an opened thread, oldest first. */
export function streamEntries(source: StreamSource): StreamEntry[] {
  const { state, threadId } = source;
  const thread = state.opened[threadId];
  if (thread === undefined) return [];
  const readers = readersOf(thread, state);
  const entries: StreamEntry[] = [];
  for (const item of shown(state, threadId)) {
    if (item.kind === "p") entries.push({ type: "message", message: pendingView(item.pending, source) });
    else {
      const entry = entryOf(item.event, item.kind, source, readers);
      if (entry !== undefined) entries.push(entry);
    }
  }
  return withAssignments(entries, thread);
}

/** Key of the first message of the other side behind a position, where the unread line stands. */
export function firstUnread(thread: OpenThread, readSeq: Seq, state: State): string | undefined {
  const side = state.me?.person.side;
  const found = thread.items.find(
    (item) =>
      item.seq > readSeq &&
      item.event.type === "message.sent" &&
      item.actor !== null &&
      item.actor.side !== side,
  );
  return found?.event.type === "message.sent" ? found.event.client_message_id : undefined;
}

interface Readers {
  readonly marks: readonly Mark[];
  readonly names: readonly string[];
}

function readersOf(thread: OpenThread, state: State): Readers {
  const marks = Object.values(thread.marks).filter((mark) => mark.person.side !== state.me?.person.side);
  return { marks, names: marks.map((mark) => mark.person.name) };
}

function entryOf(
  said: StreamEvent,
  kind: "t" | "n",
  source: StreamSource,
  readers: Readers,
): StreamEntry | undefined {
  const { event, actor, at, seq } = said;
  if (event.type === "message.sent" && actor !== null) {
    const me = source.state.me?.person;
    const own = actor.side === me?.side;
    const internal = kind === "n";
    const account = source.state.rows[source.threadId]?.account.name;
    const message: MessageView = {
      key: event.client_message_id,
      author: personView(actor, source.state),
      at,
      body: event.body,
      own,
      mine: actor.id === me?.id,
      ...(internal ? { internal } : { seq }),
      ...(me?.side === "staff" && actor.side === "contact" && account ? { authorNote: account } : {}),
      ...(own && !internal ? { receipt: receiptOf(seq, at, readers) } : {}),
      ...(event.quote ? { quote: quoteView(event.quote, source) } : {}),
    };
    return { type: "message", message };
  }
  const system = systemOf(said);
  return system === undefined ? undefined : { type: "system", key: `${kind}:${seq}`, at, system };
}

/** How far a message at `seq` has come: read, else delivered, else sent. */
export function receiptOf(seq: Seq, at: number, { marks, names }: Readers): ReceiptView {
  const by = reached(marks, seq, (mark) => mark.read, names);
  if (by.length > 0) return { kind: "read", by };
  const to = reached(marks, seq, (mark) => mark.delivered, names);
  return to.length > 0 ? { kind: "delivered", to } : { kind: "sent", at };
}

function reached(
  marks: readonly Mark[],
  seq: Seq,
  steps: (mark: Mark) => readonly Step[] | undefined,
  names: readonly string[],
): ReachedView[] {
  const found: ReachedView[] = [];
  for (const mark of marks) {
    const step = firstAt(steps(mark) ?? [], seq);
    if (step !== undefined) found.push({ name: shortName(mark.person.name, names), at: step.at });
  }
  return found.sort((a, b) => a.at - b.at);
}

/** The first step at or above a position; steps only grow. */
function firstAt(steps: readonly Step[], seq: Seq): Step | undefined {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return steps[low];
}

function pendingView(pending: Pending, { state, threadId, writtenAt }: StreamSource): MessageView {
  const person = state.me?.person ?? { id: "", side: "contact", name: "" };
  const at = writtenAt(pending.client_message_id);
  const quote = pending.quoted_message_id ? quoteOf(pending.quoted_message_id, state, threadId) : undefined;
  return {
    key: pending.client_message_id,
    author: personView(person, state),
    at,
    body: pending.body,
    own: true,
    mine: true,
    receipt: pendingReceipt(pending, at),
    ...(pending.internal ? { internal: true } : {}),
    ...(quote ? { quote } : {}),
  };
}

function pendingReceipt({ state, attempts, problem }: Pending, at: number): ReceiptView {
  if (state === "accepted") return { kind: "sent", at };
  if (state === "failed" && problem?.reason === "too_long") return { kind: "failed", reason: "too_long" };
  if (state === "failed") return { kind: "failed", reason: "refused", detail: problem?.message ?? "" };
  return attempts >= ATTEMPTS_SHOWN ? { kind: "failed", reason: "offline" } : { kind: "pending" };
}

/** A loaded message as a quote, found by the server's id for it. */
export function quoteOf(messageId: Id, state: State, threadId: Id): QuoteView | undefined {
  const thread = state.opened[threadId];
  for (const { event, actor, at } of [...(thread?.items ?? []), ...(thread?.notes ?? [])]) {
    if (event.type !== "message.sent" || event.message_id !== messageId || actor === null) continue;
    const text = plainText(event.body).slice(0, QUOTE_CHARACTERS);
    return { key: event.client_message_id, name: actor.name, text, at };
  }
  return undefined;
}

/** The server's id of a message that is shown under `key`. */
export function messageIdOf(key: string, state: State, threadId: Id): Id | undefined {
  const thread = state.opened[threadId];
  for (const { event } of [...(thread?.items ?? []), ...(thread?.notes ?? [])]) {
    if (event.type === "message.sent" && event.client_message_id === key) return event.message_id;
  }
  return undefined;
}

function quoteView(
  quote: { readonly message_id: Id; readonly person: { readonly name: string }; readonly text: string },
  { state, threadId }: StreamSource,
): QuoteView {
  return (
    quoteOf(quote.message_id, state, threadId) ?? {
      key: quote.message_id,
      name: quote.person.name,
      text: quote.text,
    }
  );
}

/** What stands in the stream besides messages. Task changes stand in the tasks panel instead. */
function systemOf({ event, actor }: StreamEvent): SystemView | undefined {
  const by = actor?.name ?? "";
  switch (event.type) {
    case "thread.renamed":
      return { kind: "renamed", actor: by, subject: event.subject };
    case "thread.archived":
      return { kind: "archived", actor: by };
    case "thread.reopened":
      return { kind: "reopened", actor: by };
    case "tasks.completed":
      return { kind: "tasks_completed" };
    case "reminder.sent":
      return { kind: "reminder", number: event.number, of: event.of, recipients: event.recipients };
    default:
      return undefined;
  }
}

/** Assignments carry no position in t:, so they stand by their time. */
function withAssignments(entries: StreamEntry[], thread: OpenThread): StreamEntry[] {
  const first = thread.items[0]?.at ?? 0;
  for (const { event, actor, at, seq } of thread.notes) {
    if (event.type !== "thread.assigned" || at < first) continue;
    const system: SystemView = {
      kind: "assigned",
      actor: actor?.name ?? "",
      ...(event.assignee ? { assignee: event.assignee.name } : {}),
    };
    const place = entries.findIndex((entry) => (entry.type === "message" ? entry.message.at : entry.at) > at);
    entries.splice(place < 0 ? entries.length : place, 0, { type: "system", key: `n:${seq}`, at, system });
  }
  return entries;
}

/** The changes of a thread's tasks that are loaded, newest first. */
export function taskChanges(
  thread: OpenThread,
): { readonly key: string; readonly at: number; readonly change: SystemView }[] {
  const texts = new Map<Id, string>(thread.tasks.map((task: Task) => [task.id, task.text]));
  for (const { event } of thread.items)
    if (event.type === "task.added") texts.set(event.task.id, texts.get(event.task.id) ?? event.task.text);
  const changes = thread.items.flatMap(({ event, actor, at, seq }) => {
    const change = changeOf(event, actor?.name ?? "", texts);
    return change === undefined ? [] : [{ key: `t:${seq}`, at, change }];
  });
  return changes.reverse();
}

function changeOf(
  event: StreamEvent["event"],
  actor: string,
  texts: ReadonlyMap<Id, string>,
): SystemView | undefined {
  switch (event.type) {
    case "task.added":
      return { kind: "task_added", actor, text: event.task.text };
    case "task.edited":
      return { kind: "task_edited", actor, text: event.text };
    case "task.completed":
      return { kind: "task_completed", actor, text: texts.get(event.task_id) ?? "" };
    case "task.reopened":
      return { kind: "task_reopened", actor, text: texts.get(event.task_id) ?? "" };
    case "task.deleted":
      return { kind: "task_deleted", actor, text: texts.get(event.task_id) ?? "" };
    default:
      return undefined;
  }
}
