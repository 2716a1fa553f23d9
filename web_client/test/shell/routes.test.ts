// Addresses and the rows they lead to.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Right } from "../../src/core/protocol.gen.ts";
import { idsIn, mayOpen, pathOf, routeAt } from "../../src/shell/routes.ts";

const thread = "a1".repeat(16);
const account = "b2".repeat(16);
const row = (place: string, path: string, right?: Right) => ({
  place,
  path,
  title: "portal.home" as const,
  page: place,
  ...(right ? { right } : {}),
});
const routes = [
  row("home", "/portal"),
  row("chats", "/portal/threads"),
  row("chats", "/portal/threads/:thread"),
  row("accounts", "/portal/accounts", "manage_accounts"),
] as const;

test("an address leads to the row of its path, with the ids in it", () => {
  assert.equal(routeAt(routes, "/portal"), routes[0]);
  assert.equal(routeAt(routes, "/portal/threads"), routes[1]);
  assert.equal(routeAt(routes, `/portal/threads/${thread}`), routes[2]);
  assert.deepEqual(idsIn(`/portal/threads/${thread}`, "/portal/threads/:thread"), { thread });
  assert.deepEqual(idsIn(`/a/${account}/t/${thread}`, "/a/:account/t/:thread"), { account, thread });
});

test("what is no id, or longer or shorter than the pattern, is no such path", () => {
  const no = ["/portal/threads", "/portal/threads/", "/portal/threads/x", `/portal/threads/${thread}/more`];
  for (const where of [...no, `/portal/threads/${thread.toUpperCase()}`, `/console/threads/${thread}`])
    assert.equal(idsIn(where, "/portal/threads/:thread"), undefined, where);
});

test("an address without a row leads nowhere, and so does one that the reader has no right to", () => {
  for (const where of ["/portal/nothing", "/portal/threads/x", "/portal/accounts"])
    assert.equal(routeAt(routes, where), undefined, where);
  assert.equal(routeAt(routes, "/portal/accounts", ["manage_accounts"]), routes[3]);
  assert.deepEqual(
    routes.map((one) => mayOpen(one)),
    [true, true, true, false],
  );
});

test("a place's address is that of its first row", () => {
  assert.equal(pathOf(routes, "chats"), "/portal/threads");
});
