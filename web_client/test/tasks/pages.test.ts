// Tasks over all threads come in pages that may be empty and yet not the last.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Api } from "../../src/core/api.ts";
import type { TaskPage, TaskRow } from "../../src/core/protocol.gen.ts";
import { tasksFrom } from "../../src/tasks/pages.ts";
import { anna, id } from "../core/fakes.ts";

const row = (letter: string): TaskRow => ({
  thread_id: id(letter),
  subject: "Moms",
  account: { id: id("h"), name: "Holm", short_id: "HB1" },
  task: { id: id(letter), text: "Kvitton", done: false, created_by: anna, created_at: 1 },
});

/** A server whose pages are these, and what it was asked after. */
function server(pages: readonly TaskPage[]): { api: Pick<Api, "call">; asked: unknown[] } {
  const asked: unknown[] = [];
  const call = async (_name: string, args: { after?: string }): Promise<unknown> => {
    asked.push(args.after);
    return pages[args.after === undefined ? 0 : Number(args.after)];
  };
  return { api: { call } as unknown as Pick<Api, "call">, asked };
}

const PAGES = [{ rows: [], next: "1" }, { rows: [row("a")], next: "2" }, { rows: [row("b")] }];

test("a page without a row is gone past", async () => {
  const { api, asked } = server(PAGES);
  assert.deepEqual(await tasksFrom(api, { state: "open" }, 1), { rows: [row("a")], next: "2" });
  assert.deepEqual(asked, [undefined, "1"]);
});

test("who wants all has all, from where they are", async () => {
  const { api, asked } = server(PAGES);
  assert.deepEqual(await tasksFrom(api, { state: "open" }, Number.POSITIVE_INFINITY), {
    rows: [row("a"), row("b")],
  });
  assert.deepEqual(await tasksFrom(api, { after: "2" }, 1), { rows: [row("b")] });
  assert.deepEqual(asked, [undefined, "1", "2", "2"]);
});
