// What shortcodes are called in the menu, in every language that there is: whoever looks for one may think of it in another
// language than the page's. Only the menu, which is fetched, imports it. Adding a language is adding its file.

import { language } from "../i18n/index.ts";
import type { Code } from "./codes.ts";

export type Labels = Readonly<Record<Code, string>>;

const files = import.meta.glob<{ readonly default: Labels }>("../i18n/[a-z][a-z].codes.ts", { eager: true });

const byLanguage: ReadonlyMap<string, Labels> = new Map(
  Object.entries(files).map(([path, file]) => [path.slice(-"xx.codes.ts".length).slice(0, 2), file.default]),
);

/** In the reader's language. */
export function labelOf(code: Code): string {
  return (byLanguage.get(language.value) ?? byLanguage.get("en"))?.[code] ?? code;
}

/** All that it may be looked for by; the reader's language first. */
export function wordsOf(code: Code): string {
  const others = [...byLanguage.values()].map((labels) => labels[code]);
  return [labelOf(code), ...others, code.replaceAll("_", " ")].join(" ");
}
