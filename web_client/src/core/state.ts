// All that a client holds, what may happen to it, and how a thread is shown: plain values.
// The twin of protocol/client/state.py, with its field names, so that both read the same vectors. Refuses to know how one state
// becomes the next (reducer.ts) and how frames come and go (client.ts).

import type { AnyPage, KeptTable } from "./keeping.ts";
import { Keyed } from "./keyed.ts";
import {
  type Body,
  type ClientKey,
  type Command,
  type CommandOf,
  type Id,
  type Mark,
  type Me,
  type MessageAccepted,
  type Notification,
  type NotificationPage,
  POSITIONS_MAX,
  type Problem,
  type Seq,
  type ServerFrame,
  type StreamEvent,
  type StreamPage,
  type Task,
  type Thread,
  type ThreadOpened,
} from "./protocol.gen.ts";
import type { Followed } from "./stream.ts";

/** A list that makes up for what no stream brings again. */
export type Owed = CommandOf<"thread.list"> | CommandOf<"notification.list">;
export type Phase = "offline" | "catching_up" | "live";
export type Table<T> = Readonly<Record<string, T>>;

/** A message of this client that its stream hasn't shown yet. Shown at the end of its thread. */
export interface Pending {
  readonly client_message_id: ClientKey;
  readonly thread_id: Id;
  readonly body: Body;
  readonly internal?: boolean;
  readonly quoted_message_id?: Id;
  readonly attachments?: readonly Id[];
  readonly state: "sending" | "accepted" | "failed";
  /** Its place in the log, once accepted. */
  readonly seq?: Seq;
  readonly problem?: Problem;
  /** Temporary refusals so far. */
  readonly attempts: number;
  /** When to send it again, after a temporary refusal. */
  readonly retry_at?: number;
}

/** Somebody who is writing. */
export interface Writer {
  readonly until: number;
  readonly internal: boolean;
  readonly name: string;
}

/** What is loaded of a thread: `items` of t: and `notes` of n:, each without a hole up to its stream's position. */
export interface OpenThread {
  readonly tasks: readonly Task[];
  readonly marks: Table<Mark>;
  readonly items: readonly StreamEvent[];
  readonly notes: readonly StreamEvent[];
}

/** Everything a client knows. `rows` are the threads of its lists, `opened` those that it follows in full. */
export interface State {
  readonly phase: Phase;
  /** The log's life that the positions belong to. */
  readonly epoch: string | null;
  /** What `welcome` said: taken over with `live`, when every `reset` has come. */
  readonly coming_epoch: string | null;
  readonly me: Me | null;
  readonly streams: Keyed<Followed>;
  /** The streams of which something is known to be missing. */
  readonly holes: Keyed<string>;
  readonly rows: Keyed<Thread>;
  readonly opened: Table<OpenThread>;
  readonly pending: Table<Pending>;
  readonly notifications: Keyed<Notification>;
  /** Entities that are no threads, by kind. */
  readonly kept: KeptTable;
  /** Lists that were asked for and have not come: the next connection asks for them again, with the same words. */
  readonly owed: readonly Owed[];
  readonly open_count: number;
  /** The position of u: at which this person's access last changed, or was last in doubt. */
  readonly access_at: Seq;
  /** Marks that moved in threads that are not shown: of the latest few threads, since the answer of a `thread.open` that is under
   *  way may be from before them. */
  readonly early_marks: Table<Table<Mark>>;
  /** Who is writing: thread to person to until when. */
  readonly typing: Table<Table<Writer>>;
  readonly online: readonly Id[];
  readonly team_online: boolean;
}

export const EMPTY: State = {
  phase: "offline",
  epoch: null,
  coming_epoch: null,
  me: null,
  streams: new Keyed(),
  holes: new Keyed(),
  rows: new Keyed(),
  opened: {},
  pending: {},
  notifications: new Keyed(),
  kept: {},
  owed: [],
  open_count: 0,
  access_at: 0,
  early_marks: {},
  typing: {},
  online: [],
  team_online: false,
};

/** What may happen, in the order and with the tags of protocol/client/state.py. */
export type Happening =
  /** The server said something on the socket, other than `reply` and `error`. */
  | { readonly type: "frame"; readonly frame: ServerFrame }
  /** `thread.open` was answered: from now on the thread is followed in full. */
  | { readonly type: "opened"; readonly result: ThreadOpened }
  /** `stream.read` was answered: a hole's events, or older ones. */
  | { readonly type: "page"; readonly page: StreamPage }
  /** Rows came: by `thread.list`, `thread.read` or `thread.create`. */
  | { readonly type: "rows"; readonly threads: readonly Thread[] }
  /** `notification.list` was answered. */
  | { readonly type: "notifications"; readonly page: NotificationPage }
  /** From now on all of a kind is kept. */
  | { readonly type: "wanted"; readonly kind: string }
  /** `<kind>.list` was answered; `after` as it was asked. */
  | { readonly type: "kept"; readonly kind: string; readonly page: AnyPage; readonly after?: Id | undefined }
  /** A list that was asked for has come whole, or can't be had. */
  | { readonly type: "had"; readonly command: Owed }
  /** The thread is not shown any more; its row stays. */
  | { readonly type: "left"; readonly thread_id: Id }
  /** The user wrote a message. */
  | ({ readonly type: "send" } & Pick<
      Pending,
      "client_message_id" | "thread_id" | "body" | "internal" | "quoted_message_id" | "attachments"
    >)
  /** `message.send` was answered. */
  | { readonly type: "accepted"; readonly client_message_id: ClientKey; readonly result: MessageAccepted }
  /** `message.send` was refused, or not answered in time (code `unavailable`). */
  | { readonly type: "refused"; readonly client_message_id: ClientKey; readonly problem: Problem }
  /** The user wants a failed message sent again, or gives it up. */
  | { readonly type: "retry" | "discard"; readonly client_message_id: ClientKey }
  /** The connection is gone; or time has passed. */
  | { readonly type: "disconnected" | "tick" };

export type HappeningOf<T extends Happening["type"]> = Extract<Happening, { readonly type: T }>;

/** Whether two commands ask for the same: each is built in one way. */
export function sameWords(one: Command, other: Command): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The person's own stream, and behind it, of staff, the firm's. */
export function ownStreams({ person, firm }: Me): string[] {
  return person.side === "staff" ? [`u:${person.id}`, `u:${firm.id}`] : [`u:${person.id}`];
}

/** What `hello` says: the own streams and those of the threads that are followed in full. Nothing where it isn't known of
 *  which log they are. */
export function positions(state: State): Record<string, Seq> {
  if (state.epoch === null) return {};
  const names = state.me === null ? [] : ownStreams(state.me);
  for (const id of Object.keys(state.opened)) names.push(`t:${id}`, `n:${id}`);
  const known: [string, Seq][] = [];
  for (const name of names) {
    const position = state.streams.get(name)?.position;
    if (position !== undefined && position !== null) known.push([name, position]);
  }
  return Object.fromEntries(known.slice(0, POSITIONS_MAX));
}

export type Shown =
  | { readonly kind: "t" | "n"; readonly event: StreamEvent }
  | { readonly kind: "p"; readonly pending: Pending };

/**
 * A thread from top to bottom. A note stands behind the event of t: that it followed when it was written; it isn't
 * shown before that event is loaded. Events that this client doesn't know are left to the caller to skip.
 */
export function shown(state: State, threadId: Id): Shown[] {
  const thread = state.opened[threadId];
  if (thread === undefined) return [];
  const rows: Shown[] = [];
  const first = thread.items[0]?.seq ?? (state.streams.get(`t:${threadId}`)?.position ?? 0) + 1;
  const notes: [Seq, StreamEvent][] = [];
  for (const note of thread.notes) {
    const after = follows(note);
    if (after !== null && after >= first - 1) notes.push([after, note]);
  }
  notes.sort((a, b) => a[0] - b[0] || a[1].seq - b[1].seq);
  let next = 0;
  for (const event of thread.items) {
    for (let note = notes[next]; note !== undefined && note[0] < event.seq; note = notes[next]) {
      rows.push({ kind: "n", event: note[1] });
      next += 1;
    }
    rows.push({ kind: "t", event });
  }
  for (const [, event] of notes.slice(next)) rows.push({ kind: "n", event });
  for (const pending of Object.values(state.pending)) {
    if (pending.thread_id === threadId) rows.push({ kind: "p", pending });
  }
  return rows;
}

/** The position in t: behind which an event of n: is shown; null for one that isn't shown. */
export function follows({ event }: StreamEvent): Seq | null {
  return event.type === "message.sent" || event.type === "reminder.sent" ? (event.after ?? 0) : null;
}
