// What a person has begun to write, per thread, with its mode; kept over a reload until it is sent.

import { signal } from "@preact/signals-core";
import { saysNothing } from "./blank.ts";
import type { Body, Id } from "./protocol.gen.ts";
import { isRecord, type Shelf, shelf } from "./shelf.ts";
import { plainText } from "./threads.ts";

const LIMITS = { items_max: 200, item_characters_max: 200_000 };
const WRITE_AFTER_MS = 300;

export interface Draft {
  readonly body: Body | null;
  readonly internal: boolean;
  readonly quoted?: Id;
}
interface KeptDraft extends Draft {
  readonly at: number;
}

function isDraft(value: unknown): value is KeptDraft {
  return (
    isRecord(value) && typeof value.internal === "boolean" && (value.body === null || isRecord(value.body))
  );
}

export class Drafts {
  readonly #shelf: Shelf<KeptDraft>;
  readonly #waiting = new Map<Id, Draft>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Threads in which something is begun; changes only when one comes or goes. */
  readonly begun = signal<ReadonlySet<Id>>(new Set());

  constructor(storage: Storage | null, personId: string) {
    this.#shelf = shelf(storage, `chattar.draft.${personId}.`, LIMITS, isDraft);
    this.begun.value = new Set(this.#shelf.entries().flatMap(([id, draft]) => (isEmpty(draft) ? [] : [id])));
    globalThis.addEventListener?.("pagehide", () => this.flush());
  }

  get(threadId: Id): Draft {
    return this.#waiting.get(threadId) ?? this.#shelf.get(threadId) ?? { body: null, internal: false };
  }

  /** Keep a draft; an empty one is forgotten, except for its mode while the page lives. */
  put(threadId: Id, draft: Draft): void {
    this.#waiting.set(threadId, draft);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), WRITE_AFTER_MS);
    const begun = !isEmpty(draft);
    if (begun === this.begun.value.has(threadId)) return;
    const others = [...this.begun.value].filter((id) => id !== threadId);
    this.begun.value = new Set(begun ? [...others, threadId] : others);
  }

  /** Write down what waits: before the page goes. */
  flush(): void {
    clearTimeout(this.#timer);
    for (const [id, draft] of this.#waiting) {
      if (isEmpty(draft) && !draft.internal) this.#shelf.delete(id);
      else if (!this.#keep(id, draft)) this.#makeRoom(id, draft);
    }
    this.#waiting.clear();
  }

  #keep(id: Id, draft: Draft): boolean {
    return this.#shelf.put(id, { ...draft, at: Date.now() });
  }

  /** The oldest drafts give way to the one being written. */
  #makeRoom(id: Id, draft: Draft): void {
    const oldest = this.#shelf
      .entries()
      .sort((a, b) => a[1].at - b[1].at)
      .slice(0, 10);
    for (const [other] of oldest) this.#shelf.delete(other);
    this.#keep(id, draft);
  }
}

function isEmpty(draft: Draft): boolean {
  return draft.body === null || saysNothing(plainText(draft.body));
}
