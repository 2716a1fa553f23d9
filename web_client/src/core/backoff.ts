// How long to wait before connecting again. Pure; the random number is given.

import { CLOSE_DRAINING } from "./protocol.gen.ts";

export const FIRST_MS = 500;
export const LONGEST_MS = 30_000;
/** A draining node spreads its clients over this time. */
export const DRAIN_SPREAD_MS = 5_000;

/** The wait before attempt number `attempt` (1 is the first again), between half and the whole of a doubling step. */
export function waitMs(attempt: number, random: number): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.round(step * (0.5 + random / 2));
}

/** What a close asks for: again after a wait, again after a random one, or not at all until something changes. */
export function afterClose(code: number): "again" | "spread" | "ended" {
  if (code === CLOSE_DRAINING) return "spread";
  return code >= 4400 && code < 5000 ? "ended" : "again";
}
