// Which words stand on the screen: one current language, typed keys, plurals and placeholders.
// Knows how to fetch a language and how to fill a message. Refuses to know any text (that is in xx.ts, read by contacts and
// staff, and xx.staff.ts, the console's, beside each noun and put together here) and any date (format.ts). Adding a language
// is adding its files.

import { computed, signal } from "@preact/signals";
import type { enStaff } from "./en.staff.ts";
import type { en } from "./en.ts";
import { type Format, makeFormat } from "./format.ts";
import { isolated } from "./isolated.ts";
import type { Message, Plural, Values } from "./types.ts";

type All = typeof en & typeof enStaff;
export type Key = keyof All;
/** Keys whose message needs no values: for tables of labels. */
export type PlainKey = { [K in Key]: Values<All[K]> extends [] ? K : never }[Key];

type Texts = Readonly<Record<string, Message>>;
interface Module {
  readonly default: Texts;
}

const shared = import.meta.glob<Module>("./[a-z][a-z].ts");
const staff = import.meta.glob<Module>("./[a-z][a-z].staff.ts");

/** The languages that exist, by their files. */
export const languages: readonly string[] = Object.keys(shared).map((path) => path.slice(2, 4));

interface Current {
  readonly language: string;
  readonly texts: Texts;
  readonly plural: Intl.PluralRules;
}

const current = signal<Current>({ language: "en", texts: {}, plural: new Intl.PluralRules("en") });
const zone = signal<string | undefined>(undefined);

/** The current language's tag. Reading it in a component subscribes it. */
export const language = computed(() => current.value.language);

/** Dates and numbers in the current language and time zone. */
export const format = computed<Format>(() => makeFormat(current.value.language, zone.value));

/** The same by the reader's own clock. */
export const here = computed<Format>(() => makeFormat(current.value.language, undefined));

/** Show times of this zone: the firm's, for whoever reads (docs/decisions.md). Undefined is the browser's. */
export function setTimeZone(timeZone: string | undefined): void {
  zone.value = timeZone;
}

/** The best language that exists for what a person or their browser asks for. */
export function chooseLanguage(wanted: readonly string[]): string {
  for (const tag of wanted) {
    const short = tag.slice(0, 2).toLowerCase();
    if (languages.includes(short)) return short;
  }
  return "en";
}

/** Fetch a language and switch to it. Rejects when its files can't be had; the old language then stays. */
export async function loadLanguage(tag: string, { withStaff = false } = {}): Promise<void> {
  const sources = [shared[`./${tag}.ts`], withStaff ? staff[`./${tag}.staff.ts`] : undefined];
  const modules = await Promise.all(sources.map((source) => source?.()));
  if (!modules[0]) throw new Error(`no such language: ${tag}`);
  setTexts(tag, Object.assign({}, ...modules.map((module) => module?.default)));
}

/** Switch to texts that are at hand already: for tests, and for a bundle that carries one language. */
export function setTexts(tag: string, texts: Texts): void {
  current.value = { language: tag, texts, plural: new Intl.PluralRules(tag) };
}

function template(key: string, values: Readonly<Record<string, string | number>> | undefined): string {
  const { texts, plural } = current.value;
  const message = texts[key];
  if (message === undefined) return key;
  if (typeof message === "string") return message;
  const forms: Plural = message;
  return forms[plural.select(Number(values?.n))] ?? forms.other;
}

function fill(text: string, values: Readonly<Record<string, string | number>> | undefined): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values?.[name];
    if (value === undefined) return `{${name}}`;
    return typeof value === "number" ? format.value.number(value) : isolated(value);
  });
}

/** The message of this key, filled. Numbers are written the language's way. */
export function t<K extends Key>(key: K, ...[values]: Values<All[K]>): string {
  return fill(template(key, values), values);
}

/** The plain message of a key that may have none. */
export function found(key: string): string | undefined {
  const message = current.value.texts[key];
  return typeof message === "string" ? message : undefined;
}

/** The same in pieces, where the message marks words to stress with *asterisks* (asterisks in values stay). */
export function parts<K extends Key>(
  key: K,
  ...[values]: Values<All[K]>
): { text: string; strong: boolean }[] {
  return template(key, values)
    .split("*")
    .map((piece, index) => ({ text: fill(piece, values), strong: index % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}
