// The shared cases: the browser finds the same addresses in a text as the server (tests/protocol/test_written_addresses.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { addressesIn, onlyAddress } from "../../src/messages/addresses.ts";
import { LINK, LINK_MAX } from "../../src/messages/link.ts";

interface Case {
  readonly text: string;
  readonly links: readonly (readonly [string, string])[];
}

// Tests run from web_client, see package.json.
const cases = JSON.parse(readFileSync("../protocol/client/addresses.json", "utf8")) as readonly Case[];

for (const { text, links } of cases)
  test(`addresses of: ${text}`, () => {
    const found = addressesIn(text);
    assert.deepEqual(
      found.map(({ start, end, link }) => [text.slice(start, end), link]),
      links,
    );
    for (const { link } of found) assert.match(link, LINK);
  });

test("an address that is too long to be a link is none", () => {
  const start = "https://a.example/";
  const fits = start + "x".repeat(LINK_MAX - start.length);
  assert.deepEqual(addressesIn(fits), [{ start: 0, end: LINK_MAX, link: fits }]);
  assert.deepEqual(addressesIn(`${fits}x`), []);
  assert.deepEqual(addressesIn(`www.${fits.slice("https://".length + 1)}${"x".repeat(5)}`), []);
});

test("the longest text is looked through at once", () => {
  for (const odd of ["a@", "www.", "https://", "a.", "@", "a'", "https://)", "x@a-", "åäö"]) {
    const before = performance.now();
    addressesIn(odd.repeat(20_000).slice(0, 20_000));
    assert.ok(performance.now() - before < 1_000, odd);
  }
});

test("what is pasted is one address, or isn't", () => {
  assert.equal(onlyAddress("www.a.example"), "https://www.a.example");
  assert.equal(onlyAddress("bo@a.example"), "mailto:bo@a.example");
  for (const text of ["", "se www.a.example", "www.a.example.", "javascript:alert(1)", "a.example"])
    assert.equal(onlyAddress(text), undefined, text);
});
