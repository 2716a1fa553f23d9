// What two tabs write at the same time, and what a tab leaves behind.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../src/core/drafts.ts";
import type { Body } from "../../src/core/protocol.gen.ts";
import { BrowserTab } from "../../src/core/tabs.ts";
import { FakeStorage } from "./fakes.ts";

const HOUR_MS = 3_600_000;

const says = (text: string): Body => ({
  content: [{ type: "paragraph", content: [{ type: "text", text }] }],
});

/** A browser: its tabs share one storage and one clock. */
function browser() {
  const storage = new FakeStorage();
  let now = 1_000_000;
  return {
    storage,
    later: (ms: number) => {
      now += ms;
    },
    tab: (own = new FakeStorage()) => {
      const tab = new BrowserTab(storage, own, () => now);
      return { tab, own, drafts: new Drafts(storage, "me", tab) };
    },
  };
}

test("two tabs keep what each has begun, with its mode, over a reload of both", () => {
  const { storage, tab } = browser();
  const [one, other] = [tab(), tab()];
  one.drafts.put("t1", { body: says("the one"), internal: true });
  other.drafts.put("t1", { body: says("the other"), internal: false });
  for (const each of [one, other]) {
    each.drafts.flush();
    each.tab.leave();
  }
  const [again, otherAgain] = [tab(one.own), tab(other.own)];
  for (const each of [again, otherAgain]) each.drafts.open("t1");
  assert.deepEqual(again.drafts.get("t1"), {
    ...again.drafts.get("t1"),
    body: says("the one"),
    internal: true,
  });
  assert.deepEqual(otherAgain.drafts.get("t1").body, says("the other"));
  assert.equal(otherAgain.drafts.get("t1").internal, false);
  // Only what was sent is cleared; the thread still has something begun.
  again.drafts.put("t1", { body: null, internal: false });
  again.drafts.flush();
  assert.equal(again.drafts.begun.value.has("t1"), true);
  assert.deepEqual(otherAgain.drafts.get("t1").body, says("the other"));
  otherAgain.drafts.put("t1", { body: null, internal: false });
  otherAgain.drafts.flush();
  assert.equal(otherAgain.drafts.begun.value.has("t1"), false);
  assert.deepEqual(
    [...Array(storage.length).keys()].map((at) => storage.key(at)).filter((key) => key?.includes("draft")),
    [],
  );
});

test("what a tab is writing no other takes over while that one is there", () => {
  const { tab } = browser();
  const [one, other] = [tab(), tab()];
  one.drafts.put("t1", { body: says("mine"), internal: false });
  one.drafts.flush();
  other.drafts.open("t1");
  assert.equal(other.drafts.get("t1").body, null);
});

for (const [how, go] of [
  ["closed", (tab: BrowserTab) => tab.leave()],
  ["killed", () => undefined],
] as const) {
  test(`what a tab left that was ${how} is carried on by the next, once`, () => {
    const { tab, later } = browser();
    const gone = tab();
    gone.drafts.put("t1", { body: says("half"), internal: true });
    gone.drafts.flush();
    go(gone.tab);
    if (how === "killed") later(HOUR_MS);
    const [next, third] = [tab(), tab()];
    for (const each of [next, third]) each.drafts.open("t1");
    assert.deepEqual(next.drafts.get("t1").body, says("half"));
    assert.equal(next.drafts.get("t1").internal, true);
    assert.equal(third.drafts.get("t1").body, null);
  });
}

test("a tab made from another one is a tab of its own", () => {
  const { storage, tab } = browser();
  const one = tab();
  const copy = new FakeStorage();
  copy.setItem("chattar.tab", one.own.getItem("chattar.tab") ?? "");
  assert.notEqual(tab(copy).tab.id, one.tab.id);
  one.tab.leave();
  assert.equal(new BrowserTab(storage, one.own).id, one.tab.id);
});

test("what was kept before tabs kept their own is found", () => {
  const { storage, tab } = browser();
  storage.setItem("chattar.draft.me.t1", JSON.stringify({ body: says("old"), internal: false, at: 1 }));
  const { drafts } = tab();
  drafts.open("t1");
  assert.deepEqual(drafts.get("t1").body, says("old"));
  assert.equal(storage.getItem("chattar.draft.me.t1"), null);
});
