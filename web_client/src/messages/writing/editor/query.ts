// Where a mention is being typed: "@" at the start of a word, and what follows it, before the caret.
// Pure text in, span out; the plugin and the tests both use it.

export interface MentionQuery {
  /** Offset of the "@" in the text before the caret. */
  readonly start: number;
  readonly query: string;
}

/** Names have spaces, so a query may have two; then it is prose again. */
const QUERY = /(?:^|[\s(\u00a0\ufffc])@((?:[\p{L}\p{M}'’-]+ ){0,2}[\p{L}\p{M}'’-]*)$/u;

/** The mention being typed at the end of `before`, or undefined. An atom in the text counts as one character. */
export function mentionQuery(before: string): MentionQuery | undefined {
  const found = QUERY.exec(before);
  const query = found?.[1];
  if (query === undefined) return undefined;
  return { start: before.length - query.length - 1, query };
}
