// What a card says, in both languages: every digit of a figure, days as they are written, and nothing that a file didn't say.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card } from "../../src/core/protocol.gen.ts";
import { amount, cardView, moment } from "../../src/documents/cards.ts";
import { loadLanguage, setTimeZone } from "../../src/i18n/index.ts";

const plain = (text: string | undefined): string => (text ?? "").replaceAll(/[\u00a0\u202f]/g, " ");

test("a figure is written with all its digits, however many, by the language's signs", async () => {
  await loadLanguage("sv");
  assert.equal(plain(amount("-1250.5", "SEK")), "−1 250,50 SEK");
  assert.equal(plain(amount("90071992547409931.05", "SEK")), "90 071 992 547 409 931,05 SEK");
  assert.equal(plain(amount("0.125", "")), "0,125");
  await loadLanguage("en");
  assert.equal(plain(amount("-1250.5", "SEK")), "-1,250.50 SEK");
});

test("a day is the file's, in whatever zone the reader is", async () => {
  await loadLanguage("en");
  for (const zone of ["Pacific/Kiritimati", "Pacific/Pago_Pago"]) {
    setTimeZone(zone);
    assert.equal(moment("2019-12-31"), "31 Dec 2019");
    const thisYear = new Date().getUTCFullYear();
    assert.equal(moment(`${thisYear}-12-31`), `31 Dec ${thisYear}`);
    assert.equal(moment("2019-12-31T23:59"), "Tue 31 Dec 2019 23:59");
  }
  setTimeZone(undefined);
});

test("books say whose they are, what they come to, and what is odd", async () => {
  await loadLanguage("sv");
  const card: Card = {
    type: "books",
    company: "Älvsjö Måleri AB",
    organisation_number: "556677-8899",
    first_day: "2019-01-01",
    last_day: "2019-12-31",
    kind: "4",
    vouchers: 1200,
    unbalanced: 2,
    result: "48800.15",
  };
  const view = cardView(card);
  assert.equal(view?.kind, "Bokföring (SIE 4)");
  assert.deepEqual(view?.under, ["556677-8899", "1 jan 2019 – 31 dec 2019"]);
  assert.deepEqual(
    view?.facts.map(({ name, value }) => [name, plain(value)]),
    [
      ["Årets resultat", "48 800,15 SEK"],
      ["Verifikationer", "1 200"],
    ],
  );
  assert.deepEqual(view?.notes, ["Debet och kredit skiljer sig i 2 verifikationer"]);
});

test("an invoice that is paid in part says both, one that isn't says what is to be paid", async () => {
  await loadLanguage("en");
  const names = (payable: string): string[] =>
    cardView({ type: "invoice", number: "1", total: "308.03", payable, currency: "EUR" })?.facts.map(
      ({ name }) => name,
    ) ?? [];
  assert.deepEqual(names("208.03"), ["To pay", "Total"]);
  assert.deepEqual(names("308.03"), ["To pay"]);
});

test("an event says whose clock its time is by, a whole day says none", async () => {
  await loadLanguage("en");
  const under = (event: object): readonly string[] =>
    cardView({ type: "calendar", events: [event] })?.under ?? [];
  const zone = "Europe/Stockholm";
  assert.deepEqual(under({ starts: "2019-12-02T09:00", ends: "2019-12-02T10:00", zone }), [
    "Mon 2 Dec 2019 09:00–10:00 (Europe/Stockholm)",
  ]);
  assert.deepEqual(under({ starts: "2019-12-24", ends: "2019-12-26", zone }), ["24 Dec 2019–26 Dec 2019"]);
  assert.deepEqual(under({ starts: "2019-12-24", ends: "2019-12-24" }), ["24 Dec 2019"]);
});

test("a card of a newer server is none", () => {
  assert.equal(cardView({ type: "hologram" } as unknown as Card), undefined);
});
