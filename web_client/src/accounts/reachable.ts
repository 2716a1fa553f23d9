// Who at a client can read what the firm writes, and why nobody can: as the server judges it (AC-8).

import type { Account, Link } from "../core/protocol.gen.ts";
import type { NoReader } from "./models.ts";

/** Those with Login on who have chosen a password. */
export function readersOf(account: Account): Link[] {
  return account.links.filter((link) => link.login && link.activated);
}

/** Why there are none. An invitation isn't asked for where one was sent. */
export function noReader(account: Account): NoReader | undefined {
  if (readersOf(account).length > 0) return undefined;
  const open = account.links.filter((link) => link.login);
  if (open.some((link) => link.invited_at)) return "thread.notAccepted";
  return open.length === 0 && account.links.length > 0 ? "thread.loginOff" : "thread.noLogin";
}
