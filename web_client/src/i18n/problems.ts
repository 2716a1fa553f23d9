// Why something was refused, in the reader's language: the server's own sentence is for programs and never shown, since it is
// English. protocol/errors.py says which reasons a page can meet; en.ts and en.staff.ts won't compile without their words.

import type { Problem } from "../core/protocol.gen.ts";
import { found, t } from "./index.ts";

/** By its reason where there are words for that, else by its code. Either may be of a newer server. */
export function problemText({ code, reason }: Problem): string {
  return found(`problem.${reason}`) ?? found(`problem.${code}`) ?? t("problem.internal");
}
