// The shared vectors: this reducer and the Python one must agree, step by step.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { RETRY_FIRST_MS, RETRY_MOST_MS } from "../../src/core/pending.ts";
import { TYPING_MS } from "../../src/core/presence.ts";
import type { Command, Step, Thread } from "../../src/core/protocol.gen.ts";
import { dueAt, OVERLAP_MS, reduce } from "../../src/core/reducer.ts";
import { EMPTY, type Happening, positions, type State, shown } from "../../src/core/state.ts";
import { ASK_AGAIN_MS, ASK_EVENTS_MAX, HOLD_MS } from "../../src/core/stream.ts";

interface Vectors {
  readonly constants: Readonly<Record<string, number>>;
  readonly cases: readonly {
    readonly name: string;
    readonly about: string;
    readonly steps: readonly {
      readonly now: number;
      readonly in: Happening;
      readonly requests?: readonly object[];
      readonly view?: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

// Tests run from web_client, see package.json.
const vectors = JSON.parse(readFileSync("../protocol/client/vectors.json", "utf8")) as Vectors;

const ROW_DEFAULTS = { unread: 0, read_seq: 0, tasks_done: 0, tasks_total: 0 };
const PART_DEFAULTS: Readonly<Record<string, unknown>> = { notes_head: 0, origin: "manual" };

function steps(taken: readonly Step[] | undefined): number[][] {
  return (taken ?? []).map((step) => [step.seq, step.at]);
}

function each<T, R>(
  table: Readonly<Record<string, T>>,
  how: (value: T, key: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, how(value, key)]));
}

function rowView(row: Thread): Record<string, unknown> {
  const part =
    row.staff && Object.entries(row.staff).filter(([name, value]) => PART_DEFAULTS[name] !== value);
  return { ...ROW_DEFAULTS, ...row, ...(part ? { staff: Object.fromEntries(part) } : {}) };
}

function viewOf(state: State): Record<string, unknown> {
  const streams = state.streams.buckets.flatMap((bucket) => [...bucket]);
  const held = streams.filter(([, followed]) => Object.keys(followed.held).length > 0);
  return {
    phase: state.phase,
    epoch: state.epoch,
    positions: each(Object.fromEntries(streams), (followed) => followed.position),
    hello: positions(state),
    held: Object.fromEntries(held.map(([name, followed]) => [name, Object.keys(followed.held).map(Number)])),
    shown: each(state.opened, (_, id) =>
      shown(state, id)
        .filter((item) => item.kind === "p" || isKnown(item.event.event.type))
        .map((item) =>
          item.kind === "p" ? `p:${item.pending.client_message_id}` : `${item.kind}:${item.event.seq}`,
        ),
    ),
    tasks: each(state.opened, (thread) =>
      thread.tasks.map((task) => [task.id, task.text, task.done ?? false]),
    ),
    marks: each(state.opened, (thread) =>
      each(thread.marks, (mark) => ({
        read: steps(mark.read),
        delivered: steps(mark.delivered),
        ...(mark.mailed?.length ? { mailed: steps(mark.mailed) } : {}),
      })),
    ),
    rows: Object.fromEntries(state.rows.values().map((row) => [row.id, rowView(row)])),
    rows_known: state.rows
      .values()
      .map((row) => row.id)
      .sort(),
    pending: each(state.pending, (message) => message.state),
    typing: each(state.typing, (writers) => Object.keys(writers).sort()),
    online: [...state.online].sort(),
    team_online: state.team_online,
    notifications: state.notifications
      .values()
      .filter((entry) => !entry.archived)
      .map((entry) => entry.id)
      .sort(),
    open_count: state.open_count,
    kept: each(state.kept, ({ entities, loaded = false }) => ({
      loaded,
      entities: Object.fromEntries(entities.values().map((entity) => [entity.id, entity])),
    })),
    due_at: dueAt(state),
  };
}

const NOUNS = ["thread", "message", "task", "tasks", "reminder", "notification", "access"];
function isKnown(type: string): boolean {
  const [noun = "", verb = ""] = type.split(".");
  return (NOUNS.includes(noun) && verb.endsWith("ed")) || verb === "sent";
}

/** Expected fields only; null expects an absent one. */
function pick(expected: unknown, got: unknown): unknown {
  if (expected === null && got === undefined) return null;
  return got;
}

/** Order among commands matters only for messages. */
function sorted(commands: readonly object[]): string[] {
  const texts = commands.map((command) => JSON.stringify(withoutDefaults(command)));
  const sends = texts.filter((text) => text.includes('"message.send"'));
  return [...texts.filter((text) => !sends.includes(text)).sort(), ...sends];
}

const COMMAND_DEFAULTS: Readonly<Record<string, unknown>> = { state: "active", limit: 50 };
function withoutDefaults(command: object): object {
  const entries = Object.entries(command).filter(([name, value]) => {
    if (name === "limit" && (command as Command).type === "stream.read") return value !== 100;
    return COMMAND_DEFAULTS[name] !== value;
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test("the constants are those of the vectors", () => {
  assert.deepEqual(vectors.constants, {
    hold_ms: HOLD_MS,
    ask_again_ms: ASK_AGAIN_MS,
    typing_ms: TYPING_MS,
    overlap_ms: OVERLAP_MS,
    retry_first_ms: RETRY_FIRST_MS,
    retry_most_ms: RETRY_MOST_MS,
    ask_events_max: ASK_EVENTS_MAX,
  });
});

for (const { name, about, steps: taken } of vectors.cases) {
  test(`${name}: ${about}`, () => {
    let state = EMPTY;
    taken.forEach((step, index) => {
      const [next, commands] = reduce(state, step.in, step.now);
      state = next;
      const where = `step ${index + 1} (${step.in.type})`;
      if (step.requests) assert.deepEqual(sorted(commands), sorted(step.requests), `requests of ${where}`);
      const view = viewOf(state);
      for (const [key, expected] of Object.entries(step.view ?? {})) {
        if (key !== "rows") {
          assert.deepEqual(view[key], expected, `${key} after ${where}`);
          continue;
        }
        for (const [id, fields] of Object.entries(
          expected as Record<string, Record<string, unknown> | null>,
        )) {
          const row = (view.rows as Record<string, Record<string, unknown>>)[id];
          for (const [field, value] of Object.entries(fields ?? {})) {
            assert.deepEqual(pick(value, row?.[field]), value, `${field} of row ${id} after ${where}`);
          }
        }
      }
    });
  });
}
