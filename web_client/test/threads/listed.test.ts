// A list that is searched shows what the server has found, and what can be told at once: by the words of subject and account.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isListed, type ListQuery } from "../../src/threads/rows.ts";
import { row } from "../core/fakes.ts";

const moms = row("1", {
  subject: "Moms Q3 för Åsa på Straße 1",
  account: { id: "h", name: "Holm & Döttrar AB", short_id: "HB1" },
});
const listed = (search: string, found?: ReadonlySet<string>): boolean => {
  const query: ListQuery = { state: "active", only: "all", search };
  return isListed(moms, query, undefined, found);
};

test("words are looked for in any order, in subject and client together, however they are typed", () => {
  for (const search of [
    "holm moms",
    "q3 dott",
    "asa",
    "ÅSA",
    "A\u030asa",
    "strasse",
    "hb1 mo",
    "holm & moms",
    " ",
  ])
    assert.ok(listed(search), search);
  for (const search of ["oms", "holm lön", "petra"]) assert.ok(!listed(search), search);
});

test("what the server has found is shown, though the row doesn't say by what", () => {
  assert.ok(listed("petra", new Set([moms.id])));
  assert.ok(!listed("petra", new Set(["another"])));
});
