// Which of a browser's tabs this is, over a reload, and whether another one is still there. Knows two storages and a clock.
// What it can't know (a tab that sleeps or was killed) it takes for gone after a while: nothing may hang on that but convenience.

import { newKey } from "./keys.ts";
import { browserStorage, keysUnder } from "./shelf.ts";

const PREFIX = "chattar.tab.";
const NAME = "chattar.tab";
const BEAT_MS = 20_000;
/** Browsers let a hidden tab's clock turn once a minute. */
const SILENT_MS = 90_000;

export class BrowserTab {
  readonly id: string;

  /** `storage` is shared by all tabs, `own` is this one's; either may be missing. */
  constructor(
    private readonly storage: Storage | null,
    own: Storage | null,
    private readonly now: () => number = Date.now,
  ) {
    const kept = own?.getItem(NAME);
    // A tab that was made from another one begins with a copy of what is that one's own.
    this.id = kept && !this.#beats(kept) ? kept : newKey();
    try {
      own?.setItem(NAME, this.id);
    } catch {
      // No room: after a reload it is another tab, and takes over what this one has left.
    }
    this.beat();
    this.#sweep();
  }

  /** Another tab is there. Of this one it says no: what is its own it has already. */
  others(id: string): boolean {
    return id !== this.id && this.#beats(id);
  }

  /** Say that it is there. */
  beat(): void {
    try {
      this.storage?.setItem(PREFIX + this.id, String(this.now()));
    } catch {
      // No room: others take it for gone.
    }
  }

  /** It goes, or is put aside. */
  leave(): void {
    this.storage?.removeItem(PREFIX + this.id);
  }

  /** Who was killed didn't say that it goes. One that only slept says with its next beat that it is there. */
  #sweep(): void {
    for (const id of keysUnder(this.storage, PREFIX))
      if (!this.#beats(id)) this.storage?.removeItem(PREFIX + id);
  }

  #beats(id: string): boolean {
    const at = Number(this.storage?.getItem(PREFIX + id) ?? Number.NaN);
    return this.now() - at < SILENT_MS;
  }
}

let here: BrowserTab | undefined;

/** The tab that this page stands in. */
export function thisTab(): BrowserTab {
  if (here) return here;
  const tab = new BrowserTab(browserStorage(), ownStorage());
  here = tab;
  if (typeof document === "undefined") return tab;
  setInterval(() => tab.beat(), BEAT_MS);
  addEventListener("pagehide", () => tab.leave());
  addEventListener("pageshow", () => tab.beat());
  return tab;
}

function ownStorage(): Storage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // a frame of a foreign page may not even look at it
  }
}
