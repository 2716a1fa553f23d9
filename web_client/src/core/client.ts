// The live client: feeds the reducer with frames, answers and time, sends what it asks for, and shows its state as a
// signal. Knows the link, the calls, the outbox and the marks. Refuses to know what is drawn.
// It belongs to one person for its life, the first who is known: where the login becomes another's, it stops.

import { type Signal, signal } from "@preact/signals-core";
import { Api, insist } from "./api.ts";
import { bounded, OPENED_MAX } from "./bounds.ts";
import { Drafts } from "./drafts.ts";
import { newKey } from "./keys.ts";
import { Marks } from "./marks.ts";
import { ADOPT_AFTER_MS, alone, Outbox } from "./outbox.ts";
import { isOtherPerson, isTemporary, otherPerson, problemOf, unavailable } from "./problems.ts";
import {
  type Body,
  CLOSE_OTHER_PERSON,
  type Command,
  type CommandOf,
  type Hello,
  type Id,
  type KeptLists,
  type Kinds,
  type Me,
  type Seq,
  type ServerFrame,
  type ThreadPage,
} from "./protocol.gen.ts";
import { dueAt, reduce } from "./reducer.ts";
import { Link, type LinkState } from "./socket.ts";
import { EMPTY, type Happening, type Owed, positions, type State, sameWords } from "./state.ts";
import { ASK_AGAIN_MS } from "./stream.ts";

export interface ClientOptions {
  /** ws:// or wss:// and /ws. */
  readonly socketUrl: string;
  /** Our own origin for HTTP commands; absent where there is no cookie (the widget). */
  readonly httpBase?: string;
  /** What `hello` carries besides positions: the widget's identity, asked for anew each time. */
  readonly credentials?: () => Promise<Pick<Hello, "identity" | "token">>;
  readonly storage: Storage | null;
  readonly makeSocket?: (url: string, protocol: string) => WebSocket;
}

/** Typing is told at most so often (the server drops more). */
const TYPING_EVERY_MS = 3_000;
const PAGES_MAX = 5;

export class Client {
  readonly state: Signal<State> = signal(EMPTY);
  readonly link: Signal<LinkState> = signal({ kind: "waiting", attempt: 0 } as LinkState);
  /** The socket can't be had, and HTTP stands in for it (poll.ts). */
  readonly polling = signal(false);
  /** The login is another person's now: nothing is sent or asked any more, and what is unsent is kept for its author. */
  readonly displaced = signal(false);
  /** Called after each change, with the state before: for lists and counts that live outside the reducer. */
  readonly listeners = new Set<(before: State, after: State) => void>();
  /** Called when what the person may see is so different that lists must be loaded anew. */
  readonly accessListeners = new Set<() => void>();
  /** Answers of `thread.list`, for those who count. */
  readonly pageListeners = new Set<(page: ThreadPage) => void>();
  readonly api: Api;
  readonly #link: Link;
  readonly #marks: Marks;
  #outbox: Outbox | null = null;
  #drafts: Drafts | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #recent: Id[] = [];
  /** How many connections have ended. */
  #ended = 0;
  /** Questions of the reducer's that are soon asked again. */
  readonly #again = new Set<string>();
  readonly #chains = new Map<Id, Promise<void>>();
  readonly #typedAt = new Map<string, number>();

  constructor(private readonly options: ClientOptions) {
    this.#link = new Link({
      url: options.socketUrl,
      hello: () => this.#hello(),
      onFrame: (frame) => this.#frame(frame),
      onState: (state) => this.#linkChanged(state),
      onTooLong: () => this.api.closedForLength(),
      ...(options.makeSocket ? { makeSocket: options.makeSocket } : {}),
    });
    this.api = new Api({
      send: (frame) => this.#link.send(frame),
      ...(options.httpBase === undefined ? {} : { base: options.httpBase }),
      person: () => this.state.value.me?.person.id,
      onOtherPerson: () => this.#displace(),
    });
    this.#marks = new Marks(this.api, () => this.state.value.me?.person.side === "staff");
  }

  /** Connect, and stay connected. `me`, where it is known already, lets what is kept show before the first answer. */
  start(me?: Me): void {
    if (this.displaced.value) return;
    if (me !== undefined) {
      this.#know(me);
      this.#set({ ...this.state.value, me });
      this.#adopt(0);
    }
    this.#link.connect();
  }

  stop(): void {
    this.#link.stop();
    clearTimeout(this.#timer);
  }

  /** Something changed outside: look whether the connection still stands, or connect now. */
  wake(): void {
    this.#link.wake(() => this.api.tell("me.read", {}));
  }

  /** The page is hidden, or goes: what waits to be told is told now. */
  leave(): void {
    void this.#marks.tell(true);
  }

  /** What was seen is told before what is said next. */
  marksTold(): Promise<void> {
    return this.#marks.told();
  }

  get outbox(): Outbox | null {
    return this.#outbox;
  }

  get drafts(): Drafts | null {
    return this.#drafts;
  }

  /** Where the browser keeps what is one person's (shelf.ts). */
  get storage(): Storage | null {
    return this.options.storage;
  }

  /** Something happens: the reducer's next state, and what it asks for. */
  dispatch(happening: Happening): void {
    const before = this.state.value;
    const welcome =
      happening.type === "frame" && happening.frame.type === "welcome" ? happening.frame : undefined;
    if (welcome !== undefined && before.me !== null && welcome.me.person.id !== before.me.person.id) {
      this.#displace();
      return;
    }
    const [after, commands] = reduce(before, happening, Date.now());
    this.#set(bounded(after, this.#recent[0] ?? null));
    for (const command of commands) void this.run(command);
    this.#schedule();
  }

  /** Do a command of the reducer's and feed its answer back. What is refused for the moment only is asked again for as
   *  long as this connection lasts; of a new one the reducer knows what to ask. */
  async run(command: Command): Promise<void> {
    if (command.type === "message.send") return this.#sendInTurn(command);
    try {
      await this.#ask(command);
    } catch (error) {
      const problem = problemOf(error);
      if (isTemporary(problem)) this.#askAgain(command);
      else this.#notHad(command, problem.code);
    }
  }

  // threads

  /** Follow a thread in full. Rejects with a Refusal when it can't be had. */
  async open(threadId: Id): Promise<void> {
    this.#marks.look(threadId, this.state.value.rows.get(threadId)?.read_seq ?? 0);
    this.#recent = [threadId, ...this.#recent.filter((id) => id !== threadId)];
    for (const old of this.#recent.splice(OPENED_MAX)) this.dispatch({ type: "left", thread_id: old });
    if (this.state.value.opened[threadId] !== undefined) return;
    const result = await insist(() => this.api.call("thread.open", { thread_id: threadId }));
    if (this.#recent.includes(threadId)) this.dispatch({ type: "opened", result });
  }

  /** Load older messages and notes of an opened thread. */
  async older(threadId: Id): Promise<void> {
    const thread = this.state.value.opened[threadId];
    if (thread === undefined) return;
    const reads = [
      [`t:${threadId}`, thread.items[0]?.seq],
      [`n:${threadId}`, thread.notes[0]?.seq],
    ] as const;
    const wanted = reads.filter(([, first]) => first !== undefined && first > 1);
    await Promise.all(
      wanted.map(async ([stream, before = 1]) => {
        const page = await insist(() => this.api.call("stream.read", { stream, before, limit: 100 }));
        this.dispatch({ type: "page", page });
      }),
    );
  }

  /** Everything up to `seq`, and for staff everything up to `notes` of n:, was seen by the person. */
  seen(threadId: Id, seq: Seq, notes: Seq = 0): void {
    const { me, rows } = this.state.value;
    const row = rows.get(threadId);
    if (me === null || row === undefined || !this.#marks.seen(threadId, { seq, notes })) return;
    if (seq <= (row.read_seq ?? 0)) return;
    this.dispatch({
      type: "frame",
      frame: { type: "mark", thread_id: threadId, person: me.person, read_seq: seq, read_at: Date.now() },
    });
  }

  /** The person is writing, or has stopped. */
  typing(threadId: Id, internal: boolean, typing = true): void {
    const key = `${threadId}:${internal}`;
    const now = Date.now();
    if (typing && now - (this.#typedAt.get(key) ?? 0) < TYPING_EVERY_MS) return;
    if (!typing && !this.#typedAt.has(key)) return;
    if (typing) this.#typedAt.set(key, now);
    else this.#typedAt.delete(key);
    this.api.tell("typing.set", { thread_id: threadId, typing, internal });
  }

  /** Keep all of a kind, from now on: it stands in `state.kept`. */
  keep(kind: keyof Kinds): void {
    if (!this.state.value.kept[kind]?.asked) this.dispatch({ type: "wanted", kind });
  }

  // messages of one's own

  /** Write a message: it shows at once and is sent as soon as that is possible. Returns its key. */
  write(
    threadId: Id,
    body: Body,
    {
      internal = false,
      quoted,
      attachments = [],
    }: { internal?: boolean; quoted?: Id; attachments?: readonly Id[] } = {},
  ): string {
    const key = newKey();
    this.#typedAt.delete(`${threadId}:${internal}`);
    this.#outbox?.writtenAt(key);
    this.dispatch({
      type: "send",
      client_message_id: key,
      thread_id: threadId,
      body,
      ...(internal ? { internal } : {}),
      ...(quoted === undefined ? {} : { quoted_message_id: quoted }),
      ...(attachments.length ? { attachments } : {}),
    });
    return key;
  }

  /** Send a message again that failed, or that waits for its next attempt. */
  retry(key: string): void {
    const message = this.state.value.pending[key];
    if (message?.retry_at === undefined) {
      this.dispatch({ type: "retry", client_message_id: key });
      return;
    }
    const pending = { ...this.state.value.pending, [key]: { ...message, retry_at: 0 } };
    this.#set({ ...this.state.value, pending });
    this.dispatch({ type: "tick" });
    this.wake();
  }

  discard(key: string): void {
    this.dispatch({ type: "discard", client_message_id: key });
  }

  /** The person changed something about themselves. */
  know(me: Me): void {
    this.#set({ ...this.state.value, me });
  }

  // inside

  async #hello(): Promise<Hello> {
    const { epoch, me } = this.state.value;
    const credentials = (await this.options.credentials?.()) ?? {};
    return {
      type: "hello",
      positions: positions(this.state.value),
      firm: true,
      utc_offset_minutes: 0 - new Date().getTimezoneOffset(),
      ...(epoch === null ? {} : { epoch }),
      ...(me === null ? {} : { person: me.person.id }),
      ...credentials,
    };
  }

  #frame(frame: ServerFrame): void {
    if (frame.type === "reply") this.api.answered(frame.id, frame.result);
    else if (frame.type === "error") {
      if (frame.id !== undefined && frame.id !== null) this.api.answered(frame.id, undefined, frame.error);
    } else {
      const before = this.state.value.me;
      if (frame.type === "welcome") this.#know(frame.me);
      this.dispatch({ type: "frame", frame });
      if (this.displaced.value) return;
      if (frame.type === "welcome" && before === null) this.#adopt(0);
      if (frame.type === "welcome" && before !== null && accessOf(before) !== accessOf(frame.me))
        this.#startOver(frame.me);
      if (frame.type === "live") {
        this.#adopt(ADOPT_AFTER_MS);
        this.#marks.again();
      }
    }
  }

  /** The person may see other things than before: rows that aren't followed, and the inbox, would not learn of it. */
  #startOver(me: Me): void {
    const stream = `u:${me.person.id}`;
    const head = this.state.value.streams.get(stream)?.position ?? 0;
    this.dispatch({ type: "frame", frame: { type: "reset", stream, head } });
    for (const listener of this.accessListeners) listener();
  }

  /** Stop, and leave what is kept as it is. */
  #displace(): void {
    if (this.displaced.value) return;
    this.displaced.value = true;
    this.api.end(otherPerson());
    this.#drafts?.flush();
    if (this.#link.state.kind !== "ended") this.#link.end(CLOSE_OTHER_PERSON);
  }

  #linkChanged(state: LinkState): void {
    const wasLive = this.link.value.kind === "live";
    this.link.value = state;
    if (wasLive && state.kind !== "live") this.#ended += 1;
    if (state.kind === "ended" && state.code === CLOSE_OTHER_PERSON) this.#displace();
    if (state.kind === "live") this.polling.value = false;
    if (state.kind === "live" || !wasLive) return;
    this.api.disconnected();
    this.dispatch({ type: "disconnected" });
  }

  /** Who it is has become known: now their drafts and unsent messages can be found. */
  #know(me: Me): void {
    if (this.#outbox !== null) return;
    this.#outbox = new Outbox(this.options.storage, me.person.id);
    this.#drafts = new Drafts(this.options.storage, me.person.id);
    this.#outbox.watch((key) => {
      if (this.state.value.pending[key]?.state !== "accepted") this.discard(key);
    });
  }

  /** Take over what an earlier page left unsent. */
  #adopt(olderThanMs: number): void {
    for (const { message } of this.#outbox?.leftBehind(this.state.value.pending, olderThanMs) ?? []) {
      const { state, seq: _seq, attempts: _attempts, retry_at: _at, problem, ...written } = message;
      this.dispatch({ type: "send", ...written });
      if (state === "failed" && problem !== undefined) {
        this.dispatch({ type: "refused", client_message_id: message.client_message_id, problem });
      }
    }
  }

  #set(after: State): void {
    const before = this.state.value;
    if (before === after) return;
    this.state.value = after;
    if (before.pending !== after.pending) this.#outbox?.follow(before.pending, after.pending);
    this.#marks.arrived(before, after);
    for (const listener of this.listeners) listener(before, after);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const due = dueAt(this.state.value);
    if (due === null || this.displaced.value) return;
    this.#timer = setTimeout(() => this.dispatch({ type: "tick" }), Math.max(0, due - Date.now()));
  }

  /** Messages of one thread go out one after the other, so that they stand in the order in which they were written. */
  #sendInTurn(command: CommandOf<"message.send">): Promise<void> {
    const before = this.#chains.get(command.thread_id) ?? Promise.resolve();
    const turn = before.then(() => this.#sendOne(command));
    this.#chains.set(command.thread_id, turn);
    return turn.then(() => {
      if (this.#chains.get(command.thread_id) === turn) this.#chains.delete(command.thread_id);
    });
  }

  async #sendOne({ type: _, ...args }: CommandOf<"message.send">): Promise<void> {
    const client_message_id = args.client_message_id;
    if (this.state.value.pending[client_message_id]?.state !== "sending") return;
    try {
      const result = await alone(
        client_message_id,
        () => this.api.call("message.send", args),
        () => {
          throw unavailable("closed");
        },
      );
      this.dispatch({ type: "accepted", client_message_id, result });
    } catch (error) {
      const problem = problemOf(error);
      // It waits for its author, as it is.
      if (!isOtherPerson(problem)) this.dispatch({ type: "refused", client_message_id, problem });
    }
  }

  #askAgain(command: Command): void {
    const [words, ended] = [JSON.stringify(command), this.#ended];
    if (this.link.value.kind !== "live" || this.#again.has(words)) return;
    this.#again.add(words);
    setTimeout(() => {
      this.#again.delete(words);
      if (this.link.value.kind === "live" && this.#ended === ended) void this.run(command);
    }, ASK_AGAIN_MS);
  }

  async #ask(command: Command): Promise<void> {
    if (command.type === "thread.list") {
      await this.#list(command);
    } else if (command.type === "thread.open") {
      const { type, ...args } = command;
      const result = await insist(() => this.api.call(type, args));
      if (this.#recent.includes(result.thread.id)) this.dispatch({ type: "opened", result });
    } else if (command.type === "thread.read") {
      const { type, ...args } = command;
      const { thread } = await insist(() => this.api.call(type, args));
      this.dispatch({ type: "rows", threads: [thread] });
    } else if (command.type === "stream.read") {
      const { type, ...args } = command;
      this.dispatch({ type: "page", page: await this.api.call(type, args) });
    } else if (command.type === "notification.list") {
      const { type, ...args } = command;
      const page = await insist(() => this.api.call(type, args));
      this.#had(command); // first: the page may say that it is owed anew
      this.dispatch({ type: "notifications", page });
    } else if (command.type.endsWith(".list")) {
      const { type, ...args } = command as KeptLists;
      const page = await insist(() => this.api.call(type, args));
      this.dispatch({ type: "kept", kind: type.slice(0, -5), page, after: args.after });
    }
  }

  async #list(command: CommandOf<"thread.list">): Promise<void> {
    const { type: _, ...args } = command;
    let after: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const page = await insist(() =>
        this.api.call("thread.list", after === undefined ? args : { ...args, after }),
      );
      this.dispatch({ type: "rows", threads: page.threads });
      for (const listener of this.pageListeners) listener(page);
      // Only catching up wants every page; lists that are shown page on as the reader scrolls.
      if (page.next === undefined || args.since === undefined) break;
      after = page.next;
    }
    this.#had(command);
  }

  /** Nothing more comes of a list. */
  #had(command: Owed): void {
    if (this.state.value.owed.some((owed) => sameWords(owed, command)))
      this.dispatch({ type: "had", command });
  }

  #notHad(command: Command, code: string): void {
    if (command.type === "thread.list" || command.type === "notification.list") this.#had(command);
    if (code !== "not_found" && code !== "forbidden") return;
    const drop = (stream: string): void =>
      this.dispatch({ type: "frame", frame: { type: "dropped", stream } });
    if (command.type === "thread.read" || command.type === "thread.open") {
      drop(`t:${command.thread_id}`);
      drop(`n:${command.thread_id}`);
    } else if (command.type === "stream.read") drop(command.stream);
  }
}

function accessOf({ role, may, accounts }: Me): string {
  return JSON.stringify([role, may, accounts?.map((account) => account.id)]);
}
