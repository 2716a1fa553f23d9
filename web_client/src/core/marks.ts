// Telling the server what was seen and what has arrived. Knows what has been told already, and waits a moment to tell
// several at once. Refuses to judge whether something was seen: the stream does, which knows focus and view (RD-4).

import type { Api } from "./api.ts";
import { type Id, POSITIONS_MAX, type Seq } from "./protocol.gen.ts";
import type { ReadTo } from "./seen.ts";
import type { State } from "./state.ts";

const TELL_AFTER_MS = 250;

export class Marks {
  readonly #read = new Map<Id, ReadTo>();
  readonly #readWaiting = new Map<Id, ReadTo>();
  readonly #delivered = new Map<Id, Seq>();
  readonly #deliveredWaiting = new Map<Id, Seq>();
  readonly #underWay = new Set<Promise<unknown>>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Api,
    /** Whether this is a client of staff, who read notes too. */
    private readonly staff: () => boolean,
  ) {}

  /** Everything up to here was seen. True if that is news. */
  seen(threadId: Id, to: ReadTo): boolean {
    const told = this.#read.get(threadId);
    if (told !== undefined && to.seq <= told.seq && to.notes <= told.notes) return false;
    const further = {
      seq: Math.max(to.seq, told?.seq ?? 0),
      notes: Math.max(to.notes, told?.notes ?? 0),
    };
    this.#read.set(threadId, further);
    this.#readWaiting.set(threadId, further);
    this.#soon();
    return true;
  }

  /** The thread is opened, and read up to `read`: further back than was told, if it was marked as unread (RD-9). */
  look(threadId: Id, read: Seq): void {
    if (read < (this.#read.get(threadId)?.seq ?? 0)) this.#read.delete(threadId);
  }

  /** Look what has arrived since; contacts' clients say so (RD-4). */
  arrived(before: State, after: State): void {
    if (after.me?.person.side !== "contact") return;
    for (const [row] of after.rows.since(before.rows)) {
      if ((row.unread ?? 0) === 0) continue;
      if (row.head <= (this.#delivered.get(row.id) ?? 0)) continue;
      this.#delivered.set(row.id, row.head);
      this.#deliveredWaiting.set(row.id, row.head);
      this.#soon();
    }
  }

  /** The connection is back: what could not be told is told now. */
  again(): void {
    if (this.#readWaiting.size + this.#deliveredWaiting.size > 0) this.#soon();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.tell();
    }, TELL_AFTER_MS);
  }

  /** Tell what waits. `leaving`: the page may be gone in a moment. */
  async tell(leaving?: boolean): Promise<void> {
    const reads = [...this.#readWaiting];
    const delivered = [...this.#deliveredWaiting].slice(0, POSITIONS_MAX);
    this.#readWaiting.clear();
    for (const [id] of delivered) this.#deliveredWaiting.delete(id);
    const told = reads.map(async ([thread_id, to]) => {
      const { seq, notes: notes_seq } = to;
      try {
        const args = this.staff() ? { thread_id, seq, notes_seq } : { thread_id, seq };
        await this.api.call("mark.read", args, leaving);
      } catch {
        // Told again after the next connect or the next message: positions only grow.
        if (!this.#readWaiting.has(thread_id)) this.#readWaiting.set(thread_id, to);
      }
    });
    if (delivered.length > 0) {
      told.push(
        this.api.call("mark.delivered", { positions: Object.fromEntries(delivered) }, leaving).then(
          () => undefined,
          () => {
            for (const [id, seq] of delivered)
              if (!this.#deliveredWaiting.has(id)) this.#deliveredWaiting.set(id, seq);
          },
        ),
      );
    }
    const all = Promise.all(told);
    this.#underWay.add(all);
    await all;
    this.#underWay.delete(all);
  }

  /** All that was seen until now has been told, or can't be at the moment: what is said next is not overtaken by it. */
  async told(): Promise<void> {
    await this.tell();
    await Promise.all(this.#underWay);
  }
}
