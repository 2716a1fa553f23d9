// What a person has begun to write as a new chat, kept over a reload and a closed tab until it is created or discarded: under their
// own id, so that nobody else in this browser sees it. Each form has a draft of its own; while it stands, no other tab takes it.
// Knows storage and locks. Refuses to know what is drawn, and who may be written to.

import { saysNothing } from "./blank.ts";
import type { DraftFile } from "./drafts.ts";
import { newKey } from "./keys.ts";
import type { AfterLast, Body, ClientKey, Id } from "./protocol.gen.ts";
import { isRecord, putOverOldest, type Shelf, type ShelfLimits, shelf } from "./shelf.ts";
import { plainText } from "./threads.ts";

const LIMITS: ShelfLimits = { items_max: 50, item_characters_max: 200_000 };
const WRITE_AFTER_MS = 300;

/** What stands in the form. */
export interface ChatWriting {
  readonly accountId?: Id;
  readonly templateId?: Id;
  readonly subject: string;
  readonly body: Body | null;
  readonly tasks: readonly string[];
  /** Absent where nobody has changed what it begins with. */
  readonly reminder?: {
    readonly enabled: boolean;
    readonly days: number;
    readonly number: number;
    readonly after_last?: AfterLast;
  };
}

interface Kept extends ChatWriting {
  readonly files: readonly DraftFile[];
  /** Of what it creates: a try before the reload may have got through (P2). */
  readonly key: ClientKey;
  /** When it was written last, by this browser's clock. */
  readonly at: number;
}

function isKept(value: unknown): value is Kept {
  return (
    isRecord(value) &&
    typeof value.subject === "string" &&
    typeof value.key === "string" &&
    typeof value.at === "number" &&
    (value.body === null || isRecord(value.body)) &&
    Array.isArray(value.tasks) &&
    Array.isArray(value.files)
  );
}

type Locks = Pick<LockManager, "request">;

export class BegunChats {
  readonly #shelf: Shelf<Kept>;
  readonly #lock: string;

  /** `accountId`: only those for this account, where the form can't choose another. */
  constructor(
    storage: Storage | null,
    personId: Id,
    accountId?: Id,
    private readonly locks: Locks | null = globalThis.navigator?.locks ?? null,
  ) {
    this.#lock = `chattar.new.${personId}.${accountId === undefined ? "" : `${accountId}.`}`;
    this.#shelf = shelf(storage, this.#lock, LIMITS, isKept);
  }

  /** Something is begun, in this tab or in another. */
  get any(): boolean {
    return this.#shelf.entries().length > 0;
  }

  /** The one that was written last and stands in no form; else a new one. */
  async take(): Promise<BegunChat> {
    const newest = this.#shelf.entries().sort((a, b) => b[1].at - a[1].at);
    for (const [id, kept] of newest) {
      if (this.locks === null) return this.#moved(id, kept);
      const release = await this.#hold(id);
      if (release === undefined) continue;
      // As it is now: its form may have been left between the two.
      const now = this.#shelf.get(id);
      if (now !== undefined) return this.#draft(id, now, release);
      release();
    }
    return this.fresh();
  }

  /** A new one, beside those that are begun. */
  async fresh(): Promise<BegunChat> {
    const id = newKey();
    return this.#draft(id, undefined, await this.#hold(id));
  }

  /** Without locks nobody knows whether another form has it, too: each goes on with one of its own then. */
  #moved(id: string, kept: Kept): BegunChat {
    const own = newKey();
    this.#shelf.delete(id);
    this.#shelf.put(own, kept);
    return this.#draft(own, kept);
  }

  #draft(id: string, kept: Kept | undefined, release: () => void = () => undefined): BegunChat {
    return new BegunChat(this.#shelf, id, kept, release);
  }

  /** Resolves to what gives it back; to undefined while another form has it. */
  #hold(id: string): Promise<(() => void) | undefined> {
    const { locks } = this;
    if (locks === null) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const held = (lock: Lock | null): Promise<void> | undefined => {
        if (lock !== null) return new Promise((release) => resolve(release));
        resolve(undefined);
        return undefined;
      };
      // Refused in a frame of a foreign page, where nothing is kept either.
      locks.request(this.#lock + id, { ifAvailable: true }, held).catch(() => resolve(undefined));
    });
  }
}

/** One form's. */
export class BegunChat {
  #now: Kept;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #over = false;
  readonly #leave = (): void => this.flush();

  constructor(
    private readonly shelf: Shelf<Kept>,
    private readonly id: string,
    /** What was kept of it. */
    readonly kept: (ChatWriting & { readonly files: readonly DraftFile[] }) | undefined,
    private readonly release: () => void,
  ) {
    const nothing = { subject: "", body: null, tasks: [], files: [], key: newKey(), at: 0 };
    this.#now = { ...nothing, ...kept };
    globalThis.addEventListener?.("pagehide", this.#leave);
  }

  /** What it is created by. */
  get key(): ClientKey {
    return this.#now.key;
  }

  /** The key stands for something else that was written before: from now on it has another. */
  renew(): void {
    this.#put({ key: newKey() });
  }

  /** Keep what is written, beside the files. */
  put(writing: ChatWriting): void {
    const { files, key, at } = this.#now;
    this.#now = { ...writing, files, key, at };
    this.#put({});
  }

  /** Keep the files, beside what is written. */
  attach(files: readonly DraftFile[]): void {
    this.#put({ files });
  }

  /** Write down what waits: before the page goes. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (isEmpty(this.#now)) this.shelf.delete(this.id);
    else putOverOldest(this.shelf, this.id, this.#now);
  }

  /** It was created, or is to be forgotten. */
  end(): void {
    this.#over = true;
    this.#stop();
    this.shelf.delete(this.id);
    this.release();
  }

  /** Its form is gone, and what was written stays. */
  close(): void {
    this.flush();
    this.#stop();
    this.release();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    globalThis.removeEventListener?.("pagehide", this.#leave);
  }

  #put(change: Partial<Kept>): void {
    if (this.#over) return;
    this.#now = { ...this.#now, ...change, at: Date.now() };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), WRITE_AFTER_MS);
  }
}

function isEmpty({ accountId, templateId, subject, body, tasks, reminder, files }: Kept): boolean {
  if (accountId !== undefined || templateId !== undefined || reminder !== undefined) return false;
  if (tasks.length > 0 || files.length > 0) return false;
  return saysNothing(subject) && (body === null || saysNothing(plainText(body)));
}
