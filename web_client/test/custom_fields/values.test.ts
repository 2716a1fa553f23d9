// What is said in custom fields: as it is typed, kept and read in two languages, and what doesn't fit (SC-9).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomField, FieldKind } from "../../src/core/protocol.gen.ts";
import { facts, kept, refused, shown, typed, whyNot } from "../../src/custom_fields/values.ts";
import { loadLanguage } from "../../src/i18n/index.ts";

const speak = (tag: "sv" | "en"): Promise<void> => loadLanguage(tag, { withStaff: true });
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, " ");

const field = (kind: FieldKind, more: Partial<CustomField> = {}): CustomField => ({
  id: "a".repeat(32),
  of: "account",
  name: "Fält",
  kind,
  place: 0,
  updated_at: 1,
  ...more,
});

test("a number is typed the language's way and kept in one", async () => {
  const number = field("number");
  for (const [tag, text] of [
    ["sv", " 1\u00a0234,5 "],
    ["sv", "1234.5"],
    ["en", "1 234.5"],
  ] as const) {
    await speak(tag);
    assert.equal(kept(number, text), "1234.5");
  }
  await speak("sv");
  assert.equal(typed(number, "-1234.5"), "-1234,5");
  assert.equal(kept(number, "\u22125"), "-5");
  await speak("en");
  // 1,200 may be two numbers: it isn't taken for either.
  assert.equal(whyNot(number, [kept(number, "1,200")]), "Write a number, such as 1234.5.");
});

test("what doesn't fit is said in a sentence, by type", async () => {
  await speak("sv");
  const wrong: Partial<Record<FieldKind, string>> = {
    number: "tolv",
    money: "1 kr",
    date: "?",
    email: "petra@",
    url: "javascript:alert(1)",
    phone: "12",
  };
  for (const [kind, text] of Object.entries(wrong)) {
    assert.match(whyNot(field(kind as FieldKind), [text]) ?? "", /^(Skriv|Välj) /, kind);
  }
  assert.equal(whyNot(field("number"), []), undefined);
  assert.equal(whyNot(field("text"), ["vad som helst"]), undefined);
});

test("what the server refuses is found by the place that it names", async () => {
  await speak("en");
  const money = field("money", { currency: "SEK" });
  const problem = { code: "invalid", message: "", path: `$.custom["${money.id}"][0]` };
  assert.deepEqual(refused([money], problem), [money.id, "Write a number, such as 1234.5."]);
  assert.equal(refused([money], { code: "forbidden", message: "" }), undefined);
});

test("what is said is read in the reader's language, and what isn't said is left out", async () => {
  await speak("sv");
  assert.equal(plain(shown(field("money", { currency: "SEK" }), ["-1234567.50"])), "\u22121 234 567,50 SEK");
  assert.equal(shown(field("date"), ["2028-02-29"]), "29 feb 2028");
  assert.equal(shown(field("choices"), ["K2", "K3"]), "K2 och K3");
  await speak("en");
  assert.equal(plain(shown(field("money", { currency: "SEK" }), ["1234567.5"])), "1,234,567.50 SEK");
  assert.equal(shown(field("number"), ["1234.50"]), "1234.50");
  assert.deepEqual(
    facts([field("text"), field("text", { id: "b".repeat(32), name: "Tomt" })], { ["a".repeat(32)]: ["Ja"] }),
    [{ name: "Fält", value: "Ja" }],
  );
});
