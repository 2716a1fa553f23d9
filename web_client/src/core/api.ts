// Commands and their answers, over the socket while it is live and over HTTP otherwise.
// Knows ids, time limits, the person's allowance and both doors. Refuses to know what commands do, and to repeat what may
// have been done: that is for the caller, who knows whether the command carries a key.

import { isOtherPerson, isTemporary, problemOf, Refusal, tooLong, unavailable } from "./problems.ts";
import {
  type ArgumentsOf,
  type ClientFrame,
  type CommandName,
  type CommandOf,
  type Id,
  INBOUND_FRAME_BYTES_MAX,
  type Problem,
  type ResultOf,
} from "./protocol.gen.ts";

export const ANSWER_MS = 15_000;
/** So long the allowance of a person who has spent it is waited for. What waits longer, guessing at a login, is said. */
export const ALLOWANCE_MS = 30_000;
/** Room for what stands around a command in its frame. */
const ENVELOPE_BYTES = 100;

/** Commands that come before there is a session, or that set or clear its cookie: HTTP only. */
const HTTP_ONLY: ReadonlySet<CommandName> = new Set<CommandName>([
  "session.create",
  "session.end",
  "password.forgot",
  "password.reset",
  "invitation.read",
  "invitation.accept",
]);

export interface ApiOptions {
  readonly send: (frame: ClientFrame) => boolean;
  /** Where HTTP commands go: our own origin. Absent in the widget, which has no cookie. */
  readonly base?: string;
  /** Whose page this is, once that is known: HTTP goes by the cookie, which may be another person's by now. */
  readonly person?: () => Id | undefined;
  /** The server said that it is. */
  readonly onOtherPerson?: () => void;
  readonly fetch?: typeof fetch;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Refusal) => void;
  readonly timer: ReturnType<typeof setTimeout>;
  /** Of its command, in bytes. */
  readonly size: number;
}

export class Api {
  #nextId = 1;
  readonly #waiting = new Map<number, Waiting>();
  #over: Refusal | undefined;

  constructor(private readonly options: ApiOptions) {}

  /** Do a command. Rejects with a Refusal; code `unavailable` means that the outcome is unknown. `leaving`: by the door
   *  that outlives the page, where there is one; of a socket it isn't known what still goes out. Where the person has
   *  spent their allowance nothing was done, whatever it is: the same is asked again when the server said. */
  async call<N extends CommandName>(name: N, args: ArgumentsOf<N>, leaving = false): Promise<ResultOf<N>> {
    const until = Date.now() + ALLOWANCE_MS;
    for (;;) {
      try {
        return await this.#once(name, args, leaving);
      } catch (error) {
        const { code, retry_after_ms: wait } = problemOf(error);
        if (code !== "rate_limited" || wait === undefined || Date.now() + wait > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }

  #once<N extends CommandName>(name: N, args: ArgumentsOf<N>, leaving: boolean): Promise<ResultOf<N>> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const command = { type: name, ...args } as unknown as CommandOf<N>;
    const size = bytesOf(command);
    if (size > INBOUND_FRAME_BYTES_MAX - ENVELOPE_BYTES) return Promise.reject(tooLong(size));
    const http = HTTP_ONLY.has(name) || (leaving && this.options.base !== undefined);
    return (http ? undefined : this.#send(command)) ?? this.#post(name, args, leaving);
  }

  /** The same, only if the socket is live; for what is worthless later. */
  tell<N extends CommandName>(name: N, args: ArgumentsOf<N>): void {
    // Nobody waits for the answer: typing that was not told is not worth telling of.
    this.#send({ type: name, ...args } as unknown as CommandOf<N>)?.catch(() => undefined);
  }

  /** A `reply` or `error` frame came. */
  answered(id: number, result: unknown, problem?: Problem): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (problem === undefined) waiting.resolve(result);
    else waiting.reject(new Refusal(problem));
  }

  /** The connection was closed for a frame too long for this server: the longest of what it hasn't answered. */
  closedForLength(): void {
    const [longest] = [...this.#waiting].sort(([, one], [, other]) => other.size - one.size);
    if (longest === undefined) return;
    const [id, { size }] = longest;
    this.answered(id, undefined, tooLong(size).problem);
  }

  /** Nothing is asked from here on; every call is refused with this. */
  end(why: Refusal): void {
    this.#over = why;
  }

  /** The connection is gone, and with it every answer that was still to come. */
  disconnected(): void {
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.reject(unavailable("closed"));
    }
    this.#waiting.clear();
  }

  #send<N extends CommandName>(command: CommandOf<N>): Promise<ResultOf<N>> | undefined {
    const id = this.#nextId++;
    if (!this.options.send({ type: "call", id, command } as ClientFrame)) return undefined;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(unavailable("timeout"));
      }, ANSWER_MS);
      this.#waiting.set(id, {
        resolve: resolve as (result: unknown) => void,
        reject,
        timer,
        size: bytesOf(command),
      });
    });
  }

  async #post<N extends CommandName>(
    name: N,
    args: ArgumentsOf<N>,
    keepalive: boolean,
  ): Promise<ResultOf<N>> {
    if (this.options.base === undefined) throw unavailable("offline");
    let response: Response;
    let content: unknown;
    const person = this.options.person?.();
    try {
      response = await (this.options.fetch ?? fetch)(`${this.options.base}/api/v1/${name}`, {
        method: "POST",
        credentials: "same-origin",
        headers: {
          "content-type": "application/json",
          "chattar-utc-offset": String(-new Date().getTimezoneOffset()),
          ...(person === undefined ? {} : { "chattar-person": person }),
        },
        body: JSON.stringify(args),
        keepalive,
        signal: AbortSignal.timeout(ANSWER_MS),
      });
      content = await response.json();
    } catch {
      throw unavailable("offline");
    }
    if (response.ok) return content as ResultOf<N>;
    const problem = content as Problem;
    if (isOtherPerson(problem)) this.options.onOtherPerson?.();
    throw new Refusal(problem);
  }
}

function bytesOf(command: unknown): number {
  return new TextEncoder().encode(JSON.stringify(command)).length;
}

/** Try until it isn't refused for the moment only. For reads and for commands with a key. */
export async function insist<T>(attempt: () => Promise<T>, { times = 4, waitMs = 400 } = {}): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Refusal) || !isTemporary(error.problem) || tried >= times) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs * 2 ** (tried - 1)));
    }
  }
}
