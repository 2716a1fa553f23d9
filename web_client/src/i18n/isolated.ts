// What people have written inside a sentence of ours keeps its direction to itself (Unicode Standard Annex 9): a name in
// Hebrew doesn't turn the words after it, and marks that turn text have no power beyond the name.

const TURNS =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const MARKS = /[\u202a-\u202e\u2066-\u2069]/g;
const ISOLATES = /[\u2066-\u2069]/g;
/** Embeddings and overrides. */
const OTHERS = /[\u202a-\u202e]/g;
const [FIRST_STRONG_ISOLATE, POP] = ["\u2068", "\u2069"];

/** The value as it stands in a sentence; what turns nothing stays as it is. What is isolated in it already stays so. */
export function isolated(value: string): string {
  if (!TURNS.test(value)) return value;
  return FIRST_STRONG_ISOLATE + value.replace(closed(value) ? OTHERS : MARKS, "") + POP;
}

/** Each isolation in it ends in it, and none is ended that it hasn't begun. */
function closed(value: string): boolean {
  let open = 0;
  for (const [mark] of value.matchAll(ISOLATES)) {
    open += mark === POP ? -1 : 1;
    if (open < 0) return false;
  }
  return open === 0;
}
