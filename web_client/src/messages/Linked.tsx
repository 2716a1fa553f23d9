// A text as a link, or with its addresses as links. Fetched with the first text that may hold one; until then the text stands
// as it is.

import type { JSX } from "preact";
import { addressesIn } from "./addresses.ts";
import { LINK } from "./link.ts";

export interface LinkedProps {
  readonly text: string;
  /** Where all of it leads, if somebody has said so. */
  readonly link?: string | undefined;
}

export function Linked({ text, link }: LinkedProps): JSX.Element | string {
  if (link !== undefined) return LINK.test(link) ? <Anchor text={text} link={link} /> : text;
  let at = 0;
  const parts = addressesIn(text).map((address) => {
    const before = text.slice(at, address.start);
    at = address.end;
    return (
      <>
        {before}
        <Anchor text={text.slice(address.start, address.end)} link={address.link} />
      </>
    );
  });
  return (
    <>
      {parts}
      {text.slice(at)}
    </>
  );
}

function Anchor({ text, link }: { readonly text: string; readonly link: string }): JSX.Element {
  return (
    <a href={link} target="_blank" rel="noopener noreferrer nofollow">
      {text}
    </a>
  );
}
