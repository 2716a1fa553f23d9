// What a line of the stream says of a reminder hangs on what became of its letters, which comes later (RM-19).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Delivery, StreamEvent } from "../../src/core/protocol.gen.ts";
import { reduce } from "../../src/core/reducer.ts";
import { EMPTY, type Happening } from "../../src/core/state.ts";
import { loadLanguage } from "../../src/i18n/index.ts";
import { streamEntries } from "../../src/messages/stream.ts";
import { systemText, tellAlso } from "../../src/messages/told.ts";
import { toldToStaff } from "../../src/messages/told_to_staff.ts";
import { anna, id, me, row, said } from "../core/fakes.ts";

tellAlso(toldToStaff);

const thread = id("1");
const about = { reminder_id: "r1", number: 1, of: 1 } as const;
const names = ["Petra Holm", "Linn Holm"];

function delivery(name: string, state: Delivery["state"]): Delivery {
  return { letter_id: id("4"), state, at: 3, person_id: id("5"), name };
}

/** The lines of a thread in which a reminder went out, and this became of its letters. */
function lines(counted: boolean, deliveries: readonly Delivery[]): string[] {
  const sent: StreamEvent = {
    seq: 1,
    at: 2,
    actor: null,
    event: { type: "reminder.sent", ...about, recipients: names, after: 1 },
  };
  const settled = { type: "reminder.settled", ...about, counted, deliveries } as const;
  const heads = { [`u:${anna.id}`]: 0 };
  const welcome = { type: "welcome", session: id("8"), me: me(anna), at: 1, epoch: "e", heads } as const;
  const happened: readonly Happening[] = [
    { type: "frame", frame: welcome },
    { type: "frame", frame: { type: "live" } },
    {
      type: "opened",
      result: {
        thread: row("1", { head: 1, staff: { notes_head: 1 } }),
        tasks: [],
        marks: [],
        page: { stream: `t:${thread}`, events: [said(1, "Hello")], head: 1 },
        notes: { stream: `n:${thread}`, events: [sent], head: 1 },
      },
    },
    {
      type: "frame",
      frame: { type: "event", stream: `n:${thread}`, seq: 2, at: 3, actor: null, event: settled },
    },
  ];
  const state = happened.reduce((so, what) => reduce(so, what, 1)[0], EMPTY);
  const entries = streamEntries({ state, threadId: thread, writtenAt: () => 1 });
  return entries.flatMap((entry) => (entry.type === "message" ? [] : [systemText(entry.system)]));
}

test("a reminder that reached nobody is told as one that was not sent", async () => {
  await loadLanguage("en", { withStaff: true });
  const dropped = names.map((name) => delivery(name, "dropped"));
  assert.deepEqual(lines(false, dropped), ["The reminder to Petra Holm and Linn Holm was not sent"]);
});

test("a reminder is told as sent to those whose letter was handed over", async () => {
  await loadLanguage("en", { withStaff: true });
  const one = [delivery("Petra Holm", "handed_over"), delivery("Linn Holm", "failed")];
  assert.deepEqual(lines(true, one), ["Reminder 1 of 1 sent to Petra Holm"]);
});

test("who takes a chat over is named once", async () => {
  await loadLanguage("en", { withStaff: true });
  const event = { type: "thread.assigned", assignee: anna } as const;
  assert.equal(systemText({ event, actor: anna.name, actor_id: anna.id }), `${anna.name} took over the chat`);
  assert.equal(
    systemText({ event, actor: "Erik Falk", actor_id: id("6") }),
    `Erik Falk assigned the chat to ${anna.name}`,
  );
});

test("a reminder by hand is told with whose it was", async () => {
  // RM-11
  const event = { type: "reminder.sent", number: 0, of: 3, recipients: names } as const;
  await loadLanguage("en", { withStaff: true });
  assert.equal(
    systemText({ event, actor: anna.name }),
    `${anna.name} reminded Petra Holm and Linn Holm by hand`,
  );
  await loadLanguage("sv", { withStaff: true });
  assert.equal(
    systemText({ event, actor: anna.name }),
    `${anna.name} påminde Petra Holm och Linn Holm för hand`,
  );
});
