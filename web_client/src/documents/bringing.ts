// How the bytes of files come to the server: by tus 1.0.0, a few files at once, and on from where they are when the line was
// lost. Fetched with the first file. Knows the protocol's client and which refusals are for good. Refuses to know what
// becomes of a file that has come.

import type { ReadonlySignal } from "@preact/signals";
import { DetailedError, type HttpRequest, type HttpResponse, Upload } from "tus-js-client";
import { isTemporary } from "../core/problems.ts";
import type { Id, Problem } from "../core/protocol.gen.ts";
import { pause } from "./pause.ts";

const ENDPOINT = "/api/v1/uploads";
const AT_ONCE_MAX = 3;

/** What is told of a file on its way. */
export interface Told {
  readonly onProgress: (bytes: number) => void;
  /** It doesn't get through at the moment, and goes on by itself. */
  readonly onStalled: () => void;
  readonly onBrought: (uploadId: Id) => void;
  /** `most`: how many bytes a file may have, where that is why. */
  readonly onFailed: (problem: Problem, most?: number) => void;
}

export interface Carrier {
  /** Whose page it is: the browser's login may be another person's by now. */
  readonly person: () => Id | undefined;
  /** Whether the page's connection stands. */
  readonly live: ReadonlySignal<boolean>;
}

/** Bring a file, under a name. Returns what gives it up: what has come of it is taken away. */
export function bring(file: File, name: string, told: Told, carrier: Carrier): () => void {
  const one = new Bringing(file, name, told, carrier);
  turns.push(one);
  goOn();
  return () => one.giveUp();
}

const turns: Bringing[] = [];
let running = 0;

/** Files come a few at a time, in the order in which they were chosen. */
function goOn(): void {
  while (running < AT_ONCE_MAX) {
    const next = turns.shift();
    if (next === undefined) return;
    running += 1;
    void next.run().finally(() => {
      running -= 1;
      goOn();
    });
  }
}

class Bringing {
  #upload: Upload | undefined;
  #over: (() => void) | undefined;
  #givenUp = false;
  #attempts = 0;

  constructor(
    private readonly file: File,
    private readonly name: string,
    private readonly told: Told,
    private readonly carrier: Carrier,
  ) {}

  /** Resolves when there is nothing more to do for it, whatever came of it. */
  async run(): Promise<void> {
    const most = await largest();
    if (this.#givenUp) return;
    if (most !== undefined && this.file.size > most) {
      this.told.onFailed({ code: "invalid", reason: "too_large", message: `at most ${most} bytes` }, most);
      return;
    }
    await new Promise<void>((resolve) => {
      this.#over = resolve;
      this.#begin();
    });
  }

  giveUp(): void {
    this.#givenUp = true;
    // What can't be taken away now expires by itself.
    void this.#upload?.abort(true).catch(() => undefined);
    this.#over?.();
  }

  #begin(): void {
    const person = this.carrier.person();
    this.#upload = new Upload(this.file, {
      endpoint: new URL(ENDPOINT, location.href).href,
      headers: person === undefined ? {} : { "chattar-person": person },
      metadata: { filename: this.name },
      // When it is worth trying again is decided here: the library gives up where there is no network.
      retryDelays: null,
      storeFingerprintForResuming: false,
      onAfterResponse: keepPlace,
      onProgress: (sent) => {
        if (sent > 0) this.#attempts = 0;
        this.told.onProgress(sent);
      },
      onSuccess: () => {
        const id = this.#upload?.url?.split("/").at(-1);
        if (id !== undefined && !this.#givenUp) this.told.onBrought(id);
        this.#over?.();
      },
      onError: (error) => void this.#failed(error),
    });
    this.#upload.start();
  }

  async #failed(error: Error): Promise<void> {
    if (this.#givenUp) return;
    const refusal = refusalIn(error);
    const problem = refusal ?? (await this.#unreadable());
    if (problem !== undefined) {
      this.told.onFailed(problem);
      this.#over?.();
      return;
    }
    this.#attempts += 1;
    this.told.onStalled();
    await pause(this.#attempts, this.carrier.live);
    if (!this.#givenUp) this.#upload?.start();
  }

  /** A file that was moved or changed on the disk fails like a lost line does, and would for ever. */
  async #unreadable(): Promise<Problem | undefined> {
    try {
      await this.file.slice(0, 1).arrayBuffer();
      return undefined;
    } catch {
      return { code: "invalid", reason: "file_unreadable", message: "The file can't be read any more." };
    }
  }
}

/** Asked how far an upload is, the library begins a new one whatever it is told: here only if there is none any more. */
function keepPlace(request: HttpRequest, response: HttpResponse): void {
  const status = response.getStatus();
  if (request.getMethod() === "HEAD" && (status === 429 || status >= 500))
    throw new Error(`asked in vain how far it is: ${status}`);
}

/** What the server refused for good; undefined where it is worth trying again. */
function refusalIn(error: Error): Problem | undefined {
  const response = error instanceof DetailedError ? error.originalResponse : null;
  if (!response) return undefined;
  const problem = problemIn(response);
  if (problem === undefined)
    return response.getStatus() >= 500 ? undefined : { code: "internal", message: error.message };
  // A conflict without a reason: another request of ours still holds it, or has brought it further. Asking where it is helps.
  const passes = isTemporary(problem) || (problem.code === "conflict" && problem.reason === undefined);
  return passes ? undefined : problem;
}

function problemIn(response: HttpResponse): Problem | undefined {
  try {
    const said: unknown = JSON.parse(response.getBody());
    return typeof said === "object" && said !== null && "code" in said ? (said as Problem) : undefined;
  } catch {
    return undefined; // something on the way answered in its own words
  }
}

let asked: Promise<number | undefined> | undefined;

/** How many bytes a file may have, as the server says; undefined while it can't be asked, and it says so later then. */
function largest(): Promise<number | undefined> {
  asked ??= fetch(ENDPOINT, { method: "OPTIONS" }).then(
    (answer) => Number(answer.headers.get("tus-max-size")) || undefined,
    () => {
      asked = undefined;
      return undefined;
    },
  );
  return asked;
}
