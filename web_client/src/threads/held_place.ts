// Where the chat that was chosen stands in its list: where it stood when it was chosen, whatever happens to it or to the others,
// until another is chosen. Once it is left, news of its own take it to the top again. Refuses to know how rows are ordered.

import type { Id, Thread } from "../core/protocol.gen.ts";
import { backAt, turn } from "./order.ts";

interface Held {
  readonly id: Id;
  readonly at: number;
  /** When it last came to the top, as far as its reader has seen. */
  readonly lifted: number;
}

export class HeldPlace {
  #held: Held | undefined;
  #shown: readonly Thread[] = [];
  #list = "";

  /** A list's rows, which are in order, with the held one at its place. `list` names it: in another it has no place yet. */
  keep(rows: readonly Thread[], chosen: Id | null, list: string): readonly Thread[] {
    if (list !== this.#list) {
      this.#list = list;
      this.#held = undefined;
      this.#shown = rows;
    }
    const id = chosen ?? this.#held?.id;
    const row = rows.find((one) => one.id === id);
    const at = this.#held?.id === id ? this.#held?.at : this.#shown.findIndex((one) => one.id === id);
    this.#shown = rows;
    const lifted = row ? Math.max(turn(row), backAt(row)) : 0;
    if (row === undefined || (chosen === null && lifted > (this.#held?.lifted ?? 0))) {
      this.#held = undefined;
      return rows;
    }
    // One that has only come now stands where it belongs.
    const place = at === undefined || at < 0 ? rows.indexOf(row) : at;
    this.#held = { id: row.id, at: place, lifted };
    const others = rows.filter((one) => one !== row);
    this.#shown = [...others.slice(0, place), row, ...others.slice(place)];
    return this.#shown;
  }
}
