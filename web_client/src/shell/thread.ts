// The thread that is open on a page: loads it, keeps its view true, and does what its composer and messages ask for.
// Knows one thread at a time. Refuses to know where it stands on the page.

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Client } from "../core/client.ts";
import { problemOf } from "../core/problems.ts";
import type { Body, Id, Person } from "../core/protocol.gen.ts";
import { EMPTY, type OpenThread, type State } from "../core/state.ts";
import { personView, shortName } from "../core/views/people.ts";
import { accountView } from "../core/views/rows.ts";
import { firstUnread, messageIdOf, quoteOf, streamEntries } from "../core/views/stream.ts";
import type {
  DraftView,
  PersonView,
  QuoteView,
  StreamEntry,
  ThreadHeaderView,
  ThreadView,
} from "../ui/models.ts";

type Load = ThreadView["state"];

/** What only staff see of a thread's header; see console/directory.ts. */
export interface StaffHeader {
  readonly people: readonly PersonView[];
  readonly assignee?: PersonView;
  readonly reminderNextAt?: number;
  readonly reminderOn?: boolean;
  /** First names of whom a message reaches; undefined while it isn't known. */
  readonly receivers?: readonly string[];
}

export class ThreadModel {
  readonly id: Signal<Id | null> = signal(null);
  readonly view: ReadonlySignal<ThreadView | undefined>;
  readonly #load = signal<Load>("loading");
  readonly #unreadFrom = signal<string | undefined>(undefined);
  readonly #olderLoading = signal(false);
  readonly #quote = signal<QuoteView | undefined>(undefined);

  constructor(
    private readonly client: Client,
    private readonly staffHeader?: ReadonlySignal<StaffHeader | undefined>,
  ) {
    const opened = computed(() => this.#pick((state, id) => state.opened[id]));
    const row = computed(() => this.#pick((state, id) => state.rows[id]));
    const entries = this.#entries(opened);
    const typing = this.#typing();
    this.view = computed(() => {
      const id = this.id.value;
      const thread = opened.value;
      const known = row.value;
      if (id === null) return undefined;
      const load = this.#load.value;
      const state: Load = thread
        ? "ready"
        : load === "ready" || (load !== "loading" && !known)
          ? "gone"
          : load;
      return {
        header: this.#header(id, thread, state),
        entries: entries.value,
        typing: typing.value,
        draft: this.#draft(id),
        state,
        older: hasOlder(thread),
        olderLoading: this.#olderLoading.value,
        ...this.#sending(thread, known?.state === "archived"),
        ...(this.#unreadFrom.value ? { unreadFrom: this.#unreadFrom.value } : {}),
      };
    });
  }

  /** Show another thread, or none. */
  show(id: Id | null): void {
    if (this.id.value === id) return;
    this.#quote.value = undefined;
    this.#unreadFrom.value = undefined;
    this.#load.value = "loading";
    this.id.value = id;
    if (id !== null) void this.load();
  }

  async load(): Promise<void> {
    const id = this.id.value;
    if (id === null) return;
    this.#load.value = "loading";
    const before = this.client.state.value.rows[id]?.read_seq;
    try {
      await this.client.open(id);
      if (this.id.value !== id) return;
      const state = this.client.state.value;
      const thread = state.opened[id];
      if (thread)
        this.#unreadFrom.value = firstUnread(thread, before ?? state.rows[id]?.read_seq ?? 0, state);
      this.#load.value = thread ? "ready" : "gone";
    } catch (error) {
      if (this.id.value !== id) return;
      const { code } = problemOf(error);
      this.#load.value = code === "not_found" || code === "forbidden" ? "gone" : "failed";
    }
  }

  readonly onOlder = async (): Promise<void> => {
    const id = this.id.value;
    if (id === null || this.#olderLoading.value) return;
    this.#olderLoading.value = true;
    try {
      await this.client.older(id);
    } catch {
      // The button stays: it can be pressed again.
    } finally {
      this.#olderLoading.value = false;
    }
  };

  readonly onSeen = (seq: number): void => {
    if (this.id.value !== null) this.client.seen(this.id.value, seq);
  };

  readonly onDraft = ({
    body,
    internal,
  }: {
    readonly body: Body | null;
    readonly internal: boolean;
  }): void => {
    const id = this.id.value;
    if (id === null) return;
    const quoted = this.#quote.value
      ? messageIdOf(this.#quote.value.key, this.client.state.value, id)
      : undefined;
    this.client.drafts?.put(id, quoted === undefined ? { body, internal } : { body, internal, quoted });
    if (body === null) this.client.typing(id, internal, false);
  };

  readonly onSend = (body: Body, internal: boolean, quoteKey?: string): void => {
    const id = this.id.value;
    if (id === null) return;
    const quoted = quoteKey === undefined ? undefined : messageIdOf(quoteKey, this.client.state.value, id);
    this.client.write(id, body, quoted === undefined ? { internal } : { internal, quoted });
    this.#quote.value = undefined;
    this.#unreadFrom.value = undefined;
  };

  readonly onTyping = (internal: boolean): void => {
    if (this.id.value !== null) this.client.typing(this.id.value, internal);
  };

  readonly onReply = (key: string): void => {
    const id = this.id.value;
    const messageId = id === null ? undefined : messageIdOf(key, this.client.state.value, id);
    if (id !== null && messageId !== undefined)
      this.#quote.value = quoteOf(messageId, this.client.state.value, id);
  };

  readonly onQuoteRemove = (): void => {
    this.#quote.value = undefined;
  };

  readonly onRetry = (key: string): void => this.client.retry(key);
  readonly onDiscard = (key: string): void => this.client.discard(key);
  readonly onReload = (): void => void this.load();

  // inside

  #pick<T>(of: (state: State, id: Id) => T): T | undefined {
    return this.id.value === null ? undefined : of(this.client.state.value, this.id.value);
  }

  /** The stream, made anew only when something that it shows has changed. */
  #entries(opened: ReadonlySignal<OpenThread | undefined>): ReadonlySignal<readonly StreamEntry[]> {
    const { state } = this.client;
    const pending = computed(() => state.value.pending);
    const online = computed(() => state.value.online);
    const team = computed(() => state.value.team_online);
    const me = computed(() => state.value.me);
    const account = computed(() => this.#pick((now, id) => now.rows[id]?.account));
    return computed(() => {
      const id = this.id.value;
      if (id === null || opened.value === undefined) return [];
      const row = account.value && state.peek().rows[id];
      const shown: State = {
        ...EMPTY,
        me: me.value,
        opened: { [id]: opened.value },
        rows: row ? { [id]: row } : {},
        pending: pending.value,
        online: online.value,
        team_online: team.value,
      };
      return streamEntries({
        state: shown,
        threadId: id,
        writtenAt: (key) => this.client.outbox?.writtenAt(key) ?? Date.now(),
      });
    });
  }

  #typing(): ReadonlySignal<readonly string[]> {
    const writers = computed(() => this.#pick((state, id) => state.typing[id]));
    return computed(() => {
      const names = Object.values(writers.value ?? {}).map((writer) => writer.name);
      return names.map((name) => shortName(name, names));
    });
  }

  #header(id: Id, thread: OpenThread | undefined, load: Load): ThreadHeaderView {
    const state = this.client.state.value;
    const row = state.rows[id];
    const staff = this.staffHeader?.value;
    const people = staff?.people ?? staffWhoWrote(thread, state);
    const archived = row?.state === "archived";
    if (row === undefined)
      return { id, account: { id: "", name: "" }, subject: load === "loading" ? "…" : "", archived, people };
    const { assignee, reminderNextAt, reminderOn } = staff ?? {};
    return {
      id,
      account: accountView(row.account),
      subject: row.subject,
      archived,
      people,
      ...(assignee ? { assignee } : {}),
      ...(reminderNextAt === undefined ? {} : { reminderNextAt }),
      ...(reminderOn === undefined ? {} : { reminderOn }),
    };
  }

  #draft(id: Id): DraftView {
    const kept = this.client.drafts?.get(id);
    const state = this.client.state.peek();
    const quote = this.#quote.value ?? (kept?.quoted ? quoteOf(kept.quoted, state, id) : undefined);
    const draft = { body: kept?.body ?? null, internal: kept?.internal ?? false };
    return quote ? { ...draft, quote } : draft;
  }

  #sending(thread: OpenThread | undefined, archived: boolean): Pick<ThreadView, "receivers" | "cannotSend"> {
    if (this.staffHeader === undefined) {
      const names = staffWhoWrote(thread, this.client.state.value).map(
        (person) => person.name.split(" ")[0] ?? "",
      );
      return { receivers: names.slice(0, 1) };
    }
    if (archived) return { receivers: [], cannotSend: "archived" };
    const receivers = this.staffHeader.value?.receivers;
    return receivers?.length === 0 ? { receivers, cannotSend: "no_login" } : { receivers: receivers ?? [] };
  }
}

function hasOlder(thread: OpenThread | undefined): boolean {
  return [thread?.items[0], thread?.notes[0]].some((first) => first !== undefined && first.seq > 1);
}

/** For clients: the firm's people who wrote here, the latest first. */
function staffWhoWrote(thread: OpenThread | undefined, state: State): PersonView[] {
  const found = new Map<Id, Person>();
  for (const { actor, event } of [...(thread?.items ?? [])].reverse()) {
    if (actor?.side === "staff" && (event.type === "message.sent" || event.type === "thread.created"))
      found.set(actor.id, found.get(actor.id) ?? actor);
  }
  // That the team is online is known; who of it, isn't said to clients.
  return [...found.values()].map((person) => ({ ...personView(person, state), online: false }));
}
