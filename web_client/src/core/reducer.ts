// The pure reducer: a client's state, something that happens, and the time make the next state and what to ask for.
// The twin of protocol/client/reducer.py and of what that calls, held to them by protocol/client/vectors.json. No I/O and no clock of
// its own: client.ts calls `reduce` for every answer and frame, sends the commands that come out, and calls it with `tick` when
// `dueAt` says so.

import { folded } from "./folds.ts";
import { brought, type Kept, NOTHING, told } from "./keeping.ts";
import { Draft } from "./keyed.ts";
import { isTemporary } from "./problems.ts";
import type {
  Command,
  Dropped,
  EventFrame,
  Id,
  MarkMoved,
  Notification,
  NotificationPage,
  Problem,
  Reset,
  Seq,
  ServerFrame,
  Side,
  StreamEvent,
  StreamPage,
  Thread,
  ThreadOpened,
  Typing,
  Welcome,
} from "./protocol.gen.ts";
import {
  type Happening,
  type HappeningOf,
  type OpenThread,
  type Owed,
  ownStreams,
  type Pending,
  type State,
  sameWords,
  type Writer,
} from "./state.ts";
import * as one from "./stream.ts";
import { withoutKeys as without } from "./tables.ts";
import {
  counted,
  counts,
  markAfter,
  marksTogether,
  readTo,
  readUncounted,
  rowAfter,
  rowAfterNote,
  together,
  unreadAfter,
} from "./threads.ts";

/** How long somebody is shown as writing after their last `typing`. */
export const TYPING_MS = 6_000;
/** How much of the time before the last known change is asked for again after a reconnect: clocks of nodes differ. */
export const OVERLAP_MS = 60_000;
export const RETRY_FIRST_MS = 1_000;
export const RETRY_MOST_MS = 30_000;

/** The state afterwards, and the commands to send now. `now` is any steady count of milliseconds. */
export function reduce(state: State, happening: Happening, now: number): [State, Command[]] {
  return new Work(state, now).step(happening);
}

/** When `tick` is next to be said; null: not before something else happens. */
export function dueAt(state: State): number | null {
  const times = Object.values(state.typing).flatMap((writers) =>
    Object.values(writers).map((one) => one.until),
  );
  if (state.phase === "live") {
    for (const name of state.holes.values()) {
      const due = one.dueAt(state.streams.get(name) ?? one.FRESH);
      if (due !== null) times.push(due);
    }
    for (const message of Object.values(state.pending)) {
      if (message.retry_at !== undefined) times.push(message.retry_at);
    }
  }
  return times.length > 0 ? Math.min(...times) : null;
}

const split = (stream: string): [kind: string, owner: string] => [stream.charAt(0), stream.slice(2)];

/** One step: the state as it becomes, and the commands that come of it. */
class Work {
  readonly #commands: Command[] = [];
  readonly #now: number;
  #state: State;
  /** Held events that follow on a page, to be applied once the page is in its place. */
  readonly #later: [string, StreamEvent][] = [];

  /** The tables that grow long: each is copied once in a step, where it changes. */
  readonly #rows: Draft<Thread>;
  readonly #streams: Draft<one.Followed>;
  readonly #notifications: Draft<Notification>;
  readonly #holes: Draft<string>;

  constructor(state: State, now: number) {
    this.#state = state;
    this.#now = now;
    this.#rows = new Draft(state.rows);
    this.#streams = new Draft(state.streams);
    this.#holes = new Draft(state.holes);
    this.#notifications = new Draft(state.notifications);
  }

  step(happening: Happening): [State, Command[]] {
    this.#take(happening);
    this.#confirmAccepted();
    this.#ask();
    return [this.#done(), this.#commands];
  }

  /** The state as it has become: the same one if nothing has changed. */
  #done(): State {
    const [rows, streams, holes] = [this.#rows.done(), this.#streams.done(), this.#holes.done()];
    const notifications = this.#notifications.done();
    const now = this.#state;
    if (rows !== now.rows || notifications !== now.notifications) this.#set({ rows, notifications });
    if (streams !== now.streams) this.#set({ streams, holes });
    return this.#state;
  }

  #take(happening: Happening): void {
    switch (happening.type) {
      case "frame":
        this.#frame(happening.frame);
        return;
      case "opened":
        this.#opened(happening.result);
        return;
      case "page":
        this.#page(happening.page);
        return;
      case "rows":
        for (const row of happening.threads) this.#row(row);
        return;
      case "notifications":
        this.#notified(happening.page);
        return;
      case "wanted":
        this.#want(happening.kind);
        return;
      case "kept":
        this.#brought(happening);
        return;
      case "had":
        this.#set({ owed: this.#state.owed.filter((owed) => !sameWords(owed, happening.command)) });
        return;
      case "left":
        this.#set({ opened: without(this.#state.opened, happening.thread_id) });
        return;
      case "disconnected":
        this.#set({ phase: "offline", typing: {}, online: [], team_online: false });
        return;
      case "tick":
        this.#tick();
        return;
      default:
        this.#outbox(happening);
        return;
    }
  }

  #set(changes: Partial<State>): void {
    this.#state = { ...this.#state, ...changes };
  }

  get #side(): Side {
    return this.#state.me?.person.side ?? "contact";
  }

  // frames

  #frame(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.#welcome(frame);
        return;
      case "live":
        this.#live();
        return;
      case "event":
        this.#event(frame);
        return;
      case "reset":
        this.#reset(frame);
        return;
      case "dropped":
        this.#dropped(frame);
        return;
      case "mark":
        this.#mark(frame);
        return;
      case "typing":
        this.#typing(frame);
        return;
      case "presence": {
        const { person, online } = frame;
        if (!person) {
          this.#set({ team_online: online });
          return;
        }
        const others = this.#state.online.filter((id) => id !== person.id);
        this.#set({ online: online ? [...others, person.id] : others });
        return;
      }
      case "pulse":
        this.#heads(frame.heads ?? {});
        return;
      default: // `reply` and `error` belong to the one who asked; other tags are a newer server's
    }
  }

  #event({ stream, seq, at, actor, event }: EventFrame): void {
    this.#follow(stream, one.receive(this.#followed(stream), [{ seq, at, actor, event }], this.#now));
  }

  #welcome(frame: Welcome): void {
    // Another epoch holds only once every `reset` has come: cut off before that, the old positions would pass for its.
    const epoch = this.#state.epoch ?? frame.epoch;
    this.#set({ phase: "catching_up", me: frame.me, epoch, coming_epoch: frame.epoch });
    ownStreams(frame.me).forEach((name, shared) => {
      const head = frame.heads[name] ?? (shared ? undefined : 0);
      if (head !== undefined) this.#begin(name, head);
    });
    this.#heads(frame.heads);
  }

  /** An own stream that wasn't followed is followed from here: pages of what is kept must know as much. */
  #begin(name: string, head: Seq): void {
    if (this.#streams.get(name) !== undefined) return;
    this.#put(name, { ...one.FRESH, position: head, head });
    for (const [kind, kept] of Object.entries(this.#state.kept)) {
      if (kept.asked) this.#keep(kind, { ...kept, loaded: false, at: { ...kept.at, [name]: head } });
      else this.#set({ kept: without(this.#state.kept, kind) });
    }
  }

  #live(): void {
    const rows = this.#rows.values();
    for (const name of this.#holes.values()) this.#put(name, one.begun(this.#followed(name), this.#now));
    const { owed } = this.#state;
    this.#set({ phase: "live", epoch: this.#state.coming_epoch, owed: [] });
    for (const command of owed) this.#owe(command);
    if (rows.length > 0) {
      // Else what an earlier connection was to catch up on has not come: rows that have moved since say nothing of it.
      if (!owed.some((command) => command.type === "thread.list" && command.since !== undefined)) {
        const since = Math.max(...rows.map((row) => row.updated_at)) - OVERLAP_MS;
        this.#owe({ type: "thread.list", since, limit: 200 });
      }
      // Marks are not in the log: they come again with the thread.
      for (const id of Object.keys(this.#state.opened)) {
        if (this.#followed(`t:${id}`).position !== null) {
          this.#commands.push({ type: "thread.open", thread_id: id, limit: 1 });
        }
      }
    }
    for (const [kind, kept] of Object.entries(this.#state.kept)) {
      if (kept.asked && !kept.loaded) this.#want(kind);
    }
    for (const message of Object.values(this.#state.pending)) {
      if (message.state === "sending") this.#send(message);
    }
  }

  #heads(heads: Readonly<Record<string, Seq>>): void {
    for (const [name, head] of Object.entries(heads)) {
      const followed = this.#streams.get(name);
      if (followed !== undefined) this.#put(name, one.heardOf(followed, head, this.#now));
    }
  }

  #reset(frame: Reset): void {
    const followed = this.#followed(frame.stream);
    if (!frame.stream.startsWith("u:")) {
      this.#put(frame.stream, one.lost(followed, frame.head, this.#now));
      return;
    }
    // What was said about access may have been among what is lost, so the lists are made anew.
    this.#follow(
      frame.stream,
      one.placed({ ...followed, held: {}, head: frame.head }, frame.head, this.#now),
    );
    for (const [kind, kept] of Object.entries(this.#state.kept)) {
      if (kept.asked) this.#want(kind);
      else this.#set({ kept: without(this.#state.kept, kind) });
    }
    if (frame.stream !== `u:${this.#state.me?.person.id}`) return;
    for (const { id } of this.#rows.values()) if (this.#state.opened[id] === undefined) this.#forget(id);
    for (const { id } of this.#notifications.values()) this.#notifications.delete(id);
    this.#set({ access_at: frame.head });
    this.#owe({ type: "notification.list" });
    this.#owe({ type: "thread.list" });
  }

  /** Ask for a list, now or with `live`, and with every connection from then on until it has come. */
  #owe(command: Owed): void {
    const { owed, phase } = this.#state;
    if (!owed.some((known) => sameWords(known, command))) this.#set({ owed: [...owed, command] });
    if (phase === "live") this.#commands.push(command);
  }

  /** A page of the inbox. One that was read before what has been applied of u: since knows no entry better, nor the badge;
   *  and one from before a change of access may hold what is lost. */
  #notified({ notifications, open_count, head }: NotificationPage): void {
    const { access_at, me } = this.#state;
    const at = head ?? Number.POSITIVE_INFINITY;
    const newest = at >= (this.#followed(`u:${me?.person.id}`).position ?? 0);
    if (!newest && at < access_at) {
      this.#owe({ type: "notification.list" });
      return;
    }
    for (const entry of notifications)
      if (newest || this.#notifications.get(entry.id) === undefined) this.#notifications.put(entry.id, entry);
    if (newest) this.#set({ open_count });
  }

  #keep(kind: string, kept: Kept): void {
    this.#set({ kept: { ...this.#state.kept, [kind]: kept } });
  }

  #askFor(kind: string, after?: Id): void {
    this.#commands.push({ type: `${kind}.list`, ...(after ? { after } : {}) } as Command);
  }

  /** Load all of a kind; what is here of it is shown until then. */
  #want(kind: string): void {
    const kept = this.#state.kept[kind] ?? NOTHING;
    const at = { ...kept.at };
    for (const name of this.#state.me ? ownStreams(this.#state.me) : []) {
      const { position } = this.#followed(name);
      if (position !== null) at[name] = position;
    }
    this.#keep(kind, { ...kept, asked: true, loaded: false, at });
    this.#askFor(kind);
  }

  /** A page of a kind, which begins its streams where they weren't followed yet. */
  #brought({ kind, page, after }: HappeningOf<"kept">): void {
    for (const [name, head] of Object.entries(page.heads ?? {})) this.#begin(name, head);
    const kept = brought(this.#state.kept[kind] ?? NOTHING, page, after === undefined);
    if (kept === undefined) {
      this.#askFor(kind, after);
      return;
    }
    this.#keep(kind, kept);
    if (page.next !== undefined) this.#askFor(kind, page.next);
  }

  #dropped(frame: Dropped): void {
    if (frame.account_id) this.#forgetAccount(frame.account_id);
    this.#set({ open_count: frame.open_count ?? this.#state.open_count });
    if (!frame.stream) return;
    const [kind, id] = split(frame.stream);
    if (kind === "t") this.#forget(id);
    this.#unfollow(frame.stream);
    const thread = this.#state.opened[id];
    if (kind === "n" && thread !== undefined) this.#putOpened(id, { ...thread, notes: [] });
  }

  #forgetAccount(accountId: Id): void {
    for (const row of this.#rows.values()) if (row.account.id === accountId) this.#forget(row.id);
    let lost = 0;
    for (const entry of this.#notifications.values()) {
      if (entry.account.id !== accountId) continue;
      this.#notifications.delete(entry.id);
      if (entry.archived !== true) lost += 1;
    }
    this.#set({ open_count: Math.max(0, this.#state.open_count - lost) });
  }

  #forget(id: Id): void {
    const { opened, typing, pending } = this.#state;
    const gone = Object.values(pending).filter((item) => item.thread_id === id);
    this.#rows.delete(id);
    this.#unfollow(`t:${id}`);
    this.#unfollow(`n:${id}`);
    this.#set({
      opened: without(opened, id),
      typing: without(typing, id),
      pending: without(pending, ...gone.map((item) => item.client_message_id)),
    });
  }

  #mark(frame: MarkMoved): void {
    const { opened, me } = this.#state;
    const thread = opened[frame.thread_id];
    const row = this.#rows.get(frame.thread_id);
    if (thread !== undefined) {
      const marks = { ...thread.marks, [frame.person.id]: markAfter(thread.marks[frame.person.id], frame) };
      this.#putOpened(frame.thread_id, { ...thread, marks });
    }
    if (row === undefined || me === null || frame.read_seq === undefined) return;
    const bothStaff = frame.person.side === "staff" && me.person.side === "staff";
    if (frame.person.id !== me.person.id && !bothStaff) return;
    if (counts(row, frame)) {
      this.#putRow(readTo(row, frame));
      return;
    }
    if (frame.read_seq <= (row.read_seq ?? 0)) return;
    const first = thread?.items[0];
    const loaded = thread !== undefined && first !== undefined && first.seq <= frame.read_seq + 1;
    const unread = loaded
      ? unreadAfter(thread.items, frame.read_seq, this.#side)
      : (frame.unread ?? row.unread ?? 0);
    this.#putRow(readUncounted(row, frame.read_seq, unread));
  }

  #typing({ thread_id, person, typing, internal }: Typing): void {
    if (person.id === this.#state.me?.person.id) return;
    const writers: Record<string, Writer> = { ...without(this.#state.typing[thread_id] ?? {}, person.id) };
    if (typing ?? true) {
      writers[person.id] = { until: this.#now + TYPING_MS, internal: internal ?? false, name: person.name };
    }
    this.#putWriters(thread_id, writers);
  }

  #tick(): void {
    for (const [id, writers] of Object.entries(this.#state.typing)) {
      const gone = Object.keys(writers).filter((person) => (writers[person]?.until ?? 0) <= this.#now);
      if (gone.length > 0) this.#putWriters(id, without(writers, ...gone));
    }
    if (this.#state.phase !== "live") return;
    for (const message of Object.values(this.#state.pending)) {
      if (message.retry_at !== undefined && message.retry_at <= this.#now) this.#send(message);
    }
  }

  // answers

  #opened(result: ThreadOpened): void {
    const id = result.thread.id;
    const known = this.#state.opened[id];
    const { position } = this.#followed(result.page.stream);
    const newer = known !== undefined && position !== null && position > result.page.head;
    const row = this.#rows.get(id);
    const anew = row === undefined || position === null;
    this.#putRow(anew ? result.thread : together(row, result.thread, row.head <= result.thread.head));
    this.#putOpened(id, {
      tasks: newer ? known.tasks : result.tasks,
      marks: marksTogether(known?.marks ?? {}, result.marks),
      items: this.#joined(result.page, known?.items),
      notes: result.notes ? this.#joined(result.notes, known?.notes) : [],
    });
    for (const page of [result.page, result.notes]) {
      for (const event of page?.events ?? []) {
        this.#applyToRow(page?.stream ?? "", event);
        this.#confirm(event);
      }
    }
    for (const [name, event] of this.#later) this.#apply(name, event);
  }

  /** What is loaded of a stream once its newest page has come, and the stream placed at the end of that. */
  #joined(page: StreamPage, loaded: readonly StreamEvent[] | undefined): readonly StreamEvent[] {
    const followed = this.#followed(page.stream);
    const events = page.events;
    const first = events[0]?.seq ?? page.head + 1;
    const end = events.at(-1)?.seq ?? page.head;
    if (loaded === undefined || followed.position === null) {
      this.#place(page, followed, end);
      return events;
    }
    if (first > followed.position + 1) {
      // A hole lies between what is loaded and the page: it is asked for like any other.
      this.#put(page.stream, one.heardOf(followed, page.head, this.#now));
      return loaded;
    }
    this.#place(page, followed, Math.max(end, followed.position));
    const older = loaded.filter((event) => event.seq < first);
    return [...older, ...events, ...loaded.filter((event) => event.seq > end)];
  }

  /** The stream has been loaded up to `position`, which may lie before where its row was: then there is a hole. */
  #place(page: StreamPage, followed: one.Followed, position: Seq): void {
    const [placed, events] = one.placed({ ...followed, since: null }, position, this.#now);
    this.#put(page.stream, one.heardOf(placed, page.head, this.#now));
    for (const event of events) this.#later.push([page.stream, event]);
  }

  #page(page: StreamPage): void {
    const followed = this.#streams.get(page.stream);
    if (followed === undefined) return;
    const [kind, id] = split(page.stream);
    const thread = this.#state.opened[id];
    if (thread !== undefined && page.events.length > 0 && kind !== "u") {
      const field = kind === "t" ? "items" : "notes";
      const loaded = thread[field];
      const first = loaded[0]?.seq ?? (followed.position ?? 0) + 1;
      const older = page.events.filter((event) => event.seq < first);
      if (older.at(-1)?.seq === first - 1) this.#putOpened(id, { ...thread, [field]: [...older, ...loaded] });
    }
    this.#follow(page.stream, one.receive(followed, page.events, this.#now));
    const reached = one.heardOf(this.#followed(page.stream), page.head, this.#now);
    this.#put(page.stream, one.answered(reached, this.#now));
  }

  #row(given: Thread): void {
    let row = given;
    const name = `t:${row.id}`;
    const followed = this.#followed(name);
    const known = this.#rows.get(row.id);
    const { position } = followed;
    const isOpen = this.#state.opened[row.id] !== undefined;
    if (position === null && isOpen) return; // its own answer to `thread.open` is on its way
    if (position !== null && (row.head < position || (isOpen && row.head > position))) {
      // Older than what is known, or ahead of what is loaded: then the events themselves are wanted.
      this.#put(name, one.heardOf(followed, row.head, this.#now));
      if (known) this.#putRow(together(known, row, false));
      return;
    }
    if (known && position !== null) row = together(known, row, true);
    this.#putRow(row);
    this.#follow(name, one.placed(followed, row.head, this.#now));
    if (row.staff && !isOpen) {
      const notes = `n:${row.id}`;
      const there = this.#followed(notes);
      this.#follow(
        notes,
        one.placed(there, Math.max(there.position ?? 0, row.staff.notes_head ?? 0), this.#now),
      );
    }
  }

  // the streams

  /** Store where a stream is now, and apply what has become due. */
  #follow(name: string, [followed, events]: one.Step): void {
    this.#put(name, followed);
    for (const event of events) this.#apply(name, event);
  }

  #apply(name: string, said: StreamEvent): void {
    const [kind, id] = split(name);
    if (kind === "u") {
      this.#applyOwn(name, said);
      return;
    }
    const thread = this.#state.opened[id];
    if (thread !== undefined) {
      this.#putOpened(
        id,
        kind === "t"
          ? { ...thread, items: [...thread.items, said], tasks: folded(thread.tasks, "tasks", said) }
          : { ...thread, notes: [...thread.notes, said] },
      );
    }
    this.#applyToRow(name, said);
    this.#confirm(said);
    const writers = this.#state.typing[id];
    if (said.event.type === "message.sent" && said.actor && writers?.[said.actor.id] !== undefined) {
      this.#putWriters(id, without(writers, said.actor.id));
    }
  }

  #applyToRow(name: string, said: StreamEvent): void {
    const [kind, id] = split(name);
    const row = this.#rows.get(id);
    if (row === undefined) return;
    // Only the server knows whether there are other documents to be seen.
    const changed = said.event.type === "document.changed";
    if (kind === "n") {
      if (changed && row.staff && (row.staff.notes_head ?? 0) < said.seq)
        this.#commands.push({ type: "thread.read", thread_id: id });
      this.#putRow(rowAfterNote(row, said));
      return;
    }
    const known = row.head >= said.seq;
    if (changed && !known) this.#commands.push({ type: "thread.read", thread_id: id });
    const thread = this.#state.opened[id];
    let after = rowAfter(row, said, this.#side);
    if (thread !== undefined) after = counted(after, thread.tasks);
    // Only the server knows whether the task was ticked.
    else if (said.event.type === "task.deleted" && !known)
      this.#commands.push({ type: "thread.read", thread_id: id });
    this.#putRow(after);
  }

  #applyOwn(name: string, said: StreamEvent): void {
    const { event, seq } = said;
    this.#set({ kept: told(this.#state.kept, name, said) });
    if (event.type === "notification.updated") {
      this.#notifications.put(event.notification.id, event.notification);
      this.#set({ open_count: event.open_count });
    } else if (event.type === "access.changed") {
      for (const id of event.lost ?? []) this.#forgetAccount(id);
      this.#set({ access_at: seq, open_count: event.open_count ?? this.#state.open_count });
      for (const id of event.gained ?? []) this.#owe({ type: "thread.list", account_id: id });
    }
  }

  // what this client writes

  #outbox(happening: HappeningOf<"send" | "accepted" | "refused" | "retry" | "discard">): void {
    const key = happening.client_message_id;
    if (happening.type === "send") {
      const { type: _, ...written } = happening;
      const message: Pending = { ...written, state: "sending", attempts: 0 };
      this.#putPending(message);
      this.#sendIfLive(message);
      return;
    }
    if (happening.type === "discard") {
      this.#set({ pending: without(this.#state.pending, key) });
      return;
    }
    const message = this.#state.pending[key];
    if (message === undefined) return; // an answer about a message that is not pending any more
    if (happening.type === "accepted") {
      const { retry_at: _at, problem: _problem, ...rest } = message;
      this.#putPending({ ...rest, state: "accepted", seq: happening.result.seq });
    } else if (happening.type === "refused") {
      this.#putPending(this.#refused(message, happening.problem));
    } else if (message.state === "failed") {
      const { problem: _, ...rest } = message;
      const again: Pending = { ...rest, state: "sending", attempts: 0 };
      this.#putPending(again);
      this.#sendIfLive(again);
    }
  }

  #sendIfLive(message: Pending): void {
    if (this.#state.phase === "live") this.#send(message);
  }

  #send(message: Pending): void {
    const { retry_at: _, ...now } = message;
    this.#putPending(now);
    const { thread_id, client_message_id, body, internal, quoted_message_id, attachments } = message;
    this.#commands.push({
      type: "message.send",
      thread_id,
      client_message_id,
      body,
      ...(internal ? { internal } : {}),
      ...(quoted_message_id ? { quoted_message_id } : {}),
      ...(attachments?.length ? { attachments: [...attachments] } : {}),
    });
  }

  #refused(message: Pending, problem: Problem): Pending {
    const { retry_at: _, ...rest } = message;
    if (!isTemporary(problem)) return { ...rest, state: "failed", problem };
    const wait = Math.min(RETRY_FIRST_MS * 2 ** message.attempts, RETRY_MOST_MS);
    const retry_at = this.#now + (problem.retry_after_ms || wait);
    return { ...rest, attempts: message.attempts + 1, retry_at, problem };
  }

  /** The message is in its stream: it isn't pending any more. Keys belong to their author. */
  #confirm({ event, actor }: StreamEvent): void {
    if (event.type === "message.sent" && actor && actor.id === this.#state.me?.person.id) {
      this.#set({ pending: without(this.#state.pending, event.client_message_id) });
    }
  }

  /**
   * Accepted messages whose stream has passed their place, or isn't followed, are not pending any more. Whatever it was
   * that moved the stream: an answer may place it behind an event without applying it.
   */
  #confirmAccepted(): void {
    for (const message of Object.values(this.#state.pending)) {
      if (message.state !== "accepted" || message.seq === undefined) continue;
      const followed = this.#streams.get(`${message.internal ? "n" : "t"}:${message.thread_id}`);
      if (followed === undefined || (followed.position !== null && followed.position >= message.seq)) {
        this.#set({ pending: without(this.#state.pending, message.client_message_id) });
      }
    }
  }

  // asking

  /** Ask for the holes that have lasted long enough. */
  #ask(): void {
    if (this.#state.phase !== "live") return;
    const loading = new Set<Id>();
    for (const name of this.#holes.values()) {
      const followed = this.#followed(name);
      const due = one.dueAt(followed);
      if (due === null || due > this.#now) continue;
      this.#put(name, one.asked(followed, this.#now));
      const [kind, owner] = split(name);
      const isOpen = this.#state.opened[owner] !== undefined;
      if (kind === "u" || (isOpen && followed.position !== null)) {
        const after = followed.position ?? 0;
        this.#commands.push({
          type: "stream.read",
          stream: name,
          after,
          limit: one.missing(followed),
        });
      } else if (!loading.has(owner)) {
        loading.add(owner);
        this.#commands.push({ type: isOpen ? "thread.open" : "thread.read", thread_id: owner });
      }
    }
  }

  // small changes

  #followed(name: string): one.Followed {
    return this.#streams.get(name) ?? one.FRESH;
  }

  #put(name: string, followed: one.Followed): void {
    this.#streams.put(name, followed);
    if (one.incomplete(followed)) this.#holes.put(name, name);
    else this.#holes.delete(name);
  }

  #unfollow(name: string): void {
    this.#streams.delete(name);
    this.#holes.delete(name);
  }

  #putRow(row: Thread): void {
    this.#rows.put(row.id, row);
  }

  #putOpened(id: Id, thread: OpenThread): void {
    this.#set({ opened: { ...this.#state.opened, [id]: thread } });
  }

  #putPending(message: Pending): void {
    this.#set({ pending: { ...this.#state.pending, [message.client_message_id]: message } });
  }

  #putWriters(id: Id, writers: Readonly<Record<string, Writer>>): void {
    const others = without(this.#state.typing, id);
    this.#set({ typing: Object.keys(writers).length > 0 ? { ...others, [id]: writers } : others });
  }
}
