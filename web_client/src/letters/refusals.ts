// Why a letter wasn't taken, in plain words by kind, from what the mail server said (RFC 5321, 3463) or from our own
// reason. The server's words stay beside it as a detail. Refuses to know who is at fault: the server decides that.

import { t } from "../i18n/index.ts";

export type Refusal = "mailbox" | "full" | "spam" | "tooBig" | "notAllowed" | "address" | "tooLate" | "other";

/** What kind of refusal it is. The enhanced code says it best; many servers give none, or 5.0.0. */
export function refusalOf(said: string): Refusal {
  if (said === "too_late") return "tooLate";
  if (said === "email_address" || /expected one e-mail address/.test(said)) return "address";
  const [, code = "", subject = ""] = /^(\d{3})?\s*(?:[245]\.(\d{1,3}\.\d{1,3}))?/.exec(said) ?? [];
  if (subject === "2.2" || /\b(full|quota)\b/i.test(said)) return "full";
  if (subject === "3.4" || subject === "2.3" || /too (large|big|long)|size limit/i.test(said))
    return "tooBig";
  if (code === "530" || code === "535" || /relay|authenticat|not authori[sz]ed/i.test(said))
    return "notAllowed";
  if (
    subject.startsWith("1.") ||
    /unknown|no such|not exist|not found|invalid (recipient|mailbox)/i.test(said)
  )
    return "mailbox";
  if (subject.startsWith("7.") || /spam|junk|block|blacklist|reputation|policy/i.test(said)) return "spam";
  return "other";
}

/** The same as a sentence. */
export function refusalText(said: string): string {
  return t(`refusal.${refusalOf(said)}`);
}

/** The mail server's own words, where it said any. */
export function serverWords(said: string): string | undefined {
  return /^\d{3}\b/.test(said) ? said : undefined;
}
