// What one step makes of a state: the state before stays as it was, and what grows long is copied once, where it changes.
// The twin of protocol/client/draft.py. Knows the tables of a state. Refuses to know what happens to it, and why: that is said by
// whoever works on it (reducer.ts and what it calls).

import { Draft } from "./keyed.ts";
import type { Command, Id, Notification, Side, Thread } from "./protocol.gen.ts";
import { type OpenThread, type Owed, type Pending, type State, sameWords, type Writer } from "./state.ts";
import { type Followed, FRESH, incomplete } from "./stream.ts";
import { withoutKeys } from "./tables.ts";

/** The state as it becomes, and the commands that come of it. */
export class Work {
  readonly commands: Command[] = [];
  /** The tables that grow long. What a step reads of them it reads here. */
  readonly rows: Draft<Thread>;
  readonly streams: Draft<Followed>;
  readonly notifications: Draft<Notification>;
  readonly holes: Draft<string>;

  constructor(
    public state: State,
    readonly now: number,
  ) {
    this.rows = new Draft(state.rows);
    this.streams = new Draft(state.streams);
    this.holes = new Draft(state.holes);
    this.notifications = new Draft(state.notifications);
  }

  /** The state as it has become: the same one if nothing has changed. */
  done(): State {
    const [rows, streams, holes] = [this.rows.done(), this.streams.done(), this.holes.done()];
    const notifications = this.notifications.done();
    const now = this.state;
    if (rows !== now.rows || notifications !== now.notifications) this.set({ rows, notifications });
    if (streams !== now.streams) this.set({ streams, holes });
    return this.state;
  }

  set(changes: Partial<State>): void {
    this.state = { ...this.state, ...changes };
  }

  /** Ask for a list, now or with `live`, and with every connection from then on until it has come. */
  owe(command: Owed): void {
    const { owed, phase } = this.state;
    if (!owed.some((known) => sameWords(known, command))) this.set({ owed: [...owed, command] });
    if (phase === "live") this.commands.push(command);
  }

  /** Of whoever reads; a contact sees less, so until `welcome` they are one. */
  get side(): Side {
    return this.state.me?.person.side ?? "contact";
  }

  /** Where a stream is; of one that isn't known, that nothing is. */
  followed(name: string): Followed {
    return this.streams.get(name) ?? FRESH;
  }

  put(name: string, followed: Followed): void {
    this.streams.put(name, followed);
    if (incomplete(followed)) this.holes.put(name, name);
    else this.holes.delete(name);
  }

  unfollow(name: string): void {
    this.streams.delete(name);
    this.holes.delete(name);
  }

  putRow(row: Thread): void {
    this.rows.put(row.id, row);
  }

  putOpened(id: Id, thread: OpenThread): void {
    this.set({ opened: { ...this.state.opened, [id]: thread } });
  }

  putPending(message: Pending): void {
    this.set({ pending: { ...this.state.pending, [message.client_message_id]: message } });
  }

  /** Who writes in a thread. One where nobody does has no entry. */
  putWriters(id: Id, writers: Readonly<Record<string, Writer>>): void {
    const others = withoutKeys(this.state.typing, id);
    this.set({ typing: Object.keys(writers).length > 0 ? { ...others, [id]: writers } : others });
  }
}
