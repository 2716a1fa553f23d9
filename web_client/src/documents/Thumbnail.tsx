// A document's thumbnail: from its address, or brought where the page has no cookie.

import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import type { Id } from "../core/protocol.gen.ts";
import { type Box, brought, thumbnailAt } from "./picture.ts";

export interface ThumbnailProps {
  readonly of: Id;
  readonly alt: string;
  readonly box?: Box;
  readonly class?: string;
  readonly onMissing?: () => void;
}

export function Thumbnail({ of: id, alt, box, class: name, onMissing }: ThumbnailProps): JSX.Element {
  const [src, setSrc] = useState<string>();
  useLayoutEffect(() => {
    const coming = brought(id);
    if (coming === undefined) setSrc(thumbnailAt(id));
    else coming.then(setSrc, () => onMissing?.());
  }, [id]);
  return (
    <img
      class={name}
      alt={alt}
      {...box}
      {...(src === undefined ? {} : { src })}
      decoding="async"
      draggable={false}
      onError={() => onMissing?.()}
    />
  );
}
