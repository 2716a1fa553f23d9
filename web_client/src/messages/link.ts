// Which addresses a message may link to: the server's rule (protocol/body.py), and a guess at what people type.

/** Absolute http, https or mailto, without spaces, quotes or angle brackets. */
export const LINK = /^(https?:\/\/|mailto:)[^\s\p{Cc}"<>\u202a-\u202e\u2066-\u2069]+$/u;
export const LINK_MAX = 2_048;

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
