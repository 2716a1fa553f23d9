// A session has ended while its page stands: to the login, or, when somebody else has logged in in this browser, one
// sentence that says so instead of the page. Their page is a new one; what is unsent waits here for its author.
// Fetched when it comes to that.

import "./alone.css";
import { render } from "preact";
import { Api } from "../core/api.ts";
import { BegunChats } from "../core/begun_chats.ts";
import type { Client } from "../core/client.ts";
import type { Me } from "../core/protocol.gen.ts";
import { homeOf, whoAmI } from "../core/session.ts";
import { onWake } from "../core/wake.ts";
import { SomeoneElse } from "./SomeoneElse.tsx";

const ASK_AGAIN_MS = 3_000;

/** Look who is logged in in this browser now, and go where that leads. */
export async function handOver(client: Client, toLogin: () => void): Promise<void> {
  const before = client.state.value.me;
  const now = await whoIsHere();
  if (now === null) toLogin();
  else if (before === null || now.person.id === before.person.id) location.reload();
  else {
    show(client, before, now);
    onWake(() => void lookAgain(before, now));
  }
}

function show(client: Client, before: Me, now: Me): void {
  const root = document.getElementById("app");
  if (root === null) return;
  const unsent = Object.values(client.state.value.pending).some((message) => message.state !== "accepted");
  const begun =
    (client.drafts?.begun.value.size ?? 0) > 0 || new BegunChats(client.storage, before.person.id).any;
  render(
    <SomeoneElse
      name={now.person.name}
      author={before.person.name}
      kept={unsent || begun}
      onContinue={() => location.assign(homeOf(now))}
    />,
    root,
  );
}

/** Shown again: the author may be back, or yet another has come. */
async function lookAgain(before: Me, shown: Me): Promise<void> {
  const now = await whoIsHere();
  if (now === null || now.person.id === before.person.id || now.person.id !== shown.person.id)
    location.reload();
}

/** The browser's login, which is asked as nobody in particular: however long the server is away. */
async function whoIsHere(): Promise<Me | null> {
  const api = new Api({ send: () => false, base: "" });
  for (;;) {
    try {
      return await whoAmI(api);
    } catch {
      await new Promise<void>((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    }
  }
}
