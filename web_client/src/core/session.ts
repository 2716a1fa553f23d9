// Logging in and out, and who one is, over HTTP: these set and clear the cookie, so they can't go over the socket.

import type { Api } from "./api.ts";
import { insist } from "./api.ts";
import { Refusal } from "./problems.ts";
import type { Id, Me } from "./protocol.gen.ts";

/** Where a person belongs. */
export function homeOf(me: Me): "/console" | "/portal" {
  return me.person.side === "staff" ? "/console" : "/portal";
}

/** The login page, which leads back to where one was. */
export function loginUrl(next: string): string {
  return `/login?next=${encodeURIComponent(next)}`;
}

/** Log this browser in. Rejects with a Refusal. */
export async function login(api: Api, email: string, password: string, firmId?: Id): Promise<Me> {
  const choice = firmId === undefined ? {} : { firm_id: firmId };
  return (await api.call("session.create", { email, password, cookie: true, ...choice })).me;
}

/** End the session; its sockets close everywhere. One that has ended already is as good. */
export async function logout(api: Api): Promise<void> {
  try {
    await insist(() => api.call("session.end", {}));
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "unauthenticated") throw error;
  }
}

/** Who is logged in here, or null. Rejects when the server can't be asked. */
export async function whoAmI(api: Api): Promise<Me | null> {
  try {
    return await insist(() => api.call("me.read", {}));
  } catch (error) {
    if (error instanceof Refusal && error.code === "unauthenticated") return null;
    throw error;
  }
}
