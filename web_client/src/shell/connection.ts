// How the connection is said to be: the link's state in the screen's words.

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Client } from "../core/client.ts";
import type { ConnectionView } from "../kit/models.ts";

const known = new WeakMap<Client, ReadonlySignal<ConnectionView>>();

/** One signal for each client. */
export function connectionOf(client: Client): ReadonlySignal<ConnectionView> {
  const found =
    known.get(client) ??
    computed<ConnectionView>(() => {
      const link = client.link.value;
      if (link.kind === "live" || client.polling.value) return { state: "online" };
      if (!navigator.onLine) return { state: "offline" };
      const attempt = link.kind === "ended" ? 0 : link.attempt;
      return attempt === 0 ? { state: "online" } : { state: "reconnecting", attempt };
    });
  known.set(client, found);
  return found;
}
