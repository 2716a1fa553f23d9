// Where the bytes and pictures of documents are, how a page has them that has no cookie, and how large a thumbnail is drawn.

import type { Id, Preview } from "../core/protocol.gen.ts";

/** In CSS pixels, of a chat's thumbnail. */
const WIDTH_MAX = 320;
const HEIGHT_MAX = 220;
const SIDE_MIN = 24;

export interface Box {
  readonly width: number;
  readonly height: number;
}

const at = (id: Id, what: string): string => `/api/v1/documents/${id}/${what}`;

/** Brings a thumbnail, as an address for an image. */
type Bring = (id: Id) => Promise<string>;
let bring: Bring | undefined;

/** There is no cookie, so that addresses lead nowhere: pictures are brought by this, and the small one is all there is. */
export function bringBy(by: Bring): void {
  bring = by;
}

/** The thumbnail of a document that has one, where it has to be brought. */
export const brought = (id: Id): Promise<string> | undefined => bring?.(id);

/** Whether there is more to be had than thumbnails. */
export const hasAddresses = (): boolean => bring === undefined;

export const bytesAt = (id: Id): string => at(id, "content");
export const thumbnailAt = (id: Id): string => at(id, "thumbnail");
export const pictureAt = (id: Id, page: number): string =>
  at(id, page > 1 ? `picture?page=${page}` : "picture");

/** How large a thumbnail stands in a chat: never larger than it is, and never too small to be pressed. */
export function shownBox(preview: Preview | undefined): Box {
  const { width = 1, height = 1 } = preview ?? {};
  const scale = Math.min(1, WIDTH_MAX / width, HEIGHT_MAX / height);
  const side = (pixels: number): number => Math.max(SIDE_MIN, Math.round(pixels * scale));
  return { width: side(width), height: side(height) };
}
