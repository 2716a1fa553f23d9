// The files that go with what somebody writes: brought, saved as documents in a folder of the account (DC-2), sent along.
// Knows where each is on that way, goes on by itself after a lost connection, and waits with sending until all are saved.
// Refuses to know how bytes travel (bringing.ts), where what is written stands, and what is drawn.

import { signal } from "@preact/signals";
import type { Api } from "../core/api.ts";
import type { DraftFile } from "../core/drafts.ts";
import { newKey } from "../core/keys.ts";
import { isTemporary, problemOf } from "../core/problems.ts";
import {
  type ArgumentsOf,
  DOCUMENTS_ASKED_MAX,
  type Document,
  FOLDERS_DEEP_MAX,
  type Folder,
  type Id,
  type Problem,
  type Unpacked,
} from "../core/protocol.gen.ts";
import type { Carrier, Told } from "./bringing.ts";
import { type FileView, isHopeless, keptOf, restored, savedAs } from "./file_views.ts";
import { folderWay } from "./folders.ts";
import { pause } from "./pause.ts";
import type { bringWhole, Rest, WholeTold } from "./whole_bringing.ts";
import type { readChosen, readDropped, Untaken, WholeFolder } from "./whole_folders.ts";

type Bring = (file: File, name: string, told: Told, carrier: Carrier) => () => void;

/** What handles folders of the computer. */
export interface Whole {
  readonly readChosen: typeof readChosen;
  readonly readDropped: typeof readDropped;
  readonly bringWhole: typeof bringWhole;
}

/** What all files of a page need. */
export interface Means {
  readonly api: Pick<Api, "call">;
  readonly carrier: Carrier;
  /** A zip has become documents, so many of which go with what is written; undefined where nothing is. */
  readonly unpacked: (name: string, result: Unpacked, sent: number | undefined) => void;
  /** The same of a folder. */
  readonly folderSaved: (name: string, documents: number, sent: number | undefined) => void;
  /** Fetch what brings files. */
  readonly bring: () => Promise<Bring>;
  /** Fetch what reads and brings folders. */
  readonly whole: () => Promise<Whole>;
}

/** What is written, as far as its files need to know. */
export interface Writing {
  /** The account in whose folders they are saved; undefined until it is known. */
  readonly accountId: () => Id | undefined;
  readonly kept: readonly DraftFile[];
  readonly keep: (files: readonly DraftFile[]) => void;
  /** They are brought into a folder, and go with nothing that is written. */
  readonly alone?: boolean;
  /** One has become a document. */
  readonly saved?: (document: Document) => void;
  /** Somebody wanted it sent, and all files are saved now. */
  readonly send: () => void;
}

/** Why something that was dropped or chosen isn't taken. */
export type NotTaken = { readonly why: "too_many" } | Untaken;

interface Work {
  readonly file?: File;
  /** It is a folder, of which this is still to be saved. */
  whole?: WholeFolder;
  /** Of all tries to make the same new folder of it. */
  folderKey?: string;
  giveUp?: () => void;
  /** The folder that somebody chose for it. */
  folder?: Folder | undefined;
}

export class DraftFiles {
  /** In the order in which they were chosen. */
  readonly all = signal<readonly FileView[]>([]);
  /** The account's folders, as far as the reader may put something in; undefined until they are known. */
  readonly folders = signal<readonly Folder[] | undefined>(undefined);
  readonly folderId = signal<Id | undefined>(undefined);
  /** It is sent as soon as all are saved. */
  readonly waiting = signal(false);
  /** How often it has been sent: what is written begins anew then. */
  readonly round = signal(0);
  /** What was dropped or chosen last and isn't taken. */
  readonly refused = signal<NotTaken | undefined>(undefined);
  /** Asked before it goes by itself: what has become otherwise since somebody pressed is seen first (SC-6). */
  ask: (() => Promise<boolean>) | undefined;
  readonly #work = new Map<string, Work>();
  /** Of what waits to be sent. */
  #internal = false;

  constructor(
    private readonly means: Means,
    private readonly writing: Writing,
  ) {
    this.all.value = writing.kept.map(restored);
    for (const { key } of writing.kept) this.#work.set(key, {});
  }

  get api(): Means["api"] {
    return this.means.api;
  }

  /** In whose folders they are saved. */
  get accountId(): Id | undefined {
    return this.writing.accountId();
  }

  /** Some aren't documents yet. */
  get unsaved(): boolean {
    return this.all.value.some(({ state }) => state !== "saved");
  }

  get failed(): boolean {
    return this.all.value.some(({ state }) => state === "failed");
  }

  /** For some of those that aren't documents yet nobody has chosen a folder. */
  get undecided(): boolean {
    return this.all.value.some(
      (one) => one.state !== "saved" && !isHopeless(one) && !this.#work.get(one.key)?.folder,
    );
  }

  /** Where they can be saved: what goes to contacts not in a folder that they don't see (DC-1). */
  choices(internal: boolean): readonly Folder[] {
    return (this.folders.value ?? []).filter(({ access }) => internal || access !== "private");
  }

  /** The folder that is chosen, or that every account has for what is brought. */
  chosen(internal: boolean): Folder | undefined {
    const choices = this.choices(internal);
    return (
      choices.find(({ id }) => id === this.folderId.value) ??
      choices.find(({ for_uploads }) => for_uploads) ??
      choices[0]
    );
  }

  /** One is in a folder that contacts don't see: it can't be sent to them. */
  get hidden(): boolean {
    return this.all.value.some(({ hidden }) => hidden);
  }

  /** The documents, if all are. */
  get documentIds(): readonly Id[] {
    return this.all.value.flatMap(({ documentId }) => documentId ?? []);
  }

  // choosing

  add(files: readonly File[]): void {
    const room = Math.max(0, DOCUMENTS_ASKED_MAX - this.all.value.length);
    this.refused.value = files.length > room ? { why: "too_many" } : undefined;
    const views = files.slice(0, room).map((file): FileView => {
      const key = newKey();
      this.#work.set(key, { file });
      return { key, name: file.name, size: file.size, state: "waiting", sent: 0 };
    });
    this.#take(views);
    for (const { key } of views) void this.#bring(key);
  }

  /** The files of folders that were chosen as a whole, each of which knows its way (ZP-1). */
  async addChosen(files: readonly File[]): Promise<void> {
    const { readChosen } = await this.#had(this.means.whole);
    this.#addWhole(readChosen(files));
  }

  /** Folders that were dropped. */
  async addDropped(entries: readonly FileSystemDirectoryEntry[]): Promise<void> {
    const { readDropped } = await this.#had(this.means.whole);
    this.#addWhole(await readDropped(entries));
  }

  #addWhole(found: readonly (WholeFolder | Untaken)[]): void {
    const room = Math.max(0, DOCUMENTS_ASKED_MAX - this.all.value.length);
    const folders = found.flatMap((one) => ("why" in one ? [] : one));
    const untaken = found.flatMap((one) => ("why" in one ? one : []));
    this.refused.value = folders.length > room ? { why: "too_many" } : untaken[0];
    const views = folders.slice(0, room).map((whole): FileView => {
      const key = newKey();
      this.#work.set(key, { whole });
      return {
        key,
        name: whole.name,
        size: whole.size,
        state: "brought",
        sent: 0,
        files: whole.files.length,
      };
    });
    this.#take(views);
  }

  #take(views: readonly FileView[]): void {
    if (views.length === 0) return;
    this.#set([...this.all.value, ...views]);
    this.waiting.value = false;
    if (this.folders.value === undefined) void this.loadFolders();
  }

  /** Documents that are in the account's folders already (DC-1). */
  addDocuments(documents: readonly Document[], hidden: (document: Document) => boolean): void {
    const known = new Set(this.documentIds);
    const added = documents.filter(({ id }) => !known.has(id));
    const room = Math.max(0, DOCUMENTS_ASKED_MAX - this.all.value.length);
    this.refused.value = added.length > room ? { why: "too_many" } : undefined;
    const views = added.slice(0, room).map((document): FileView => {
      const key = newKey();
      this.#work.set(key, {});
      this.writing.saved?.(document);
      return { ...savedAs(document, hidden(document)), key };
    });
    this.#set([...this.all.value, ...views]);
  }

  /** Take one away: what has come of it goes, a document stays in its folder and isn't sent. */
  remove(key: string): void {
    this.#work.get(key)?.giveUp?.();
    this.#work.delete(key);
    this.#set(this.all.value.filter((one) => one.key !== key));
    this.refused.value = undefined;
    this.#sendIfReady();
  }

  /** Whether trying again can help: it can't where the file itself is why, or is gone with an earlier page. */
  canRetry(one: FileView): boolean {
    if (one.state !== "failed" || isHopeless(one)) return false;
    const work = this.#work.get(one.key);
    return one.uploadId !== undefined || work?.file !== undefined || work?.whole !== undefined;
  }

  retry(key: string, internal: boolean): void {
    const one = this.#find(key);
    if (one === undefined || !this.canRetry(one)) return;
    const work = this.#work.get(key);
    if (work?.whole) {
      work.folder ??= this.chosen(internal);
      void this.#saveWhole(key);
    } else if (one.uploadId === undefined) void this.#bring(key);
    else if (work !== undefined) {
      work.folder ??= this.chosen(internal);
      void this.#save(key);
    }
  }

  // saving and sending

  /** What is shown needs to be known as it is now: the folders, and whether what was saved is still there. */
  look(): void {
    if (this.unsaved && this.folders.value === undefined) void this.loadFolders();
    if (this.documentIds.length > 0) void this.#check();
  }

  /** The folders, as they are now. */
  async loadFolders(): Promise<void> {
    const account_id = this.writing.accountId();
    if (account_id === undefined) return;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { folders } = await this.means.api.call("folder.list", { account_id });
        if (this.writing.accountId() !== account_id) return;
        this.folders.value = folders.filter(({ may_edit }) => may_edit);
        if (this.waiting.value) this.save(this.#internal);
        return;
      } catch (error) {
        if (!isTemporary(problemOf(error))) return;
        await pause(attempt, this.means.carrier.live);
      }
    }
  }

  /** Another account: what is saved is of the one before, and is not sent to this one. */
  moved(): void {
    this.folders.value = undefined;
    this.folderId.value = undefined;
    for (const { key, state } of this.all.value) if (state === "saved") this.remove(key);
    for (const work of this.#work.values()) work.folder = undefined;
    if (this.all.value.length > 0) void this.loadFolders();
  }

  /** Save all that isn't yet, as soon as it has come, in the folder that is chosen. */
  save(internal: boolean): void {
    const folder = this.chosen(internal);
    if (folder === undefined) return;
    for (const one of this.all.value) {
      const { key, state, uploadId } = one;
      const work = this.#work.get(key);
      if (work === undefined || state === "saved" || isHopeless(one)) continue;
      work.folder ??= folder;
      if (work.whole) {
        if (state === "brought" || state === "failed") void this.#saveWhole(key);
      } else if (state === "brought" || (state === "failed" && uploadId !== undefined)) void this.#save(key);
    }
    // Drawn anew: a folder is chosen for them now.
    this.#set([...this.all.value]);
  }

  /** Send it once all are saved; those for which no folder was chosen go into the one that is. */
  sendWhenSaved(internal: boolean): void {
    this.#internal = internal;
    this.save(internal);
    const nowhere = this.folders.value !== undefined && this.chosen(internal) === undefined;
    this.waiting.value = this.unsaved && !this.failed && !nowhere;
  }

  /** It isn't sent by itself any more. */
  stay(): void {
    this.waiting.value = false;
  }

  /** Nothing comes of it: what has come and isn't a document is taken away. */
  giveUp(): void {
    for (const { giveUp } of this.#work.values()) giveUp?.();
    this.sent();
  }

  /** It was sent: it begins anew, without files. */
  sent(): void {
    this.#work.clear();
    this.#set([]);
    this.waiting.value = false;
    this.refused.value = undefined;
    this.round.value += 1;
  }

  // inside

  async #bring(key: string): Promise<void> {
    const work = this.#work.get(key);
    if (work?.file === undefined) return;
    this.#change(key, { state: "waiting", sent: 0 });
    const bring = await this.#had(this.means.bring);
    // Taken away meanwhile.
    if (this.#work.get(key) !== work) return;
    work.giveUp = bring(
      work.file,
      work.file.name,
      {
        onProgress: (sent) => this.#change(key, { state: "coming", sent }),
        onStalled: () => this.#change(key, { state: "stalled" }),
        onBrought: (uploadId) => {
          this.#change(key, { state: "brought", sent: work.file?.size ?? 0, uploadId });
          if (work.folder) void this.#save(key);
        },
        onFailed: (problem, most) => this.#fail(key, problem, most),
      },
      this.means.carrier,
    );
  }

  async #check(): Promise<void> {
    const ids = this.documentIds;
    const answer = await this.means.api.call("document.get", { document_ids: ids }).catch(() => undefined);
    // Not to be had now: the server says so when it is sent.
    if (answer === undefined) return;
    for (const document of answer.documents) this.writing.saved?.(document);
    const there = new Set(answer.documents.map(({ id }) => id));
    for (const { key, documentId } of this.all.value) {
      if (documentId === undefined || there.has(documentId) || !ids.includes(documentId)) continue;
      this.#fail(key, { code: "not_found", message: "The document is gone." });
    }
  }

  /** What is fetched, however long it takes to have it. */
  async #had<T>(fetched: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await fetched();
      } catch {
        await pause(attempt, this.means.carrier.live);
      }
    }
  }

  async #save(key: string): Promise<void> {
    const [work, one] = [this.#work.get(key), this.#find(key)];
    if (one?.uploadId === undefined || work?.folder === undefined || one.state === "saving") return;
    const folder = work.folder;
    const asked = {
      folder_id: folder.id,
      upload_id: one.uploadId,
      // The same for all tries: an answer that was lost must not make two of it (P2).
      client_document_id: key,
      name: one.name,
    };
    for (let attempt = 1; this.#work.get(key) === work; attempt += 1) {
      this.#change(key, { state: "saving" });
      try {
        const documents = await this.#made(asked);
        if (this.#work.get(key) !== work) return;
        delete work.giveUp;
        this.#become(key, documents, folder.access === "private");
        this.#sendIfReady();
        return;
      } catch (error) {
        const problem = problemOf(error);
        if (!isTemporary(problem)) return this.#refusedToSave(key, work, problem);
      }
      this.#change(key, { state: "stalled" });
      await pause(attempt, this.means.carrier.live);
    }
  }

  /** What a file becomes: a document, of a zip what is in it (ZP-1), as far as a message has room. */
  async #made(asked: ArgumentsOf<"document.save">): Promise<readonly Document[]> {
    if (!/\.zip$/i.test(asked.name))
      return [await this.means.api.call<"document.save">("document.save", asked)];
    const result = await this.means.api.call<"document.unpack">("document.unpack", asked);
    const documents = result.first.slice(0, this.#roomInstead);
    this.means.unpacked(asked.name, result, this.writing.alone ? undefined : documents.length);
    return documents;
  }

  /** How many documents may stand where one file stood. */
  get #roomInstead(): number {
    return Math.max(1, DOCUMENTS_ASKED_MAX + 1 - this.all.value.length);
  }

  /** All of a folder comes, and is saved as it comes. */
  async #saveWhole(key: string): Promise<void> {
    const [work, one] = [this.#work.get(key), this.#find(key)];
    if (work?.folder === undefined || work.whole === undefined || one?.state === "saving") return;
    const { whole, folder } = work;
    const deep = folderWay(folder, this.folders.value ?? []).length + whole.deep;
    if (deep > FOLDERS_DEEP_MAX) {
      const message = `at most ${FOLDERS_DEEP_MAX} folders inside each other`;
      this.#refusedToSave(key, work, { code: "invalid", reason: "folder_deep", message, got: `${deep}` });
      return;
    }
    // Until it comes: nothing is begun twice.
    this.#change(key, { state: "saving", sent: 0, filesSaved: 0 });
    const [{ bringWhole }, bring] = await Promise.all([
      this.#had(this.means.whole),
      this.#had(this.means.bring),
    ]);
    if (this.#work.get(key) !== work) return;
    const told: WholeTold = {
      onProgress: (sent, filesSaved) => this.#change(key, { state: "coming", sent, filesSaved }),
      onStalled: () => this.#change(key, { state: "stalled" }),
      onOver: (saved, rest) => this.#wholeOver(key, work, saved, rest),
    };
    work.folderKey ??= newKey();
    const asked = { folder: whole, into: folder.id, key: work.folderKey };
    work.giveUp = bringWhole(asked, told, { api: this.means.api, carrier: this.means.carrier, bring });
  }

  /** What is saved of a folder stands where it stood, and what isn't, stays behind as one. */
  #wholeOver(key: string, work: Work, saved: readonly Document[], rest: Rest | undefined): void {
    const one = this.#find(key);
    if (one === undefined || this.#work.get(key) !== work) return;
    delete work.giveUp;
    const documents = saved.slice(0, this.#roomInstead - (rest ? 1 : 0));
    const sent = this.writing.alone ? undefined : documents.length;
    if (saved.length > 0) this.means.folderSaved(one.name, saved.length, sent);
    const again = newKey();
    if (rest) {
      work.whole = rest.folder;
      this.#work.set(again, work);
      const { size, files } = rest.folder;
      this.#set([...this.all.value, { ...one, key: again, size, files: files.length }]);
    }
    this.#become(key, documents, work.folder?.access === "private");
    if (rest === undefined) {
      this.#sendIfReady();
      return;
    }
    const { problem, most, own, file } = rest.why;
    // Where it was to go is gone: nothing else is found under that key.
    if (problem.reason === "folder_gone") delete work.folderKey;
    if (own) this.#fail(again, problem, most);
    else this.#refusedToSave(again, work, problem);
    this.#change(again, { behind: file.name, behindSize: file.file.size });
  }

  /** These documents stand where the file stood. */
  #become(key: string, documents: readonly Document[], hidden: boolean): void {
    const views = documents.map((document, at): FileView => {
      const own = at === 0 ? key : newKey();
      if (at > 0) this.#work.set(own, {});
      this.writing.saved?.(document);
      return { ...savedAs(document, hidden), key: own };
    });
    if (views.length === 0) this.#work.delete(key);
    this.#set(this.all.value.flatMap((one) => (one.key === key ? views : [one])));
  }

  #refusedToSave(key: string, work: Work, problem: Problem): void {
    // Another folder may do; the one that is gone is no choice any more.
    work.folder = undefined;
    void this.loadFolders();
    // The upload is gone, or was never finished: the file is brought again, if it is still at hand.
    const uploadId = problem.code === "not_found" && work.file ? undefined : this.#find(key)?.uploadId;
    this.#fail(key, problem, undefined, uploadId);
  }

  #fail(key: string, problem: Problem, most?: number, uploadId?: Id): void {
    this.waiting.value = false;
    this.all.value = this.all.value.map((one) =>
      one.key !== key
        ? one
        : {
            key,
            name: one.name,
            size: one.size,
            sent: 0,
            state: "failed",
            problem,
            ...(one.files === undefined ? {} : { files: one.files }),
            ...(most === undefined ? {} : { most }),
            ...(uploadId === undefined ? {} : { uploadId }),
          },
    );
    this.#keep();
  }

  #sendIfReady(): void {
    if (!this.waiting.value || this.unsaved) return;
    this.waiting.value = false;
    if (this.all.value.length === 0) return;
    if (this.ask === undefined) {
      this.writing.send();
      return;
    }
    const [files, round] = [this.all.value, this.round.value];
    // Who can't ask is told by the text itself.
    void this.ask()
      .catch(() => true)
      .then((may) => may && this.all.value === files && this.round.value === round && this.writing.send());
  }

  #find(key: string): FileView | undefined {
    return this.all.value.find((one) => one.key === key);
  }

  #change(key: string, change: Partial<FileView>): void {
    const before = this.#find(key);
    if (before === undefined) return;
    const { problem, most, behind: _, ...rest } = before;
    // What only says more of a failure leaves it as it is.
    const failed = change.state === undefined && problem !== undefined;
    const why = failed ? { problem, ...(most === undefined ? {} : { most }) } : {};
    const after = { ...rest, ...why, ...change };
    this.all.value = this.all.value.map((one) => (one === before ? after : one));
    if (after.state !== before.state) this.#keep();
  }

  #set(files: readonly FileView[]): void {
    this.all.value = files;
    this.#keep();
  }

  #keep(): void {
    this.writing.keep(this.all.value.flatMap(keptOf));
  }
}
