// A thread's messages as they are shown: what was said, by whom, how far it has come; and what merely happened. Pure.

import { personView, shortName } from "../core/people.ts";
import type { Document, Id, Mark, ReminderSent, Seq, Step, StreamEvent } from "../core/protocol.gen.ts";
import { type OpenThread, type Pending, type State, shown } from "../core/state.ts";
import { plainText } from "../core/threads.ts";
import type {
  MessageView,
  QuoteView,
  ReachedKind,
  ReachedView,
  ReceiptView,
  StreamEntry,
  SystemView,
} from "./models.ts";
import { placeOf } from "./told.ts";

/** So many attempts in vain, and the message is shown as failed, though it is still tried. */
export const ATTEMPTS_SHOWN = 3;
const QUOTE_CHARACTERS = 140;

export interface StreamSource {
  readonly state: State;
  readonly threadId: Id;
  /** When a pending message was written. */
  readonly writtenAt: (key: string) => number;
  /** What is known of a document: `null` where there is nothing for this reader. */
  readonly documentOf?: (id: Id) => Document | null | false | undefined;
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
  return withNotes(entries, thread);
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
    const account = source.state.rows.get(source.threadId)?.account.name;
    const message: MessageView = {
      key: event.client_message_id,
      author: personView(actor, source.state),
      at,
      body: event.body,
      own,
      mine: actor.id === me?.id,
      ...(internal ? { internal } : {}),
      ...(me?.side === "staff" && actor.side === "contact" && account ? { authorNote: account } : {}),
      ...(own && !internal ? { receipt: receiptOf(seq, at, readers) } : {}),
      ...(event.quote ? { quote: quoteView(event.quote, source) } : {}),
      ...attached(event.attachments, source),
    };
    return { type: "message", message };
  }
  const system = systemOf(said, source.state.opened[source.threadId]?.notes ?? []);
  return system === undefined ? undefined : { type: "system", key: `${kind}:${seq}`, at, system };
}

/** How far a message at `seq` has come: read, else delivered, else sent by mail, else sent. */
export function receiptOf(seq: Seq, at: number, { marks, names }: Readers): ReceiptView {
  for (const kind of ["read", "delivered", "mailed"] as const) {
    const people = reached(marks, seq, kind, names);
    if (people.length > 0) return { kind, people };
  }
  return { kind: "sent", at };
}

function reached(
  marks: readonly Mark[],
  seq: Seq,
  kind: ReachedKind,
  names: readonly string[],
): ReachedView[] {
  const found: ReachedView[] = [];
  for (const mark of marks) {
    const step = firstAt(mark[kind] ?? [], seq);
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

function pendingView(pending: Pending, source: StreamSource): MessageView {
  const { state, threadId, writtenAt } = source;
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
    ...attached(pending.attachments, source),
  };
}

function attached(
  ids: readonly Id[] | undefined,
  { documentOf }: StreamSource,
): Pick<MessageView, "attachments"> {
  if (!ids?.length) return {};
  return { attachments: ids.map((id) => ({ id, document: documentOf?.(id) })) };
}

function pendingReceipt({ state, attempts, problem }: Pending, at: number): ReceiptView {
  if (state === "accepted") return { kind: "sent", at };
  if (state === "failed" && problem !== undefined) return { kind: "failed", problem };
  return state === "failed" || attempts >= ATTEMPTS_SHOWN ? { kind: "failed" } : { kind: "pending" };
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

/** What stands in the stream besides messages. Of tasks the trail beside them tells. */
function systemOf({ event, actor }: StreamEvent, notes: readonly StreamEvent[]): SystemView | undefined {
  if (placeOf(event) !== "stream") return undefined;
  const by = actor?.name ?? "";
  return event.type === "reminder.sent" ? reminderOf(event, by, notes) : { event, actor: by };
}

/** A reminder for those who were handed theirs; `lost` for everybody if nobody was (RM-19). */
function reminderOf(event: ReminderSent, actor: string, notes: readonly StreamEvent[]): SystemView {
  const told = notes.findLast(
    (note) => note.event.type === "reminder.settled" && note.event.reminder_id === event.reminder_id,
  )?.event;
  if (told?.type !== "reminder.settled") return { event, actor };
  const { counted, deliveries } = told;
  const names = deliveries
    .filter(({ state }) => !counted || state === "handed_over" || state === "unknown")
    .map(({ name }) => name);
  return { event, actor, names, lost: !counted };
}

/** What has no position in t: stands by its time. */
function withNotes(entries: StreamEntry[], thread: OpenThread): StreamEntry[] {
  const first = thread.items[0]?.at ?? 0;
  for (const { event, actor, at, seq } of thread.notes) {
    if (placeOf(event) !== "time" || at < first) continue;
    const system: SystemView = { event, actor: actor?.name ?? "", ...(actor && { actor_id: actor.id }) };
    const place = entries.findIndex((entry) => (entry.type === "message" ? entry.message.at : entry.at) > at);
    entries.splice(place < 0 ? entries.length : place, 0, { type: "system", key: `n:${seq}`, at, system });
  }
  return entries;
}
