// How a page has the words of documents: as a command, with which whoever has no cookie has them too.

import type { Id, Reading } from "../core/protocol.gen.ts";

export type Read = (id: Id) => Promise<Reading>;
let bring: Read | undefined;

export function readBy(by: Read): void {
  bring = by;
}

export const wordsOf = (): Read | undefined => bring;
