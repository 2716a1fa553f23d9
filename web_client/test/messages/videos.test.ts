// The shared cases: the browser makes the same of an address as the server (tests/protocol/test_videos.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Video } from "../../src/core/protocol.gen.ts";
import { shownOf, videoOf, videoParagraph } from "../../src/messages/videos.ts";
import { fromBody, toBody } from "../../src/messages/writing/editor/convert.ts";

interface Cases {
  readonly videos: readonly { row: string; address: string; video: Video; link: string; frame: string }[];
  readonly refused: readonly { why: string; address: string }[];
}

// Tests run from web_client, see package.json.
const cases = JSON.parse(readFileSync("../protocol/client/videos.json", "utf8")) as Cases;

for (const { row, address, video, link, frame } of cases.videos)
  test(`a video of ${row}: ${address}`, () => {
    assert.deepEqual(videoOf(address), video);
    assert.deepEqual([shownOf(video)?.link, shownOf(video)?.frame], [link, frame]);
    assert.deepEqual(videoOf(link), video);
  });

for (const { why, address } of cases.refused)
  test(`no video: ${why}`, () => assert.equal(videoOf(address), undefined));

test("what this build doesn't know is not shown, whatever the server says", () => {
  const id = "dQw4w9WgXcQ";
  for (const odd of [
    { provider: "constructor", id },
    { provider: "other", id },
    { provider: "youtube", id: `${id}"><script>` },
    { provider: "loom", id: "../evil" },
    { provider: "vimeo", id: "76979871", hash: "x&y" },
  ])
    assert.equal(shownOf(odd as Video), undefined);
});

test("a video stands in the editor as in the body, also in a list", () => {
  const block = videoParagraph({ provider: "youtube", id: "dQw4w9WgXcQ", start: 90 });
  const said = { type: "paragraph", content: [{ type: "text", text: "Se:" }] } as const;
  const list = { type: "bullet_list", items: [{ content: [said, block] }] } as const;
  const body = { content: [said, block, list] };
  assert.deepEqual(toBody(fromBody(body)), body);
  const words = "Video: https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=90";
  assert.deepEqual(block.content, [{ type: "text", text: words }]);
});

test("a video that this build doesn't know goes through the editor as it came", () => {
  const text = { type: "text", text: "Video: https://videos.example/1" } as const;
  const video = { provider: "other", id: "1" } as unknown as Video;
  const body = { content: [{ type: "paragraph", content: [text], video } as const] };
  assert.deepEqual(toBody(fromBody(body)), body);
});
