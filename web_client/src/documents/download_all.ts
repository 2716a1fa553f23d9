// All documents of a folder or a thread as one zip. It is asked about first: why there is none is said in words, and never saved
// as a file. What comes then is the browser's, with its own progress.

import { Refusal, unavailable } from "../core/problems.ts";
import type { Id, Problem } from "../core/protocol.gen.ts";
import { attempt } from "../shell/toasts.ts";

export function downloadAll(of: "folders" | "threads", id: Id): void {
  download(`/api/v1/${of}/${id}/zip`);
}

/** Some that are chosen. */
export function downloadChosen(ids: readonly Id[]): void {
  download(`/api/v1/documents/zip?ids=${ids.join(",")}`);
}

function download(address: string): void {
  void attempt(async () => {
    const refused = await refusal(address);
    if (refused) throw refused;
    const link = document.createElement("a");
    link.href = address;
    link.download = "";
    link.click();
  });
}

/** Why it can't be had. */
async function refusal(address: string): Promise<Refusal | undefined> {
  const asked = await fetch(address, { method: "HEAD" }).catch(() => undefined);
  if (asked === undefined) return unavailable("offline");
  if (asked.ok) return undefined;
  // An answer to this question has no body: the same once more, as far as its first words.
  const leaving = new AbortController();
  const answer = await fetch(address, { signal: leaving.signal }).catch(() => undefined);
  if (answer === undefined) return unavailable("offline");
  if (!answer.ok) return new Refusal((await answer.json()) as Problem);
  leaving.abort();
  return undefined;
}
