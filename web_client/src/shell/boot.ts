// How a page of ours begins: theme, who is logged in, language, the live client; and how it ends when the session does.

import { computed, effect, type ReadonlySignal } from "@preact/signals";
import { Client } from "../core/client.ts";
import { keptOf } from "../core/keeping.ts";
import { firmView } from "../core/people.ts";
import { CLOSE_BAD_FRAMES, CLOSE_UNSUPPORTED, type Me } from "../core/protocol.gen.ts";
import { logout as endSession, homeOf, loginUrl, whoAmI } from "../core/session.ts";
import { browserStorage } from "../core/shelf.ts";
import { onWake } from "../core/wake.ts";
import { startClock } from "../i18n/clock.ts";
import { chooseLanguage, loadLanguage, setTimeZone, t } from "../i18n/index.ts";
import { leaveComposing } from "../kit/composing.ts";
import type { ConnectionView, MeView } from "../kit/models.ts";
import { fetchAhead, sayUnreachable } from "../kit/on_demand.ts";
import { connectionOf } from "./connection.ts";
import { startTheme } from "./theme.ts";
import { say } from "./toasts.ts";

export interface Page {
  readonly client: Client;
  readonly me: ReadonlySignal<Me>;
  readonly connection: ReadonlySignal<ConnectionView>;
}

const RENEW_EVERY_MS = 12 * 3_600_000;

/** Begin a page for one side. Resolves to null when the visitor is on their way elsewhere. */
export async function boot(side: Me["person"]["side"]): Promise<Page | null> {
  leaveComposing();
  startTheme();
  startClock();
  const client = new Client({
    socketUrl: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws`,
    httpBase: "",
    storage: browserStorage(),
  });
  const me = await whoAmIAtLast(client, side);
  if (me === null) {
    toLogin();
    return null;
  }
  if (me.person.side !== side) {
    location.replace(homeOf(me));
    return null;
  }
  await speak(me.language, side);
  client.start(me);
  pollWhenNeeded(client);
  onWake(
    () => client.wake(),
    () => client.leave(),
  );
  setInterval(() => client.api.tell("session.renew", {}), RENEW_EVERY_MS);
  effect(() => {
    const link = client.link.value;
    if (link.kind !== "ended") return;
    // A page that is too old for the server gets the new one; everything else is a session that ended, or another's.
    if (link.code === CLOSE_UNSUPPORTED || link.code === CLOSE_BAD_FRAMES) location.reload();
    else import("../sessions/handover.tsx").then(({ handOver }) => handOver(client, toLogin), toLogin);
  });
  const firm = computed(() => keptOf(client.state.value.kept, "firm")[0]);
  const mine = computed(() => client.state.value.me ?? me);
  const known = computed(() => (firm.value ? { ...mine.value, firm: firm.value } : mine.value));
  effect(() => setTimeZone(known.value.firm.time_zone));
  const connection = connectionOf(client);
  sayUnreachable((again) =>
    say(t("list.failed"), { icon: "problem", action: { label: t("retry"), run: again } }),
  );
  effect(() => {
    if (connection.value.state === "online") void fetchAhead();
  });
  return { client, me: known, connection };
}

/** Sockets that fail again and again may be forbidden here: then HTTP takes over (RT-3), fetched when it comes to that. */
function pollWhenNeeded(client: Client): void {
  let asked = false;
  const stop = client.link.subscribe((link) => {
    if (asked || link.kind !== "waiting" || link.attempt < FAILURES_BEFORE_POLLING) return;
    asked = true;
    queueMicrotask(() => stop()); // the first call comes while `stop` is still being made
    import("../core/poll.ts").then(
      ({ Poller }) => new Poller(client),
      () => setTimeout(() => pollWhenNeeded(client), ASK_AGAIN_MS), // where the server is away, so is this
    );
  });
}

const FAILURES_BEFORE_POLLING = 3;
const ASK_AGAIN_MS = 3_000;
/** A worker that begins has its own process and fetches the shell once more: not while the page is being built. */
const SHELL_AFTER_MS = 5_000;

/** Have the shell of the page at `scope` kept once it stands. */
export function keepShellLater(scope: "/console" | "/portal"): void {
  setTimeout(() => {
    import("./worker.ts").then(
      ({ keepShell }) => keepShell(scope),
      (problem) => console.warn("this page's shell can't be kept", problem),
    );
  }, SHELL_AFTER_MS);
}

/** Who is logged in, however long the server is away; meanwhile the page says that it is. */
async function whoAmIAtLast(client: Client, side: Me["person"]["side"]): Promise<Me | null> {
  for (let first = true; ; first = false) {
    try {
      return await whoAmI(client.api);
    } catch {
      if (first) await sayOffline(side);
      await new Promise<void>((resolve) => {
        setTimeout(resolve, ASK_AGAIN_MS);
        addEventListener("online", () => resolve(), { once: true });
      });
    }
  }
}

async function sayOffline(side: Me["person"]["side"]): Promise<void> {
  await speak(navigator.language, side).catch(() => undefined);
  const root = document.getElementById("app");
  if (root !== null) root.textContent = t("connection.offline");
}

/** Switch the page's language. */
export async function speak(tag: string, side: Me["person"]["side"]): Promise<void> {
  const language = chooseLanguage([tag, ...navigator.languages]);
  await loadLanguage(language, { withStaff: side === "staff" });
  document.documentElement.lang = language;
}

export function toLogin(): void {
  location.assign(loginUrl(location.pathname + location.search));
}

/** Log out. What is unsent, here or in another tab, waits in this browser for its author; see core/outbox.ts. */
export async function logout({ client }: Page): Promise<void> {
  await endSession(client.api);
  client.stop();
  location.assign("/login");
}

export function meView(me: Me): MeView {
  const { person, email, language, role, firm } = me;
  return {
    person: { ...person, online: true },
    email,
    language,
    ...(role ? { role } : {}),
    firm: firmView(firm),
  };
}
