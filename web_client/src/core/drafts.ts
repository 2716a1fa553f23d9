// What a person has begun to write, per thread and tab, with its mode and its files; kept over a reload until it is sent. A tab
// writes what is its own and no other's; what a tab has left that is gone, the next takes over that opens its thread.

import { signal } from "@preact/signals-core";
import { saysNothing } from "./blank.ts";
import type { Body, Id } from "./protocol.gen.ts";
import { isRecord, putOverOldest, type Shelf, shelf } from "./shelf.ts";
import { type BrowserTab, thisTab } from "./tabs.ts";
import { plainText } from "./threads.ts";

const LIMITS = { items_max: 200, item_characters_max: 200_000 };
const WRITE_AFTER_MS = 300;
const BETWEEN = "~";

/** A file that goes with what is written: a document already, or brought and still to be saved as one. */
export interface DraftFile {
  readonly key: string;
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly document_id?: Id;
  readonly upload_id?: Id;
  /** It is in a folder that contacts don't see. */
  readonly hidden?: boolean;
}

/** What is written, and how. */
export interface Writing {
  readonly body: Body | null;
  readonly internal: boolean;
  readonly quoted?: Id;
}

export interface Draft extends Writing {
  readonly files?: readonly DraftFile[];
}
const NOTHING: Draft = { body: null, internal: false };

interface KeptDraft extends Draft {
  readonly at: number;
}

function isDraft(value: unknown): value is KeptDraft {
  return (
    isRecord(value) &&
    typeof value.internal === "boolean" &&
    (value.body === null || isRecord(value.body)) &&
    (value.files === undefined || Array.isArray(value.files))
  );
}

export class Drafts {
  readonly #shelf: Shelf<KeptDraft>;
  readonly #waiting = new Map<Id, Draft>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Threads in which something is begun; changes only when one comes or goes. */
  readonly begun = signal<ReadonlySet<Id>>(new Set());

  constructor(
    storage: Storage | null,
    personId: string,
    private readonly tab: BrowserTab = thisTab(),
  ) {
    this.#shelf = shelf(storage, `chattar.draft.${personId}.`, LIMITS, isDraft);
    this.begun.value = new Set(
      this.#shelf.entries().flatMap(([key, draft]) => (isEmpty(draft) ? [] : [partsOf(key).threadId])),
    );
    globalThis.addEventListener?.("pagehide", () => this.flush());
  }

  get(threadId: Id): Draft {
    return this.#waiting.get(threadId) ?? this.#shelf.get(this.#own(threadId)) ?? NOTHING;
  }

  /** A thread is opened here: where nothing is begun in this tab, what the last one has left that is gone is carried on. */
  open(threadId: Id): void {
    if (!isEmpty(this.get(threadId))) return;
    const [left] = this.#shelf
      .entries()
      .filter(([key, draft]) => !isEmpty(draft) && this.#isLeft(key, threadId))
      .sort((a, b) => b[1].at - a[1].at);
    if (left === undefined) return;
    const [key, draft] = left;
    this.#shelf.delete(key);
    this.#waiting.delete(threadId);
    this.#shelf.put(this.#own(threadId), draft);
  }

  /** Keep what is written, beside the files; an empty draft is forgotten, except for its mode while the page lives. */
  put(threadId: Id, writing: Writing): void {
    const { files } = this.get(threadId);
    this.#put(threadId, files ? { ...writing, files } : writing);
  }

  /** Keep the files, beside what is written. */
  attach(threadId: Id, files: readonly DraftFile[]): void {
    const { files: _, ...writing } = this.get(threadId);
    this.#put(threadId, files.length > 0 ? { ...writing, files } : writing);
  }

  #put(threadId: Id, draft: Draft): void {
    this.#waiting.set(threadId, draft);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), WRITE_AFTER_MS);
    const empty = isEmpty(draft);
    if (!empty && this.begun.value.has(threadId)) return;
    const begun = !empty || this.#elsewhere(threadId);
    if (begun === this.begun.value.has(threadId)) return;
    const others = [...this.begun.value].filter((id) => id !== threadId);
    this.begun.value = new Set(begun ? [...others, threadId] : others);
  }

  /** Write down what waits: before the page goes. */
  flush(): void {
    clearTimeout(this.#timer);
    for (const [id, draft] of this.#waiting) {
      if (isEmpty(draft) && !draft.internal) this.#shelf.delete(this.#own(id));
      else putOverOldest(this.#shelf, this.#own(id), { ...draft, at: Date.now() });
    }
    this.#waiting.clear();
  }

  #own(threadId: Id): string {
    return threadId + BETWEEN + this.tab.id;
  }

  /** Of this thread, and of a tab that is gone. */
  #isLeft(key: string, threadId: Id): boolean {
    const parts = partsOf(key);
    return parts.threadId === threadId && parts.tab !== this.tab.id && !this.tab.others(parts.tab);
  }

  /** Something is begun in the thread by another tab, or was left by one. */
  #elsewhere(threadId: Id): boolean {
    const own = this.#own(threadId);
    return this.#shelf
      .entries()
      .some(([key, draft]) => key !== own && partsOf(key).threadId === threadId && !isEmpty(draft));
  }
}

function partsOf(key: string): { readonly threadId: Id; readonly tab: string } {
  const [threadId = "", tab = ""] = key.split(BETWEEN);
  return { threadId, tab };
}

function isEmpty(draft: Draft): boolean {
  if (draft.files?.length) return false;
  return draft.body === null || saysNothing(plainText(draft.body));
}
