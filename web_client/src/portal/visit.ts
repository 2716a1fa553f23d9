// What the portal's pages share: the client, the lists, the open thread, and which of the client's accounts is shown.

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { Lists } from "../core/lists.ts";
import type { Id, Me } from "../core/protocol.gen.ts";
import { browserStorage } from "../core/shelf.ts";
import type { Page } from "../shell/boot.ts";
import { idIn, path } from "../shell/router.ts";
import { Ticks } from "../shell/tasks.ts";
import { ThreadModel } from "../shell/thread.ts";
import { Home } from "./home.ts";

export const THREADS = "/portal/threads/";
export const hrefOf = (threadId: Id): string => THREADS + threadId;
const ACCOUNT_KEY = "chattar.account";

export class Visit {
  readonly lists: Lists;
  readonly thread: ThreadModel;
  readonly ticks: Ticks;
  readonly home: Home;
  readonly me: ReadonlySignal<Me>;
  readonly newChat = signal(false);
  readonly threadId = computed(() => idIn(path.value, THREADS));
  readonly #chosen = signal(browserStorage()?.getItem(ACCOUNT_KEY) ?? "");
  /** The account that is shown: the chosen one as long as it is theirs. */
  readonly accountId: ReadonlySignal<Id>;

  constructor(readonly page: Page) {
    const { client } = page;
    this.me = page.me;
    this.accountId = computed(() => {
      const accounts = this.me.value.accounts ?? [];
      return (accounts.find((account) => account.id === this.#chosen.value) ?? accounts[0])?.id ?? "";
    });
    const accountId = this.accountId.value;
    this.lists = new Lists(client, { state: "active", only: "all", search: "", accountId }, this.threadId);
    this.ticks = new Ticks(client);
    this.thread = new ThreadModel(client);
    this.home = new Home(client, this.ticks, this.accountId);
  }

  get client(): Page["client"] {
    return this.page.client;
  }

  start(): void {
    // All accounts at once, for what waits elsewhere; then the one that is shown.
    void this.client.run({ type: "thread.list", limit: 200 });
    void this.home.load();
    this.threadId.subscribe((id) => this.thread.show(id));
    effect(() => {
      const accountId = this.accountId.value;
      this.lists.show({ ...this.lists.query.peek(), accountId });
    });
    // A link from a mail may lead to a thread of another account of theirs.
    computed(() => {
      const id = this.threadId.value;
      return id === null ? undefined : this.client.state.value.rows[id]?.account.id;
    }).subscribe((id) => {
      if (id !== undefined) this.choose(id);
    });
    this.client.accessListeners.add(() => {
      void this.client.run({ type: "thread.list", limit: 200 });
      void this.home.load();
    });
  }

  choose(accountId: Id): void {
    this.#chosen.value = accountId;
    browserStorage()?.setItem(ACCOUNT_KEY, accountId);
  }
}
