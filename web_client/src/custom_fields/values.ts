// What is said in a custom field: as it is kept, as it is shown, and as it is typed, in the reader's language. The same rules
// as server/custom_fields/checking.py, said before anybody saves. Pure.

import type { CustomField, FieldKind, Id, Problem } from "../core/protocol.gen.ts";
import { amount, moment } from "../documents/cards.ts";
import { format, language, t } from "../i18n/index.ts";

/** By the field's id: several texts of a choice of several, else one or none. */
export type Said = Readonly<Record<Id, readonly string[]>>;

const NUMBER = /^-?\d{1,15}(\.\d{1,6})?$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const URL = /^https?:\/\/[^\s"<>`]+$/;
const PHONE = /^(?=(?:\D*\d){3})[+(]?\d[\d ()./-]{0,38}$/;

/** What a text must be like where its type asks for that. */
const FITS: Partial<Record<FieldKind, RegExp>> = {
  number: NUMBER,
  money: NUMBER,
  date: /^\d{4}-\d{2}-\d{2}$/,
  email: EMAIL,
  url: URL,
  phone: PHONE,
};

const isNumber = (kind: FieldKind): boolean => kind === "number" || kind === "money";

function decimalSign(): string {
  const parts = new Intl.NumberFormat(language.value).formatToParts(1.5);
  return parts.find(({ type }) => type === "decimal")?.value ?? ".";
}

/** As one types it: a number with the language's sign before its decimals. */
export function typed({ kind }: CustomField, text: string): string {
  return isNumber(kind) ? text.replace(".", decimalSign()) : text;
}

/** As it is kept, of what was typed; a text that doesn't fit stays what it is. */
export function kept({ kind }: CustomField, text: string): string {
  const plain = text.trim().replace(/\s+/g, " ");
  if (!isNumber(kind)) return plain;
  return plain.replace(/\s/g, "").replace("\u2212", "-").replace(decimalSign(), ".");
}

/** Why something can't be said in a field, in a sentence; undefined where it can. */
export function whyNot(field: CustomField, texts: readonly string[]): string | undefined {
  const fits = FITS[field.kind];
  return fits && texts.some((text) => !fits.test(text)) ? whatFits(field) : undefined;
}

function whatFits({ kind }: CustomField): string {
  const sign = decimalSign();
  return isNumber(kind)
    ? t("fieldWrong.number", { example: `1234${sign}5` })
    : t(`fieldWrong.${kind as "date"}`);
}

/** The same, where the server was the one who refused it: by the place that it names. */
export function refused(
  fields: readonly CustomField[],
  { path }: Problem,
): readonly [Id, string] | undefined {
  const field = fields.find(({ id }) => path?.includes(id));
  return field && [field.id, whatFits(field)];
}

/** As it is read. */
export function shown(field: CustomField, texts: readonly string[]): string {
  const { kind, currency = "" } = field;
  if (kind === "money") return texts.map((text) => amount(text, currency)).join();
  if (kind === "date") return texts.map(moment).join();
  return kind === "choices" ? format.value.list(texts) : texts.map((text) => typed(field, text)).join();
}

/** What is said, by the names of the fields; those in which nothing is said are left out. */
export function facts(fields: readonly CustomField[], said: Said = {}): { name: string; value: string }[] {
  return fields.flatMap((field) => {
    const texts = said[field.id] ?? [];
    return texts.length > 0 ? [{ name: field.name, value: shown(field, texts) }] : [];
  });
}
