// What may go wrong with a command, as errors that callers can act on. Knows the codes; refuses to choose words for them.

import { type ErrorCode, INBOUND_FRAME_BYTES_MAX, type Problem } from "./protocol.gen.ts";

/** A command was refused, or its outcome is unknown (code `unavailable`). */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
  get code(): ErrorCode {
    return this.problem.code as ErrorCode;
  }
}

/** The outcome is unknown or nothing was done: the same again, later, is right. */
export function isTemporary(problem: Problem): boolean {
  return problem.code === "unavailable" || problem.code === "rate_limited" || problem.code === "internal";
}

/** Ours, for an answer that did not come. */
export function unavailable(reason: "offline" | "timeout" | "closed"): Refusal {
  return new Refusal({ code: "unavailable", message: `No answer from the server (${reason}).`, reason });
}

/** Ours, for what no server would take however often it is sent. */
export function tooLong(bytes: number): Refusal {
  const message = `This is too long to be sent: ${bytes} of ${INBOUND_FRAME_BYTES_MAX} bytes.`;
  return new Refusal({ code: "invalid", reason: "too_long", message });
}

/** Ours, for what isn't asked any more because the browser's login is another person's now. */
export function otherPerson(): Refusal {
  return new Refusal({ code: "conflict", message: "Somebody else is logged in.", reason: "other_person" });
}

export function isOtherPerson(problem: Problem): boolean {
  return problem.reason === "other_person";
}

/** Any error as a Problem, so that there is one kind to look at. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem;
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
