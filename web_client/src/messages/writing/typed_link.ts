// A guess at which address people mean by what they type.

import { LINK, LINK_MAX } from "../link.ts";

/** A link that the server accepts, or undefined. A bare "example.com/x" becomes https, an address mailto. */
export function linkFrom(typed: string): string | undefined {
  const guess = withScheme(typed.trim());
  if (!LINK.test(guess) || guess.length > LINK_MAX) return undefined;
  if (/^mailto:/i.test(guess)) return /^mailto:[^@]+@[^@]+$/i.test(guess) ? guess : undefined;
  const host = /^https?:\/\/([^/?#]*)/i.exec(guess)?.[1] ?? "";
  if (host.includes("@")) return undefined; // a name before the host only looks like one
  return /[^.]\.[^.]|^localhost\b/i.test(host) ? guess : undefined;
}

function withScheme(text: string): string {
  if (/^[^\s@/:]+@[^\s@/]+\.[^\s@/]+$/.test(text)) return `mailto:${text}`;
  // "localhost:80" and "example.com:8080" have a port, not a scheme.
  return /^[a-z][a-z0-9+.-]*:(?!\d)/i.test(text)
    ? text.replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase())
    : `https://${text}`;
}
