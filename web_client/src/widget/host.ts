// The panel's line to the page around it: asks who the visitor is, says how much is unread, hears when it is shown.
// Trusts nobody but its parent window, and of that only the origin that its own address names; which origins may frame
// the panel at all is the server's policy (frame-ancestors).

import { kindOf, type PageSays, type PanelSays } from "./messages.ts";

const ANSWER_MS = 10_000;

export class Host {
  #asked = 0;
  readonly #waiting = new Map<number, (identity: string | null) => void>();

  constructor(
    private readonly origin: string,
    onShown: (shown: boolean) => void,
  ) {
    addEventListener("message", ({ data, origin: from, source }) => {
      if (from !== this.origin || source !== parent || kindOf(data) === undefined) return;
      const said = data as PageSays;
      if (said.chattar === "identity") {
        this.#waiting.get(said.ask)?.(typeof said.identity === "string" ? said.identity : null);
        this.#waiting.delete(said.ask);
      } else onShown(said.chattar === "open");
    });
    this.#say({ chattar: "ready" });
  }

  /** The visitor's identity. Rejects when the page doesn't give one in time. */
  identity(): Promise<string> {
    this.#asked += 1;
    const ask = this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(ask);
        reject(new Error("the page gave no identity in time"));
      }, ANSWER_MS);
      this.#waiting.set(ask, (identity) => {
        clearTimeout(timer);
        if (identity) resolve(identity);
        else reject(new Error("the page gave no identity"));
      });
      this.#say({ chattar: "identity?", ask });
    });
  }

  unread(count: number): void {
    this.#say({ chattar: "unread", count });
  }

  close(): void {
    this.#say({ chattar: "close" });
  }

  #say(message: PanelSays): void {
    if (parent !== window) parent.postMessage(message, this.origin);
  }
}

/** The origin of the page around us, as our address names it; null for anything that isn't an origin. */
export function hostOrigin(hash: string): string | null {
  try {
    const { origin, protocol } = new URL(decodeURIComponent(hash.slice(1)));
    return protocol === "https:" || protocol === "http:" ? origin : null;
  } catch {
    return null;
  }
}
