// The visitor of a firm's page: their threads, how much is unread, and whether they were let in. Draws nothing.

import { computed, effect, type ReadonlySignal, type Signal, signal } from "@preact/signals-core";
import { insist } from "../core/api.ts";
import type { Client } from "../core/client.ts";
import type { Thread } from "../core/protocol.gen.ts";
import { byUrgency } from "../threads/order.ts";
import type { Host } from "./host.ts";

export class Visitor {
  readonly loaded: Signal<"loading" | "ready" | "failed"> = signal("loading");
  /** Active threads, as they are to be listed. */
  readonly rows: ReadonlySignal<readonly Thread[]>;
  /** Where the list goes on; undefined where all of it is here. */
  readonly next: Signal<string | undefined> = signal(undefined);

  constructor(
    readonly client: Client,
    readonly host: Host,
    /** The panel is open: only then is anything in view (RD-4). */
    readonly shown: ReadonlySignal<boolean>,
    /** The page gave no identity, or the server didn't take it. */
    readonly refused: Signal<boolean>,
  ) {
    this.rows = computed(() =>
      client.state.value.rows
        .values()
        .filter((row) => row.state === "active")
        .sort(byUrgency),
    );
    effect(() => {
      const { kind } = client.link.value;
      if (kind === "live") {
        refused.value = false;
        if (this.loaded.peek() !== "ready") void this.load();
      } else if (kind === "ended") refused.value = true;
    });
    const unread = computed(() => this.rows.value.reduce((sum, row) => sum + (row.unread ?? 0), 0));
    effect(() => host.unread(unread.value));
  }

  async load(): Promise<void> {
    try {
      await this.#page();
      this.loaded.value = "ready";
    } catch {
      if (this.loaded.value !== "ready") this.loaded.value = "failed";
    }
  }

  /** The next page of the list. What fails is asked for again by whoever wants more. */
  async more(): Promise<void> {
    await this.#page(this.next.value).catch(() => undefined);
  }

  async #page(after?: string): Promise<void> {
    const page = await insist(() =>
      this.client.api.call("thread.list", after === undefined ? {} : { after }),
    );
    this.client.dispatch({ type: "rows", threads: page.threads });
    this.next.value = page.next ?? undefined;
  }
}
