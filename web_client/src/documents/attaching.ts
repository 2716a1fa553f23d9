// Whether files can be attached on a page, and to what: the files of each thread's draft, and those of something that is begun. What
// handles them is fetched (files_of.ts). Refuses to know what becomes of a file.

import type { ReadonlySignal } from "@preact/signals";
import type { Client } from "../core/client.ts";
import type { FilesOf } from "./files_of.ts";

export class Attaching {
  #made: FilesOf | undefined;

  /** `may`: whether the reader may attach files (DC-12). */
  constructor(
    private readonly client: Client,
    readonly may: ReadonlySignal<boolean>,
  ) {}

  /** What makes them, the same for as long as the page lives. Rejects where it can't be fetched; ask again. */
  async files(): Promise<FilesOf> {
    const { FilesOf } = await import("./files_of.ts");
    this.#made ??= new FilesOf(this.client);
    return this.#made;
  }
}
