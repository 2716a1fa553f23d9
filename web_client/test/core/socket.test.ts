import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { afterClose, waitMs } from "../../src/core/backoff.ts";
import { Link, type LinkState, SILENCE_MS } from "../../src/core/socket.ts";
import { FakeSocket, settled } from "./fakes.ts";

let states: LinkState[] = [];

function link(): Link {
  return new Link({
    url: "ws://here/ws",
    hello: () => ({ type: "hello" }),
    onFrame: () => undefined,
    onState: (state) => states.push(state),
    makeSocket: FakeSocket.make,
    random: () => 0.5,
  });
}

async function live(): Promise<Link> {
  const made = link();
  made.connect();
  FakeSocket.last.open();
  await settled();
  FakeSocket.last.say({ type: "live" });
  return made;
}

beforeEach(() => {
  states = [];
  FakeSocket.made = [];
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
});
afterEach(() => mock.timers.reset());

test("waits grow, stay under the longest, and are spread", () => {
  assert.equal(waitMs(1, 0), 250);
  assert.equal(waitMs(1, 1), 500);
  assert.ok(waitMs(5, 0) > waitMs(2, 1));
  assert.equal(waitMs(50, 1), 30_000);
});

test("close codes: draining spreads, 4400 and above end, everything else comes again", () => {
  assert.equal(afterClose(1012), "spread");
  for (const code of [1000, 1006, 1009, 1011, 4000, 4001, 4002, 4003, 4399])
    assert.equal(afterClose(code), "again");
  for (const code of [4400, 4401, 4403, 4406, 4999]) assert.equal(afterClose(code), "ended");
});

test("hello is the first frame, and nothing is sent before live", async () => {
  const made = link();
  made.connect();
  FakeSocket.last.open();
  await settled();
  assert.deepEqual(FakeSocket.last.sent, [{ type: "hello" }]);
  assert.equal(made.send({ type: "hello" }), false);
  FakeSocket.last.say({ type: "live" });
  assert.equal(made.send({ type: "hello" }), true);
});

test("a lost connection is made again after a wait", async () => {
  await live();
  FakeSocket.last.shut(1006);
  assert.deepEqual(states.at(-1), { kind: "waiting", attempt: 1 });
  mock.timers.tick(400);
  assert.equal(FakeSocket.made.length, 2);
});

test("revoked: it ends, and doesn't come again", async () => {
  await live();
  FakeSocket.last.shut(4403);
  assert.deepEqual(states.at(-1), { kind: "ended", code: 4403 });
  mock.timers.tick(120_000);
  assert.equal(FakeSocket.made.length, 1);
});

test("silence for longer than the pulse allows counts as dead", async () => {
  await live();
  mock.timers.tick(SILENCE_MS - 10_000);
  assert.equal(FakeSocket.made.length, 1);
  mock.timers.tick(20_000);
  assert.equal(FakeSocket.made.length, 2);
  assert.equal(FakeSocket.made[0]?.closedWith, 4000);
});

test("a pulse keeps it", async () => {
  await live();
  for (let pulses = 0; pulses < 6; pulses += 1) {
    mock.timers.tick(25_000);
    FakeSocket.last.say({ type: "pulse", at: 0 });
  }
  assert.equal(FakeSocket.made.length, 1);
});

test("waking asks at once, and a connection that doesn't answer is made anew", async () => {
  const made = await live();
  mock.timers.tick(3_000);
  let asked = 0;
  made.wake(() => {
    asked += 1;
  });
  assert.equal(asked, 1);
  mock.timers.tick(3_100);
  assert.equal(FakeSocket.made.length, 2);
});

test("waking leaves a connection alone that answers", async () => {
  const made = await live();
  mock.timers.tick(3_000);
  made.wake(() => FakeSocket.last.say({ type: "reply", id: 1, result: {} }));
  mock.timers.tick(100);
  FakeSocket.last.say({ type: "pulse", at: 0 });
  mock.timers.tick(5_000);
  assert.equal(FakeSocket.made.length, 1);
});

test("waking while waiting connects now", async () => {
  const made = await live();
  FakeSocket.last.shut(1006);
  made.wake(() => undefined);
  assert.equal(FakeSocket.made.length, 2);
});

test("waking right after something was heard asks a moment later", async () => {
  const made = await live();
  let asked = 0;
  made.wake(() => {
    asked += 1;
  });
  assert.equal(asked, 0);
  mock.timers.tick(1_100);
  assert.equal(asked, 1);
  mock.timers.tick(3_100);
  assert.equal(FakeSocket.made.length, 2);
});

test("waking while connecting gives up a connection that stays silent", () => {
  const made = link();
  made.connect();
  made.wake(() => assert.fail("there is nobody to ask yet"));
  mock.timers.tick(1_100);
  mock.timers.tick(3_100);
  assert.equal(FakeSocket.made.length, 2);
});

test("waking while connecting asks once the connection is live", async () => {
  const made = link();
  made.connect();
  let asked = 0;
  made.wake(() => {
    asked += 1;
  });
  FakeSocket.last.open();
  await settled();
  mock.timers.tick(500);
  FakeSocket.last.say({ type: "live" });
  mock.timers.tick(2_000);
  assert.equal(asked, 1);
  mock.timers.tick(3_100);
  assert.equal(FakeSocket.made.length, 2);
});
