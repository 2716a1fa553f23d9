// The thread that is open on a page: loads it, keeps its view true, and does what its composer and messages ask for.
// Knows one thread at a time. Refuses to know where it stands on the page.

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { NoReader } from "../accounts/models.ts";
import type { Client } from "../core/client.ts";
import { personView, shortName } from "../core/people.ts";
import { problemOf } from "../core/problems.ts";
import type { Body, Id, Person } from "../core/protocol.gen.ts";
import { firstUnread, keyAt, type ReadFrom, type ReadTo, reaches, readBefore, readTo } from "../core/seen.ts";
import { EMPTY, type OpenThread, type State, shown } from "../core/state.ts";
import type { Attaching } from "../documents/attaching.ts";
import type { DraftFiles } from "../documents/draft_files.ts";
import { carriedBy, KnownDocuments } from "../documents/known.ts";
import { readBy } from "../documents/words.ts";
import type { PersonView } from "../kit/models.ts";
import { bodyOf, trimmed } from "../messages/body_text.ts";
import type { DraftView, QuoteView, StreamEntry } from "../messages/models.ts";
import { messageIdOf, quoteOf, streamEntries } from "../messages/stream.ts";
import type { ThreadHeaderView, ThreadView } from "./models.ts";
import { accountView } from "./rows.ts";

type Load = ThreadView["state"];

/** Of a hundred messages each: where so many are unread, the rest counts as read. */
const PAGES_BACK_MAX = 10;

/** What only staff see of a thread's header; see accounts/directory.ts. */
export interface StaffHeader {
  readonly seen: Partial<ThreadHeaderView>;
  /** First names of whom a message reaches; undefined while it isn't known. */
  readonly receivers?: readonly string[];
  /** There when it reaches nobody. */
  readonly noReader?: NoReader | undefined;
}

export class ThreadModel {
  readonly id: Signal<Id | null> = signal(null);
  readonly view: ReadonlySignal<ThreadView | undefined>;
  /** Those that go with what is written here; undefined where none can be attached. */
  readonly files: ReadonlySignal<DraftFiles | undefined>;
  readonly #files = signal<DraftFiles | undefined>(undefined);
  readonly #load = signal<Load>("loading");
  readonly #unreadFrom = signal<string | undefined>(undefined);
  readonly #startAt = signal<string | undefined>(undefined);
  /** How far it has been read; undefined until that is known. */
  #read: ReadTo | undefined;
  /** Keys of the messages that have been before somebody's eyes. */
  #seen = new Set<string>();
  readonly #olderLoading = signal(false);
  readonly #documents: KnownDocuments;
  readonly #quote = signal<QuoteView | undefined>(undefined);

  constructor(
    private readonly client: Client,
    private readonly staffHeader?: ReadonlySignal<StaffHeader | undefined>,
    private readonly attaching?: Attaching,
  ) {
    this.files = computed(() => (attaching?.may.value ? this.#files.value : undefined));
    const opened = computed(() => this.#pick((state, id) => state.opened[id]));
    const row = computed(() => this.#pick((state, id) => state.rows.get(id)));
    readBy((id) => client.api.call("document.read", { document_id: id }));
    this.#documents = new KnownDocuments((ids) =>
      client.api.call("document.get", { document_ids: [...ids] }),
    );
    const pending = computed(() => client.state.value.pending);
    effect(() => {
      if (opened.value === undefined) return;
      const unsent = Object.values(pending.value).filter((one) => one.thread_id === this.id.peek());
      void this.#documents.want(
        carriedBy(
          opened.value,
          unsent.flatMap(({ attachments = [] }) => attachments),
        ),
      );
    });
    const entries = this.#entries(opened);
    const typing = this.#typing();
    this.view = computed(() => {
      const id = this.id.value;
      const thread = opened.value;
      const known = row.value;
      if (id === null) return undefined;
      const load = this.#load.value;
      const state: Load = thread ? "ready" : load === "ready" ? "gone" : load;
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
        ...(this.#startAt.value ? { startAt: this.#startAt.value } : {}),
      };
    });
  }

  /** Show another thread, or none: where reading goes on, or at a place in it (`t12`, `n3`). */
  show(id: Id | null, place = ""): void {
    if (this.id.value === id) return;
    this.#quote.value = undefined;
    this.#unreadFrom.value = undefined;
    this.#startAt.value = undefined;
    this.#read = undefined;
    this.#seen = new Set();
    this.#load.value = "loading";
    if (id !== null) this.client.drafts?.open(id);
    this.id.value = id;
    this.#files.value = undefined;
    if (id === null) return;
    void this.#attach(id);
    void this.load(place);
  }

  async load(place = ""): Promise<void> {
    const id = this.id.value;
    if (id === null) return;
    this.#load.value = "loading";
    const before = this.client.state.value.rows.get(id);
    try {
      await this.client.open(id);
      const state = this.client.state.value;
      const read = readBefore(
        before ?? state.rows.get(id),
        state.notifications.values().find((entry) => entry.thread_id === id),
      );
      const whole = await this.#loadBack(id, read);
      if (this.id.value !== id) return;
      this.#begin(id, read, whole, place);
    } catch (error) {
      if (this.id.value !== id) return;
      const { code } = problemOf(error);
      const refused = code === "not_found" || code === "forbidden";
      this.#load.value = refused ? (before ? "gone" : "unknown") : "failed";
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

  /** These messages have been before somebody's eyes, and whoever it is looks at the end of what is known. */
  readonly onSeen = (keys: Iterable<string>): void => {
    const id = this.id.value;
    for (const key of keys) this.#seen.add(key);
    const state = this.client.state.value;
    const thread = id === null ? undefined : state.opened[id];
    if (id === null || thread === undefined || this.#read === undefined) return;
    this.#read = readTo(thread, this.#read, this.#seen, state.me?.person.id);
    this.client.seen(id, this.#read.seq, this.#read.notes);
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
    const { value: files } = this.files;
    const kept = this.client.drafts?.get(id).files ?? [];
    if (files !== undefined || kept.length === 0 || !this.attaching?.may.value)
      this.#write(id, body, internal, quoted, files);
    // Sent before what handles the files that wait in the draft was here: it goes with them.
    else void this.#filesOf(id).then((all) => this.#write(id, body, internal, quoted, all));
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

  /** Load back to where reading goes on, since what isn't loaded can't be seen. True once that has been done, as far as it
   *  is ever done; false if something came in between. */
  async #loadBack(id: Id, read: ReadTo): Promise<boolean> {
    for (let pages = 0; pages < PAGES_BACK_MAX; pages += 1) {
      const thread = this.client.state.value.opened[id];
      if (this.id.value !== id || thread === undefined || reaches(thread, read)) return true;
      try {
        await this.client.older(id);
      } catch {
        // What is loaded is shown. Nothing counts as read across the hole until somebody loads what is above.
        return false;
      }
    }
    return true;
  }

  /** It is loaded: reading goes on here. */
  #begin(id: Id, read: ReadFrom, whole: boolean, place: string): void {
    const state = this.client.state.value;
    const thread = state.opened[id];
    this.#load.value = thread ? "ready" : "gone";
    if (thread === undefined) return;
    const first = thread.items[0]?.seq ?? 1;
    this.#read = whole && !reaches(thread, read) ? { ...read, seq: first - 1 } : read;
    this.#unreadFrom.value = firstUnread(shown(state, id), read, state.me?.person);
    this.#files.value?.look();
    this.#startAt.value = keyAt(thread, place);
    this.onSeen([]);
  }

  /** Where what handles them can't be fetched, none can be attached. */
  async #filesOf(id: Id): Promise<DraftFiles | undefined> {
    const all = await this.attaching?.files().catch(() => undefined);
    return all?.thread(
      id,
      (files) => this.#sendDraft(id, files),
      (document) => this.#documents.learn(document),
    );
  }

  /** Have the files of what is written there at hand. */
  async #attach(id: Id): Promise<void> {
    const files = await this.#filesOf(id);
    if (this.id.value !== id) return;
    this.#files.value = files;
    if (this.#load.value === "ready") files?.look();
  }

  /** What is written in a thread, open or not, as it is at this moment. */
  #sendDraft(id: Id, files: DraftFiles): void {
    const { body, internal, quoted } = this.client.drafts?.get(id) ?? { body: null, internal: false };
    if (!internal && files.hidden) return;
    const key = id === this.id.value ? this.#quote.value?.key : undefined;
    const quote = key === undefined ? quoted : messageIdOf(key, this.client.state.value, id);
    this.#write(id, trimmed(body ?? bodyOf("")), internal, quote, files);
    this.client.drafts?.put(id, { body: null, internal });
  }

  #write(id: Id, body: Body, internal: boolean, quoted: Id | undefined, files: DraftFiles | undefined): void {
    const attachments = files?.documentIds ?? [];
    this.client.write(id, body, { internal, ...(quoted === undefined ? {} : { quoted }), attachments });
    files?.sent();
    if (id !== this.id.value) return;
    this.#quote.value = undefined;
    this.#unreadFrom.value = undefined;
  }

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
    const account = computed(() => this.#pick((now, id) => now.rows.get(id)?.account));
    return computed(() => {
      const id = this.id.value;
      if (id === null || opened.value === undefined) return [];
      const only: State = {
        ...EMPTY,
        me: me.value,
        opened: { [id]: opened.value },
        rows: account.value === undefined ? EMPTY.rows : state.peek().rows,
        pending: pending.value,
        online: online.value,
        team_online: team.value,
      };
      return streamEntries({
        state: only,
        threadId: id,
        writtenAt: (key) => this.client.outbox?.writtenAt(key) ?? Date.now(),
        documentOf: (id) => this.#documents.of(id),
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
    const row = state.rows.get(id);
    const staff = this.staffHeader?.value;
    const people = staffWhoWrote(thread, state);
    const archived = row?.state === "archived";
    if (row === undefined)
      return { id, account: { id: "", name: "" }, subject: load === "loading" ? "…" : "", archived, people };
    return {
      id,
      account: accountView(row.account),
      subject: row.subject,
      archived,
      people,
      ...staff?.seen,
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
    const { receivers = [], noReader } = this.staffHeader.value ?? {};
    return noReader ? { receivers, cannotSend: noReader } : { receivers };
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
