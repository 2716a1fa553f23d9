// One idea of a text that is looked for, the server's (protocol/texts.py): without case and without the marks that a keyboard
// may lack; every typed word begins a word of what is found, in whatever order. Pure.

/** What Unicode doesn't take apart although people type it so. */
const LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  ø: "o",
  œ: "oe",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  ı: "i",
};

/** As it is compared: "asa" is "Åsa", "strasse" is "Straße", and "oscar" isn't "Oskar". */
export function fold(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[ßæøœłđðþı]/g, (letter) => LETTERS[letter] ?? letter);
}

/** The folded words, and runs of signs: somebody may be called nothing else. */
function wordsOf(text: string): string[] {
  return fold(text).match(/[\p{L}\p{N}]+|[^\p{L}\p{N}\s]+/gu) ?? [];
}

/** Whether each word of `query` begins a word of the text. An empty query matches all. */
export function matches(text: string, query: string): boolean {
  const words = wordsOf(text);
  return wordsOf(query).every((typed) => words.some((word) => word.startsWith(typed)));
}
