// One connection that stays: connects, says hello, hands frames on, and connects again by the rules of the close codes.
// Knows when a connection is dead (nothing heard for too long) and how to find out at once (a probe, after sleep).
// Refuses to know what frames mean, apart from `live`.

import { afterClose, DRAIN_SPREAD_MS, waitMs } from "./backoff.ts";
import {
  CLOSE_TOO_LONG,
  type ClientFrame,
  JSON_SUBPROTOCOL,
  PULSE_INTERVAL_S,
  type ServerFrame,
} from "./protocol.gen.ts";

/** Nothing heard for so long means that nobody is there: twice the pulse, and a little. */
export const SILENCE_MS = PULSE_INTERVAL_S * 2_000 + 10_000;
/** A connection that hasn't become live by then is given up. */
export const CONNECT_MS = 15_000;
const WATCH_MS = 5_000;
/** Heard of so recently that asking at once would prove nothing. */
const FRESH_MS = 1_000;
const PROBE_MS = 3_000;

export type LinkState =
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "live" }
  | { readonly kind: "waiting"; readonly attempt: number }
  | { readonly kind: "ended"; readonly code: number };

export interface LinkOptions {
  readonly url: string;
  /** The first frame; made anew for each connection, because positions and identities change. */
  readonly hello: () => ClientFrame | Promise<ClientFrame>;
  readonly onFrame: (frame: ServerFrame) => void;
  readonly onState: (state: LinkState) => void;
  /** The server has closed for a frame too long: the same again would end the same way. Told before `onState`. */
  readonly onTooLong?: () => void;
  readonly makeSocket?: (url: string, protocol: string) => WebSocket;
  readonly random?: () => number;
}

/** The link. `state` is where it is; every change of it is told to `onState`. */
export class Link {
  #state: LinkState = { kind: "waiting", attempt: 0 };
  #socket: WebSocket | null = null;
  #heardAt = 0;
  #watchedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #probe: ReturnType<typeof setTimeout> | undefined;
  /** Failed connections since the last one that was live. */
  #failures = 0;

  constructor(private readonly options: LinkOptions) {}

  get state(): LinkState {
    return this.#state;
  }

  /** Begin, or connect now instead of after the wait. Does nothing while a connection stands or is being made. */
  connect(): void {
    if (this.#socket !== null) return;
    clearTimeout(this.#timer);
    this.#watch ??= setInterval(() => this.#check(), WATCH_MS);
    this.#open();
  }

  /** End for good; `connect` begins again. */
  stop(): void {
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    this.#watch = undefined;
    this.#leave(1000);
    this.#failures = 0;
  }

  /** End for good, as if the server had closed with this code. */
  end(code: number): void {
    this.stop();
    this.#become({ kind: "ended", code });
  }

  /** Send a frame. False if the connection isn't live: nothing was sent. */
  send(frame: ClientFrame): boolean {
    if (this.#state.kind !== "live" || this.#socket?.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /**
   * Something changed outside (woke up, network came or went, page shown): make sure that the connection is alive.
   * `ask` must make the server say something.
   */
  wake(ask: () => void): void {
    if (this.#state.kind === "ended" || this.#watch === undefined) return;
    if (this.#socket === null) {
      this.connect();
      return;
    }
    const before = this.#heardAt;
    const silent = Date.now() - before;
    const live = this.#state.kind === "live";
    if (live && silent > SILENCE_MS) {
      this.#again("dead");
      return;
    }
    // Heard of a moment ago, which says nothing about now: ask in a moment. What is just being made can't be asked,
    // but has to say something of its own accord.
    const fresh = silent < FRESH_MS;
    const asked = live && !fresh;
    if (asked) ask();
    clearTimeout(this.#probe);
    this.#probe = setTimeout(
      () => {
        if (!fresh && this.#heardAt === before) this.#again("dead");
        else if (!asked) this.wake(ask);
      },
      fresh ? FRESH_MS : PROBE_MS,
    );
  }

  #open(): void {
    this.#heardAt = this.#watchedAt = Date.now();
    this.#become({ kind: "connecting", attempt: this.#failures });
    const make = this.options.makeSocket ?? ((url, protocol) => new WebSocket(url, protocol));
    let socket: WebSocket;
    try {
      socket = make(this.options.url, JSON_SUBPROTOCOL);
    } catch {
      // Refused by a policy of the browser or its surroundings: as good as unreachable.
      this.#again("failed");
      return;
    }
    this.#socket = socket;
    socket.onopen = () => void this.#greet(socket);
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#heard(String(message.data));
    };
    socket.onclose = (close) => {
      if (socket === this.#socket) this.#closed(close.code);
    };
  }

  async #greet(socket: WebSocket): Promise<void> {
    try {
      const frame = await this.options.hello();
      if (socket === this.#socket && socket.readyState === 1) socket.send(JSON.stringify(frame));
    } catch {
      if (socket === this.#socket) this.#again("failed"); // the page had no identity to give: ask it again later
    }
  }

  #heard(data: string): void {
    this.#heardAt = Date.now();
    const frame = JSON.parse(data) as ServerFrame;
    if (frame.type === "live") {
      this.#failures = 0;
      this.#become({ kind: "live" });
    }
    this.options.onFrame(frame);
  }

  #closed(code: number): void {
    this.#socket = null;
    if (code === CLOSE_TOO_LONG) this.options.onTooLong?.();
    const next = afterClose(code);
    if (next === "ended") this.end(code);
    else this.#again(next === "spread" ? "spread" : "failed");
  }

  #again(why: "dead" | "failed" | "spread"): void {
    const random = this.options.random ?? Math.random;
    this.#leave(4000);
    this.#failures += 1;
    const wait =
      why === "dead" ? 0 : why === "spread" ? random() * DRAIN_SPREAD_MS : waitMs(this.#failures, random());
    this.#become({ kind: "waiting", attempt: this.#failures });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#open(), wait);
  }

  /** Let go of the socket without waiting for its closing handshake, which a dead network never finishes. */
  #leave(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#probe);
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
  }

  #check(): void {
    const now = Date.now();
    const slept = now - this.#watchedAt > WATCH_MS * 3;
    this.#watchedAt = now;
    if (this.#socket === null) {
      if (slept && this.#state.kind === "waiting") this.connect();
      return;
    }
    const silent = now - this.#heardAt;
    if (silent > (this.#state.kind === "live" ? SILENCE_MS : CONNECT_MS))
      this.#again(slept ? "dead" : "failed");
  }

  #become(state: LinkState): void {
    this.#state = state;
    this.options.onState(state);
  }
}
