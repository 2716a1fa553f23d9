// How a folder of the computer comes to the server as a whole: its files a few at a time, each saved where it stood (ZP-2), and
// on from where it is when the line was lost. A file that can't be taken stays behind and holds up no other. Fetched. Refuses to
// know how bytes travel (bringing.ts), and what is drawn.

import type { Api } from "../core/api.ts";
import { newKey } from "../core/keys.ts";
import { isTemporary, problemOf } from "../core/problems.ts";
import type { Document, Id, Problem } from "../core/protocol.gen.ts";
import type { bring, Carrier } from "./bringing.ts";
import { pause } from "./pause.ts";
import { type WholeFile, type WholeFolder, wholeOf } from "./whole_folders.ts";

/** As many as are brought at once: each is saved before the next one comes. */
const AT_ONCE_MAX = 3;
/** What is wrong with one file alone. */
const OWN: ReadonlySet<string | undefined> = new Set(["file_name", "file_unreadable", "too_large"]);

export interface WholeMeans {
  readonly api: Pick<Api, "call">;
  readonly carrier: Carrier;
  readonly bring: typeof bring;
}

/** Why a file stayed behind. */
export interface Behind {
  readonly file: WholeFile;
  readonly problem: Problem;
  /** How many bytes a file may have, where it has more. */
  readonly most?: number;
  /** It is wrong with that file alone. */
  readonly own: boolean;
}

/** What wasn't saved of a folder, and why. */
export interface Rest {
  readonly folder: WholeFolder;
  readonly why: Behind;
}

export interface WholeTold {
  /** So many bytes have left, and so many files are saved. */
  readonly onProgress: (bytes: number, saved: number) => void;
  readonly onStalled: () => void;
  /** Nothing more comes: what was saved, in the order of the folder. */
  readonly onOver: (saved: readonly Document[], rest: Rest | undefined) => void;
}

export interface WholeAsked {
  readonly folder: WholeFolder;
  /** The folder that was chosen, in which it becomes one. */
  readonly into: Id;
  /** Of all tries that mean the same new folder. */
  readonly key: string;
}

/** Bring all of it. Returns what gives it up: what is saved by then stays. */
export function bringWhole(asked: WholeAsked, told: WholeTold, means: WholeMeans): () => void {
  const one = new Whole(asked, told, means);
  void one.run();
  return () => one.giveUp();
}

class Whole {
  readonly #waiting: number[];
  readonly #saved = new Map<number, Document>();
  readonly #sent = new Map<number, number>();
  readonly #coming = new Map<number, () => void>();
  #behind: Behind | undefined;
  /** No more files: somebody gave it up, or what is wrong would be wrong with all of them. */
  #over = false;
  #givenUp = false;

  constructor(
    private readonly asked: WholeAsked,
    private readonly told: WholeTold,
    private readonly means: WholeMeans,
  ) {
    this.#waiting = [...asked.folder.files.keys()];
  }

  async run(): Promise<void> {
    await Promise.all(Array.from({ length: AT_ONCE_MAX }, () => this.#lane()));
    if (this.#givenUp) return;
    const { name, files } = this.asked.folder;
    const saved = files.flatMap((_, at) => this.#saved.get(at) ?? []);
    const left = files.filter((_, at) => !this.#saved.has(at));
    this.told.onOver(saved, this.#behind && { folder: wholeOf(name, left), why: this.#behind });
  }

  giveUp(): void {
    this.#over = true;
    this.#givenUp = true;
    for (const giveUp of this.#coming.values()) giveUp();
  }

  async #lane(): Promise<void> {
    while (!this.#over) {
      const at = this.#waiting.shift();
      const file = at === undefined ? undefined : this.asked.folder.files[at];
      if (at === undefined || file === undefined) return;
      await this.#one(at, file);
    }
  }

  async #one(at: number, file: WholeFile): Promise<void> {
    const brought = await this.#brought(at, file);
    this.#coming.delete(at);
    if (brought === undefined || this.#givenUp) return;
    const asked = {
      folder_id: this.asked.into,
      upload_id: brought,
      // The same for all tries: an answer that was lost must not make two of it (P2).
      client_document_id: newKey(),
      name: file.name,
      inside: { client_folder_id: this.asked.key, way: [...file.way] },
    };
    for (let attempt = 1; !this.#givenUp; attempt += 1) {
      try {
        this.#saved.set(at, await this.means.api.call("document.save", asked));
        this.#tell();
        return;
      } catch (error) {
        const problem = problemOf(error);
        if (!isTemporary(problem)) return this.#stays(at, file, problem);
        if (problem.code !== "rate_limited") this.told.onStalled();
      }
      await pause(attempt, this.means.carrier.live);
    }
  }

  /** The upload; undefined where there is none. */
  #brought(at: number, file: WholeFile): Promise<Id | undefined> {
    return new Promise((resolve) => {
      const giveUp = this.means.bring(
        file.file,
        file.name,
        {
          onProgress: (bytes) => {
            this.#sent.set(at, bytes);
            this.#tell();
          },
          onStalled: () => !this.#givenUp && this.told.onStalled(),
          onBrought: (id) => {
            this.#sent.set(at, file.file.size);
            resolve(id);
          },
          onFailed: (problem, most) => {
            this.#stays(at, file, problem, most);
            resolve(undefined);
          },
        },
        this.means.carrier,
      );
      this.#coming.set(at, () => {
        giveUp();
        resolve(undefined);
      });
    });
  }

  #stays(at: number, file: WholeFile, problem: Problem, most?: number): void {
    this.#sent.delete(at);
    const own = OWN.has(problem.reason);
    // What stops all of them is said before what is wrong with one.
    if (this.#behind === undefined || (this.#behind.own && !own))
      this.#behind = { file, problem, own, ...(most === undefined ? {} : { most }) };
    if (!own) this.#over = true;
  }

  #tell(): void {
    if (this.#givenUp) return;
    const bytes = [...this.#sent.values()].reduce((sum, one) => sum + one, 0);
    this.told.onProgress(bytes, this.#saved.size);
  }
}
