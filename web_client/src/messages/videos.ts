// Videos in messages: which addresses are one, and what is shown of it. The reading of the tables in videos.gen.ts that
// protocol/videos.py is in the other language (both are held to protocol/client/videos.json). Pure; fetched with the first video.

import type { Video } from "../core/protocol.gen.ts";
import type { ParagraphNode } from "./models.ts";
import {
  ADDRESS,
  ADDRESS_CHARACTERS_MAX,
  FORMS,
  HASH,
  NO_IDS,
  PROVIDERS,
  type Provider,
  START,
  START_SECONDS_MAX,
} from "./videos.gen.ts";

/** The video that an address leads to; undefined where it is no address of one. */
export function videoOf(address: string): Video | undefined {
  const parts = address.length > ADDRESS_CHARACTERS_MAX ? null : new RegExp(ADDRESS).exec(address);
  if (!parts) return undefined;
  const [, host = "", path = "", written = ""] = parts;
  const query = written.split("&").map((part): readonly [string, string] => {
    const at = part.indexOf("=");
    return at < 0 ? [part, ""] : [part.slice(0, at), part.slice(at + 1)];
  });
  for (const [provider, pattern, idIn] of FORMS) {
    const found = whole(pattern).exec(host.toLowerCase() + path);
    if (found) return video(provider, idIn ? onlyId(query, idIn, provider) : found[1], found[2], query);
  }
  return undefined;
}

type Query = readonly (readonly [string, string])[];

/** Of two, a page takes the one and a player the other. */
function onlyId(query: Query, idIn: string, provider: string): string | undefined {
  const ids = query.filter(([name]) => name === idIn).map(([, value]) => value);
  return ids.length === 1 && isId(provider, ids[0] ?? "") ? ids[0] : undefined;
}

function video(
  provider: Video["provider"],
  id: string | undefined,
  code: string | undefined,
  query: Query,
): Video | undefined {
  if (id === undefined || (NO_IDS as readonly string[]).includes(id)) return undefined;
  const value = (name: string, is = /^/): string | undefined =>
    query.find(([key, one]) => key === name && is.test(one))?.[1];
  const { detail } = PROVIDERS[provider] as Provider;
  const start = detail === "start" ? seconds(value("t") ?? value("start") ?? "") : 0;
  const hash = detail === "hash" ? (code ?? value("h", new RegExp(HASH))) : undefined;
  return { provider, id, ...(hash && { hash }), ...(start > 0 && { start }) };
}

/** `90`, `90s` and `1m30s`; what can't be read is the beginning. */
function seconds(written: string): number {
  const [, hours = 0, minutes = 0, rest = 0] = new RegExp(START).exec(written) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
  return total <= START_SECONDS_MAX ? total : 0;
}

function whole(pattern: string): RegExp {
  return new RegExp(`^(?:${pattern})$`);
}

function isId(provider: string, id: string): boolean {
  const row = rowOf(provider);
  return row !== undefined && whole(row.id).test(id);
}

function rowOf(provider: string): Provider | undefined {
  return Object.hasOwn(PROVIDERS, provider) ? PROVIDERS[provider] : undefined;
}

/** What a page may show of a video: its provider's name, where people watch it, the frame and what that is told of the page.
 *  Undefined for one that this build doesn't know. */
export interface Shown {
  readonly name: string;
  readonly link: string;
  readonly frame: string;
  readonly referrer: Provider["referrer"];
}

export function shownOf(video: Video): Shown | undefined {
  const row = rowOf(video.provider);
  if (!row || !isId(video.provider, video.id) || (video.hash && !new RegExp(HASH).test(video.hash)))
    return undefined;
  const detail = (row.detail && video[row.detail]) || "";
  const made = (address: string, more: string): string =>
    address.replace("{id}", video.id) + (detail === "" ? "" : more.replace("{}", String(detail)));
  return {
    name: row.name,
    link: made(row.link, row.link_detail),
    frame: made(row.frame, row.frame_detail),
    referrer: row.referrer,
  };
}

/** The paragraph that is this video: who doesn't know of videos shows its link. */
export function videoParagraph(video: Video): ParagraphNode {
  const link = shownOf(video)?.link ?? "";
  return { type: "paragraph", content: [{ type: "text", text: `Video: ${link}` }], video };
}
