// The pure reducer: a client's state, something that happens, and the time make the next state and what to ask for.
// The twin of protocol/reducer.py, held to it by protocol/vectors.json. No I/O and no clock of its own: client.ts calls
// `reduce` for every answer and frame, sends the commands that come out, and calls it with `tick` when `dueAt` says so.

import type {
  Command,
  Dropped,
  EventFrame,
  Id,
  MarkMoved,
  Notification,
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
import type { Happening, HappeningOf, OpenThread, Pending, State, Writer } from "./state.ts";
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
  tasksAfter,
  together,
  unreadAfter,
} from "./threads.ts";

/** How long somebody is shown as writing after their last `typing`. */
export const TYPING_MS = 6_000;
/** How much of the time before the last known change is asked for again after a reconnect: clocks of nodes differ. */
export const OVERLAP_MS = 60_000;
export const RETRY_FIRST_MS = 1_000;
export const RETRY_MOST_MS = 30_000;
/** Refusals after which the same message is sent again by itself, with the same key. */
const TEMPORARY: ReadonlySet<string> = new Set(["unavailable", "rate_limited", "internal"]);

/** The state afterwards, and the commands to send now. `now` is any steady count of milliseconds. */
export function reduce(state: State, happening: Happening, now: number): [State, Command[]] {
  const work = new Work(state, now);
  work.take(happening);
  work.confirmAccepted();
  work.ask();
  return [work.state, work.commands];
}

/** When `tick` is next to be said; null: not before something else happens. */
export function dueAt(state: State): number | null {
  const times = Object.values(state.typing).flatMap((writers) =>
    Object.values(writers).map((one) => one.until),
  );
  if (state.phase === "live") {
    for (const followed of Object.values(state.streams)) {
      const due = one.dueAt(followed);
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
  readonly commands: Command[] = [];
  /** Held events that follow on a page, to be applied once the page is in its place. */
  readonly later: [string, StreamEvent][] = [];

  constructor(
    public state: State,
    readonly now: number,
  ) {}

  take(happening: Happening): void {
    switch (happening.type) {
      case "frame":
        this.frame(happening.frame);
        return;
      case "opened":
        this.opened(happening.result);
        return;
      case "page":
        this.page(happening.page);
        return;
      case "rows":
        for (const row of happening.threads) this.row(row);
        return;
      case "notifications": {
        const found = Object.fromEntries(happening.page.notifications.map((entry) => [entry.id, entry]));
        const notifications = { ...this.state.notifications, ...found };
        this.set({ notifications, open_count: happening.page.open_count });
        return;
      }
      case "left":
        this.set({ opened: without(this.state.opened, happening.thread_id) });
        return;
      case "disconnected":
        this.set({ phase: "offline", typing: {}, online: [], team_online: false });
        return;
      case "tick":
        this.tick();
        return;
      default:
        this.outbox(happening);
        return;
    }
  }

  set(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
  }

  get side(): Side {
    return this.state.me?.person.side ?? "contact";
  }

  // frames

  frame(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.welcome(frame);
        return;
      case "live":
        this.live();
        return;
      case "event":
        this.event(frame);
        return;
      case "reset":
        this.reset(frame);
        return;
      case "dropped":
        this.dropped(frame);
        return;
      case "mark":
        this.mark(frame);
        return;
      case "typing":
        this.typing(frame);
        return;
      case "presence": {
        const { person, online } = frame;
        if (person === undefined || person === null) {
          this.set({ team_online: online });
          return;
        }
        const others = this.state.online.filter((id) => id !== person.id);
        this.set({ online: online ? [...others, person.id] : others });
        return;
      }
      case "pulse":
        this.heads(frame.heads ?? {});
        return;
      default: // `reply` and `error` belong to the one who asked; other tags are a newer server's
    }
  }

  event({ stream, seq, at, actor, event }: EventFrame): void {
    this.step(stream, one.receive(this.followed(stream), [{ seq, at, actor, event }], this.now));
  }

  welcome(frame: Welcome): void {
    const own = `u:${frame.me.person.id}`;
    // Another epoch holds only once every `reset` has come: cut off before that, the old positions would pass for its.
    const epoch = this.state.epoch ?? frame.epoch;
    this.set({ phase: "catching_up", me: frame.me, epoch, coming_epoch: frame.epoch });
    if (this.state.streams[own] === undefined) {
      const head = frame.heads[own] ?? 0;
      this.put(own, { ...one.FRESH, position: head, head });
    }
    this.heads(frame.heads);
  }

  live(): void {
    const rows = Object.values(this.state.rows);
    const streams = Object.entries(this.state.streams).map(([name, known]) => [
      name,
      one.begun(known, this.now),
    ]);
    this.set({ phase: "live", streams: Object.fromEntries(streams), epoch: this.state.coming_epoch });
    if (rows.length > 0) {
      const since = rows.reduce((latest, row) => Math.max(latest, row.updated_at), 0) - OVERLAP_MS;
      this.commands.push({ type: "thread.list", since, limit: 200 });
      // Marks are not in the log: they come again with the thread.
      for (const id of Object.keys(this.state.opened)) {
        if (this.followed(`t:${id}`).position !== null) {
          this.commands.push({ type: "thread.open", thread_id: id, limit: 1 });
        }
      }
    }
    for (const message of Object.values(this.state.pending)) {
      if (message.state === "sending") this.send(message);
    }
  }

  heads(heads: Readonly<Record<string, Seq>>): void {
    for (const [name, head] of Object.entries(heads)) {
      const followed = this.state.streams[name];
      if (followed !== undefined) this.put(name, one.heardOf(followed, head, this.now));
    }
  }

  reset(frame: Reset): void {
    const followed = this.followed(frame.stream);
    if (!frame.stream.startsWith("u:")) {
      this.put(frame.stream, one.lost(followed, frame.head, this.now));
      return;
    }
    // What was said about access may have been among what is lost, so the lists are made anew.
    this.step(frame.stream, one.placed({ ...followed, held: {}, head: frame.head }, frame.head, this.now));
    for (const id of Object.keys(this.state.rows)) if (this.state.opened[id] === undefined) this.forget(id);
    this.set({ notifications: {} });
    this.commands.push({ type: "notification.list" }, { type: "thread.list" });
  }

  dropped(frame: Dropped): void {
    if (frame.account_id) this.forgetAccount(frame.account_id);
    if (!frame.stream) return;
    const [kind, id] = split(frame.stream);
    if (kind === "t") this.forget(id);
    this.set({ streams: without(this.state.streams, frame.stream) });
    const thread = this.state.opened[id];
    if (kind === "n" && thread !== undefined) this.putOpened(id, { ...thread, notes: [] });
  }

  forgetAccount(accountId: Id): void {
    for (const row of Object.values(this.state.rows)) if (row.account.id === accountId) this.forget(row.id);
    const entries = Object.values(this.state.notifications);
    const left = entries.filter((entry) => entry.account.id !== accountId);
    if (left.length === entries.length) return;
    const lost = open(entries) - open(left);
    this.set({
      notifications: Object.fromEntries(left.map((entry) => [entry.id, entry])),
      open_count: Math.max(0, this.state.open_count - lost),
    });
  }

  forget(id: Id): void {
    const { rows, opened, typing, streams, pending } = this.state;
    const others = Object.values(pending).filter((item) => item.thread_id !== id);
    this.set({
      rows: without(rows, id),
      opened: without(opened, id),
      typing: without(typing, id),
      streams: without(streams, `t:${id}`, `n:${id}`),
      pending: Object.fromEntries(others.map((item) => [item.client_message_id, item])),
    });
  }

  mark(frame: MarkMoved): void {
    const { opened, rows, me } = this.state;
    const thread = opened[frame.thread_id];
    const row = rows[frame.thread_id];
    if (thread !== undefined) {
      const marks = { ...thread.marks, [frame.person.id]: markAfter(thread.marks[frame.person.id], frame) };
      this.putOpened(frame.thread_id, { ...thread, marks });
    }
    if (row === undefined || me === null || frame.read_seq === undefined) return;
    const bothStaff = frame.person.side === "staff" && me.person.side === "staff";
    if (frame.person.id !== me.person.id && !bothStaff) return;
    if (counts(row, frame)) {
      this.putRow(readTo(row, frame));
      return;
    }
    if (frame.read_seq <= (row.read_seq ?? 0)) return;
    const first = thread?.items[0];
    const loaded = thread !== undefined && first !== undefined && first.seq <= frame.read_seq + 1;
    const unread = loaded
      ? unreadAfter(thread.items, frame.read_seq, this.side)
      : (frame.unread ?? row.unread ?? 0);
    this.putRow(readUncounted(row, frame.read_seq, unread));
  }

  typing({ thread_id, person, typing, internal }: Typing): void {
    if (person.id === this.state.me?.person.id) return;
    const writers: Record<string, Writer> = { ...without(this.state.typing[thread_id] ?? {}, person.id) };
    if (typing ?? true) {
      writers[person.id] = { until: this.now + TYPING_MS, internal: internal ?? false, name: person.name };
    }
    this.putWriters(thread_id, writers);
  }

  tick(): void {
    for (const [id, writers] of Object.entries(this.state.typing)) {
      const all = Object.entries(writers);
      const left = all.filter(([, writer]) => writer.until > this.now);
      if (left.length < all.length) this.putWriters(id, Object.fromEntries(left));
    }
    if (this.state.phase !== "live") return;
    for (const message of Object.values(this.state.pending)) {
      if (message.retry_at !== undefined && message.retry_at <= this.now) this.send(message);
    }
  }

  // answers

  opened(result: ThreadOpened): void {
    const id = result.thread.id;
    const known = this.state.opened[id];
    const { position } = this.followed(result.page.stream);
    const newer = known !== undefined && position !== null && position > result.page.head;
    const row = this.state.rows[id];
    const anew = row === undefined || position === null;
    this.putRow(anew ? result.thread : together(row, result.thread, row.head <= result.thread.head));
    this.putOpened(id, {
      tasks: newer ? known.tasks : result.tasks,
      marks: marksTogether(known?.marks ?? {}, result.marks),
      items: this.joined(result.page, known?.items),
      notes: result.notes ? this.joined(result.notes, known?.notes) : [],
    });
    for (const page of [result.page, result.notes]) {
      for (const event of page?.events ?? []) {
        this.applyToRow(page?.stream ?? "", event);
        this.confirm(event);
      }
    }
    for (const [name, event] of this.later) this.apply(name, event);
  }

  /** What is loaded of a stream once its newest page has come, and the stream placed at the end of that. */
  joined(page: StreamPage, loaded: readonly StreamEvent[] | undefined): readonly StreamEvent[] {
    const followed = this.followed(page.stream);
    const events = page.events;
    const first = events[0]?.seq ?? page.head + 1;
    const end = events.at(-1)?.seq ?? page.head;
    if (loaded === undefined || followed.position === null) {
      this.place(page, followed, end);
      return events;
    }
    if (first > followed.position + 1) {
      // A hole lies between what is loaded and the page: it is asked for like any other.
      this.put(page.stream, one.heardOf(followed, page.head, this.now));
      return loaded;
    }
    this.place(page, followed, Math.max(end, followed.position));
    const older = loaded.filter((event) => event.seq < first);
    return [...older, ...events, ...loaded.filter((event) => event.seq > end)];
  }

  /** The stream has been loaded up to `position`, which may lie before where its row was: then there is a hole. */
  place(page: StreamPage, followed: one.Followed, position: Seq): void {
    const [placed, events] = one.placed({ ...followed, since: null }, position, this.now);
    this.put(page.stream, one.heardOf(placed, page.head, this.now));
    for (const event of events) this.later.push([page.stream, event]);
  }

  page(page: StreamPage): void {
    const followed = this.state.streams[page.stream];
    if (followed === undefined) return;
    const [kind, id] = split(page.stream);
    const thread = this.state.opened[id];
    if (thread !== undefined && page.events.length > 0 && kind !== "u") {
      const field = kind === "t" ? "items" : "notes";
      const loaded = thread[field];
      const first = loaded[0]?.seq ?? (followed.position ?? 0) + 1;
      const older = page.events.filter((event) => event.seq < first);
      if (older.at(-1)?.seq === first - 1) this.putOpened(id, { ...thread, [field]: [...older, ...loaded] });
    }
    this.step(page.stream, one.receive(followed, page.events, this.now));
    const reached = one.heardOf(this.followed(page.stream), page.head, this.now);
    this.put(page.stream, one.answered(reached, this.now));
  }

  row(given: Thread): void {
    let row = given;
    const name = `t:${row.id}`;
    const followed = this.followed(name);
    const known = this.state.rows[row.id];
    const { position } = followed;
    const isOpen = this.state.opened[row.id] !== undefined;
    if (position === null && isOpen) return; // its own answer to `thread.open` is on its way
    if (position !== null && (row.head < position || (isOpen && row.head > position))) {
      // Older than what is known, or ahead of what is loaded: then the events themselves are wanted.
      this.put(name, one.heardOf(followed, row.head, this.now));
      if (known) this.putRow(together(known, row, false));
      return;
    }
    if (known && position !== null) row = together(known, row, true);
    this.putRow(row);
    this.step(name, one.placed(followed, row.head, this.now));
    if (row.staff && !isOpen) {
      const notes = `n:${row.id}`;
      const there = this.followed(notes);
      this.step(notes, one.placed(there, Math.max(there.position ?? 0, row.staff.notes_head ?? 0), this.now));
    }
  }

  // the streams

  /** Store where a stream is now, and apply what has become due. */
  step(name: string, [followed, events]: one.Step): void {
    this.put(name, followed);
    for (const event of events) this.apply(name, event);
  }

  apply(name: string, said: StreamEvent): void {
    const [kind, id] = split(name);
    if (kind === "u") {
      this.applyOwn(said);
      return;
    }
    const thread = this.state.opened[id];
    if (thread !== undefined) {
      this.putOpened(
        id,
        kind === "t"
          ? { ...thread, items: [...thread.items, said], tasks: tasksAfter(thread.tasks, said) }
          : { ...thread, notes: [...thread.notes, said] },
      );
    }
    this.applyToRow(name, said);
    this.confirm(said);
    const writers = this.state.typing[id];
    if (said.event.type === "message.sent" && said.actor && writers?.[said.actor.id] !== undefined) {
      this.putWriters(id, without(writers, said.actor.id));
    }
  }

  applyToRow(name: string, said: StreamEvent): void {
    const [kind, id] = split(name);
    const row = this.state.rows[id];
    if (row === undefined) return;
    if (kind === "n") {
      this.putRow(rowAfterNote(row, said));
      return;
    }
    const known = row.head >= said.seq;
    const thread = this.state.opened[id];
    let after = rowAfter(row, said, this.side);
    if (thread !== undefined) after = counted(after, thread.tasks);
    // Only the server knows whether the task was ticked.
    else if (said.event.type === "task.deleted" && !known)
      this.commands.push({ type: "thread.read", thread_id: id });
    this.putRow(after);
  }

  applyOwn({ event }: StreamEvent): void {
    if (event.type === "notification.updated") {
      const notifications = { ...this.state.notifications, [event.notification.id]: event.notification };
      this.set({ notifications, open_count: event.open_count });
    } else if (event.type === "access.changed") {
      for (const id of event.lost ?? []) this.forgetAccount(id);
      for (const id of event.gained ?? []) this.commands.push({ type: "thread.list", account_id: id });
    }
  }

  // what this client writes

  outbox(happening: HappeningOf<"send" | "accepted" | "refused" | "retry" | "discard">): void {
    const key = happening.client_message_id;
    if (happening.type === "send") {
      const { type: _, ...written } = happening;
      const message: Pending = { ...written, state: "sending", attempts: 0 };
      this.putPending(message);
      this.sendIfLive(message);
      return;
    }
    if (happening.type === "discard") {
      this.set({ pending: without(this.state.pending, key) });
      return;
    }
    const message = this.state.pending[key];
    if (message === undefined) return; // an answer about a message that is not pending any more
    if (happening.type === "accepted") {
      const { retry_at: _at, problem: _problem, ...rest } = message;
      this.putPending({ ...rest, state: "accepted", seq: happening.result.seq });
    } else if (happening.type === "refused") {
      this.putPending(this.refused(message, happening.problem));
    } else if (message.state === "failed") {
      const { problem: _, ...rest } = message;
      const again: Pending = { ...rest, state: "sending", attempts: 0 };
      this.putPending(again);
      this.sendIfLive(again);
    }
  }

  sendIfLive(message: Pending): void {
    if (this.state.phase === "live") this.send(message);
  }

  send(message: Pending): void {
    const { retry_at: _, ...now } = message;
    this.putPending(now);
    const { thread_id, client_message_id, body, internal, quoted_message_id } = message;
    this.commands.push({
      type: "message.send",
      thread_id,
      client_message_id,
      body,
      ...(internal ? { internal } : {}),
      ...(quoted_message_id ? { quoted_message_id } : {}),
    });
  }

  refused(message: Pending, problem: Problem): Pending {
    const { retry_at: _, ...rest } = message;
    if (!TEMPORARY.has(problem.code)) return { ...rest, state: "failed", problem };
    const wait = Math.min(RETRY_FIRST_MS * 2 ** message.attempts, RETRY_MOST_MS);
    const retry_at = this.now + (problem.retry_after_ms || wait);
    return { ...rest, attempts: message.attempts + 1, retry_at, problem };
  }

  /** The message is in its stream: it isn't pending any more. Keys belong to their author. */
  confirm({ event, actor }: StreamEvent): void {
    if (event.type !== "message.sent" || actor === null || actor.id !== this.state.me?.person.id) return;
    this.set({ pending: without(this.state.pending, event.client_message_id) });
  }

  /**
   * Accepted messages whose stream has passed their place, or isn't followed, are not pending any more. Whatever it was
   * that moved the stream: an answer may place it behind an event without applying it.
   */
  confirmAccepted(): void {
    for (const message of Object.values(this.state.pending)) {
      if (message.state !== "accepted" || message.seq === undefined) continue;
      const followed = this.state.streams[`${message.internal ? "n" : "t"}:${message.thread_id}`];
      if (followed === undefined || (followed.position !== null && followed.position >= message.seq)) {
        this.set({ pending: without(this.state.pending, message.client_message_id) });
      }
    }
  }

  // asking

  /** Ask for the holes that have lasted long enough. */
  ask(): void {
    if (this.state.phase !== "live") return;
    const loading = new Set<Id>();
    for (const [name, followed] of Object.entries(this.state.streams)) {
      const due = one.dueAt(followed);
      if (due === null || due > this.now) continue;
      this.put(name, one.asked(followed, this.now));
      const [kind, owner] = split(name);
      const isOpen = this.state.opened[owner] !== undefined;
      if (kind === "u" || (isOpen && followed.position !== null)) {
        const after = followed.position ?? 0;
        this.commands.push({
          type: "stream.read",
          stream: name,
          after,
          limit: one.missing(followed),
        });
      } else if (!loading.has(owner)) {
        loading.add(owner);
        this.commands.push({ type: isOpen ? "thread.open" : "thread.read", thread_id: owner });
      }
    }
  }

  // small changes

  followed(name: string): one.Followed {
    return this.state.streams[name] ?? one.FRESH;
  }

  put(name: string, followed: one.Followed): void {
    this.set({ streams: { ...this.state.streams, [name]: followed } });
  }

  putRow(row: Thread): void {
    this.set({ rows: { ...this.state.rows, [row.id]: row } });
  }

  putOpened(id: Id, thread: OpenThread): void {
    this.set({ opened: { ...this.state.opened, [id]: thread } });
  }

  putPending(message: Pending): void {
    this.set({ pending: { ...this.state.pending, [message.client_message_id]: message } });
  }

  putWriters(id: Id, writers: Readonly<Record<string, Writer>>): void {
    const others = without(this.state.typing, id);
    this.set({ typing: Object.keys(writers).length > 0 ? { ...others, [id]: writers } : others });
  }
}

/** How many of these entries are not archived. */
function open(entries: readonly Notification[]): number {
  return entries.filter((entry) => entry.archived !== true).length;
}
