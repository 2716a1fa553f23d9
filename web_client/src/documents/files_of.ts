// The files of everything that is written on a page: those of each thread, kept with its draft, and those of a new chat. Fetched.
// Refuses to know what becomes of a file (draft_files.ts), and who may attach at all.

import { computed } from "@preact/signals";
import type { Client } from "../core/client.ts";
import type { Document, Id } from "../core/protocol.gen.ts";
import { say } from "../shell/toasts.ts";
import { DraftFiles, type Means, type Writing } from "./draft_files.ts";
import { folderText, unpackedText } from "./unpacked.ts";

export type FilesKept = Pick<Writing, "kept" | "keep">;

export class FilesOf {
  readonly #threads = new Map<Id, DraftFiles>();
  readonly #means: Means;

  constructor(private readonly client: Client) {
    this.#means = {
      api: client.api,
      carrier: {
        person: () => client.state.value.me?.person.id,
        live: computed(() => client.link.value.kind === "live"),
      },
      unpacked: (name, result, sent) => say(unpackedText(name, result, sent)),
      folderSaved: (name, documents, sent) => say(folderText(name, documents, sent)),
      bring: async () => (await import("./bringing.ts")).bring,
      whole: () => import("./whole.ts"),
    };
  }

  /** Those of what is written in a thread: the same for as long as the page lives, on their way also while another thread is
   *  open. `send` sends what is written there. */
  thread(threadId: Id, send: (files: DraftFiles) => void, saved: (document: Document) => void): DraftFiles {
    const known = this.#threads.get(threadId);
    if (known !== undefined) return known;
    const made: DraftFiles = new DraftFiles(this.#means, {
      accountId: () => this.client.state.peek().rows.get(threadId)?.account.id,
      kept: this.client.drafts?.get(threadId).files ?? [],
      keep: (files) => this.client.drafts?.attach(threadId, files),
      saved,
      send: () => send(made),
    });
    this.#threads.set(threadId, made);
    return made;
  }

  /** Those of something that is begun, or without `send` of a folder; without `draft` nothing is kept of them. */
  begun(
    accountId: () => Id | undefined,
    send?: () => void,
    draft: FilesKept = { kept: [], keep: () => undefined },
  ): DraftFiles {
    const alone = send === undefined;
    const made = new DraftFiles(this.#means, { accountId, send: send ?? (() => undefined), alone, ...draft });
    made.look();
    return made;
  }
}
