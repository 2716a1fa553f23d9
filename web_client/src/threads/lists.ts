// The chat lists: which pages were asked for, how many threads are active and unread in all, and how many messages that is.
// Knows queries and cursors; the rows themselves are in the client's state and stay true by themselves.

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { insist } from "../core/api.ts";
import { oneLine } from "../core/blank.ts";
import type { Client } from "../core/client.ts";
import type { Id, Thread, ThreadPage } from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import { isAsleep } from "./filters.ts";
import { HeldPlace } from "./held_place.ts";
import { byUrgency } from "./order.ts";
import { isListed, type ListQuery } from "./rows.ts";

const COUNT_AFTER_MS = 800;

export interface ListState {
  readonly state: "loading" | "ready" | "failed";
  readonly next?: string;
  /** Of a list that is searched: what the server has found so far. */
  readonly found?: ReadonlySet<Id>;
}
export interface Counts {
  readonly active: number;
  /** Threads with something unread, and the messages in them (RD-2). */
  readonly unread: number;
  readonly messages: number;
}

export class Lists {
  readonly query: Signal<ListQuery>;
  readonly #pages = signal<ReadonlyMap<string, ListState>>(new Map());
  readonly counts = signal<Counts>({ active: 0, unread: 0, messages: 0 });
  /** The rows of the current query. A thread that was open when it stopped matching stays while it is open, and where it was. */
  readonly rows: ReadonlySignal<readonly Thread[]>;
  readonly state: ReadonlySignal<ListState>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: Client,
    first: ListQuery,
    pinned: ReadonlySignal<string | null>,
  ) {
    this.query = signal(first);
    this.state = computed(() => this.#pages.value.get(keyOf(this.query.value)) ?? { state: "loading" });
    const place = new HeldPlace();
    this.rows = computed(() => {
      const { rows, me } = client.state.value;
      const query = this.query.value;
      const { state, found } = this.state.value;
      const chosen = pinned.value;
      const keep = query.only === "unread" ? chosen : null;
      const inOrder = rows
        .values()
        .filter(
          (row) =>
            isListed(row, query, me?.person.id, found) || (row.id === keep && row.state === query.state),
        )
        .sort(byUrgency);
      // While a list comes, no row has its place yet.
      return place.keep(inOrder, chosen, state === "ready" ? keyOf(query) : "");
    });
    client.listeners.add((before, after) => this.#changed(before, after));
    client.accessListeners.add(() => this.forget());
    client.pageListeners.add((page) => this.#counted(page));
  }

  /** Show another list, loading it when it is new. */
  show(query: ListQuery): void {
    this.query.value = query;
    if (!this.#pages.value.has(keyOf(query))) void this.load();
  }

  /** The first page of the current list, or its next one. */
  async load(more = false): Promise<void> {
    const query = this.query.value;
    const key = keyOf(query);
    const known = this.#pages.value.get(key);
    if (more && known?.next === undefined) return;
    if (!more) this.#put(key, { state: "loading" });
    try {
      const page = await insist(() =>
        this.client.api.call("thread.list", {
          state: query.state,
          only: query.only,
          search: oneLine(query.search),
          ...(query.accountId === undefined ? {} : { account_id: query.accountId }),
          ...(more && known?.next !== undefined ? { after: known.next } : {}),
        }),
      );
      this.client.dispatch({ type: "rows", threads: page.threads });
      if (query.accountId === undefined) this.#counted(page);
      const ids = page.threads.map(({ id }) => id);
      this.#put(key, {
        state: "ready",
        ...(page.next ? { next: page.next } : {}),
        ...(query.search.trim() ? { found: new Set([...(more ? (known?.found ?? []) : []), ...ids]) } : {}),
      });
    } catch {
      if (!more) this.#put(key, { state: "failed" });
    }
  }

  /** Everything is loaded anew when it is shown next: the reader's access has changed. */
  forget(): void {
    this.#pages.value = new Map();
    void this.load();
  }

  #put(key: string, state: ListState): void {
    this.#pages.value = new Map(this.#pages.value).set(key, state);
  }

  #counted({ open_total = 0, unread_threads = 0, unread_messages }: ThreadPage): void {
    // An older server counts no messages: there is at least one in each.
    this.counts.value = {
      active: open_total,
      unread: unread_threads,
      messages: unread_messages ?? unread_threads,
    };
  }

  /** Keep the counts: by difference where the row was known, else by asking once it is calm. */
  #changed(before: State, after: State): void {
    if (before.rows === after.rows) return;
    let { active, unread, messages } = this.counts.value;
    // A row that is gone, or new: only the server knows what that does to the counts.
    let unsure = after.rows.size < before.rows.size;
    for (const [now, old] of after.rows.since(before.rows)) {
      if (old === undefined) {
        unsure = true;
        continue;
      }
      active += Number(isLive(now)) - Number(isLive(old));
      unread += Math.sign(unreadIn(now)) - Math.sign(unreadIn(old));
      messages += unreadIn(now) - unreadIn(old);
    }
    const known = this.counts.value;
    if (active !== known.active || unread !== known.unread || messages !== known.messages) {
      this.counts.value = {
        active: Math.max(0, active),
        unread: Math.max(0, unread),
        messages: Math.max(0, messages),
      };
    }
    if (unsure) this.#recount();
  }

  #recount(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.client.api.call("thread.list", { limit: 1 }).then(
        (page) => this.#counted(page),
        () => undefined, // the next change or connection counts again
      );
    }, COUNT_AFTER_MS);
  }
}

function isLive(row: Thread): boolean {
  return row.state === "active" && !isAsleep(row);
}

function unreadIn(row: Thread): number {
  return isLive(row) ? (row.unread ?? 0) : 0;
}

function keyOf(query: ListQuery): string {
  return JSON.stringify([query.state, query.only, query.search.trim().toLowerCase(), query.accountId ?? ""]);
}
