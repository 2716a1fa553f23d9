// Files of what is written: brought, saved in a folder, sent along; and what goes wrong on the way.

import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { signal } from "@preact/signals";
import { Drafts } from "../../src/core/drafts.ts";
import { Refusal } from "../../src/core/problems.ts";
import { DOCUMENTS_ASKED_MAX, type Document, type Folder, type Id } from "../../src/core/protocol.gen.ts";
import type { Told } from "../../src/documents/bringing.ts";
import { DraftFiles, type Writing } from "../../src/documents/draft_files.ts";
import { bringWhole } from "../../src/documents/whole_bringing.ts";
import { readChosen, readDropped } from "../../src/documents/whole_folders.ts";
import { FakeStorage, id, petra } from "../core/fakes.ts";

const account = id("9");
const uploads: Folder = {
  id: id("a"),
  account_id: account,
  name: "Uppladdat",
  may_edit: true,
  for_uploads: true,
  access: "client_edits",
};
const locked: Folder = {
  id: id("b"),
  account_id: account,
  name: "Bara vi",
  may_edit: true,
  access: "private",
};
const seen: Folder = {
  id: id("c"),
  account_id: account,
  name: "Rapporter",
  may_edit: false,
  access: "client_views",
};

interface Call {
  readonly name: string;
  readonly args: { readonly [key: string]: unknown };
}

let calls: Call[];
let brought: Map<string, Told>;
let givenUp: string[];
let sent: number;
let unpacked: unknown[];
let answer: (call: Call) => unknown;
const live = signal(true);

beforeEach(() => {
  calls = [];
  brought = new Map();
  givenUp = [];
  sent = 0;
  unpacked = [];
  live.value = true;
  answer = ({ name, args }) => {
    if (name === "folder.list") return { folders: [seen, locked, uploads] };
    if (name === "document.get") return { documents: [] };
    return document(String(args.name), String(args.folder_id));
  };
});

function document(name: string, folder_id: Id): Document {
  return {
    id: id("d").slice(name.length) + name.replace(/[^a-f]/g, "0").padEnd(name.length, "0"),
    account_id: account,
    folder_id,
    name,
    size: 10,
    family: "pdf",
    uploaded_by: petra,
    uploaded_at: 1,
  };
}

function files(more: Partial<Writing> = {}): DraftFiles {
  return new DraftFiles(
    {
      api: {
        call: async (name: string, args: object) => {
          const call = { name, args: { ...args } };
          calls.push(call);
          return answer(call) as never;
        },
      },
      carrier: { person: () => petra.id, live },
      unpacked: (name, { documents }, part) => unpacked.push([name, documents, part]),
      folderSaved: (name, documents, part) => unpacked.push([name, documents, part]),
      whole: async () => ({ bringWhole, readChosen, readDropped }),
      bring: async () => (_file, name, told) => {
        brought.set(name, told);
        return () => givenUp.push(name);
      },
    },
    {
      accountId: () => account,
      kept: [],
      keep: () => undefined,
      send: () => {
        sent += 1;
      },
      ...more,
    },
  );
}

const chosen = (name: string, size = 10): File => new File(["x".repeat(size)], name);

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const states = (all: DraftFiles): string[] => all.all.value.map(({ name, state }) => `${name} ${state}`);
const saves = (): Call[] => calls.filter(({ name }) => name === "document.save");

test("a file is brought at once, and saved where somebody says and when they say so (DC-2)", async () => {
  const all = files();
  all.add([chosen("kvitto.pdf")]);
  await settled();
  assert.deepEqual(states(all), ["kvitto.pdf waiting"]);
  brought.get("kvitto.pdf")?.onProgress(4);
  assert.deepEqual([all.all.value[0]?.state, all.all.value[0]?.sent], ["coming", 4]);
  brought.get("kvitto.pdf")?.onBrought(id("1"));
  await settled();
  assert.deepEqual(states(all), ["kvitto.pdf brought"]);
  assert.deepEqual(saves(), []);
  all.save(false);
  await settled();
  assert.deepEqual(states(all), ["kvitto.pdf saved"]);
  assert.equal(saves().length, 1);
  assert.equal(saves()[0]?.args.folder_id, uploads.id);
  assert.equal(saves()[0]?.args.upload_id, id("1"));
});

test("what goes to contacts isn't saved where they don't see it, and nothing where the reader may not (DC-1, DC-7)", async () => {
  const all = files();
  all.add([chosen("a.pdf")]);
  await settled();
  assert.deepEqual(
    all.choices(false).map(({ id }) => id),
    [uploads.id],
  );
  assert.deepEqual(
    all.choices(true).map(({ id }) => id),
    [locked.id, uploads.id],
  );
  all.folderId.value = locked.id;
  assert.equal(all.chosen(true)?.id, locked.id);
  assert.equal(all.chosen(false)?.id, uploads.id);
});

test("sending waits until all files are saved, and happens once", async () => {
  const all = files();
  all.add([chosen("a.pdf"), chosen("b.pdf")]);
  await settled();
  all.sendWhenSaved(false);
  brought.get("a.pdf")?.onBrought(id("1"));
  await settled();
  assert.deepEqual([all.waiting.value, sent], [true, 0]);
  brought.get("b.pdf")?.onBrought(id("2"));
  await settled();
  assert.deepEqual([all.waiting.value, sent], [false, 1]);
  assert.equal(all.documentIds.length, 2);
});

test("sending before the folders are known waits for them, too", async () => {
  let give: (() => void) | undefined;
  const folders = new Promise((resolve) => {
    give = () => resolve({ folders: [uploads] });
  });
  const usual = answer;
  answer = (call) => (call.name === "folder.list" ? folders : usual(call));
  const all = files();
  all.add([chosen("a.pdf")]);
  await settled();
  brought.get("a.pdf")?.onBrought(id("1"));
  all.sendWhenSaved(false);
  await settled();
  assert.equal(sent, 0);
  give?.();
  await settled();
  assert.equal(sent, 1);
});

test("one that fails stops the sending, keeps the others, and can be tried again", async () => {
  const all = files();
  all.add([chosen("a.pdf"), chosen("b.pdf")]);
  await settled();
  all.sendWhenSaved(false);
  brought.get("a.pdf")?.onBrought(id("1"));
  brought.get("b.pdf")?.onFailed({ code: "conflict", reason: "no_room", message: "" });
  await settled();
  assert.deepEqual(states(all), ["a.pdf saved", "b.pdf failed"]);
  assert.deepEqual([all.waiting.value, sent, all.failed], [false, 0, true]);
  all.sendWhenSaved(false);
  assert.equal(all.waiting.value, false);
  const [, failed] = all.all.value;
  assert.equal(failed !== undefined && all.canRetry(failed), true);
  all.retry(failed?.key ?? "", false);
  await settled();
  brought.get("b.pdf")?.onBrought(id("2"));
  await settled();
  assert.deepEqual(states(all), ["a.pdf saved", "b.pdf saved"]);
});

test("a lost connection while saving is waited for, and the same is asked again with the same key (P2)", async () => {
  const usual = answer;
  let away = true;
  answer = (call) => {
    if (call.name !== "document.save" || !away) return usual(call);
    throw new Refusal({ code: "unavailable", message: "" });
  };
  const all = files();
  all.add([chosen("a.pdf")]);
  await settled();
  live.value = false;
  brought.get("a.pdf")?.onBrought(id("1"));
  all.save(false);
  await settled();
  assert.deepEqual(states(all), ["a.pdf stalled"]);
  away = false;
  live.value = true;
  await settled();
  assert.deepEqual(states(all), ["a.pdf saved"]);
  const [first, second] = saves();
  assert.deepEqual(first, second);
});

test("one that is taken away is given up, and a save that comes back later changes nothing", async () => {
  const all = files();
  all.add([chosen("a.pdf"), chosen("b.pdf")]);
  await settled();
  all.remove(all.all.value[0]?.key ?? "");
  assert.deepEqual(givenUp, ["a.pdf"]);
  brought.get("a.pdf")?.onBrought(id("1"));
  await settled();
  assert.deepEqual(states(all), ["b.pdf waiting"]);
});

test("a folder that is gone can be chosen anew, and the file needn't come again", async () => {
  const usual = answer;
  let gone = true;
  answer = (call) => {
    if (call.name !== "document.save" || !gone) return usual(call);
    throw new Refusal({ code: "forbidden", message: "" });
  };
  const all = files();
  all.add([chosen("a.pdf")]);
  await settled();
  brought.get("a.pdf")?.onBrought(id("1"));
  all.save(false);
  await settled();
  assert.deepEqual(states(all), ["a.pdf failed"]);
  assert.equal(all.undecided, true);
  gone = false;
  all.save(false);
  await settled();
  assert.deepEqual(states(all), ["a.pdf saved"]);
});

test("there are at most a hundred", async () => {
  const all = files();
  all.add(Array.from({ length: 101 }, (_, at) => chosen(`${at}.pdf`)));
  assert.equal(all.all.value.length, 100);
  assert.deepEqual(all.refused.value, { why: "too_many" });
});

test("what was saved and what has come survives a reload with the draft; what is gone is said, and isn't sent", async () => {
  const storage = new FakeStorage();
  const drafts = new Drafts(storage, petra.id);
  const all = files({ keep: (kept) => drafts.attach(id("5"), kept) });
  all.add([chosen("a.pdf"), chosen("b.pdf"), chosen("c.pdf")]);
  await settled();
  brought.get("a.pdf")?.onBrought(id("1"));
  all.save(false);
  await settled();
  brought.get("b.pdf")?.onBrought(id("2"));
  await settled();
  drafts.put(id("5"), { body: null, internal: false });
  assert.equal(drafts.begun.value.has(id("5")), true);
  drafts.flush();
  const again = new Drafts(storage, petra.id);
  assert.equal(again.begun.value.has(id("5")), true);
  const restored = files({ kept: again.get(id("5")).files ?? [] });
  // `b` had a folder and was saved; `c` never came.
  assert.deepEqual(states(restored), ["a.pdf saved", "b.pdf saved"]);
  assert.equal(restored.documentIds.length, 2);
  restored.look();
  await settled();
  assert.deepEqual(states(restored), ["a.pdf failed", "b.pdf failed"]);
  assert.deepEqual(restored.documentIds, []);
  assert.equal(
    restored.all.value.some((one) => restored.canRetry(one)),
    false,
  );
});

test("what is sent begins anew", async () => {
  mock.timers.reset();
  const all = files();
  all.add([chosen("a.pdf")]);
  await settled();
  all.sent();
  assert.deepEqual([all.all.value.length, all.round.value, all.unsaved], [0, 1, false]);
});

test("one that is refused for what it is can only be taken away", async () => {
  answer = ({ name }) => {
    if (name === "folder.list") return { folders: [uploads] };
    throw new Refusal({ code: "invalid", message: "no", reason: "zip_path", got: "../ut.txt" });
  };
  const all = files();
  all.add([chosen("Konstig.zip")]);
  await settled();
  brought.get("Konstig.zip")?.onBrought(id("1"));
  await settled();
  all.save(false);
  await settled();
  const [refused] = all.all.value;
  assert.ok(refused?.state === "failed" && all.failed);
  assert.equal(all.canRetry(refused), false);
  assert.equal(all.undecided, false);
  const asked = calls.length;
  all.retry(refused.key, false);
  all.save(false);
  await settled();
  assert.equal(calls.length, asked);
  all.remove(refused.key);
  assert.equal(all.failed, false);
});

test("what waited for files is asked about once more before it goes by itself (SC-6)", async () => {
  for (const may of [false, true]) {
    const all = files();
    let asked = 0;
    all.ask = async () => {
      asked += 1;
      return may;
    };
    all.add([chosen("brev.pdf")]);
    await settled();
    all.sendWhenSaved(false);
    assert.equal(asked, 0);
    brought.get("brev.pdf")?.onBrought(id("1"));
    await settled();
    assert.equal(asked, 1);
    assert.equal(sent, may ? 1 : 0);
    assert.equal(all.waiting.value, false);
  }
});

test("a zip becomes what is in it, and all of that is sent with what is written, as far as there is room", async () => {
  const inside = Array.from({ length: DOCUMENTS_ASKED_MAX }, (_, at) => ({
    ...document(`${at}.pdf`, uploads.id),
    id: id(String(at)),
  }));
  answer = ({ name, args }) => {
    if (name === "folder.list") return { folders: [uploads] };
    if (name === "document.unpack") return { documents: 400, first: inside };
    return document(String(args.name), String(args.folder_id));
  };
  const all = files();
  all.add([chosen("Kvitton.ZIP"), chosen("brev.pdf")]);
  await settled();
  brought.get("Kvitton.ZIP")?.onBrought(id("1"));
  brought.get("brev.pdf")?.onBrought(id("2"));
  await settled();
  all.sendWhenSaved(false);
  await settled();
  assert.equal(sent, 1);
  assert.deepEqual(unpacked, [["Kvitton.ZIP", 400, DOCUMENTS_ASKED_MAX - 1]]);
  assert.equal(all.all.value.length, DOCUMENTS_ASKED_MAX);
  assert.equal(new Set(all.all.value.map(({ key }) => key)).size, DOCUMENTS_ASKED_MAX);
  assert.deepEqual(states(all).slice(0, 2), ["0.pdf saved", "1.pdf saved"]);
  assert.equal(states(all).at(-1), "brev.pdf saved");
  assert.deepEqual(
    saves().map(({ args }) => args.name),
    ["brev.pdf"],
  );
});

// whole folders (ZP-1)

/** A file as browsers hand it out of a folder that was chosen. */
function inside(path: string, size = 10): File {
  const file = chosen(path.split("/").at(-1) ?? "", size);
  return Object.defineProperty(file, "webkitRelativePath", { value: path });
}

async function bringAll(): Promise<void> {
  for (let round = 0; round < 200; round += 1) {
    const [next] = brought;
    if (next === undefined) return;
    brought.delete(next[0]);
    next[1].onBrought(id("1"));
    await settled();
  }
}

test("a folder is one line until it is saved, and then its files, each where it stood (ZP-2)", async () => {
  const all = files();
  await all.addChosen(
    ["Kvitton/a.pdf", "Kvitton/okt/bb.pdf", "Kvitton/.DS_Store"].map((path) => inside(path)),
  );
  await settled();
  assert.deepEqual(states(all), ["Kvitton brought"]);
  assert.deepEqual([all.all.value[0]?.files, all.all.value[0]?.size], [2, 20]);
  assert.equal(brought.size, 0);
  all.save(false);
  await settled();
  await bringAll();
  assert.deepEqual(states(all), ["a.pdf saved", "bb.pdf saved"]);
  const told = saves().map(({ args }) => args.inside as { client_folder_id: string; way: string[] });
  assert.deepEqual(
    told.map(({ way }) => way),
    [["Kvitton"], ["Kvitton", "okt"]],
  );
  assert.equal(new Set(told.map((one) => one.client_folder_id)).size, 1);
  assert.deepEqual(unpacked, [["Kvitton", 2, 2]]);
});

test("as many files of a folder go along as a message has room for, and it is said how many", async () => {
  const all = files();
  all.add([chosen("z.pdf")]);
  await all.addChosen(Array.from({ length: 130 }, (_, at) => inside(`Kvitton/${"a".repeat(at + 1)}`)));
  await settled();
  all.sendWhenSaved(false);
  await settled();
  await bringAll();
  assert.equal(all.all.value.length, DOCUMENTS_ASKED_MAX);
  assert.deepEqual(unpacked, [["Kvitton", 130, 99]]);
  assert.equal(saves().length, 131);
  assert.equal(sent, 1);
});

test("a file that can't be taken stays behind alone, and another try brings nothing twice", async () => {
  const all = files();
  let refused = true;
  const kept = answer;
  answer = (call) => {
    if (refused && call.args.name === "bb.pdf")
      throw new Refusal({ code: "invalid", message: "no", reason: "file_name" });
    return kept(call);
  };
  await all.addChosen(["K/a.pdf", "K/bb.pdf", "K/ccc.pdf"].map((path) => inside(path)));
  all.save(false);
  await settled();
  await bringAll();
  assert.deepEqual(states(all), ["a.pdf saved", "ccc.pdf saved", "K failed"]);
  const [, , left] = all.all.value;
  assert.deepEqual([left?.files, left?.behind, left?.problem?.reason], [1, "bb.pdf", "file_name"]);
  refused = false;
  all.retry(left?.key ?? "", false);
  await settled();
  await bringAll();
  assert.deepEqual(states(all), ["a.pdf saved", "ccc.pdf saved", "bb.pdf saved"]);
  const keys = saves().map(({ args }) => (args.inside as { client_folder_id: string }).client_folder_id);
  assert.deepEqual([keys.length, new Set(keys).size], [4, 1]);
});

test("where the folder is taken away meanwhile all of it stops, and begins anew elsewhere", async () => {
  const all = files();
  let gone = true;
  const kept = answer;
  answer = (call) => {
    if (gone && call.name === "document.save")
      throw new Refusal({ code: "conflict", message: "gone", reason: "folder_gone" });
    return kept(call);
  };
  await all.addChosen(["a", "b", "c", "d", "e"].map((name) => inside(`K/${name}`)));
  all.save(false);
  await settled();
  await bringAll();
  assert.deepEqual(states(all), ["K failed"]);
  assert.ok(saves().length <= 3);
  const before = new Set(
    saves().map(({ args }) => (args.inside as { client_folder_id: string }).client_folder_id),
  );
  gone = false;
  calls.length = 0;
  all.retry(all.all.value[0]?.key ?? "", false);
  await settled();
  await bringAll();
  assert.equal(saves().length, 5);
  for (const { args } of saves())
    assert.ok(!before.has((args.inside as { client_folder_id: string }).client_folder_id));
});

test("a folder that would stand too deep there is refused before anything is brought (ZP-3)", async () => {
  const below = Array.from(
    { length: 20 },
    (_, at): Folder => ({
      ...uploads,
      id: `${id("e").slice(2)}${String(at).padStart(2, "0")}`,
      for_uploads: false,
    }),
  );
  const chain = below.map((folder, at) => ({
    ...folder,
    ...(at > 0 ? { parent_id: below[at - 1]?.id ?? "" } : {}),
  }));
  answer = () => ({ folders: chain });
  const all = files();
  await all.addChosen([inside("1/2/3/4/5/6/x")]);
  await settled();
  all.folderId.value = chain.at(-1)?.id;
  all.save(false);
  await settled();
  assert.deepEqual(states(all), ["1 failed"]);
  assert.deepEqual(
    [all.all.value[0]?.problem?.reason, all.all.value[0]?.problem?.got],
    ["folder_deep", "26"],
  );
  assert.equal(brought.size, 0);
});

test("a folder that is taken away while it comes brings nothing more, and nothing of it is sent", async () => {
  const all = files();
  await all.addChosen(["a", "b", "c", "d", "e"].map((name) => inside(`K/${name}`)));
  all.save(false);
  await settled();
  assert.equal(brought.size, 3);
  all.remove(all.all.value[0]?.key ?? "");
  await settled();
  assert.deepEqual(givenUp.sort(), ["a", "b", "c"]);
  assert.equal(brought.size, 3);
  assert.deepEqual([saves(), all.all.value, unpacked], [[], [], []]);
});
