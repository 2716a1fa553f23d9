// What people have written inside a sentence of ours keeps its direction to itself (Unicode Standard Annex 9): a name in
// Hebrew doesn't turn the words after it, and marks that turn text have no power beyond the name.

const TURNS =
  /[\u0590-\u08ff\u200e\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const MARKS = /[\u202a-\u202e\u2066-\u2069]/g;
const [FIRST_STRONG_ISOLATE, POP] = ["\u2068", "\u2069"];

/** The value as it stands in a sentence; what turns nothing stays as it is. */
export function isolated(value: string): string {
  return TURNS.test(value) ? FIRST_STRONG_ISOLATE + value.replace(MARKS, "") + POP : value;
}
