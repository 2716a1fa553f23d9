// Shortcodes as they are written: which there are, and where they stand in a text. The same rules as protocol/shortcodes.py.
// Refuses to know what they stand for: that is the server's.

import { signal } from "@preact/signals";
import type { AccountCode, ContactCode, DateCode } from "../core/protocol.gen.ts";

export type Code = AccountCode | ContactCode | DateCode;
export type Group = "account" | "contact" | "today" | "previous" | "next";

/** Every one, in the order in which they are offered, with the group that it is offered in. */
export const CODES: Readonly<Record<Code, Group>> = {
  ACCOUNT_NAME: "account",
  CONTACT_NAME: "contact",
  FIRST_NAME: "contact",
  MIDDLE_NAME: "contact",
  LAST_NAME: "contact",
  PHONE_NUMBER: "contact",
  COMPANY_NAME: "contact",
  STREET_ADDRESS: "contact",
  "ZIP / POSTAL CODE": "contact",
  CITY: "contact",
  "STATE / PROVINCE": "contact",
  COUNTRY: "contact",
  CURRENT_DAY_FULL_DATE: "today",
  CURRENT_DAY_NUMBER: "today",
  CURRENT_DAY_NAME: "today",
  CURRENT_WEEK: "today",
  CURRENT_MONTH_NUMBER: "today",
  CURRENT_MONTH_NAME: "today",
  CURRENT_QUARTER: "today",
  CURRENT_YEAR: "today",
  LAST_DAY_FULL_DATE: "previous",
  LAST_DAY_NUMBER: "previous",
  LAST_DAY_NAME: "previous",
  LAST_WEEK: "previous",
  LAST_MONTH_NUMBER: "previous",
  LAST_MONTH_NAME: "previous",
  LAST_QUARTER: "previous",
  LAST_YEAR: "previous",
  NEXT_DAY_FULL_DATE: "next",
  NEXT_DAY_NUMBER: "next",
  NEXT_DAY_NAME: "next",
  NEXT_WEEK: "next",
  NEXT_MONTH_NUMBER: "next",
  NEXT_MONTH_NAME: "next",
  NEXT_QUARTER: "next",
  NEXT_YEAR: "next",
};

/** One as it stands in a text, from its first bracket to behind its last. */
export interface Shortcode {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** False: it is written like one, and there is none. */
  readonly known: boolean;
}

/** The character that stands for what is no text, such as a mention: nothing goes on behind it. */
export const NO_TEXT = "\ufffc";

const BRACKETS = /\[([^[\]\n\ufffc]{1,200})\]/g;
const SHOUTED = /^[A-Z][A-Z0-9_ /]+(?::.*)?$/;
const FIELD = /^(ACCOUNT|CONTACT)_CUSTOM_FIELD:/;

/** Whether the firm has the custom field that a shortcode names: until a page knows them (custom_fields/kept.ts), nobody can
 * say that it hasn't. */
export const isField = signal((_inner: string): boolean => true);

const spelled = (name: string): string => name.replace(/[\s_]/g, "").toLowerCase();
const SPELLED = new Set([...Object.keys(CODES), "ACCOUNT_CUSTOM_FIELD", "CONTACT_CUSTOM_FIELD"].map(spelled));

export function shortcodesIn(text: string): Shortcode[] {
  if (!text.includes("[")) return [];
  return [...text.matchAll(BRACKETS)].flatMap((found) => {
    const inner = found[1] ?? "";
    const field = FIELD.test(inner);
    const known = field ? isField.value(inner) : Object.hasOwn(CODES, inner);
    const before = inner.split(":", 1)[0] ?? "";
    if (!known && !field && !SHOUTED.test(inner) && !SPELLED.has(spelled(before))) return [];
    return [{ start: found.index, end: found.index + found[0].length, text: found[0], known }];
  });
}
