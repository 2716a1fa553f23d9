// One idea of a text, the server's (protocol/texts.py): what is typed without marks finds what is written with them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../../src/kit/folding.ts";
import { search } from "../../src/kit/people_search.ts";

test("names are found without their marks, and letters that have none of their own", () => {
  for (const [name, typed] of [
    ["Åsa Öberg", "asa oberg"],
    ["Hans Strauß", "strauss"],
    ["Søren Ærø", "soren aero"],
    ["Łukasz Đorđe", "lukasz dorde"],
    ["Þóra Eiðsdóttir", "thora eids"],
    ["ﬁnn", "finn"],
  ] as const)
    assert.ok(matches(name, typed), `${typed}: ${name}`);
  assert.ok(!matches("Oskar", "oscar"));
});

test("a name with signs is found by its words and by its signs", () => {
  for (const typed of ["holm & dött", "döttrar holm", "bygg", "dottrar-bygg"])
    assert.ok(matches("Holm & Döttrar-Bygg", typed), typed);
  assert.ok(!matches("Holm Döttrar", "holm & dött"));
});

test("better ones come first", () => {
  const found = search(["Anna Åsberg", "Åsa Ek"], "as", (name) => name);
  assert.deepEqual(found, ["Åsa Ek", "Anna Åsberg"]);
});
