// What the portal's pages share: the client, the lists, the open thread, and which of the client's accounts is shown.

import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Id, Me, ThreadState } from "../core/protocol.gen.ts";
import { browserStorage } from "../core/shelf.ts";
import { Attaching } from "../documents/attaching.ts";
import type { Page } from "../shell/boot.ts";
import { address, Choice, path, query } from "../shell/router.ts";
import { idsIn } from "../shell/routes.ts";
import { Ticks } from "../tasks/ticks.ts";
import { Lists } from "../threads/lists.ts";
import { ThreadModel } from "../threads/thread.ts";
import { Home } from "./home.ts";

export const CHATS = "/portal/threads";
export const THREAD = "/portal/threads/:thread";
/** The chats' address, or a thread's beside the same list. */
export const hrefOf = (threadId?: Id): string =>
  address(threadId ? `${CHATS}/${threadId}` : CHATS, { ...listed.written(listed.value), q: sought() });
/** Which chats are listed, as it stands in the address. */
export const listed = new Choice<ThreadState>("state", ["active", "archived"]);
/** What is looked for among them. */
const sought = (): string => query.value.get("q") ?? "";
const ACCOUNT_KEY = "chattar.account";

export class Visit {
  readonly lists: Lists;
  readonly thread: ThreadModel;
  readonly attaching: Attaching;
  readonly ticks: Ticks;
  readonly home: Home;
  readonly me: ReadonlySignal<Me>;
  readonly newChat = signal(false);
  /** The list of keys is open. */
  readonly keys = signal(false);
  /** The thread that is opened to write in. */
  toWrite: Id | undefined;
  readonly threadId = computed(() => idsIn(path.value, THREAD)?.thread ?? null);
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
    this.attaching = new Attaching(client, signal(true));
    this.thread = new ThreadModel(client, undefined, this.attaching);
    this.home = new Home(client, this.ticks, this.accountId);
  }

  get client(): Page["client"] {
    return this.page.client;
  }

  start(): void {
    // All accounts at once, for what waits elsewhere; then the one that is shown.
    void this.client.run({ type: "thread.list", limit: 200 });
    void this.home.load();
    this.threadId.subscribe((id) => {
      this.thread.show(id);
      if (id !== this.toWrite) this.toWrite = undefined;
    });
    effect(() => {
      const accountId = this.accountId.value;
      const state = listed.value;
      this.lists.show({ ...this.lists.query.peek(), state, accountId, search: sought() });
    });
    // A link from a mail may lead to a thread of another account of theirs.
    computed(() => {
      const id = this.threadId.value;
      return id === null ? undefined : this.client.state.value.rows.get(id)?.account.id;
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
