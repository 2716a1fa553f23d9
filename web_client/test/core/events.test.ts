// Each event of the protocol has its place in the browser: it changes something that is shown, or is named here as one that
// changes nothing, and why. An event that is new in the protocol doesn't compile before it stands here, and the test says
// whether what stands here is true.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Event, StreamEvent, Task, Thread } from "../../src/core/protocol.gen.ts";
import { reduce } from "../../src/core/reducer.ts";
import { EMPTY, type Happening, type State } from "../../src/core/state.ts";
import { streamEntries } from "../../src/messages/stream.ts";
import { tellAlso } from "../../src/messages/told.ts";
import { toldToStaff } from "../../src/messages/told_to_staff.ts";
import { anna, id, me, petra, row, said } from "./fakes.ts";

tellAlso(toldToStaff);

const thread = id("1");
const task: Task = { id: id("2"), text: "Receipts", created_by: anna, created_at: 1 };
const done: Task = { ...task, id: id("3"), text: "Annual report", done: true, done_by: petra, done_at: 2 };
const reminder_id = "r1";
const reminder = { type: "reminder.sent", number: 1, of: 3, recipients: ["Petra Holm"], after: 1 } as const;
const account = { id: id("9"), name: "Holm Bygg" };

const template = { id: id("7"), name: "Moms", subject: "Moms", body: { content: [] }, updated_at: 1 };
const field = {
  id: id("7"),
  of: "account",
  name: "Org. no.",
  kind: "text",
  place: 0,
  updated_at: 1,
} as const;
const run = {
  id: id("7"),
  by: anna,
  state: "running",
  subject: "Moms",
  created_at: 1,
  updated_at: 1,
  total: 2,
} as const;
const saved = { id: id("7"), title: "Receipts", body: { content: [] }, updated_at: 1 };

/** What of a thread and a person's lists somebody can see change. */
type Part = "row" | "tasks" | "stream" | "inbox" | "lists" | "kept";

type Place<E> = {
  readonly stands: "t" | "n" | "u";
  readonly event: E;
  /** Who looks, where it isn't staff. */
  readonly reader?: typeof petra;
} & ({ readonly changes: readonly [Part, ...Part[]] } | { readonly nothing: string });

const PLACES: { readonly [T in Event["type"]]: Place<Extract<Event, { readonly type: T }>> } = {
  "access.changed": {
    stands: "u",
    event: { type: "access.changed", lost: [account.id] },
    changes: ["row", "tasks", "stream", "lists"],
  },
  "bulk.deleted": {
    stands: "u",
    event: { type: "bulk.deleted", bulk_id: id("7") },
    changes: ["kept"],
  },
  "bulk.updated": {
    stands: "u",
    event: { type: "bulk.updated", bulk: { ...run, created: 1 } },
    changes: ["kept"],
  },
  "custom_field.deleted": {
    stands: "u",
    event: { type: "custom_field.deleted", custom_field_id: id("7") },
    changes: ["kept"],
  },
  "custom_field.updated": {
    stands: "u",
    event: { type: "custom_field.updated", custom_field: { ...field, name: "Number" } },
    changes: ["kept"],
  },
  "document.changed": {
    stands: "t",
    event: { type: "document.changed", document_id: id("8") },
    nothing: "the row and whatever shows the document are asked for anew",
  },
  "firm.changed": {
    stands: "u",
    event: { type: "firm.changed", firm: { id: id("f"), name: "New name" } },
    changes: ["kept"],
  },
  "letter.failed": {
    stands: "n",
    event: { type: "letter.failed", letter_id: id("4"), person: petra, said: "550 no such user" },
    nothing: "the inbox tells it, in an entry that comes with notification.updated",
  },
  "message.sent": { stands: "t", event: said(2, "Thanks").event as never, changes: ["row", "stream"] },
  "notification.updated": {
    stands: "u",
    event: {
      type: "notification.updated",
      open_count: 1,
      notification: {
        id: id("6"),
        thread_id: thread,
        account,
        subject: "Year-end",
        kind: "message_from_contact",
        actor: petra,
        at: 2,
        created_at: 2,
      },
    },
    changes: ["inbox"],
  },
  "reminder.changed": {
    stands: "n",
    event: { type: "reminder.changed", reminder: { enabled: true, days: 3, number: 2 } },
    changes: ["row"],
  },
  "reminder.exhausted": {
    stands: "n",
    event: { type: "reminder.exhausted", sent: 2, unanswered: "reply" },
    changes: ["stream"],
  },
  "reminder.sent": { stands: "n", event: { ...reminder, number: 2 }, changes: ["stream"] },
  "reminder.settled": {
    stands: "n",
    event: { type: "reminder.settled", reminder_id, number: 1, of: 3, counted: false, deliveries: [] },
    changes: ["stream"],
  },
  "saved_reply.deleted": {
    stands: "u",
    event: { type: "saved_reply.deleted", saved_reply_id: id("7") },
    changes: ["kept"],
  },
  "saved_reply.updated": {
    stands: "u",
    event: { type: "saved_reply.updated", saved_reply: { ...saved, title: "Receipts, please" } },
    changes: ["kept"],
  },
  "scheduled_chat.changed": {
    stands: "u",
    event: { type: "scheduled_chat.changed", scheduled_chat_id: id("7"), became: "waiting" },
    nothing: "the page of those that wait asks for them whenever the firm's stream moves",
  },
  "template.deleted": {
    stands: "u",
    event: { type: "template.deleted", template_id: id("7") },
    changes: ["kept"],
  },
  "template.updated": {
    stands: "u",
    event: { type: "template.updated", template: { ...template, name: "Year-end" } },
    changes: ["kept"],
  },
  "scheduled_send.changed": {
    stands: "n",
    event: {
      type: "scheduled_send.changed",
      scheduled_send_id: id("6"),
      became: "waiting",
      due_at: 5,
      by: anna,
      first: true,
    },
    nothing: "what waits is asked for anew: its words stand in no stream (scheduled_sends/Later.tsx)",
  },
  "task.added": {
    stands: "t",
    event: { type: "task.added", task: { ...task, id: id("7") } },
    changes: ["row", "tasks"],
  },
  "task.completed": {
    stands: "t",
    event: { type: "task.completed", task_id: task.id },
    changes: ["row", "tasks"],
  },
  "task.deleted": {
    stands: "t",
    event: { type: "task.deleted", task_id: task.id },
    changes: ["row", "tasks"],
  },
  "task.edited": {
    stands: "t",
    event: { type: "task.edited", task_id: task.id, text: "All receipts" },
    changes: ["tasks"],
  },
  "task.reopened": {
    stands: "t",
    event: { type: "task.reopened", task_id: done.id },
    changes: ["row", "tasks"],
  },
  "tasks.completed": { stands: "t", event: { type: "tasks.completed" }, changes: ["stream"] },
  "tasks.reordered": {
    stands: "t",
    event: { type: "tasks.reordered", task_ids: [done.id, task.id] },
    changes: ["tasks"],
  },
  "thread.archived": { stands: "t", event: { type: "thread.archived" }, changes: ["row", "stream"] },
  "thread.assigned": {
    stands: "n",
    event: { type: "thread.assigned", assignee: anna },
    changes: ["row", "stream"],
  },
  "thread.created": {
    stands: "t",
    event: { type: "thread.created", account_id: account.id, subject: "Year-end" },
    nothing: "the thread's row comes whole, by thread.list or the answer to thread.create",
  },
  "thread.raised": { stands: "t", event: { type: "thread.raised" }, reader: petra, changes: ["row"] },
  "thread.renamed": {
    stands: "t",
    event: { type: "thread.renamed", subject: "Year-end 2025" },
    changes: ["row", "stream"],
  },
  "thread.reopened": { stands: "t", event: { type: "thread.reopened" }, changes: ["row", "stream"] },
  "thread.snoozed": {
    stands: "n",
    event: { type: "thread.snoozed", snooze: { by: anna, until: 5, answered_at: 1 } },
    changes: ["row", "stream"],
  },
  "thread.unread": {
    stands: "n",
    event: { type: "thread.unread", read_seq: 0, unread: 1, read_messages: 0, turns_back: 1 },
    changes: ["row"],
  },
  "thread.woken": {
    stands: "n",
    event: { type: "thread.woken", back: { at: 5, why: "time" }, snoozed_by: anna },
    changes: ["row", "stream"],
  },
};

/** Somebody who has opened a thread with a message, two tasks and a reminder, and read it. */
function looking(reader: typeof anna | typeof petra, state: Thread["state"]): State {
  const read = { head: 1, read_seq: 1, their_messages: 1, read_messages: 1, tasks_total: 2, tasks_done: 1 };
  const opened = row("1", { ...read, account, state, staff: { notes_head: 1 } });
  const heads = { [`u:${reader.id}`]: 0 };
  const welcome = { type: "welcome", session: id("8"), me: me(reader), at: 1, epoch: "e", heads } as const;
  const note: StreamEvent = { seq: 1, at: 1, actor: null, event: { ...reminder, reminder_id } };
  const happened: readonly Happening[] = [
    { type: "frame", frame: welcome },
    { type: "frame", frame: { type: "live" } },
    { type: "kept", kind: "saved_reply", page: { entities: [saved], heads } },
    { type: "kept", kind: "template", page: { entities: [template], heads } },
    { type: "kept", kind: "bulk", page: { entities: [run], heads } },
    { type: "kept", kind: "custom_field", page: { entities: [field], heads } },
    {
      type: "opened",
      result: {
        thread: opened,
        tasks: [task, done],
        marks: [],
        page: { stream: `t:${thread}`, events: [said(1, "Hello")], head: 1 },
        notes: { stream: `n:${thread}`, events: [note], head: 1 },
      },
    },
  ];
  return happened.reduce((so, what) => reduce(so, what, 1)[0], EMPTY);
}

/** All that is shown, without positions and times of the last change. */
function shownOf(state: State): Record<Part, unknown> {
  const { head: _, updated_at: __, staff, ...known } = state.rows.get(thread) ?? row("1");
  const { notes_head: ___, ...part } = staff ?? {};
  const opened = state.opened[thread];
  return {
    row: state.rows.get(thread) && { ...known, part },
    tasks: opened?.tasks,
    stream: streamEntries({ state, threadId: thread, writtenAt: () => 1 }),
    inbox: [state.notifications.values(), state.open_count],
    lists: state.rows.size,
    kept: Object.values(state.kept).map((kept) => kept.entities.values()),
  };
}

for (const [type, place] of Object.entries(PLACES)) {
  const expected = "changes" in place ? [...place.changes].sort() : [];
  test(`${type} changes ${"changes" in place ? expected.join(", ") : `nothing: ${place.nothing}`}`, () => {
    const reader = place.reader ?? anna;
    const before = looking(reader, type === "thread.archived" ? "active" : "archived");
    const stream = `${place.stands}:${place.stands === "u" ? reader.id : thread}`;
    const seq = place.stands === "u" ? 1 : 2;
    const frame = { type: "event", stream, seq, at: 2, actor: petra, event: place.event } as const;
    const [after] = reduce(before, { type: "frame", frame }, 2);
    assert.equal(after.streams.get(stream)?.position, seq, "it was applied");
    const [was, is] = [shownOf(before), shownOf(after)];
    const changed = (Object.keys(is) as Part[]).filter(
      (part) => JSON.stringify(is[part]) !== JSON.stringify(was[part]),
    );
    assert.deepEqual(changed.sort(), expected);
  });
}
