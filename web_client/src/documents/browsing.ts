// Looking through an account's folders: where one stands, what is in it, and what is found by name. Knows what of it is offered.
// Refuses to know what is done with what is found.

import { signal } from "@preact/signals";
import { type Api, insist } from "../core/api.ts";
import { oneLine } from "../core/blank.ts";
import { problemOf } from "../core/problems.ts";
import type { Document, DocumentPage, Folder, Id } from "../core/protocol.gen.ts";

const PAGE = 50;
const SEARCH_AFTER_MS = 250;

export interface Listed {
  readonly state: "loading" | "ready" | "failed";
  readonly documents: readonly Document[];
  /** There are more, behind this one. */
  readonly next?: Id | undefined;
}

const LOADING: Listed = { state: "loading", documents: [] };

export class Browsing {
  /** Those that are offered; undefined until they are known. */
  readonly folders = signal<readonly Folder[] | undefined>(undefined);
  readonly failed = signal(false);
  /** There is no such account for the reader. */
  readonly unknown = signal(false);
  /** Where one stands; undefined above all of them. */
  readonly folderId = signal<Id | undefined>(undefined);
  readonly search = signal("");
  /** What was deleted is looked at, as far as the reader may take it out again. */
  readonly trash = signal(false);
  readonly list = signal<Listed>({ state: "ready", documents: [] });
  /** What was asked for last: an answer to something else is late. */
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly api: Pick<Api, "call">,
    readonly accountId: Id,
    private readonly offered: (folder: Folder) => boolean = () => true,
  ) {}

  async load(): Promise<void> {
    this.failed.value = false;
    this.unknown.value = false;
    try {
      const { folders } = await insist(() => this.api.call("folder.list", { account_id: this.accountId }));
      this.folders.value = folders.filter(this.offered);
    } catch (error) {
      this.unknown.value = problemOf(error).code === "not_found";
      this.failed.value = true;
      return;
    }
    const { value: here } = this.folderId;
    if (here !== undefined && this.folder(here) === undefined) this.open(undefined);
    else if (here !== undefined || this.search.value !== "" || this.trash.value) await this.#list();
  }

  folder(id: Id | undefined): Folder | undefined {
    return id === undefined ? undefined : this.folders.value?.find((folder) => folder.id === id);
  }

  /** The folders that stand in this one, or in none that is offered, by name. */
  get inside(): readonly Folder[] {
    if (this.search.value !== "" || this.trash.value) return [];
    const here = this.folderId.value;
    return (this.folders.value ?? [])
      .filter(({ parent_id }) => this.folder(parent_id)?.id === here)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The way down to where one stands. */
  get way(): readonly Folder[] {
    const way: Folder[] = [];
    for (let at = this.folder(this.folderId.value); at !== undefined; at = this.folder(at.parent_id)) {
      if (way.includes(at)) break;
      way.unshift(at);
    }
    return way;
  }

  open(folderId: Id | undefined): void {
    this.#go(folderId, false);
  }

  /** Look at what was deleted. */
  openTrash(): void {
    this.#go(undefined, true);
  }

  #go(folderId: Id | undefined, trash: boolean): void {
    clearTimeout(this.#timer);
    this.folderId.value = folderId;
    this.trash.value = trash;
    this.search.value = "";
    this.#asked += 1;
    const listed = folderId !== undefined || trash;
    this.list.value = listed ? LOADING : { state: "ready", documents: [] };
    if (listed) void this.#list();
  }

  /** Documents whose names have words that begin so, in all folders. */
  find(text: string): void {
    if (text === "") {
      this.#go(this.folderId.value, this.trash.value);
      return;
    }
    this.search.value = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#list(), SEARCH_AFTER_MS);
  }

  readonly again = (): void => void (this.failed.value ? this.load() : this.#list());
  readonly more = (): void => void this.#list(this.list.value.next);

  /** One of those that are listed is so now. */
  put(document: Document): void {
    const { documents, ...rest } = this.list.value;
    this.list.value = {
      ...rest,
      documents: documents.map((one) => (one.id === document.id ? document : one)),
    };
  }

  async #list(after?: Id): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const [search, folder_id, deleted] = [oneLine(this.search.value), this.folderId.value, this.trash.value];
    const before = after === undefined ? [] : this.list.value.documents;
    if (after === undefined && this.list.value.documents.length === 0) this.list.value = LOADING;
    const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    try {
      const found: DocumentPage = await insist(() =>
        search !== "" || folder_id === undefined
          ? this.api.call("document.search", { account_id: this.accountId, search, deleted, ...page })
          : this.api.call("document.list", { folder_id, ...page }),
      );
      if (asked !== this.#asked) return;
      // A folder that is deleted isn't listed, and what was in it is in the trash.
      const offered = found.documents.filter(
        (document) => deleted || this.folder(document.folder_id) !== undefined,
      );
      this.list.value = { state: "ready", documents: [...before, ...offered], next: found.next };
    } catch {
      if (asked === this.#asked) this.list.value = { state: "failed", documents: before };
    }
  }
}
