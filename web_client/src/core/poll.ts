// Where sockets are impossible (a proxy that forbids them): the same state by asking now and then over HTTP (RT-3).
// Knows when to give sockets up for the while and what to ask. The reducer is told the same things as by a socket.

import { insist } from "./api.ts";
import type { Client } from "./client.ts";
import type { Me } from "./protocol.gen.ts";
import { ownStreams } from "./state.ts";

export const POLL_EVERY_MS = 5_000;

export class Poller {
  #timer: ReturnType<typeof setInterval> | undefined;
  #live = false;
  #busy = false;

  constructor(private readonly client: Client) {
    client.link.subscribe((link) => {
      // Sockets are still tried behind it.
      if (link.kind === "waiting") this.#start();
      if (link.kind === "live" || link.kind === "ended") this.#stop();
    });
  }

  #start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#round(), POLL_EVERY_MS);
    void this.#round();
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#live = false;
  }

  async #round(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (this.#live) await this.#ask();
      else await this.#begin();
    } catch {
      // HTTP is away as well: simply offline.
      if (this.#live) this.client.dispatch({ type: "disconnected" });
      this.#live = false;
      this.client.polling.value = false;
    } finally {
      this.#busy = false;
    }
  }

  /** What `hello` would have brought. */
  async #begin(): Promise<void> {
    const me: Me = await this.client.api.call("me.read", {});
    const heads: Record<string, number> = {};
    for (const stream of ownStreams(me)) {
      if (this.client.state.value.streams.get(stream) !== undefined) continue;
      const page = this.client.api.call("stream.read", { stream, before: Number.MAX_SAFE_INTEGER, limit: 1 });
      heads[stream] = (await page).head;
    }
    if (this.#timer === undefined) return;
    this.#live = true;
    this.client.polling.value = true;
    const epoch = this.client.state.value.epoch ?? "";
    this.client.dispatch({
      type: "frame",
      frame: { type: "welcome", session: "", me, at: Date.now(), epoch, heads },
    });
    this.client.dispatch({ type: "frame", frame: { type: "live" } });
  }

  async #ask(): Promise<void> {
    const { me, rows, opened, streams } = this.client.state.value;
    const since = rows.values().reduce((latest, row) => Math.max(latest, row.updated_at), 0);
    await insist(() => this.client.api.call("me.read", {}), { times: 1 });
    await this.client.run({ type: "thread.list", since: Math.max(0, since - 5_000), limit: 200 });
    for (const id of Object.keys(opened))
      await this.client.run({ type: "thread.open", thread_id: id, limit: 1 });
    for (const stream of me === null ? [] : ownStreams(me)) {
      const after = streams.get(stream)?.position;
      if (after !== undefined && after !== null)
        await this.client.run({ type: "stream.read", stream, after });
    }
  }
}
