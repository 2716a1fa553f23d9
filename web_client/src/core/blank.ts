// What somebody typed, as the server takes it: text of which nothing can be seen is refused (protocol/blank.py, a test
// compares), and so are control characters and halves of characters, which come in by pasting and by careless editing.

const UNSEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\u2800]*$/u;
const LINE_ENDS = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** Nothing of the text can be seen, or it is empty. */
export function saysNothing(text: string): boolean {
  return UNSEEN.test(text);
}

/** The text's lines, without what can't be sent. */
export function linesOf(text: string): string[] {
  return text
    .split(LINE_ENDS)
    .map((line) => line.replace(/[^\P{Cc}\t]/gu, "").replace(/\p{Surrogate}/gu, "\ufffd"));
}

/** The text on one line: a subject, a task, a search. */
export function oneLine(text: string): string {
  return linesOf(text).join(" ").trim();
}
