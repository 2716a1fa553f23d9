// Messages that are not in the log yet, kept over a reload and shared between the tabs of one browser: under their
// author's id, so that whoever logs in next neither sees nor sends them, and past a log-out, which may happen in another tab.
// Knows storage and locks: a message is sent by one tab at a time (and once for good, by its key, P2). Refuses to know
// how it is sent and when it is given up: that is the reducer's.

import { isRecord, type Shelf, shelf } from "./shelf.ts";
import type { Pending } from "./state.ts";

export const KEPT_MESSAGES_MAX = 100;
const LIMITS = { items_max: KEPT_MESSAGES_MAX, item_characters_max: 200_000 };
/** Another tab may still be about to send what it wrote so recently. */
export const ADOPT_AFTER_MS = 30_000;

export interface Kept {
  readonly message: Pending;
  /** When it was written, by this browser's clock. */
  readonly at: number;
}

function isKept(value: unknown): value is Kept {
  return (
    isRecord(value) && typeof value.at === "number" && isRecord(value.message) && isRecord(value.message.body)
  );
}

export class Outbox {
  readonly #shelf: Shelf<Kept>;
  readonly #prefix: string;
  readonly #writtenAt = new Map<string, number>();

  constructor(
    private readonly storage: Storage | null,
    personId: string,
  ) {
    this.#prefix = `chattar.out.${personId}.`;
    this.#shelf = shelf(storage, this.#prefix, LIMITS, isKept);
  }

  /** When a pending message was written. */
  writtenAt(key: string): number {
    const known = this.#writtenAt.get(key);
    if (known !== undefined) return known;
    const now = Date.now();
    this.#writtenAt.set(key, now);
    return now;
  }

  /** Make what is kept follow a change of what is pending. */
  follow(before: Readonly<Record<string, Pending>>, after: Readonly<Record<string, Pending>>): void {
    for (const [key, message] of Object.entries(after)) {
      if (before[key] === message) continue;
      if (message.state === "accepted") this.#shelf.delete(key);
      else this.#shelf.put(key, { message, at: this.writtenAt(key) });
    }
    for (const key of Object.keys(before)) {
      if (after[key] !== undefined) continue;
      this.#shelf.delete(key);
      this.#writtenAt.delete(key);
    }
  }

  /** What an earlier page or a closed tab left behind, oldest first. */
  leftBehind(known: Readonly<Record<string, Pending>>, olderThanMs = 0): Kept[] {
    const limit = Date.now() - olderThanMs;
    const kept = this.#shelf.entries().map(([, entry]) => entry);
    const left = kept.filter(
      ({ message, at }) => known[message.client_message_id] === undefined && at <= limit,
    );
    for (const { message, at } of left) this.#writtenAt.set(message.client_message_id, at);
    return left.sort((a, b) => a.at - b.at);
  }

  /** Tell when another tab is done with a message. Returns a stop function. */
  watch(onGone: (key: string) => void): () => void {
    const listener = (event: StorageEvent): void => {
      if (event.storageArea !== this.storage || event.newValue !== null) return;
      if (event.key?.startsWith(this.#prefix)) onGone(event.key.slice(this.#prefix.length));
    };
    globalThis.addEventListener?.("storage", listener);
    return () => globalThis.removeEventListener?.("storage", listener);
  }
}

/** Do it unless another tab is at it just now; then `busy`. Where there are no locks, the key alone must do (P2). */
export async function alone<T>(key: string, act: () => Promise<T>, busy: () => T): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (locks === undefined) return act();
  return locks.request(`chattar.send.${key}`, { ifAvailable: true }, (lock) =>
    lock === null ? busy() : act(),
  );
}
