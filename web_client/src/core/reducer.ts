// The pure reducer: a client's state, something that happens, and the time make the next state and what to ask for.
// The twin of protocol/client/reducer.py and of what that calls, held to them by protocol/client/vectors.json. No I/O and no clock of
// its own: client.ts calls `reduce` for every answer and frame, sends the commands that come out, and calls it with `tick` when
// `dueAt` says so.

import { folded } from "./folds.ts";
import { forgetAccount, forgetThread } from "./forgetting.ts";
import * as own from "./own.ts";
import * as pending from "./pending.ts";
import * as presence from "./presence.ts";
import type {
  Command,
  Dropped,
  EventFrame,
  Id,
  Reset,
  Seq,
  ServerFrame,
  StreamEvent,
  StreamPage,
  Thread,
  ThreadOpened,
  Welcome,
} from "./protocol.gen.ts";
import { type Happening, ownStreams, type State, sameWords } from "./state.ts";
import * as one from "./stream.ts";
import { withoutKeys as without } from "./tables.ts";
import { counted, marksContinued, marksTogether, rowAfter, rowAfterNote, together } from "./threads.ts";
import { Work } from "./work.ts";

/** How much of the time before the last known change is asked for again after a reconnect: clocks of nodes differ. */
export const OVERLAP_MS = 60_000;

/** The state afterwards, and the commands to send now. `now` is any steady count of milliseconds. */
export function reduce(state: State, happening: Happening, now: number): [State, Command[]] {
  return new Step(state, now).take(happening);
}

/** When `tick` is next to be said; null: not before something else happens. */
export function dueAt(state: State): number | null {
  const times = presence.dueTimes(state);
  if (state.phase === "live") {
    for (const name of state.holes.values()) {
      const due = one.dueAt(state.streams.get(name) ?? one.FRESH);
      if (due !== null) times.push(due);
    }
    times.push(...pending.dueTimes(state));
  }
  return times.length > 0 ? Math.min(...times) : null;
}

const split = (stream: string): [kind: string, owner: string] => [stream.charAt(0), stream.slice(2)];

/** A step that is being taken. */
class Step extends Work {
  /** Held events that follow on a page, to be applied once the page is in its place. */
  readonly #later: [string, StreamEvent][] = [];

  take(happening: Happening): [State, Command[]] {
    this.#take(happening);
    pending.confirmAccepted(this);
    this.#ask();
    return [this.done(), this.commands];
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
        own.notified(this, happening.page);
        return;
      case "wanted":
        own.want(this, happening.kind);
        return;
      case "kept":
        own.brought(this, happening);
        return;
      case "had":
        this.set({ owed: this.state.owed.filter((owed) => !sameWords(owed, happening.command)) });
        return;
      case "left":
        this.set({ opened: without(this.state.opened, happening.thread_id) });
        return;
      case "disconnected":
        this.set({ phase: "offline" });
        presence.allGone(this);
        return;
      case "tick":
        presence.stopSilent(this);
        pending.sendDue(this);
        return;
      default:
        pending.take(this, happening);
        return;
    }
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
        presence.mark(this, frame);
        return;
      case "typing":
        presence.typing(this, frame);
        return;
      case "presence":
        presence.cameOrWent(this, frame);
        return;
      case "pulse":
        this.#heads(frame.heads ?? {});
        return;
      default: // `reply` and `error` belong to the one who asked; other tags are a newer server's
    }
  }

  #event({ stream, seq, at, actor, event }: EventFrame): void {
    this.#follow(stream, one.receive(this.followed(stream), [{ seq, at, actor, event }], this.now));
  }

  #welcome(frame: Welcome): void {
    // Another epoch holds only once every `reset` has come: cut off before that, the old positions would pass for its.
    const epoch = this.state.epoch ?? frame.epoch;
    this.set({ phase: "catching_up", me: frame.me, epoch, coming_epoch: frame.epoch });
    ownStreams(frame.me).forEach((name, shared) => {
      const head = frame.heads[name] ?? (shared ? undefined : 0);
      if (head !== undefined) own.begin(this, name, head);
    });
    this.#heads(frame.heads);
  }

  #live(): void {
    const rows = this.rows.values();
    for (const name of this.holes.values()) this.put(name, one.begun(this.followed(name), this.now));
    const { owed } = this.state;
    this.set({ phase: "live", epoch: this.state.coming_epoch, owed: [] });
    for (const command of owed) this.owe(command);
    if (rows.length > 0) {
      // Else what an earlier connection was to catch up on has not come: rows that have moved since say nothing of it.
      if (!owed.some((command) => command.type === "thread.list" && command.since !== undefined)) {
        const since = Math.max(...rows.map((row) => row.updated_at)) - OVERLAP_MS;
        this.owe({ type: "thread.list", since, limit: 200 });
      }
      // Marks are not in the log: they come again with the thread.
      for (const id of Object.keys(this.state.opened)) {
        if (this.followed(`t:${id}`).position !== null) {
          this.commands.push({ type: "thread.open", thread_id: id, limit: 1 });
        }
      }
    }
    own.wantUnloaded(this);
    pending.sendAll(this);
  }

  #heads(heads: Readonly<Record<string, Seq>>): void {
    for (const [name, head] of Object.entries(heads)) {
      const followed = this.streams.get(name);
      if (followed !== undefined) this.put(name, one.heardOf(followed, head, this.now));
    }
  }

  #reset(frame: Reset): void {
    const followed = this.followed(frame.stream);
    if (!frame.stream.startsWith("u:")) {
      this.put(frame.stream, one.lost(followed, frame.head, this.now));
      return;
    }
    this.#follow(frame.stream, one.placed({ ...followed, held: {}, head: frame.head }, frame.head, this.now));
    own.beginAnew(this, frame.stream, frame.head);
  }

  #dropped(frame: Dropped): void {
    if (frame.account_id) forgetAccount(this, frame.account_id);
    this.set({ open_count: frame.open_count ?? this.state.open_count });
    if (!frame.stream) return;
    const [kind, id] = split(frame.stream);
    if (kind === "t") forgetThread(this, id);
    this.unfollow(frame.stream);
    const thread = this.state.opened[id];
    if (kind === "n" && thread !== undefined) this.putOpened(id, { ...thread, notes: [] });
  }

  // answers

  #opened(result: ThreadOpened): void {
    const id = result.thread.id;
    const known = this.state.opened[id];
    const { position } = this.followed(result.page.stream);
    const newer = known !== undefined && position !== null && position > result.page.head;
    const row = this.rows.get(id);
    const anew = row === undefined || position === null;
    this.putRow(anew ? result.thread : together(row, result.thread, row.head <= result.thread.head));
    this.putOpened(id, {
      tasks: newer ? known.tasks : result.tasks,
      marks: marksContinued(marksTogether(known?.marks ?? {}, result.marks), this.state.early_marks[id]),
      items: this.#joined(result.page, known?.items),
      notes: result.notes ? this.#joined(result.notes, known?.notes) : [],
    });
    if (this.state.early_marks[id] !== undefined)
      this.set({ early_marks: without(this.state.early_marks, id) });
    for (const page of [result.page, result.notes]) {
      for (const event of page?.events ?? []) {
        this.#applyToRow(page?.stream ?? "", event);
        pending.confirm(this, event);
      }
    }
    for (const [name, event] of this.#later) this.#apply(name, event);
  }

  /** What is loaded of a stream once its newest page has come, and the stream placed at the end of that. */
  #joined(page: StreamPage, loaded: readonly StreamEvent[] | undefined): readonly StreamEvent[] {
    const followed = this.followed(page.stream);
    const events = page.events;
    const first = events[0]?.seq ?? page.head + 1;
    const end = events.at(-1)?.seq ?? page.head;
    if (loaded === undefined || followed.position === null) {
      this.#place(page, followed, end);
      return events;
    }
    if (first > followed.position + 1) {
      // A hole lies between what is loaded and the page: it is asked for like any other.
      this.put(page.stream, one.heardOf(followed, page.head, this.now));
      return loaded;
    }
    this.#place(page, followed, Math.max(end, followed.position));
    const older = loaded.filter((event) => event.seq < first);
    return [...older, ...events, ...loaded.filter((event) => event.seq > end)];
  }

  /** The stream has been loaded up to `position`, which may lie before where its row was: then there is a hole. */
  #place(page: StreamPage, followed: one.Followed, position: Seq): void {
    const [placed, events] = one.placed({ ...followed, since: null }, position, this.now);
    this.put(page.stream, one.heardOf(placed, page.head, this.now));
    for (const event of events) this.#later.push([page.stream, event]);
  }

  #page(page: StreamPage): void {
    const followed = this.streams.get(page.stream);
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
    this.#follow(page.stream, one.receive(followed, page.events, this.now));
    const reached = one.heardOf(this.followed(page.stream), page.head, this.now);
    this.put(page.stream, one.answered(reached, this.now));
  }

  #row(given: Thread): void {
    let row = given;
    const name = `t:${row.id}`;
    const followed = this.followed(name);
    const known = this.rows.get(row.id);
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
    this.#follow(name, one.placed(followed, row.head, this.now));
    if (row.staff && !isOpen) {
      const notes = `n:${row.id}`;
      const there = this.followed(notes);
      this.#follow(
        notes,
        one.placed(there, Math.max(there.position ?? 0, row.staff.notes_head ?? 0), this.now),
      );
    }
  }

  // the streams

  /** Store where a stream is now, and apply what has become due. */
  #follow(name: string, [followed, events]: one.Step): void {
    this.put(name, followed);
    for (const event of events) this.#apply(name, event);
  }

  #apply(name: string, said: StreamEvent): void {
    const [kind, id] = split(name);
    if (kind === "u") {
      own.apply(this, name, said);
      return;
    }
    const thread = this.state.opened[id];
    if (thread !== undefined) {
      this.putOpened(
        id,
        kind === "t"
          ? { ...thread, items: [...thread.items, said], tasks: folded(thread.tasks, "tasks", said) }
          : { ...thread, notes: [...thread.notes, said] },
      );
    }
    this.#applyToRow(name, said);
    pending.confirm(this, said);
    if (said.event.type === "message.sent" && said.actor) presence.wrote(this, id, said.actor.id);
  }

  #applyToRow(name: string, said: StreamEvent): void {
    const [kind, id] = split(name);
    const row = this.rows.get(id);
    if (row === undefined) return;
    // Only the server knows whether there are other documents to be seen.
    const changed = said.event.type === "document.changed";
    if (kind === "n") {
      if (changed && row.staff && (row.staff.notes_head ?? 0) < said.seq)
        this.commands.push({ type: "thread.read", thread_id: id });
      this.putRow(rowAfterNote(row, said));
      return;
    }
    const known = row.head >= said.seq;
    if (changed && !known) this.commands.push({ type: "thread.read", thread_id: id });
    const thread = this.state.opened[id];
    let after = rowAfter(row, said, this.side);
    if (thread !== undefined) after = counted(after, thread.tasks);
    // Only the server knows whether the task was ticked.
    else if (said.event.type === "task.deleted" && !known)
      this.commands.push({ type: "thread.read", thread_id: id });
    this.putRow(after);
  }

  // asking

  /** Ask for the holes that have lasted long enough. */
  #ask(): void {
    if (this.state.phase !== "live") return;
    const loading = new Set<Id>();
    for (const name of this.holes.values()) {
      const followed = this.followed(name);
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
}
