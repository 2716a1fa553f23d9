// A client's home asks for its tasks once at a time: an older answer never comes behind a newer one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import type { Client } from "../../src/core/client.ts";
import type { TaskPage } from "../../src/core/protocol.gen.ts";
import { Home } from "../../src/portal/home.ts";
import type { Ticks } from "../../src/tasks/ticks.ts";
import { id } from "../core/fakes.ts";

test("what changes while it is asked is asked once more, behind the answer", async () => {
  const asked: ((page: TaskPage) => void)[] = [];
  const api = { call: () => new Promise<TaskPage>((resolve) => asked.push(resolve)) };
  const client = { api, listeners: new Set(), state: signal({ rows: new Map(), opened: {} }) };
  const home = new Home(client as unknown as Client, {} as Ticks, signal(id("h")));
  const loads = [home.load(), home.load(), home.load()];
  assert.equal(asked.length, 1);
  asked[0]?.({ rows: [] });
  await new Promise(setImmediate);
  assert.equal(asked.length, 2);
  asked[1]?.({ rows: [] });
  await Promise.all(loads);
  assert.equal(asked.length, 2);
});
