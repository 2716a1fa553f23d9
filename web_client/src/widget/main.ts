// The panel's frame begins here: the firm's page says who the visitor is, the live client connects and counts what is
// unread. What is drawn (panel.tsx) is fetched when the panel is opened for the first time.

import { effect, signal } from "@preact/signals-core";
import { Client } from "../core/client.ts";
import { browserStorage } from "../core/shelf.ts";
import { onWake } from "../core/wake.ts";
import { Host, hostOrigin } from "./host.ts";
import { Visitor } from "./visitor.ts";

const around = hostOrigin(location.hash);
const root = document.getElementById("app");
if (around !== null && root !== null) start(around, root);

function start(origin: string, element: HTMLElement): void {
  const shown = signal(false);
  const refused = signal(false);
  const host = new Host(origin, (now) => {
    shown.value = now;
  });
  const client = new Client({
    socketUrl: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`,
    credentials: async () => {
      try {
        return { identity: await host.identity() };
      } catch (error) {
        refused.value = true;
        throw error;
      }
    },
    storage: browserStorage(),
  });
  // The page around us names another visitor: a new panel for them, and what the earlier one hadn't sent waits for them.
  effect(() => {
    if (client.displaced.value) location.reload();
  });
  const visitor = new Visitor(client, host, shown, refused);
  let drawn = false;
  effect(() => {
    if (!shown.value) return;
    client.wake();
    if (drawn) return;
    drawn = true;
    import("./panel.tsx")
      .then(({ draw }) => draw(visitor, element))
      .catch((problem: unknown) => {
        drawn = false; // opened again, it is fetched again
        console.warn("the panel could not be loaded", problem);
      });
  });
  onWake(
    () => client.wake(),
    () => client.leave(),
  );
  client.start();
}
