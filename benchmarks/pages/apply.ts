// How long a page that knows many threads takes to apply what comes: the reducer by itself, and the client around it with
// its lists. Writes a JSON object of milliseconds of CPU time into the file that is named to it, each the median of several runs
// after one that warms up. Uses nothing that an older tree wouldn't have: benchmarks/against.py puts it there.

import { writeFileSync } from "node:fs";
import { Client } from "../../web_client/src/core/client.ts";
import { Lists } from "../../web_client/src/core/lists.ts";
import type { ServerFrame, Thread } from "../../web_client/src/core/protocol.gen.ts";
import { reduce } from "../../web_client/src/core/reducer.ts";
import { EMPTY, type Happening, type State } from "../../web_client/src/core/state.ts";

const RUNS = 7;
/** An older build may need seconds for one: then two must do. */
const ENOUGH_MS = 3_000;
const EVENTS = 100;
const ANNA = { id: "5".repeat(32), side: "staff", name: "Anna" } as const;
const CILLA = { id: "c".repeat(32), side: "contact", name: "Cilla" } as const;

const id = (number: number): string => number.toString(16).padStart(32, "0");
const framed = (frame: unknown): Happening => ({ type: "frame", frame: frame as ServerFrame });

function row(number: number, head = 5): Thread {
  return {
    id: id(number),
    account: { id: "a".repeat(32), name: "Acme" },
    subject: `Subject ${number}`,
    state: "active",
    created_at: 1_000_000 + number,
    created_by: ANNA,
    head,
    updated_at: 1_000_000 + number,
    last_message_at: 1_000_000 + number,
    unread: number % 3,
    read_messages: 0,
    their_messages: number % 3,
    staff: { notes_head: 2 },
  } as Thread;
}

const page = (count: number, head?: number): Happening => ({
  type: "rows",
  threads: Array.from({ length: count }, (_, number) => row(number, head)),
});

const welcome = framed({
  type: "welcome",
  session: "9".repeat(32),
  me: { person: ANNA, firm: { id: "f".repeat(32), name: "Firm" }, email: "a@firm.example", language: "en" },
  at: 1,
  epoch: "e",
  heads: {},
});
const live = framed({ type: "live" });

function pulse(count: number, head: number): Happening {
  const names = Array.from({ length: count }, (_, number) => [`t:${id(number)}`, head] as const);
  return framed({ type: "pulse", at: 1, heads: Object.fromEntries(names) });
}

function said(thread: number, seq: number): Happening {
  const message_id = id(seq);
  const body = { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Hello" }] }] };
  const event = { type: "message.sent", message_id, client_message_id: `key-${seq}`, body };
  return framed({ type: "event", stream: `t:${id(thread)}`, seq, at: 2_000_000, actor: CILLA, event });
}

const after = (state: State, ...happenings: Happening[]): State =>
  happenings.reduce((now, happening) => reduce(now, happening, 1)[0], state);

function known(count: number): State {
  return after(EMPTY, welcome, live, page(count));
}

function client(count: number): Client {
  const made = new Client({ storage: null, socketUrl: "ws://localhost/" } as never);
  new Lists(made, { state: "active", only: "all", search: "" } as never, { value: null } as never);
  for (const happening of [welcome, live, page(count)]) made.dispatch(happening);
  return made;
}

/** Median milliseconds of what `make` prepares each time. */
function timed(make: () => () => unknown): number {
  const times: number[] = [];
  const until = performance.now() + ENOUGH_MS;
  for (let run = 0; run <= RUNS && (run < 2 || performance.now() < until); run += 1) {
    const act = make();
    const before = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1_000);
  }
  const counted = times.slice(1).sort((a, b) => a - b);
  return counted[counted.length >> 1] ?? Number.NaN;
}

const figures: Record<string, number> = {};
for (const count of [1_000, 2_000]) {
  figures[`page_${count}_ms`] = timed(() => () => after(EMPTY, welcome, live, page(count)));
  figures[`pulse_${count}_ms`] = timed(() => {
    const state = known(count);
    return () => after(state, pulse(count, 6));
  });
  figures[`pulse_of_nothing_new_${count}_ms`] = timed(() => {
    const state = known(count);
    return () => after(state, pulse(count, 5));
  });
  figures[`event_${count}_ms`] =
    timed(() => {
      let state = known(count);
      return () => {
        for (let seq = 6; seq < 6 + EVENTS; seq += 1) state = after(state, said(seq % 7, 6 + Math.floor((seq - 6) / 7)));
      };
    }) / EVENTS;
}
figures.client_page_1000_ms = timed(() => {
  const made = client(0);
  return () => made.dispatch(page(1_000));
});
figures.client_event_1000_ms =
  timed(() => {
    const made = client(1_000);
    return () => {
      for (let seq = 6; seq < 6 + EVENTS; seq += 1) made.dispatch(said(seq % 7, 6 + Math.floor((seq - 6) / 7)));
    };
  }) / EVENTS;
writeFileSync(process.argv[2] ?? "/dev/stdout", JSON.stringify(figures));
process.exit(0); // timers of the client's still run
