// Which addresses a text holds: https, http, www and e-mail, as people type them. The same rule as protocol/written_addresses.py
// (both read protocol/client/addresses.json). Pure; each sign is looked at a bounded number of times, whatever the text.

import { LINK, LINK_MAX } from "./link.ts";

export interface Address {
  readonly start: number;
  readonly end: number;
  readonly link: string;
}

/** Neither these nor blanks stand in an address: quotes, brackets of markup, what turns text around, what stands for a node. */
const STOPS = String.raw`\s\p{Cc}<>"“”„«»\\\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufffc`;
const LABEL = String.raw`[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?`;
const WEB = String.raw`(?<![\p{L}\p{N}_@/.-])(?:https?:\/\/|www\.)[^${STOPS}]+`;
const MAIL = String.raw`(?<![\p{L}\p{N}_.+@/-])[\p{L}\p{N}_][\p{L}\p{N}_.+'-]{0,63}@(?:${LABEL}\.)+\p{L}{2,24}(?![\p{L}\p{N}_@-])`;
const ADDRESS = new RegExp(`${WEB}|${MAIL}`, "giu");
const HOST = /^https?:\/\/(?:[\p{L}\p{N}][^/?#@]*|\[[\da-f:.]+\](?::\d+)?)(?=[/?#]|$)/iu;
const BARE_HOST = /^www\.[^./?#@]+\.[^./?#@]/i;
const ENDS = ".,:;!?*'’…";
const OPENING: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

/** The addresses of a text, in order. What ends a sentence or closes a bracket around one doesn't belong to it. */
export function addressesIn(text: string): Address[] {
  const found: Address[] = [];
  for (const match of text.matchAll(ADDRESS)) {
    const written = match[0].length > LINK_MAX ? "" : withoutEnd(match[0]);
    const link = linkOf(written);
    if (link !== undefined) found.push({ start: match.index, end: match.index + written.length, link });
  }
  return found;
}

/** The link of a text that is one address and nothing else. */
export function onlyAddress(text: string): string | undefined {
  const [first] = addressesIn(text);
  return first?.start === 0 && first.end === text.length ? first.link : undefined;
}

function withoutEnd(written: string): string {
  let end = written.length;
  for (; end > 0; end -= 1) {
    const last = written.charAt(end - 1);
    const opening = OPENING[last];
    if (opening === undefined ? !ENDS.includes(last) : !closesMore(written.slice(0, end), opening, last))
      break;
  }
  return written.slice(0, end);
}

function closesMore(text: string, opening: string, closing: string): boolean {
  return text.split(closing).length > text.split(opening).length;
}

function linkOf(written: string): string | undefined {
  const link = whole(written);
  return link !== undefined && link.length <= LINK_MAX && LINK.test(link) ? link : undefined;
}

function whole(written: string): string | undefined {
  if (/^www\./i.test(written)) return BARE_HOST.test(written) ? `https://${written}` : undefined;
  const scheme = /^https?:\/\//i.exec(written)?.[0];
  if (scheme !== undefined)
    return HOST.test(written) ? scheme.toLowerCase() + written.slice(scheme.length) : undefined;
  return /^[^/]+@/.test(written) ? `mailto:${written}` : undefined;
}
