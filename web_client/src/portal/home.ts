// What waits for a client on the home page: unread chats, open tasks by thread, and the same for their other accounts.
// Tasks of threads that aren't opened come by `task.list`; the rows say when to ask again.

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Client } from "../core/client.ts";
import type { Id, TaskRow, Thread } from "../core/protocol.gen.ts";
import type { State } from "../core/state.ts";
import { tasksChanged } from "../tasks/changed.ts";
import { tasksFrom } from "../tasks/pages.ts";
import type { Ticks } from "../tasks/ticks.ts";
import { byUrgency, isAsked, isUrgent, turn } from "../threads/order.ts";
import { rowView } from "../threads/rows.ts";
import type { PortalHomeView, TodoGroupView } from "./models.ts";

const ASK_AFTER_MS = 400;
/** Nobody goes through more on a first page; a chat that is opened has all of its own. */
const TASKS_MAX = 1_000;

export class Home {
  readonly view: ReadonlySignal<PortalHomeView>;
  readonly #tasks = signal<readonly TaskRow[]>([]);
  readonly #load: Signal<PortalHomeView["state"]> = signal("loading");
  #timer: ReturnType<typeof setTimeout> | undefined;
  #loading = false;
  #again = false;

  constructor(
    private readonly client: Client,
    private readonly ticks: Ticks,
    accountId: ReadonlySignal<Id>,
  ) {
    this.view = computed(() => {
      const state = client.state.value;
      const rows = state.rows
        .values()
        .filter((row) => row.state === "active")
        .sort(byUrgency);
      const here = rows.filter((row) => row.account.id === accountId.value);
      return {
        unread: here.filter((row) => (row.unread ?? 0) > 0).map((row) => rowView(row, state)),
        asked: here
          .filter((row) => !row.unread && !row.tasks_total && isAsked(row))
          .map((row) => rowView(row, state)),
        groups: this.#groups(here),
        elsewhere: elsewhere(state, rows, accountId.value),
        state: this.#load.value,
      };
    });
    client.listeners.add((before, after) => {
      if (tasksChanged(before, after)) this.#soon();
    });
  }

  /** One at a time: what is asked for meanwhile is asked once more, and no older answer comes behind a newer one. */
  async load(): Promise<void> {
    this.#again = this.#loading;
    if (this.#loading) return;
    this.#loading = true;
    await this.#once();
    this.#loading = false;
    if (this.#again) await this.load();
  }

  async #once(): Promise<void> {
    try {
      const all = await tasksFrom(this.client.api, { state: "open", limit: 200 }, TASKS_MAX);
      this.#tasks.value = all.rows;
      this.#load.value = "ready";
    } catch {
      if (this.#load.value !== "ready") this.#load.value = "failed";
    }
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), ASK_AFTER_MS);
  }

  /** Threads with something to do, the latest first (TK-9). */
  #groups(rows: readonly Thread[]): TodoGroupView[] {
    const { opened } = this.client.state.value;
    const byTime = [...rows].sort((a, b) => turn(b) - turn(a));
    return byTime.flatMap((row) => {
      // The page lists the newest first; a thread's tasks stand in the order in which they were added.
      const listed = this.#tasks.value
        .filter((found) => found.thread_id === row.id)
        .map((found) => found.task)
        .reverse();
      const tasks = opened[row.id]?.tasks.filter((task) => !task.done) ?? listed;
      if (tasks.length === 0) return [];
      const shown = this.ticks.shown(tasks);
      const total = row.tasks_total ?? tasks.length;
      return [{ threadId: row.id, subject: row.subject, done: row.tasks_done ?? 0, total, tasks: shown }];
    });
  }
}

function elsewhere(state: State, rows: readonly Thread[], accountId: Id): PortalHomeView["elsewhere"] {
  const others = (state.me?.accounts ?? []).filter((account) => account.id !== accountId);
  return others.flatMap((account) => {
    const waiting = rows.filter((row) => row.account.id === account.id && waits(row)).length;
    return waiting > 0 ? [{ account: { id: account.id, name: account.name }, waiting }] : [];
  });
}

function waits(row: Thread): boolean {
  return isUrgent(row) || (row.tasks_done ?? 0) < (row.tasks_total ?? 0);
}
