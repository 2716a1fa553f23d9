// What documents are called and how long they are, as far as this reader may see them now (DC-8). Streams say ids alone, and
// by `document.changed` that there is something else to know of one: then it is asked for again, and until the answer comes
// nothing that was known before is shown. Refuses to know who may see what: what the answer leaves out is not for the reader.

import { type ReadonlySignal, signal } from "@preact/signals";
import type { Document, DocumentsSeen, Id, StreamEvent } from "../core/protocol.gen.ts";
import type { OpenThread } from "../core/state.ts";

/** Of one question. */
const ASKED_MAX = 100;

interface Known {
  /** How often a stream had said that there is something else to know. */
  readonly changes: number;
  /** `null`: deleted, or not for this reader; `false`: not before a virus scanner has found it clean. Absent while it is
   *  asked for. */
  readonly document?: Document | null | false;
}

export type Ask = (ids: readonly Id[]) => Promise<DocumentsSeen>;

/** The documents that the loaded messages of a thread carry, and those of `unsent` that aren't in it yet, each with how often
 *  it was told of since. */
export function carriedBy(thread: OpenThread, unsent: readonly Id[] = []): Map<Id, number> {
  const found = new Map<Id, number>(unsent.map((id) => [id, 0]));
  const all: readonly StreamEvent[] = [...thread.items, ...thread.notes];
  for (const { event } of all)
    if (event.type === "message.sent") for (const id of event.attachments ?? []) found.set(id, 0);
  for (const { event } of all)
    if (event.type === "document.changed") {
      const before = found.get(event.document_id);
      if (before !== undefined) found.set(event.document_id, before + 1);
    }
  return found;
}

export class KnownDocuments {
  readonly #known = signal<ReadonlyMap<Id, Known>>(new Map());

  constructor(private readonly ask: Ask) {}

  get all(): ReadonlySignal<ReadonlyMap<Id, Known>> {
    return this.#known;
  }

  /** What is known of one: `undefined` while it is asked for, `null` where there is nothing for this reader, `false` where
   *  there may be once a virus scanner has found it clean. */
  of(id: Id): Document | null | false | undefined {
    return this.#known.value.get(id)?.document;
  }

  /** The answer of a command was this document, as it is now. */
  learn(document: Document): void {
    this.#put([[document.id, { changes: this.#known.peek().get(document.id)?.changes ?? 0, document }]]);
  }

  /** These are shown: what isn't known of them as it is now is asked for. */
  async want(carried: ReadonlyMap<Id, number>): Promise<void> {
    const known = this.#known.peek();
    const wanted = [...carried].filter(([id, changes]) => known.get(id)?.changes !== changes);
    if (wanted.length === 0) return;
    this.#put(wanted.map(([id, changes]) => [id, { changes }]));
    for (let start = 0; start < wanted.length; start += ASKED_MAX)
      await this.#bring(wanted.slice(start, start + ASKED_MAX));
  }

  async #bring(wanted: readonly (readonly [Id, number])[]): Promise<void> {
    const found = await this.ask(wanted.map(([id]) => id)).catch(() => undefined);
    const still = wanted.filter(([id, changes]) => this.#known.peek().get(id)?.changes === changes);
    if (!found) {
      // It is asked for again when the thread changes next, or is opened again.
      this.#put(still.map(([id]) => [id, { changes: -1 }]));
      return;
    }
    const answered = (id: Id): Document | null | false =>
      found.documents.find((one) => one.id === id) ?? (!found.held?.includes(id) && null);
    this.#put(still.map(([id, changes]) => [id, { changes, document: answered(id) }]));
  }

  #put(entries: readonly (readonly [Id, Known])[]): void {
    this.#known.value = new Map([...this.#known.peek(), ...entries]);
  }
}
