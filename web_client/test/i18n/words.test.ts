// Every text in every language, with the same values, in each form that the language's plural has; and none that nobody reads.
// That a language has all keys is the compiler's business as well; here it is seen of the files themselves.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Message } from "../../src/i18n/types.ts";

type Texts = Readonly<Record<string, Message>>;

const files = import.meta.glob<{ readonly default: Texts }>("../../src/i18n/[a-z][a-z]*.ts", { eager: true });
/** By name: "en", "sv.staff". */
const words = new Map(
  Object.entries(files).flatMap(([path, { default: texts }]): [string, Texts][] => {
    const name = /\/([a-z]{2}(?:\.staff)?)\.ts$/.exec(path)?.[1];
    return name === undefined ? [] : [[name, texts]];
  }),
);
const languages = [...words.keys()].filter((name) => !name.includes("."));

function textsOf(name: string): Texts {
  const found = words.get(name);
  assert.ok(found, `no words of ${name}`);
  return found;
}

const forms = (message: Message): Readonly<Record<string, string>> =>
  typeof message === "string" ? { other: message } : message;
const values = (message: Message): string[] =>
  [...new Set(Object.values(forms(message)).flatMap((text) => text.match(/\{\w+\}/g) ?? []))].sort();

/** The console's words of each noun, by file; in `words` they are together. */
const nouns = import.meta.glob<Readonly<Record<string, Texts>>>(
  ["../../src/*/[a-z][a-z].staff.ts", "!../../src/i18n/*"],
  { eager: true },
);

/** All that might name a text, but not the texts themselves. */
// Tests run from web_client, see package.json.
const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !/^gallery|\/[a-z]{2}\.[a-z.]*ts$/.test(name))
  .map((name) => readFileSync(join("src", name), "utf8"))
  .join("\n");

test("there are at least two languages, each for clients and for staff", () => {
  assert.ok(languages.length >= 2, languages.join());
  for (const language of languages) textsOf(`${language}.staff`);
});

for (const language of languages) {
  test(`${language} has the console's words of every noun, each key in one file`, () => {
    const ofNouns = Object.entries(nouns).filter(([path]) => path.endsWith(`/${language}.staff.ts`));
    assert.ok(ofNouns.length > 10);
    const keys = ofNouns.flatMap(([, module]) =>
      Object.values(module).flatMap((texts) => Object.keys(texts)),
    );
    assert.deepEqual([...new Set(keys)], keys);
    const missing = keys.filter((key) => !(key in textsOf(`${language}.staff`)));
    assert.deepEqual(missing, []);
  });
}

for (const side of ["", ".staff"]) {
  for (const language of languages) {
    const [texts, source] = [textsOf(language + side), textsOf(`en${side}`)];
    test(`${language}${side} has the keys of English, with the same values`, () => {
      assert.deepEqual(Object.keys(texts).sort(), Object.keys(source).sort());
      for (const [key, message] of Object.entries(source))
        assert.deepEqual(values(texts[key] ?? ""), values(message), key);
    });
    test(`${language}${side} has each form of its plural, and no text is empty`, () => {
      const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, message] of Object.entries(texts)) {
        if (typeof message !== "string")
          assert.deepEqual(Object.keys(message).sort(), [...categories].sort(), key);
        for (const text of Object.values(forms(message))) assert.notEqual(text.trim(), "", key);
      }
    });
  }
  test(`somebody reads each text of en${side}`, () => {
    const unread = Object.keys(textsOf(`en${side}`)).filter((key) => {
      // By its name, or by a family's: t(`fate.${state}`).
      const family = key.slice(0, key.indexOf(".") + 1);
      return !sources.includes(`"${key}"`) && !(family !== "" && sources.includes(`\`${family}\${`));
    });
    assert.deepEqual(unread, []);
  });
}

/** A place in a row, a limit, or always several: one form is enough. */
const ONE_FORM = [
  "attach.tooMany",
  "attach.unpackedPart",
  "card.pending",
  "connection.again",
  "documents.page",
  "documents.place",
  "inbox.wroteMany",
  "later.all",
];

test("what is counted has a form for one", () => {
  const counted = [...words.values()].flatMap((texts) =>
    Object.entries(texts).flatMap(([key, text]) =>
      typeof text === "string" && text.includes("{n}") ? [key] : [],
    ),
  );
  assert.deepEqual([...new Set(counted)].sort(), ONE_FORM);
});

test("nothing is counted as many that may be one, behind a number that chooses no form", () => {
  for (const [name, texts] of words)
    for (const [key, message] of Object.entries(texts))
      for (const text of Object.values(forms(message)))
        assert.doesNotMatch(
          text,
          /\{(total|of|sent|done)\} (clients|chats|klienter|chattar)/,
          `${name} ${key}`,
        );
});
