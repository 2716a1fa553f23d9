// What windows show of documents is what they were told last: nothing older stands while they ask again (DC-8).

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Document, DocumentsSeen, Id, StreamEvent } from "../../src/core/protocol.gen.ts";
import { carriedBy, KnownDocuments } from "../../src/documents/known.ts";
import { anna, id, petra } from "../core/fakes.ts";

const receipt = id("1");
const report = id("2");

function called(documentId: Id, name: string): Document {
  return {
    id: documentId,
    account_id: id("9"),
    folder_id: id("8"),
    name,
    size: 3,
    family: "pdf",
    uploaded_by: petra,
    uploaded_at: 1,
  };
}

const nameOf = (one: Document | null | false | undefined): string | undefined => (one ? one.name : undefined);

function said(seq: number, event: StreamEvent["event"]): StreamEvent {
  return { seq, at: seq, actor: anna, event };
}

const message = said(1, {
  type: "message.sent",
  message_id: id("3"),
  client_message_id: "key-00001",
  body: { content: [{ type: "paragraph" }] },
  attachments: [receipt, report],
});

test("documents are told of by the messages of both streams, and changes are counted for those alone", () => {
  const changed = said(2, { type: "document.changed", document_id: receipt });
  const strange = said(3, { type: "document.changed", document_id: id("7") });
  const thread = { tasks: [], marks: {}, items: [message, changed, strange], notes: [] };
  assert.deepEqual(
    [...carriedBy(thread)],
    [
      [receipt, 1],
      [report, 0],
    ],
  );
  assert.deepEqual(
    [...carriedBy({ ...thread, items: [], notes: [message] })],
    [
      [receipt, 0],
      [report, 0],
    ],
  );
});

test("what the answer leaves out is nothing for this reader, and what is known isn't asked for again", async () => {
  const asked: Id[][] = [];
  const known = new KnownDocuments(async (ids) => {
    asked.push([...ids]);
    return { documents: [called(receipt, "receipt.pdf")] };
  });
  const carried = new Map([
    [receipt, 0],
    [report, 0],
  ]);
  assert.equal(known.of(receipt), undefined);
  await known.want(carried);
  assert.equal(nameOf(known.of(receipt)), "receipt.pdf");
  assert.equal(known.of(report), null);
  await known.want(carried);
  assert.deepEqual(asked, [[receipt, report]]);
});

test("once there is something else to know, the old name is gone before the answer comes", async () => {
  const answers: ((found: DocumentsSeen) => void)[] = [];
  const known = new KnownDocuments(() => new Promise((answer) => answers.push(answer)));
  const first = known.want(new Map([[receipt, 0]]));
  const second = known.want(new Map([[receipt, 1]]));
  answers[1]?.({ documents: [] });
  await second;
  assert.equal(known.of(receipt), null);
  answers[0]?.({ documents: [called(receipt, "secret.pdf")] }); // an answer from before the folder was closed
  await first;
  assert.equal(known.of(receipt), null);
  void known.want(new Map([[receipt, 2]]));
  assert.equal(known.of(receipt), undefined);
});

test("what the virus scanner holds is said to be held until the stream says that there is something else to know", async () => {
  const answers: DocumentsSeen[] = [
    { documents: [], held: [receipt] },
    { documents: [called(receipt, "receipt.pdf")] },
  ];
  const known = new KnownDocuments(async () => answers.shift() ?? { documents: [] });
  await known.want(new Map([[receipt, 0]]));
  assert.equal(known.of(receipt), false);
  const asking = known.want(new Map([[receipt, 1]]));
  assert.equal(known.of(receipt), undefined);
  await asking;
  assert.equal(nameOf(known.of(receipt)), "receipt.pdf");
});

test("a question that fails is asked again", async () => {
  let times = 0;
  const known = new KnownDocuments(async () => {
    times += 1;
    if (times === 1) throw new Error("away");
    return { documents: [called(receipt, "receipt.pdf")] };
  });
  const carried = new Map([[receipt, 0]]);
  await known.want(carried);
  assert.equal(known.of(receipt), undefined);
  await known.want(carried);
  assert.equal(nameOf(known.of(receipt)), "receipt.pdf");
});

test("very many are asked for in several questions", async () => {
  const asked: number[] = [];
  const known = new KnownDocuments(async (ids) => {
    asked.push(ids.length);
    return { documents: [] };
  });
  await known.want(new Map(Array.from({ length: 250 }, (_, n) => [n.toString(16).padStart(32, "0"), 0])));
  assert.deepEqual(asked, [100, 100, 50]);
});
