"""The tables of protocol.videos for the pages, in a file of their own: it is fetched with the first video."""

import json
from typing import Final

from protocol import videos

HEADER: Final = """\
// Made by `python -m protocol.describing.export` from protocol/videos.py. Do not edit: a test compares.

/** One who shows videos: see Provider in protocol/videos.py. */
export interface Provider {
  readonly name: string;
  readonly id: string;
  readonly link: string;
  readonly frame: string;
  readonly referrer: "no-referrer" | "strict-origin";
  readonly detail: "" | "start" | "hash";
  readonly link_detail: string;
  readonly frame_detail: string;
}
"""


def typescript() -> str:
    """The whole file."""
    lines = [HEADER, "export const PROVIDERS: Readonly<Record<string, Provider>> = {"]
    lines += [f"  {name}: {json.dumps(provider._asdict())}," for name, provider in videos.PROVIDERS.items()]
    lines += [
        "};",
        "",
        "/** Ways to write an address: provider, pattern of host and path, the query's field with the id. */",
    ]
    lines.append("export const FORMS = [")
    lines += [f"  {json.dumps(list(form))}," for form in videos.FORMS]
    lines.append("] as const;")
    for name in ("ADDRESS", "START", "HASH", "NO_IDS"):
        lines.append(f"export const {name} = {json.dumps(getattr(videos, name))};")
    for name in ("ADDRESS_CHARACTERS_MAX", "START_SECONDS_MAX"):
        lines.append(f"export const {name} = {getattr(videos, name)};")
    return "\n".join(lines) + "\n"
