// Where bulk runs are shown.

import type { Id } from "../core/protocol.gen.ts";

export const RUNS = "/console/bulk";
/** One of them. */
export const RUN = `${RUNS}/:bulk`;
export const runHref = (id: Id): string => `${RUNS}/${id}`;
