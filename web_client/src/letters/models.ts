// What is drawn of a letter. See kit/models.ts.

import type { Delivery } from "../core/protocol.gen.ts";

/** What has become of a letter. "Handed over" is as far as anybody knows: it isn't "delivered". */
export type LetterState = Delivery["state"];

/** What became of a letter to somebody, with the mail server's own words. */
export interface FateView {
  readonly name: string;
  readonly state: LetterState;
  readonly said: string;
  /** The ids of the letters that can be tried again: this one, and where it stands for others those too. */
  readonly retry?: readonly string[];
}
