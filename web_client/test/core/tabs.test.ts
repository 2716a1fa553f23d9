// What tabs say of themselves in the browser's storage, and how long that stays there.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BrowserTab } from "../../src/core/tabs.ts";
import { FakeStorage } from "./fakes.ts";

const MINUTE_MS = 60_000;

test("what a tab that was killed said of itself is gone with the next one that is opened", () => {
  const storage = new FakeStorage();
  let now = 1_000_000;
  const opened = (): BrowserTab => new BrowserTab(storage, new FakeStorage(), () => now);
  storage.setItem("chattar.draft.me.t1", "somebody else's");
  const killed = [opened(), opened(), opened()];
  const stays = opened();
  for (let minute = 0; minute < 3; minute += 1) {
    now += MINUTE_MS;
    stays.beat();
  }
  const next = opened();
  assert.deepEqual(
    [...Array(storage.length).keys()].map((at) => storage.key(at)).sort(),
    ["chattar.draft.me.t1", `chattar.tab.${stays.id}`, `chattar.tab.${next.id}`].sort(),
  );
  assert.ok(next.others(stays.id));
  assert.ok(killed.every(({ id }) => !next.others(id)));
  // One that only slept says so again.
  killed[0]?.beat();
  assert.ok(next.others(killed[0]?.id ?? ""));
});
